use std::fmt;

/// A path inside a [`FileTree`](super::FileTree): relative, `/` between its parts, no empty part, no `.`, no `..`; the root is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TreePath(pub(super) String);

/// A path that leaves the tree or cannot stand in one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// `..` climbs above the root.
    #[error("path `{0}` leaves the tree")]
    Outside(String),
    /// An absolute path.
    #[error("path `{0}` is absolute; expected one relative to the tree")]
    Absolute(String),
}

impl TreePath {
    /// Returns the root.
    pub fn root() -> Self {
        Self::default()
    }

    /// Returns `text` in its normal form; `.`, `//` and inner `..` are resolved.
    ///
    /// # Errors
    /// When it is absolute or leaves the tree.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        Self::root().join(text)
    }

    /// Returns `relative` as seen from this directory.
    ///
    /// # Errors
    /// When it is absolute or leaves the tree.
    pub fn join(&self, relative: &str) -> Result<Self, PathError> {
        if relative.starts_with('/') {
            return Err(PathError::Absolute(relative.to_owned()));
        }
        if !relative.contains('/') && !matches!(relative, "" | "." | "..") {
            let inner = if self.0.is_empty() { relative.to_owned() } else { [&self.0, "/", relative].concat() };
            return Ok(Self(inner));
        }
        if self.0.is_empty() && relative.split('/').all(|part| !matches!(part, "" | "." | "..")) {
            return Ok(Self(relative.to_owned()));
        }
        let mut parts: Vec<&str> = self.0.split('/').filter(|part| !part.is_empty()).collect();
        for part in relative.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop().ok_or_else(|| PathError::Outside(relative.to_owned()))?;
                }
                part => parts.push(part),
            }
        }
        Ok(Self(parts.join("/")))
    }

    /// Returns the path as text; empty for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the directory that holds it; the root's is the root.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self(self.0.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned())
    }

    /// Returns the last part; empty for the root.
    pub fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// Returns this path relative to `base`, or nothing if it does not stand below it.
    pub fn strip(&self, base: &Self) -> Option<&str> {
        if base.0.is_empty() {
            return Some(&self.0);
        }
        let rest = self.0.strip_prefix(&base.0)?;
        if rest.is_empty() { Some("") } else { rest.strip_prefix('/') }
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_cannot_leave_the_tree() {
        assert_eq!(TreePath::parse("a//./b/../c").unwrap().as_str(), "a/c");
        assert_eq!(TreePath::parse("a/../../b").unwrap_err().to_string(), "path `a/../../b` leaves the tree");
        assert!(TreePath::parse("/etc/passwd").is_err());
    }
}
