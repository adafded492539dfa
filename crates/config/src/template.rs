use std::fmt;

/// A text with `{env}` and `{service}` in it, such as `deploy/values-{env}.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Template(String);

/// A placeholder that is none of the known ones, or a brace that is never closed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Something else than `{env}` and `{service}`.
    #[error("unknown placeholder `{{{0}}}`")]
    Unknown(String),
    /// A `{` without `}`.
    #[error("`{{` is never closed in `{0}`")]
    Open(String),
}

impl Template {
    /// Returns the template that `text` is.
    ///
    /// # Errors
    /// When it holds another placeholder, or a `{` without its `}`.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut rest = text;
        while let Some((_, behind)) = rest.split_once('{') {
            let (name, after) = behind.split_once('}').ok_or_else(|| TemplateError::Open(text.to_owned()))?;
            if !matches!(name, "env" | "service") {
                return Err(TemplateError::Unknown(name.to_owned()));
            }
            rest = after;
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the text with the environment's and the service's name put in.
    pub fn expand(&self, service: &str, environment: &str) -> String {
        // The service's name cannot hold a brace, so one replacement cannot make work for the other.
        self.0.replace("{service}", service).replace("{env}", environment)
    }

    /// Returns it as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether it differs from environment to environment.
    pub fn varies(&self) -> bool {
        self.0.contains("{env}")
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
