//! What a kustomization file names outside of its own files: repositories, files at an address, charts.

mod address;
mod query;
mod session;

use std::sync::Arc;

use towpath_model::{Diagnostic, Digest, FileTree};

pub use address::{AddressError, RepositoryAddress, Submodules};
pub(crate) use session::{Session, shown};

/// Fetches what is remote.
///
/// What it returns of one address stays the same during a build.
pub trait Remote: Send + Sync {
    /// Returns what stands at an `http://` or `https://` address.
    ///
    /// # Errors
    /// When nothing stands there, or it cannot be had.
    fn file(&self, address: &str) -> Result<Arc<[u8]>, Diagnostic>;

    /// Returns the files of a repository at its revision, the whole of it.
    ///
    /// # Errors
    /// When there is no such repository or revision, or it cannot be had.
    fn repository(&self, address: &RepositoryAddress) -> Result<Repository, Diagnostic>;
}

/// A repository at a revision.
#[derive(Debug, Clone)]
pub struct Repository {
    /// Its files.
    pub tree: FileTree,
    /// The full id of the commit.
    pub commit: String,
}

/// Something that a build took from outside of its tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fetched {
    /// What was named, without user and password.
    pub address: String,
    /// What stood there.
    pub pin: Pin,
}

/// What pins something that was fetched: the same pin is the same content.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pin {
    /// The full id of a commit.
    Commit(String),
    /// The digest of a file, or of a packed chart.
    Content(Digest),
}

/// Tells whether a path is an address of a file on the web.
///
/// Source: kustomize `IsRemoteFile` in `api/internal/loader/fileloader.go` 0.21.1.
pub(crate) fn is_file_address(path: &str) -> bool {
    let Some((scheme, rest)) = path.split_once(':') else { return false };
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    is_web && !path.bytes().any(|byte| byte.is_ascii_control()) && is_escaped(rest.split('?').next().unwrap_or(""))
}

/// Tells whether each `%` begins two hexadecimal digits.
fn is_escaped(text: &str) -> bool {
    text.split('%').skip(1).all(|part| part.len() >= 2 && part.bytes().take(2).all(|byte| byte.is_ascii_hexdigit()))
}
