use std::fmt;

/// What an object is known by in a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

impl Identity {
    /// Returns the API's group: `apps` for `apps/v1`, nothing for `v1`.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
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

/// Where an object was rendered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// An environment of a service.
    Environment {
        /// The service.
        service: String,
        /// Its environment.
        environment: String,
    },
    /// A file below the folder that is compared; its path has `/`.
    File(String),
}

impl Place {
    /// Returns what stands together: the service, or the file.
    pub fn group(&self) -> &str {
        match self {
            Self::Environment { service, .. } => service,
            Self::File(path) => path,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment { service, environment } => write!(f, "{service}/{environment}"),
            Self::File(path) => f.write_str(path),
        }
    }
}
