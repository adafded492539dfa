use std::sync::Arc;

use towpath_gotmpl::{List, Map, Str, Value};
use towpath_model::{Location, Span};
use towpath_yaml::{Document, Profile as Yaml, decode, parse_all};

use crate::{HelmError, error::Problem, golang::json, golang::yaml};

/// The objects of a cluster, as far as `lookup` may see them; sorted by namespace and name.
#[derive(Debug, Clone, Default)]
pub struct ClusterObjects {
    objects: Vec<Object>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Object {
    namespace: String,
    name: String,
    api_version: String,
    kind: String,
    /// Read anew by each `lookup`, since templates may change what they get.
    json: Arc<[u8]>,
}

impl ClusterObjects {
    /// Adds the objects of a YAML or JSON text with any number of documents; a `List` counts as its items.
    ///
    /// # Errors
    /// When the text is not YAML, or a document has no `apiVersion`, `kind` and `metadata.name`.
    pub fn add(&mut self, file: &str, content: &[u8]) -> Result<(), HelmError> {
        let failed = |message: String, location| {
            let problem = Problem::new(format!("objects in {file}: {message}")).at(location);
            HelmError::Values(problem.hint("write what `kubectl get KIND NAME -o yaml` prints"))
        };
        let text = decode(content).map_err(|error| failed(error.to_string(), None))?;
        let documents = parse_all(&text, Yaml::Go2)
            .map_err(|error| failed(error.to_string(), Some(Location::of(file, &text, error.span()))))?;
        for document in &documents {
            let span = document.root().span();
            let wrong =
                |message: String| failed(message, Some(Location::of(file, &text, Span::new(span.start, span.start))));
            self.add_document(document).map_err(wrong)?;
        }
        self.objects.sort();
        Ok(())
    }

    fn add_document(&mut self, document: &Document<'_>) -> Result<(), String> {
        match yaml::read_document(document)? {
            Value::Nil => Ok(()),
            Value::Map(object) => self.add_object(&object),
            _ => Err("an object is a table with apiVersion, kind and metadata".to_owned()),
        }
    }

    fn add_object(&mut self, object: &Map) -> Result<(), String> {
        if let Some(Value::List(items)) = object.get("items") {
            return items.as_slice().iter().try_for_each(|item| match item {
                Value::Map(item) => self.add_object(item),
                _ => Err("an item of a list is no object".to_owned()),
            });
        }
        let metadata = match object.get("metadata") {
            Some(Value::Map(metadata)) => metadata,
            _ => Map::any(),
        };
        let needed = |map: &Map, key: &str, path: &str| {
            text_at(map, key).filter(|text| !text.is_empty()).ok_or_else(|| format!("an object has no {path}"))
        };
        let json = json::encode(&Value::Map(object.clone()), json::Layout::Raw).map_err(|error| error.to_string())?;
        self.objects.push(Object {
            namespace: text_at(&metadata, "namespace").unwrap_or_default(),
            name: needed(&metadata, "name", "metadata.name")?,
            api_version: needed(object, "apiVersion", "apiVersion")?,
            kind: needed(object, "kind", "kind")?,
            json: json.into(),
        });
        Ok(())
    }

    /// Returns what `lookup` gives: an object, an empty map where there is none, or a list where no name is asked for.
    ///
    /// Objects without a namespace are taken for those of the whole cluster: they are found from every namespace.
    pub(crate) fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Map, String> {
        let of_kind = self.objects.iter().filter(|object| object.api_version == api_version && object.kind == kind);
        let mut visible = of_kind.filter(|object| {
            object.namespace.is_empty() || object.namespace == namespace || (namespace.is_empty() && name.is_empty())
        });
        let read = |object: &Object| yaml::read_exact(&object.json);
        if !name.is_empty() {
            return match visible.find(|object| object.name == name).map(read).transpose()? {
                Some(Value::Map(object)) => Ok(object),
                _ => Ok(Map::any()),
            };
        }
        let items = visible.map(read).collect::<Result<Vec<_>, _>>()?;
        let metadata: Map = [("resourceVersion", Value::from(""))].into_iter().collect();
        let list = [
            ("apiVersion", Value::from(api_version)),
            ("kind", format!("{kind}List").as_str().into()),
            ("metadata", metadata.into()),
            ("items", List::any(items).into()),
        ];
        Ok(list.into_iter().collect())
    }
}

fn text_at(map: &Map, key: &str) -> Option<String> {
    match map.get(Str::from(key))? {
        Value::Str(text) => Some(text.to_string_lossy().into_owned()),
        _ => None,
    }
}
