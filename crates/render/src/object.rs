use std::fmt;

use towpath_model::{Diagnostic, Span};
use towpath_yaml::{Node, Profile, parse_all};

/// What an object is known by in a cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// `apps/v1`; empty if the document does not say.
    pub api_version: String,
    /// `Deployment`; empty if the document does not say.
    pub kind: String,
    /// The namespace written in the document; empty if there is none.
    pub namespace: String,
    /// `metadata.name`; empty if the document does not say.
    pub name: String,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.kind.is_empty() { "document" } else { &self.kind };
        match (self.namespace.is_empty(), self.name.is_empty()) {
            (_, true) => f.write_str(kind),
            (true, false) => write!(f, "{kind} {}", self.name),
            (false, false) => write!(f, "{kind} {}/{}", self.namespace, self.name),
        }
    }
}

/// One object of a rendered text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object<'a> {
    /// What it is known by.
    pub identity: Identity,
    /// Its text, without `---` and without comments before it.
    pub text: &'a str,
    /// Values that must not be shown: (path, place within `text`), sorted by place; empty unless it holds a Secret.
    pub secrets: Vec<(String, Span)>,
}

/// Returns the objects of a rendered text in its order; documents without content are left out.
///
/// # Errors
/// When it is no YAML; `name` says in the diagnostic which text it was.
pub fn objects<'a>(name: &str, rendered: &'a str) -> Result<Vec<Object<'a>>, Diagnostic> {
    let documents = parse_all(rendered, Profile::Go2).map_err(|error| error.diagnostic(name, rendered))?;
    let mut objects = Vec::new();
    for document in &documents {
        let root = document.root();
        let span = root.outer_span();
        if root.entries().len() == 0 && root.items().len() == 0 && root.text().is_none_or(str::is_empty) {
            continue;
        }
        let mut secrets = Vec::new();
        collect_secrets(root, "", &mut secrets);
        for (_, place) in &mut secrets {
            *place = Span::new(place.start - span.start, place.end - span.start);
        }
        secrets.sort_by_key(|(_, place)| *place);
        objects.push(Object { identity: identity(root), text: &rendered[span.start..span.end], secrets });
    }
    Ok(objects)
}

fn identity(root: Node<'_, '_>) -> Identity {
    let text = |node: Option<Node<'_, '_>>| node.and_then(Node::text).unwrap_or_default().to_owned();
    let metadata = root.get("metadata");
    Identity {
        api_version: text(root.get("apiVersion")),
        kind: text(root.get("kind")),
        namespace: text(metadata.and_then(|metadata| metadata.get("namespace"))),
        name: text(metadata.and_then(|metadata| metadata.get("name"))),
    }
}

/// Finds the values of Secrets, also inside a List, and what `kubectl apply` keeps of them in an annotation.
fn collect_secrets(node: Node<'_, '_>, path: &str, found: &mut Vec<(String, Span)>) {
    let kind = node.get("kind").and_then(Node::text).unwrap_or_default();
    if kind == "List" || kind == "SecretList" {
        for (index, item) in node.get("items").into_iter().flat_map(Node::items).enumerate() {
            collect_secrets(item, &format!("{path}/items/{index}"), found);
        }
    }
    if kind != "Secret" {
        return;
    }
    for field in ["data", "stringData"] {
        let Some(values) = node.get(field) else { continue };
        if values.resolved().layout().is_none() {
            found.push((format!("{path}/{field}"), values.outer_span()));
        }
        for (key, value) in values.entries() {
            found.push((format!("{path}/{field}/{}", key.text().unwrap_or_default()), value.outer_span()));
        }
    }
    let annotations = node.get("metadata").and_then(|metadata| metadata.get("annotations"));
    if let Some(applied) = annotations.and_then(|all| all.get("kubectl.kubernetes.io/last-applied-configuration")) {
        found.push((format!("{path}/metadata/annotations"), applied.outer_span()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_known_and_secrets_found() {
        let text = "# Source: a\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: n}\ndata:\n  a: eA==\n  \
                    b: |\n    eQ==\n---\n# nothing\n---\nkind: List\nitems:\n- kind: Secret\n  stringData: {p: q}\n";
        let objects = objects("rendered", text).unwrap();
        assert_eq!(objects.len(), 2);
        assert_eq!(objects[0].identity.to_string(), "Secret n/s");
        let secrets = |object: &Object<'_>| -> Vec<(String, String)> {
            object.secrets.iter().map(|(path, at)| (path.clone(), object.text[at.start..at.end].to_owned())).collect()
        };
        assert_eq!(secrets(&objects[0])[0], ("/data/a".to_owned(), "eA==".to_owned()));
        assert!(secrets(&objects[0])[1].1.contains("eQ=="));
        assert_eq!(secrets(&objects[1]), [("/items/0/stringData/p".to_owned(), "q".to_owned())]);
        assert!(objects[0].text.starts_with("apiVersion"));
    }
}
