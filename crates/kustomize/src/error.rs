use std::sync::Arc;

use towpath_model::{Diagnostic, Kind, Location, SourceError, TreePath};

use crate::{
    fieldspec::{Conflict, FieldError},
    node::{Missing, NoValue},
    patch::{MergeError, OperationError},
    selector::SelectorError,
};

/// Why a directory cannot be built.
///
/// The texts of kustomize are kept where they say what is wrong; the place comes with [`KustomizeError::diagnostic`].
#[derive(Debug, thiserror::Error)]
pub enum KustomizeError {
    /// What was being done when something below went wrong.
    #[error("{doing}")]
    While {
        /// What was being done.
        doing: String,
        /// What went wrong.
        #[source]
        source: Box<KustomizeError>,
    },
    /// The tree could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A directory has no kustomization file.
    #[error("unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{0}'")]
    NoKustomization(TreePath),
    /// A directory has several kustomization files.
    #[error("Found multiple kustomization files under: {0}")]
    ManyKustomizations(TreePath),
    /// A field of a configuration file is wrong.
    #[error("{message}")]
    Field {
        /// What is wrong.
        message: String,
        /// Where it stands.
        location: Box<Location>,
        /// What can be done.
        hints: Vec<String>,
    },
    /// A path that a configuration file names is not there, not allowed or of the wrong kind.
    #[error("{message}")]
    Path {
        /// What is wrong.
        message: String,
        /// Where it is named.
        location: Box<Location>,
        /// What can be done.
        hints: Vec<String>,
    },
    /// A file holds no YAML.
    #[error("{0}")]
    Yaml(Box<YamlProblem>),
    /// An object of a file is not usable.
    #[error("{message}")]
    Object {
        /// What is wrong.
        message: String,
        /// Where the object stands.
        location: Box<Location>,
    },
    /// Resources do not fit together.
    #[error("{0}")]
    Resources(String),
    /// A resource of one file cannot be transformed or written.
    #[error("{problem}")]
    Resource {
        /// What is wrong.
        problem: Box<Problem>,
        /// The resource, as kustomize names it.
        id: String,
        /// The file that it came from.
        file: TreePath,
    },
    /// What is outside of the tree could not be had: a repository, a file on the web, a chart.
    #[error("{}", .0.message)]
    Outside(Box<Diagnostic>),
    /// More was asked for than is allowed.
    #[error("{0}")]
    Limit(String),
}

/// A text that is no YAML, with what the reader said.
#[derive(Debug, Clone, thiserror::Error)]
#[error("MalformedYAMLError: {error} in File: {file}")]
pub struct YamlProblem {
    /// The file.
    pub file: String,
    /// What the reader said.
    #[source]
    pub error: towpath_yaml::Error,
    /// The same with its place.
    pub diagnostic: Diagnostic,
}

/// What is wrong with one resource.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Problem {
    /// A field spec does not apply.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A strategic merge patch does not apply.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// A JSON patch does not apply.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// A path cannot be followed.
    #[error(transparent)]
    Path(#[from] Missing),
    /// The resource cannot be written.
    #[error(transparent)]
    Value(#[from] NoValue),
    /// A selector cannot be used.
    #[error(transparent)]
    Selector(#[from] SelectorError),
    /// Anything else.
    #[error("{0}")]
    Other(Arc<str>),
}

impl From<Conflict> for KustomizeError {
    fn from(conflict: Conflict) -> Self {
        Self::Resources(conflict.to_string())
    }
}

impl KustomizeError {
    /// Adds what was being done.
    #[must_use]
    pub(crate) fn during(self, doing: impl Into<String>) -> Self {
        Self::While { doing: doing.into(), source: Box::new(self) }
    }

    pub(crate) fn outside(diagnostic: Diagnostic) -> Self {
        Self::Outside(Box::new(diagnostic))
    }

    /// Adds why it is no file either.
    pub(crate) fn beside(self, as_file: &Diagnostic) -> Self {
        let mut own = self.diagnostic();
        own.causes.push(format!("as a file: {}", as_file.message));
        own.causes.extend(as_file.causes.iter().cloned());
        Self::outside(own)
    }

    /// Says where something outside is named, unless the error has a place already.
    pub(crate) fn named(mut self, location: Location) -> Self {
        match &mut self {
            Self::Outside(diagnostic) if diagnostic.location.is_none() => {
                diagnostic.location = Some(Box::new(location));
                self
            }
            Self::Resources(message) => {
                let message = std::mem::take(message);
                Self::Path { message, location: Box::new(location), hints: Vec::new() }
            }
            _ => self,
        }
    }

    /// Gives an error in a configuration the place where that configuration is written.
    pub(crate) fn at(mut self, place: &Location) -> Self {
        match &mut self {
            Self::Field { location, .. } | Self::Path { location, .. } | Self::Object { location, .. } => {
                **location = place.clone();
            }
            Self::Yaml(problem) => problem.diagnostic.location = Some(Box::new(place.clone())),
            _ => {}
        }
        self
    }

    /// Returns the innermost error, which says what is wrong.
    pub fn root(&self) -> &Self {
        match self {
            Self::While { source, .. } => source.root(),
            other => other,
        }
    }

    /// Returns what is wrong, with its place if one is known, what was being done, and hints.
    pub fn diagnostic(&self) -> Diagnostic {
        let root = self.root();
        let mut diagnostic = match root {
            Self::Yaml(problem) => problem.diagnostic.clone(),
            Self::Source(error) => Diagnostic::from_error(Kind::Remote, error),
            Self::Outside(diagnostic) => (**diagnostic).clone(),
            other => Diagnostic::new(Kind::Usage, other.to_string()),
        };
        match root {
            Self::Field { location, hints, .. } | Self::Path { location, hints, .. } => {
                diagnostic.location = Some(location.clone());
                diagnostic.hints.clone_from(hints);
            }
            Self::Object { location, .. } => diagnostic.location = Some(location.clone()),
            Self::Resource { id, file, .. } => diagnostic.causes.push(format!("in {id} of {file}")),
            Self::NoKustomization(directory) => {
                diagnostic.hints.push(format!("write {directory}/kustomization.yaml, or name another directory"));
            }
            _ => {}
        }
        let mut at = self;
        let mut doing = Vec::new();
        while let Self::While { doing: text, source } = at {
            doing.push(text.clone());
            at = source;
        }
        diagnostic.causes.splice(0..0, doing);
        diagnostic
    }
}
