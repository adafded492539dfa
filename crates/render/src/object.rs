use towpath_model::{Diagnostic, difference::Identity};
use towpath_yaml::{Node, Profile, parse_all};

/// One object of a rendered text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object<'a> {
    /// What it is known by.
    pub identity: Identity,
    /// Its text, without `---` and without comments before it.
    pub text: &'a str,
}

/// Returns the objects of a rendered text in its order; documents without content are left out.
///
/// # Errors
/// When it is no YAML; `name` says in the diagnostic which text it was.
pub fn objects<'a>(name: &str, rendered: &'a str) -> Result<Vec<Object<'a>>, Diagnostic> {
    let documents = parse_all(rendered, Profile::Go2).map_err(|error| error.diagnostic(name, rendered))?;
    let roots = documents.iter().map(towpath_yaml::Document::root).filter(|root| !is_empty(*root));
    let object = |root: Node<'_, '_>| {
        let span = root.outer_span();
        Object { identity: identity(root), text: &rendered[span.start..span.end] }
    };
    Ok(roots.map(object).collect())
}

/// Returns whether a document has no content, as one of comments alone.
pub(crate) fn is_empty(root: Node<'_, '_>) -> bool {
    root.entries().len() == 0 && root.items().len() == 0 && root.text().is_none_or(str::is_empty)
}

pub(crate) fn identity(root: Node<'_, '_>) -> Identity {
    let text = |node: Option<Node<'_, '_>>| node.and_then(Node::text).unwrap_or_default().to_owned();
    let metadata = root.get("metadata");
    Identity {
        api_version: text(root.get("apiVersion")),
        kind: text(root.get("kind")),
        namespace: text(metadata.and_then(|metadata| metadata.get("namespace"))),
        name: text(metadata.and_then(|metadata| metadata.get("name"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_known() {
        let text = "# Source: a\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: n}\n---\n# nothing\n---\nkind: A\n";
        let objects = objects("rendered", text).unwrap();
        let told: Vec<_> = objects.iter().map(|object| object.identity.to_string()).collect();
        assert_eq!(told, ["Secret n/s", "A"]);
        assert!(objects[0].text.starts_with("apiVersion"));
    }
}
