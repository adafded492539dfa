//! What the files of an environment are called.

use std::collections::{BTreeMap, BTreeSet};

use towpath_model::{Diagnostic, Digest, difference::Identity};

use crate::objects;

/// How an environment is laid into files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// `SERVICE/ENVIRONMENT.yaml`
    #[default]
    Service,
    /// `SERVICE/ENVIRONMENT/KIND-NAME.yaml`, in lower case; documents that would share a name get a number from the second on.
    Document,
}

/// A file's name may have this many bytes in front of `.yaml`.
const LONGEST_NAME: usize = 200;

/// Returns the path of the single file of an environment below the folder.
pub fn file(service: &str, environment: &str) -> String {
    format!("{service}/{environment}.yaml")
}

/// Returns the files of an environment by their paths below the folder.
///
/// # Errors
/// When documents are asked for and `text` is no YAML.
pub fn files<'t>(
    layout: Layout,
    service: &str,
    environment: &str,
    text: &'t str,
) -> Result<BTreeMap<String, &'t str>, Diagnostic> {
    if layout == Layout::Service {
        return Ok(BTreeMap::from([(file(service, environment), text)]));
    }
    let mut files = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for document in documents(text) {
        let whole = format!("{service} in {environment}");
        // A comment alone is no document.
        let Some(object) = objects(&whole, document)?.into_iter().next() else { continue };
        let name = file_name(&object.identity, &mut taken);
        files.insert(format!("{service}/{environment}/{name}.yaml"), document);
    }
    Ok(files)
}

/// Returns the documents of a text with the comments in front of each, without what separates them.
///
/// A line that begins with `---` separates wherever it stands: no scalar can hold one.
fn documents(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut from = 0;
        for line in text.split_inclusive('\n') {
            if line.strip_prefix("---").is_some_and(|end| end.trim().is_empty()) {
                rest = Some(&text[from + line.len()..]);
                return Some(&text[..from]);
            }
            from += line.len();
        }
        rest = None;
        Some(text)
    })
    .filter(|document| !document.trim().is_empty())
}

fn file_name(identity: &Identity, taken: &mut BTreeSet<String>) -> String {
    let kind = if identity.kind.is_empty() { "document" } else { &identity.kind };
    let whole = if identity.name.is_empty() { kind.to_owned() } else { format!("{kind}-{}", identity.name) };
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let mut name: String = whole.chars().map(|c| plain(c.to_ascii_lowercase())).collect();
    if name.len() > LONGEST_NAME {
        let digest = Digest::of(whole.as_bytes()).hex();
        name.truncate(LONGEST_NAME - 13);
        name = format!("{name}-{}", &digest[..12]);
    }
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let free = std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or(name);
    taken.insert(free.clone());
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_get_names_that_never_meet() {
        let text = "---\n# Source: a\nkind: ConfigMap\nmetadata: {name: A, namespace: x}\ndata:\n  t: |\n    ---\n---\n# nothing\n\
                    ---\nkind: ConfigMap\nmetadata: {name: a, namespace: y}\n---\nkind: ConfigMap\nmetadata: {name: a-2}\n---\n\
                    kind: Role\nmetadata: {name: 'system:x/y'}\n---\nx: 1\n";
        let files = files(Layout::Document, "shop", "dev", text).unwrap();
        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "shop/dev/configmap-a-2-2.yaml",
                "shop/dev/configmap-a-2.yaml",
                "shop/dev/configmap-a.yaml",
                "shop/dev/document.yaml",
                "shop/dev/role-system_x_y.yaml"
            ]
        );
        assert!(files["shop/dev/configmap-a.yaml"].starts_with("# Source: a\nkind: ConfigMap\n"));
        assert!(files["shop/dev/configmap-a.yaml"].ends_with("    ---\n"), "a scalar keeps its dashes");
        let long = format!("kind: Job\nmetadata: {{name: {}}}\n", "n".repeat(300));
        let files = super::files(Layout::Document, "s", "e", &long).unwrap();
        assert!(files.keys().all(|name| name.len() < 250), "{files:?}");
    }

    #[test]
    fn a_service_is_one_file_an_environment() {
        let files = files(Layout::Service, "shop", "dev", "a: 1\n").unwrap();
        assert_eq!(files, BTreeMap::from([("shop/dev.yaml".to_owned(), "a: 1\n")]));
    }
}
