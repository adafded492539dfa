use serde_json::{Value, json};
use towpath_model::{Diagnostic, Digest, FileTree, Kind, Location, TreePath};
use towpath_yaml::{Node, Profile};

use super::{Asked, Found};
use crate::source::service_failed;

/// `Chart.lock`: the versions that stand for what is asked for.
pub(super) struct Lock {
    pub(super) dependencies: Vec<Locked>,
    pub(super) digest: String,
    file: &'static str,
    place: Option<Location>,
}

/// A dependency as a lock pins it.
#[derive(Debug, Clone)]
pub(super) struct Locked {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) repository: String,
}

impl Lock {
    /// Reads the lock called `file`; nothing where there is none.
    pub(super) fn read(files: &FileTree, file: &'static str) -> Result<Option<Self>, Diagnostic> {
        let path = TreePath::parse(file).unwrap_or_default();
        let Some(bytes) = files.file(&path).map_err(|error| service_failed(&error))? else { return Ok(None) };
        let text = String::from_utf8_lossy(&bytes);
        let document = towpath_yaml::parse_first(&text, Profile::Go2)
            .map_err(|error| Diagnostic::new(Kind::Usage, format!("cannot load {file}: {error}")))?;
        let Some(document) = document else { return Ok(None) };
        let root = document.root();
        let string = |node: Node<'_, '_>, key: &str| node.get(key).and_then(Node::text).unwrap_or_default().to_owned();
        let pinned = |node: Node<'_, '_>| Locked {
            name: string(node, "name"),
            version: string(node, "version"),
            repository: string(node, "repository"),
        };
        let dependencies = root.get("dependencies").into_iter().flat_map(Node::items).map(pinned).collect();
        let place = root.get("digest").map(|node| Location::of(file, &text, node.span()));
        Ok(Some(Self { dependencies, digest: string(root, "digest"), file, place }))
    }

    /// Checks that it is the lock of what is asked for; a chart of the first generation may have Helm 2's digest.
    pub(super) fn check(&self, asked: &Asked, original: Option<Digest>) -> Result<(), Diagnostic> {
        let pinned: Vec<Value> = self.dependencies.iter().map(Locked::json).collect();
        let digests = [Some(asked.digest(&pinned)), original];
        if digests.into_iter().flatten().any(|digest| digest.to_string() == self.digest) {
            return Ok(());
        }
        let message = format!(
            "the lock file ({}) is out of sync with the dependencies file ({}). Please update the dependencies",
            self.file,
            asked.file_name()
        );
        let diagnostic = Diagnostic::new(Kind::Usage, message)
            .hint("`helm dependency update`, or `towpath-render template --dependency-update`, writes it anew");
        Err(self.place.clone().into_iter().fold(diagnostic, Diagnostic::at))
    }
}

impl Locked {
    /// Returns it as Go's `encoding/json` does.
    fn json(&self) -> Value {
        pinned_json(&self.name, &self.version, &self.repository)
    }
}

/// Returns a pinned dependency as Go's `encoding/json` does.
fn pinned_json(name: &str, version: &str, repository: &str) -> Value {
    if version.is_empty() {
        return json!({ "name": name, "repository": repository });
    }
    json!({ "name": name, "version": version, "repository": repository })
}

/// Returns what was found, as the lock's digest takes it in.
pub(super) fn found_json(found: &[Found]) -> Vec<Value> {
    found.iter().map(|found| pinned_json(&found.name, &found.version, &found.repository)).collect()
}
