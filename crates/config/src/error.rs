use towpath_model::{Diagnostic, Kind, Location};

/// Why a configuration is refused, and where.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{problem}")]
pub struct ConfigError {
    /// What is wrong.
    #[source]
    pub problem: Problem,
    /// Where it stands.
    pub location: Box<Location>,
}

/// What is wrong with a configuration. `path` is dotted: `image.files[0].to`.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Problem {
    /// The file is no YAML.
    #[error("{}", .0.message)]
    Yaml(Box<Diagnostic>),
    /// The file holds no document.
    #[error("the file is empty; expected a service's description")]
    Empty,
    /// A key that means nothing here.
    #[error("unknown key `{key}` in {within}")]
    UnknownKey {
        /// The key.
        key: String,
        /// Where it stands.
        within: String,
        /// The nearest key that is known.
        nearest: Option<String>,
        /// All keys that are known here.
        known: Vec<String>,
    },
    /// A key that must be there.
    #[error("{within} has no `{key}`")]
    MissingKey {
        /// The key.
        key: String,
        /// What lacks it.
        within: String,
    },
    /// A key that stands twice.
    #[error("key `{key}` stands twice in {within}")]
    DuplicateKey {
        /// The key.
        key: String,
        /// Where it stands.
        within: String,
    },
    /// Another type than expected.
    #[error("{path} is {found}; expected {expected}")]
    WrongType {
        /// What it is about.
        path: String,
        /// What was expected, with its article.
        expected: &'static str,
        /// What stands there, with its article.
        found: &'static str,
    },
    /// A value that cannot be.
    #[error("{path} is `{value}`; expected {expected}")]
    Value {
        /// What it is about.
        path: String,
        /// What stands there.
        value: String,
        /// What was expected.
        expected: String,
        /// What the user can do.
        hint: Option<String>,
    },
    /// Keys of which exactly one must stand.
    #[error("{within} has {found}; expected exactly one of {choices}")]
    Choice {
        /// Where.
        within: String,
        /// The keys that stand there, or `none`.
        found: String,
        /// The keys to choose from.
        choices: String,
    },
}

impl ConfigError {
    /// Returns it as a usage error with its place and a hint.
    pub fn diagnostic(&self) -> Diagnostic {
        let diagnostic = match &self.problem {
            Problem::Yaml(inner) => return (**inner).clone(),
            problem => Diagnostic::new(Kind::Usage, problem.to_string()),
        };
        let diagnostic = diagnostic.at((*self.location).clone());
        match &self.problem {
            Problem::UnknownKey { nearest: Some(nearest), .. } => diagnostic.hint(format!("did you mean `{nearest}`?")),
            Problem::UnknownKey { known, .. } => diagnostic.hint(format!("known here: {}", known.join(", "))),
            Problem::Value { hint: Some(hint), .. } => diagnostic.hint(hint),
            Problem::DuplicateKey { .. } => diagnostic.hint("remove one of them"),
            Problem::WrongType { expected: "a text", found: "a number" | "a boolean", .. } => {
                diagnostic.hint("put it in quotes")
            }
            _ => diagnostic,
        }
    }
}

impl From<ConfigError> for Diagnostic {
    fn from(error: ConfigError) -> Self {
        error.diagnostic()
    }
}
