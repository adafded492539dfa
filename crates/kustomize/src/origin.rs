//! What `buildMetadata` writes into annotations.

use towpath_yaml::{Dialect, Emitter};

use crate::{data, node::Value, remote::RepositoryAddress, resource::Resource};

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
                path: match joined("", &address.directory) {
                    // The root of a repository is called by the name of the folder that kustomize has not made yet.
                    root if root.is_empty() => "notCloned".to_owned(),
                    path => path,
                },
                repository: address.clone_address(),
                reference: address.reference.unwrap_or_default(),
            },
            Err(_) => Self { path: joined(&self.path, path), ..self.clone() },
        }
    }

    /// Returns the same without the path, as for what a plugin made.
    fn without_path(&self) -> Self {
        Self { path: String::new(), ..self.clone() }
    }
}

/// Where a resource came from, or what changed it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Note {
    /// The file that it was read from, or the file with the configuration of what made or changed it.
    way: Way,
    /// What made or changed it.
    configured: Option<Configuration>,
}

/// A configuration of a plugin: a field of a kustomization file, or an object of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Configuration {
    api_version: String,
    kind: String,
    /// Empty for a field.
    name: String,
    namespace: String,
}

impl Note {
    pub(crate) const ORIGIN: &'static str = "config.kubernetes.io/origin";
    pub(crate) const TRANSFORMATIONS: &'static str = "alpha.config.kubernetes.io/transformations";

    pub(crate) fn of_file(way: Way) -> Self {
        Self { way, configured: None }
    }

    pub(crate) fn of_plugin(way: Way, plugin: &'static str) -> Self {
        let (api_version, kind) = ("builtin".to_owned(), plugin.to_owned());
        Self { way, configured: Some(Configuration { api_version, kind, ..Configuration::default() }) }
    }

    /// Returns what is written of the work of the plugin that `resource`, whose own origin this is, configures.
    pub(crate) fn of_configuration(&self, resource: &Resource) -> Self {
        let configured = Configuration {
            api_version: resource.gvk().api_version(),
            kind: resource.kind().to_owned(),
            name: resource.name().to_owned(),
            namespace: resource.namespace().to_owned(),
        };
        let way = if self.configured.is_some() { self.way.without_path() } else { self.way.clone() };
        Self { way, configured: Some(configured) }
    }

    /// Reads what [`Note::to_yaml`] writes.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let Ok(Value::Map(entries)) = data::from_yaml(text) else { return None };
        let field = |entries: &[(String, Value)], name: &str| match entries.iter().find(|(key, _)| key == name) {
            Some((_, Value::Text(text))) => text.clone(),
            _ => String::new(),
        };
        let configured = entries.iter().find_map(|(key, value)| match (key.as_str(), value) {
            ("configuredBy", Value::Map(by)) => Some(Configuration {
                api_version: field(by, "apiVersion"),
                kind: field(by, "kind"),
                name: field(by, "name"),
                namespace: field(by, "namespace"),
            }),
            _ => None,
        });
        let path = field(&entries, if configured.is_some() { "configuredIn" } else { "path" });
        let way = Way { path, repository: field(&entries, "repo"), reference: field(&entries, "ref") };
        Some(Self { way, configured })
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
        let (read, configured) = if self.configured.is_some() { ("", path.as_str()) } else { (path.as_str(), "") };
        emitter.start_map();
        for (name, value) in [("path", read), ("repo", repository), ("ref", reference), ("configuredIn", configured)] {
            if !value.is_empty() {
                emitter.str(name);
                emitter.str(value);
            }
        }
        if let Some(by) = &self.configured {
            emitter.str("configuredBy");
            emitter.start_map();
            for (key, value) in
                [("apiVersion", &by.api_version), ("kind", &by.kind), ("name", &by.name), ("namespace", &by.namespace)]
            {
                if !value.is_empty() {
                    emitter.str(key);
                    emitter.str(value);
                }
            }
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
