//! What `buildMetadata` writes into annotations.

use towpath_yaml::{Dialect, Emitter};

use crate::remote::RepositoryAddress;

/// Where a build has come to, as `buildMetadata` writes it down.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Way {
    /// Relative to where the build began, or to the root of the repository.
    path: String,
    /// What git cloned; empty for local files.
    repository: String,
    reference: String,
}

impl Way {
    /// Returns the way on to what a kustomization file names.
    ///
    /// Source: kustomize `Origin.Append` in `api/resource/origin.go` 0.21.1.
    pub(crate) fn on_to(&self, path: &str) -> Self {
        match RepositoryAddress::parse(path) {
            Ok(address) => Self {
                path: joined("", &address.directory),
                repository: address.clone_address(),
                reference: address.reference.unwrap_or_default(),
            },
            Err(_) => Self { path: joined(&self.path, path), ..self.clone() },
        }
    }
}

/// Where a resource came from, or what changed it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Note {
    /// The file that it was read from, or the kustomization file whose field made or changed it.
    way: Way,
    /// Kustomize's name of that field's plugin.
    plugin: Option<&'static str>,
}

impl Note {
    pub(crate) const ORIGIN: &'static str = "config.kubernetes.io/origin";
    pub(crate) const TRANSFORMATIONS: &'static str = "alpha.config.kubernetes.io/transformations";

    pub(crate) fn of_file(way: Way) -> Self {
        Self { way, plugin: None }
    }

    pub(crate) fn of_plugin(way: Way, plugin: &'static str) -> Self {
        Self { way, plugin: Some(plugin) }
    }

    pub(crate) fn to_yaml(&self) -> String {
        let mut emitter = Emitter::new(Dialect::Go3Compact);
        self.emit(&mut emitter);
        emitter.finish()
    }

    pub(crate) fn list_to_yaml(notes: &[Self]) -> String {
        let mut emitter = Emitter::new(Dialect::Go3Compact);
        emitter.start_list();
        for note in notes {
            note.emit(&mut emitter);
        }
        emitter.end_list();
        emitter.finish()
    }

    fn emit(&self, emitter: &mut Emitter) {
        let Way { path, repository, reference } = &self.way;
        let (read, configured) = if self.plugin.is_some() { ("", path.as_str()) } else { (path.as_str(), "") };
        emitter.start_map();
        for (name, value) in [("path", read), ("repo", repository), ("ref", reference), ("configuredIn", configured)] {
            if !value.is_empty() {
                emitter.str(name);
                emitter.str(value);
            }
        }
        if let Some(plugin) = self.plugin {
            emitter.str("configuredBy");
            emitter.start_map();
            emitter.str("apiVersion");
            emitter.str("builtin");
            emitter.str("kind");
            emitter.str(plugin);
            emitter.end_map();
        }
        emitter.end_map();
    }
}

/// Returns a path relative to where the build began, as `filepath.Join` cleans it.
fn joined(base: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
