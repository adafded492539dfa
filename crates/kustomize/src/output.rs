use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use towpath_model::TreePath;
use towpath_yaml::{Dialect, Emitter, Profile, Role, through_json};

use crate::{
    error::KustomizeError,
    id::{Gvk, NO_NAMESPACE, ResId},
    node::{NoValue, Number, Value},
    remote::Fetched,
    resource::Resource,
    trace::Change,
};

/// How many bytes are written at once.
const PIECE: usize = 128 << 10;

/// Where a resource came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file that it was read from, or the kustomization file whose field made it.
    pub file: TreePath,
    /// The line where its document begins in the file, or where the generator is written; counted from 1.
    pub line: usize,
    /// The field of the kustomization file that made it, such as `configMapGenerator`; none for what was read.
    pub generator: Option<&'static str>,
}

/// A resource as it is written.
#[derive(Debug, Clone)]
pub struct Built {
    /// Such as `apps/v1`.
    pub api_version: String,
    /// Such as `Deployment`.
    pub kind: String,
    /// The final name.
    pub name: String,
    /// The final namespace; empty if none is written.
    pub namespace: String,
    /// Where it came from.
    pub origin: Origin,
    /// What changed it, oldest first; nothing unless [`Changes::Kept`](crate::Changes::Kept) asks for it.
    pub changes: Vec<Change>,
    value: Value,
}

/// What a build gives: resources in kustomize's order.
#[derive(Debug, Clone)]
pub struct Output {
    /// The resources, in the order in which they are written.
    pub resources: Vec<Built>,
    /// What kustomize warns of, in its words, each one line.
    pub warnings: Vec<String>,
    /// What came from outside of the tree, sorted by address, unique.
    pub fetched: Vec<Fetched>,
    /// Whether the same again may give something else, since a chart used the clock, a random source or the environment.
    pub is_passing: bool,
}

impl Output {
    /// Returns the bytes that `kustomize build` prints: documents with `---` between them; empty without resources.
    pub fn to_yaml(&self) -> String {
        let mut text = String::with_capacity(self.resources.len() * 512);
        for (number, resource) in self.resources.iter().enumerate() {
            text = resource.behind(text, number);
        }
        text
    }

    /// Hands the bytes of [`Output::to_yaml`] to `take`, in pieces of whole documents; large builds need not have all of them at once.
    ///
    /// # Errors
    /// Those of `take`, after which it is not called again.
    pub fn write_yaml<E>(&self, mut take: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        let mut piece = String::with_capacity(self.resources.len().saturating_mul(512).min(PIECE + PIECE / 4));
        for (number, resource) in self.resources.iter().enumerate() {
            piece = resource.behind(piece, number);
            if piece.len() >= PIECE {
                take(&piece)?;
                piece.clear();
            }
        }
        if piece.is_empty() { Ok(()) } else { take(&piece) }
    }

    /// Returns the files that `kustomize build -o FOLDER` writes: name and text, one a resource. Of two with one name the last
    /// counts.
    ///
    /// # Errors
    /// When a resource's name cannot be a part of a file's.
    pub fn files(&self) -> Result<BTreeMap<String, String>, KustomizeError> {
        let namespaces: BTreeSet<String> = self.resources.iter().filter_map(Built::own_namespace).collect();
        let named = |resource: &Built| {
            let namespace = resource.own_namespace().filter(|_| namespaces.len() > 1);
            let parts = [namespace.map(|name| name + "_"), Some(resource.file_name())];
            let name = parts.into_iter().flatten().collect::<String>().to_lowercase();
            if name.contains(['/', '\0']) {
                let message = format!("a file cannot be called `{name}`, as that of {}", resource.id());
                return Err(KustomizeError::Resources(message));
            }
            Ok((name, resource.to_yaml()))
        };
        self.resources.iter().map(named).collect()
    }
}

impl Built {
    pub(crate) fn of(mut resource: Resource) -> Result<Self, KustomizeError> {
        let mut built = Self {
            api_version: resource.gvk().api_version(),
            kind: resource.kind().to_owned(),
            name: resource.name().to_owned(),
            namespace: resource.namespace().to_owned(),
            changes: resource.changes(),
            value: resource.take_value()?,
            origin: resource.origin,
        };
        if pass_through_json(&mut built.value) {
            return Ok(built);
        }
        let (id, file) = (built.id().to_string(), built.origin.file);
        Err(KustomizeError::Resource { problem: Box::new(NoValue::Control.into()), id, file })
    }

    /// Adds the document to those before it, of which there are so many.
    fn behind(&self, mut text: String, n_before: usize) -> String {
        if n_before > 0 {
            text.push_str("---\n");
        }
        yaml_behind(text, &self.value)
    }

    fn id(&self) -> ResId {
        let gvk = Gvk::parse(&self.api_version, &self.kind);
        ResId { gvk, name: self.name.clone(), namespace: self.namespace.clone() }
    }

