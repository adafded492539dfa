//! What `buildMetadata` writes into annotations.

use towpath_yaml::{Dialect, Emitter};

/// Where a resource came from, or what changed it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Note {
    /// The file it was read from.
    path: String,
    /// The kustomization file whose field made or changed it, with kustomize's name of that field's plugin.
    configured: Option<(String, &'static str)>,
}

impl Note {
    pub(crate) const ORIGIN: &'static str = "config.kubernetes.io/origin";
    pub(crate) const TRANSFORMATIONS: &'static str = "alpha.config.kubernetes.io/transformations";

    pub(crate) fn of_file(path: String) -> Self {
        Self { path, configured: None }
    }

    pub(crate) fn of_plugin(file: String, plugin: &'static str) -> Self {
        Self { path: String::new(), configured: Some((file, plugin)) }
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
        emitter.start_map();
        if !self.path.is_empty() {
            emitter.str("path");
            emitter.str(&self.path);
        }
        if let Some((file, plugin)) = &self.configured {
            emitter.str("configuredIn");
            emitter.str(file);
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
pub(crate) fn joined(base: &str, path: &str) -> String {
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
