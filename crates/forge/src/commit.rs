use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The id of a commit: 40 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CommitId(pub(crate) git2::Oid);

/// A text that is not a whole commit id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("commit `{0}` is not 40 hexadecimal digits")]
pub struct CommitIdError(String);

impl CommitId {
    /// Returns the first 12 digits, as people read them.
    pub fn short(&self) -> String {
        self.to_string().chars().take(12).collect()
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for CommitId {
    type Err = CommitIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let whole = text.len() == 40;
        whole
            .then(|| git2::Oid::from_str(text).ok())
            .flatten()
            .map(Self)
            .ok_or_else(|| CommitIdError(text.chars().take(120).collect()))
    }
}

impl TryFrom<String> for CommitId {
    type Error = CommitIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CommitId> for String {
    fn from(id: CommitId) -> Self {
        id.to_string()
    }
}

/// Who a commit is by, written `Name <address>`; `Towpath <towpath@localhost>` unless told otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    name: String,
    email: String,
}

/// A text that names no author.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("author `{0}` is not written `Name <address>`")]
pub struct AuthorError(String);

impl Author {
    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the address.
    pub fn email(&self) -> &str {
        &self.email
    }
}

impl Default for Author {
    fn default() -> Self {
        Self { name: "Towpath".to_owned(), email: "towpath@localhost".to_owned() }
    }
}

impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} <{}>", self.name, self.email)
    }
}

impl FromStr for Author {
    type Err = AuthorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.trim().strip_suffix('>').and_then(|rest| rest.split_once('<'));
        let (name, email) = parts.map_or(("", ""), |(name, email)| (name.trim(), email.trim()));
        let unfit = |part: &str| part.is_empty() || part.contains(|c: char| c.is_control() || matches!(c, '<' | '>'));
        if unfit(name) || unfit(email) || text.len() > 300 {
            return Err(AuthorError(text.chars().take(120).collect()));
        }
        Ok(Self { name: name.to_owned(), email: email.to_owned() })
    }
}

/// By whom and when: the same stamp over the same content gives the same commit id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Author and committer.
    pub author: Author,
    /// Seconds since 1970-01-01 00:00 UTC.
    pub seconds: i64,
}

/// A file's whole new content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The path in the repository, `/` between its parts; a file that is there keeps its mode.
    pub path: String,
    /// The bytes.
    pub content: Vec<u8>,
}

/// What a file held from a commit on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The commit that brought it.
    pub commit: CommitId,
    /// The bytes.
    pub content: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors_and_commits_are_read_strictly() {
        let author: Author = "Jo Doe <jo@example.com>".parse().unwrap();
        assert_eq!((author.name(), author.email()), ("Jo Doe", "jo@example.com"));
        assert_eq!(Author::default().to_string().parse(), Ok(Author::default()));
        for bad in ["", "Jo", "<jo@example.com>", "Jo <>", "Jo <a> <b>", "J\no <a@b>"] {
            let message = bad.parse::<Author>().unwrap_err().to_string();
            assert_eq!(message, format!("author `{bad}` is not written `Name <address>`"));
        }
        for bad in ["", "abc", "g000000000000000000000000000000000000000"] {
            let message = bad.parse::<CommitId>().unwrap_err().to_string();
            assert_eq!(message, format!("commit `{bad}` is not 40 hexadecimal digits"));
        }
    }
}