    /// Returns the namespace; nothing for kinds outside of namespaces.
    fn own_namespace(&self) -> Option<String> {
        Some(self.id().effective_namespace().to_owned()).filter(|namespace| namespace != NO_NAMESPACE)
    }

    fn file_name(&self) -> String {
        let Gvk { group, version, kind } = self.id().gvk;
        let parts = [group.as_str(), &version, &kind].into_iter().filter(|part| !part.is_empty());
        format!("{}_{}.yaml", parts.collect::<Vec<_>>().join("_"), self.name)
    }

    /// Returns the document, which ends with a line break.
    pub fn to_yaml(&self) -> String {
        yaml_of(&self.value)
    }
}

/// Makes of texts what becomes of them where they are written as JSON and read as YAML; returns whether they can be read.
pub(crate) fn pass_through_json(value: &mut Value) -> bool {
    let pass = |text: &mut String, role| {
        if role == Role::Value && text.bytes().all(|byte| byte < 0x7F) {
            return true;
        }
        match through_json(text, role) {
            None => return false,
            Some(Cow::Borrowed(_)) => {}
            Some(Cow::Owned(other)) => *text = other,
        }
        true
    };
    match value {
        Value::Text(text) => pass(text, Role::Value),
        Value::List(items) => items.iter_mut().all(pass_through_json),
        Value::Map(entries) => entries.iter_mut().all(|(key, value)| pass(key, Role::Key) && pass_through_json(value)),
        Value::Null | Value::Boolean(_) | Value::Number(_) => true,
    }
}

/// Returns a document, which ends with a line break.
pub(crate) fn yaml_of(value: &Value) -> String {
    yaml_behind(String::new(), value)
}

fn yaml_behind(text: String, value: &Value) -> String {
    let mut emitter = Emitter::behind(text, Dialect::Go2);
    emit(value, &mut emitter);
    emitter.finish()
}

fn emit(value: &Value, emitter: &mut Emitter) {
    match value {
        Value::Null => emitter.null(),
        Value::Boolean(value) => emitter.bool(*value),
        Value::Number(number) => emit_number(*number, emitter),
        Value::Text(text) => emitter.str(text),
        Value::List(items) => {
            emitter.start_list();
            for item in items {
                emit(item, emitter);
            }
            emitter.end_list();
        }
        Value::Map(entries) => {
            let mut entries: Vec<&(String, Value)> = entries.iter().collect();
            towpath_yaml::sort_keys(&mut entries, Profile::Go2, |(key, _)| key.as_str());
            emitter.start_map();
            for (key, value) in entries {
                emitter.str(key);
                emit(value, emitter);
            }
            emitter.end_map();
        }
    }
}

/// Numbers go through JSON, where a whole float is an integer.
fn emit_number(number: Number, emitter: &mut Emitter) {
    match number {
        Number::Integer(value) => emitter.int(value),
        Number::Unsigned(value) => emitter.uint(value),
        Number::Float(value) if value.fract() == 0.0 && value.abs() < 1e21 => {
            let text = value.to_string();
            match (text.parse::<i64>(), text.parse::<u64>()) {
                (Ok(_), _) if value == 0.0 && value.is_sign_negative() => emitter.int(0),
                (Ok(value), _) => emitter.int(value),
                (_, Ok(value)) => emitter.uint(value),
                _ => emitter.float(value),
            }
        }
        Number::Float(value) => emitter.float(value),
    }
}

#[cfg(test)]
mod tests {
    use towpath_model::FileTree;

    use super::*;
    use crate::{Options, build};

    #[test]
    fn pieces_are_the_whole() {
        let map = |number| {
            format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m{number}}}\ndata: {{a: '{number:0200}'}}\n")
        };
        let maps = (0..2000).map(map).collect::<Vec<_>>().join("---\n");
        let files = [("kustomization.yaml", "resources: [maps.yaml]\n"), ("maps.yaml", &maps)];
        let tree = FileTree::from_files(files.map(|(path, text)| (path, text.as_bytes()))).unwrap();
        let output = build(&tree, &TreePath::root(), &Options::default()).unwrap();
        let mut pieces = Vec::new();
        let taken = output.write_yaml(|piece| {
            pieces.push(piece.to_owned());
            Ok::<(), ()>(())
        });
        assert_eq!(taken, Ok(()));
        assert!(pieces.len() > 3 && pieces.iter().all(|piece| piece.len() < PIECE + 1000), "{}", pieces.len());
        assert_eq!(pieces.concat(), output.to_yaml());
        let mut n_taken = 0;
        let refused = output.write_yaml(|_| {
            n_taken += 1;
            Err("full")
        });
        assert_eq!((refused, n_taken), (Err("full"), 1));
    }
}
