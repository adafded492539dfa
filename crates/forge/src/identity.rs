use std::fmt;

use crate::Error;

/// What makes two promotions the same pull request: the branch it goes into, the service and the environment.
///
/// The repository is the fourth part; it is the forge itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    base: String,
    service: String,
    environment: String,
}

impl Identity {
    /// Returns the identity of promotions of `service` to `environment` by way of the branch `base`.
    ///
    /// # Errors
    /// When a name cannot stand in a branch: service and environment are letters, digits, `.`, `_` and `-`.
    pub fn new(base: &str, service: &str, environment: &str) -> Result<Self, Error> {
        for name in [service, environment] {
            let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
            let lock = std::path::Path::new(name).extension().is_some_and(|end| end == "lock");
            if !plain
                || name.is_empty()
                || name.len() > 100
                || name.starts_with(['.', '-'])
                || name.contains("..")
                || lock
            {
                return Err(Error::BadName { name: name.chars().take(120).collect() });
            }
        }
        if base.len() > 200 || !git2::Reference::is_valid_name(&format!("refs/heads/{base}")) {
            return Err(Error::BadName { name: base.chars().take(120).collect() });
        }
        Ok(Self { base: base.to_owned(), service: service.to_owned(), environment: environment.to_owned() })
    }

    /// Returns the branch that promotions are merged into.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Returns the service's name.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Returns the environment's name.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// Returns the branch that the promotion stands on: `towpath/<service>/<environment>`.
    pub fn branch(&self) -> String {
        format!("towpath/{}/{}", self.service, self.environment)
    }

    /// Returns the folder of this identity in the ledger; two identities never share one.
    pub(crate) fn folder(&self) -> String {
        use fmt::Write as _;
        let mut folder = format!("{}/{}/", self.service, self.environment);
        for byte in self.base.bytes() {
            if byte.is_ascii_alphanumeric() || b"_-".contains(&byte) {
                folder.push(char::from(byte));
            } else {
                // Writing to a String cannot fail.
                let _ = write!(folder, "%{byte:02X}");
            }
        }
        folder
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {} by way of {}", self.service, self.environment, self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_be_confused_are_refused() {
        assert_eq!(Identity::new("release/1.x", "shop", "prod").unwrap().folder(), "shop/prod/release%2F1%2Ex");
        for bad in ["", "a/b", ".git", "-x", "a..b", "x.lock", "ü", "a b"] {
            let message = Identity::new("main", bad, "prod").unwrap_err().to_string();
            assert_eq!(message, format!("`{bad}` cannot stand in the name of a branch"));
        }
        assert!(Identity::new("a..b", "shop", "prod").is_err());
    }
}
