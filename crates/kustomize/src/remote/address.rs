use std::time::Duration;

use super::query;

/// A directory of a git repository at a revision, as kustomization files name it.
///
/// Source: kustomize `api/internal/git/repospec.go` 0.21.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryAddress {
    /// The text as it is written.
    pub written: String,
    /// Scheme, user and host up to the path: `https://github.com/`, `git@github.com:`, `file://`.
    pub host: String,
    /// The path of the repository at the host; never empty.
    pub repository: String,
    /// The directory in the repository; empty for its root, and never outside.
    pub directory: String,
    /// A branch, a tag or a commit; nothing is the default branch.
    pub reference: Option<String>,
    /// Whether submodules belong to it.
    pub submodules: Submodules,
    /// How long fetching may take; nothing where it does not say.
    pub timeout: Option<Duration>,
}

/// Whether submodules are fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Submodules {
    /// They are, and theirs.
    #[default]
    Fetched,
    /// They stay empty: `submodules=false`.
    Empty,
}

/// Why a text names no repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is an absolute path.
    #[error("uri looks like abs path: {0}")]
    Absolute(String),
    /// It has no scheme that git speaks, and is no `user@host:path`.
    #[error("failed to parse scheme")]
    Scheme,
    /// It has no host.
    #[error("failed to parse host segment")]
    Host,
    /// It names no repository at the host.
    #[error("failed to parse repo path segment")]
    Repository,
    /// Its directory is outside of the repository.
    #[error("url path exits repo: {0}")]
    Outside(String),
}

const SCHEMES: &[&str] = &["ssh://", "https://", "http://", FILE];
const FILE: &str = "file://";
/// What once chose a way of fetching.
const FORCED: &str = "git::";

impl RepositoryAddress {
    /// Returns the repository and directory that `text` names.
    ///
    /// # Errors
    /// When it names none, which is so for every path of a file or directory.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text.starts_with('/') {
            return Err(AddressError::Absolute(text.to_owned()));
        }
        let (bare, asked) = text.split_once('?').unwrap_or((text, ""));
        let (host, path) = split_host(bare)?;
        let (repository, directory) = split_path(&path, host == FILE).ok_or(AddressError::Repository)?;
        if repository.is_empty() {
            return Err(AddressError::Repository);
        }
        if leaves(directory) {
            return Err(AddressError::Outside(path.clone()));
        }
        let asked = query::parse(asked);
        Ok(Self {
            written: text.to_owned(),
            host,
            repository: repository.to_owned(),
            directory: directory.trim_start_matches('/').to_owned(),
            reference: asked.reference,
            submodules: asked.submodules,
            timeout: asked.timeout,
        })
    }

    /// Returns what git clones.
    pub fn clone_address(&self) -> String {
        [self.host.as_str(), &self.repository].concat()
    }

    /// Returns a name for people: host, path and revision, without scheme, user and password.
    pub fn shown(&self) -> String {
        let address = self.clone_address();
        let bare = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest);
        let bare = bare.rsplit_once('@').map_or(bare, |(_, rest)| rest).trim_matches('/');
        match &self.reference {
            Some(reference) => format!("{bare}@{reference}"),
            None => bare.to_owned(),
        }
    }

    pub(crate) fn is_on_this_machine(&self) -> bool {
        self.host == FILE
    }

    /// Returns whether the text begins with `git::`, which is passed over.
    pub(crate) fn is_forced(text: &str) -> bool {
        without_prefix(text, FORCED).is_some()
    }
}

/// Returns the text behind `prefix`, in any case.
fn without_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Returns the part up to the path, in its normal form, and the path.
fn split_host(text: &str) -> Result<(String, String), AddressError> {
    let text = without_prefix(text, FORCED).unwrap_or(text);
    let found = SCHEMES.iter().find_map(|scheme| Some((*scheme, without_prefix(text, scheme)?)));
    let (scheme, rest) = found.unwrap_or(("", text));
    let (user, rest) = split_user(rest);
    let is_github = ["github.com/", "github.com:"].iter().any(|host| without_prefix(rest, host).is_some());
    let is_scp = scheme.is_empty() && (!user.is_empty() || is_github);
    if scheme.is_empty() && !is_scp {
        return Err(AddressError::Scheme);
    }
    if scheme == FILE {
        return Ok((FILE.to_owned(), [user, rest].concat()));
    }
    let (host, path) = match separator(rest, is_scp) {
        Some(at) => rest.split_at(at + 1),
        None => (rest, ""),
    };
    if is_github {
        let host =
            if scheme == "ssh://" || !user.is_empty() { [user, "github.com:"] } else { ["https://", "github.com/"] };
        return Ok((host.concat(), path.to_owned()));
    }
    if host.is_empty() {
        return Err(AddressError::Host);
    }
    Ok(([scheme, user, host].concat(), path.to_owned()))
}

/// Returns the user with the `@` behind it, and the rest.
fn split_user(text: &str) -> (&str, &str) {
    let end = text.find('@').unwrap_or(0);
    let user = &text[..end];
    let is_user = user.starts_with(|c: char| c.is_ascii_alphabetic())
        && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_user { text.split_at(end + 1) } else { ("", text) }
}

/// Returns where the host ends: at the first `/`, or for `user@host:path` at a `:` before it.
fn separator(text: &str, is_scp: bool) -> Option<usize> {
    let slash = text.find('/');
    if !is_scp {
        return slash;
    }
    match (slash, text.find(':')) {
        (None, colon) => colon,
        (Some(slash), Some(colon)) if colon > 0 && colon < slash => Some(colon),
        _ => slash,
    }
}

/// Returns the path of the repository and the directory in it.
fn split_path(path: &str, is_file: bool) -> Option<(&str, &str)> {
    const MARKER: &str = "_git/";
    const SUFFIX: &str = ".git";
    if let Some(at) = path.find(MARKER) {
        let name = at + MARKER.len();
        return Some(match path[name..].find('/') {
            Some(end) => (&path[..name + end], &path[name + end + 1..]),
            None => (path, ""),
        });
    }
    if let Some(at) = path.find("//") {
        return Some((&path[..at], &path[at + 2..]));
    }
    if let Some(at) = path.find(SUFFIX) {
        return Some(path.split_at(at + SUFFIX.len()));
    }
    if is_file {
        return Some((path, ""));
    }
    let (owner, rest) = path.split_once('/')?;
    let end = rest.find('/').map_or(path.len(), |at| owner.len() + 1 + at);
    Some((&path[..end], path[end..].strip_prefix('/').unwrap_or("")))
}

/// Tells whether a directory is outside of the repository.
fn leaves(directory: &str) -> bool {
    let mut depth = 0_usize;
    for part in directory.split('/') {
        match part {
            "" | "." => {}
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}

#[cfg(test)]
mod tests;
