use std::fmt;

/// Where an environment's digest stands: a file of the repository and a place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The path of the file, `/` between its parts.
    pub file: String,
    /// A JSON pointer (RFC 6901): `/image/digest`.
    pub pointer: String,
}

/// A `promotion.set` that names no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// There is no `#` with a pointer behind it.
    #[error("`{0}` is not written `FILE#/KEY/KEY`")]
    NoPointer(String),
    /// The file is absolute or climbs out of the repository.
    #[error("`{0}` is no path within the repository")]
    Path(String),
    /// Every environment would be written to the same place.
    #[error("`{0}` does not name {{env}}, so that all environments would share one digest")]
    Shared(String),
}

impl Target {
    /// Returns the place that `set` names for a service and an environment; `{service}` and `{env}` stand for them.
    ///
    /// # Errors
    /// When it is not a relative path, `#` and a JSON pointer, or is the same for every environment.
    pub fn parse(set: &str, service: &str, environment: &str) -> Result<Self, TargetError> {
        if !set.contains("{env}") {
            return Err(TargetError::Shared(set.to_owned()));
        }
        let named = set.replace("{service}", service).replace("{env}", environment);
        let parts = named.split_once('#').filter(|(_, pointer)| pointer.len() > 1 && pointer.starts_with('/'));
        let (file, pointer) = parts.ok_or_else(|| TargetError::NoPointer(set.to_owned()))?;
        let climbs = file.split('/').any(|part| matches!(part, "" | "." | ".." | ".git"));
        if climbs || file.contains(['\0', '\\', '{', '}']) {
            return Err(TargetError::Path(file.to_owned()));
        }
        Ok(Self { file: file.to_owned(), pointer: pointer.to_owned() })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.file, self.pointer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_for_one_environment() {
        let target = Target::parse("apps/{service}/{env}/values.yaml#/image/digest", "shop", "prod").unwrap();
        assert_eq!(target.to_string(), "apps/shop/prod/values.yaml#/image/digest");
        for (set, message) in [
            ("{env}.yaml", "`{env}.yaml` is not written `FILE#/KEY/KEY`"),
            ("{env}.yaml#", "`{env}.yaml#` is not written `FILE#/KEY/KEY`"),
            ("{env}.yaml#image", "`{env}.yaml#image` is not written `FILE#/KEY/KEY`"),
            ("/{env}.yaml#/a", "`/prod.yaml` is no path within the repository"),
            ("../{env}.yaml#/a", "`../prod.yaml` is no path within the repository"),
            ("{team}/{env}.yaml#/a", "`{team}/prod.yaml` is no path within the repository"),
            ("a.yaml#/a", "`a.yaml#/a` does not name {env}, so that all environments would share one digest"),
        ] {
            assert_eq!(Target::parse(set, "shop", "prod").unwrap_err().to_string(), message);
        }
    }
}
