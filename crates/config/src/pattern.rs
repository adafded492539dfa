use std::fmt;

/// A text with the placeholders `{service}` and `{env}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Returns the pattern, or the placeholder in it that means nothing.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let end = rest[open..].find('}').map_or(rest.len(), |close| open + close + 1);
            let placeholder = &rest[open..end];
            if !["{service}", "{env}"].contains(&placeholder) {
                return Err(placeholder.to_owned());
            }
            rest = &rest[end..];
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the text for a service and an environment.
    pub fn expand(&self, service: &str, environment: &str) -> String {
        self.0.replace("{service}", service).replace("{env}", environment)
    }

    /// Returns whether the text differs between environments.
    pub fn names_environment(&self) -> bool {
        self.0.contains("{env}")
    }

    /// Returns the text as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
