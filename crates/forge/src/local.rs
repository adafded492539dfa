use std::path::{Path, PathBuf};

use git2::{ErrorCode, Oid, Repository};

use crate::{CommitId, Edit, Error, Identity, Merged, Proposal, Proposed, Pull, Stamp, Version};

mod history;
mod ledger;
mod merge;
mod objects;
mod propose;
mod writer;

use ledger::Ledger;

/// How often a write is tried when others move the ref meanwhile.
const ATTEMPTS: u32 = 5;

/// A bare git repository in which pull requests are refs.
pub struct LocalForge {
    repository: Repository,
    path: PathBuf,
}

impl LocalForge {
    /// Opens the bare repository at a path or a `file://` URL.
    ///
    /// # Errors
    /// When it is an address of another machine, not a repository, or one with a work tree.
    pub fn open(location: &str) -> Result<Self, Error> {
        let path = local_path(location)?;
        let repository = Repository::open(&path).map_err(|source| Error::Open { path: path.clone(), source })?;
        if !repository.is_bare() {
            return Err(Error::NotBare { path });
        }
        Ok(Self { repository, path })
    }

    /// Makes a bare repository whose branch `branch` holds one commit with `files`.
    ///
    /// A repository that stands there already is opened, and gets the commit only if the branch is missing.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn create(path: &Path, branch: &str, files: &[Edit], stamp: &Stamp) -> Result<Self, Error> {
        let mut options = git2::RepositoryInitOptions::new();
        options.bare(true).initial_head(branch).external_template(false);
        let repository =
            Repository::init_opts(path, &options).map_err(|source| Error::Open { path: path.to_owned(), source })?;
        let forge = Self { repository, path: path.to_owned() };
        let writer = forge.writer()?;
        let reference = format!("refs/heads/{branch}");
        if forge.target(&reference)?.is_none() {
            let tree = forge.tree_with(None, files)?;
            let commit = forge.commit(&[], tree, "first commit", stamp)?;
            writer.swap(&reference, None, commit)?;
        }
        drop(writer);
        Ok(forge)
    }

    /// Returns where the repository stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the branch that `HEAD` names, which is what promotions go into unless told otherwise.
    ///
    /// # Errors
    /// When `HEAD` names no branch.
    pub fn default_branch(&self) -> Result<String, Error> {
        let head = self.repository.find_reference("HEAD").map_err(|source| self.git(source))?;
        let target = head.symbolic_target().and_then(|name| name.strip_prefix("refs/heads/"));
        target.map(str::to_owned).ok_or_else(|| Error::NoBranch { branch: "HEAD".to_owned(), path: self.path.clone() })
    }

    /// Returns the newest commit of a branch.
    ///
    /// # Errors
    /// When there is no such branch.
    pub fn tip(&self, branch: &str) -> Result<CommitId, Error> {
        let none = || Error::NoBranch { branch: branch.to_owned(), path: self.path.clone() };
        self.target(&format!("refs/heads/{branch}"))?.map(CommitId).ok_or_else(none)
    }

    /// Returns a file's content at a commit, or nothing where there is no file.
    ///
    /// # Errors
    /// When it is no file or has more than 16 MiB.
    pub fn read(&self, commit: CommitId, path: &str) -> Result<Option<Vec<u8>>, Error> {
        self.file_at(commit, path)
    }

    /// Returns what the file at `path` has held on a branch, newest first, each with the commit that brought it.
    ///
    /// At most 100 versions within the last 10,000 commits of the branch's own line; empty if it never stood there.
    ///
    /// # Errors
    /// When there is no such branch.
    pub fn versions(&self, branch: &str, path: &str) -> Result<Vec<Version>, Error> {
        self.versions_of(branch, path)
    }

    /// Opens the pull request that `proposal` asks for, or brings the one that is open up to date.
    ///
    /// Its branch has one commit on top of the base, with the proposal's content. A commit that already stands there
    /// with the same parent, content and message is kept, whatever its time.
    ///
    /// # Errors
    /// [`Error::MovedBase`] when the base moved since the proposal was made: plan it again; [`Error::Foreign`] when
    /// somebody else's commits stand on the branch.
    pub fn propose(&self, proposal: &Proposal) -> Result<Proposed, Error> {
        let writer = self.writer()?;
        retry(|| self.try_propose(&writer, proposal))
    }

    /// Merges the open pull request of `identity`, if its head still is `expected`.
    ///
    /// The base is moved forward to the head where it can be; otherwise a merge commit joins both. Merging what is
    /// merged already gives the same answer again.
    ///
    /// # Errors
    /// [`Error::MovedHead`] when the head is another one; [`Error::Conflict`] when the base changed the same lines;
    /// [`Error::NoPull`] when none is open.
    pub fn merge(&self, identity: &Identity, expected: CommitId, stamp: &Stamp) -> Result<Merged, Error> {
        let writer = self.writer()?;
        retry(|| self.try_merge(&writer, identity, expected, stamp))
    }

    /// Closes the open pull request of `identity` and returns it, or nothing if none is open.
    ///
    /// # Errors
    /// When the repository cannot be written.
    pub fn close(&self, identity: &Identity, reason: &str, stamp: &Stamp) -> Result<Option<Pull>, Error> {
        let writer = self.writer()?;
        retry(|| self.try_close(&writer, identity, reason, stamp))
    }

    /// Returns the newest pull request of `identity`, whatever has become of it.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn pull(&self, identity: &Identity) -> Result<Option<Pull>, Error> {
        Ledger::load(self)?.get(identity)
    }

    /// Returns the newest pull request of every identity, sorted by service, environment and base.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn pulls(&self) -> Result<Vec<Pull>, Error> {
        Ledger::load(self)?.all()
    }

    /// Returns what a ref names, or nothing if it is not there.
    fn target(&self, reference: &str) -> Result<Option<Oid>, Error> {
        match self.repository.find_reference(reference).and_then(|found| found.resolve()) {
            Ok(found) => Ok(found.target()),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(source) => Err(self.git(source)),
        }
    }

    fn git(&self, source: git2::Error) -> Error {
        Error::Git { path: self.path.clone(), source }
    }
}

/// Does `work` again while it loses races, at most [`ATTEMPTS`] times.
fn retry<T>(work: impl Fn() -> Result<T, Error>) -> Result<T, Error> {
    for _ in 1..ATTEMPTS {
        match work() {
            Err(Error::Moved { .. }) => {}
            other => return other,
        }
    }
    work()
}

/// Returns the path that a location names.
fn local_path(location: &str) -> Result<PathBuf, Error> {
    let looks_remote = location.contains("://") || location.split('/').next().is_some_and(|first| first.contains(':'));
    if !looks_remote {
        return Ok(PathBuf::from(location));
    }
    let parsed = url::Url::parse(location).ok();
    if let Some(url) = parsed.as_ref().filter(|url| url.scheme() == "file")
        && let Ok(path) = url.to_file_path()
    {
        return Ok(path);
    }
    let location = match parsed.filter(url::Url::has_host) {
        Some(url) => format!("{}://{}{}", url.scheme(), url.host_str().unwrap_or(""), url.path()),
        None => location.rsplit('@').next().unwrap_or("").chars().take(200).collect(),
    };
    Err(Error::NotLocal { location })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_other_machines_are_refused_without_their_secrets() {
        assert_eq!(local_path("/srv/git%20ops").unwrap(), Path::new("/srv/git%20ops"));
        assert_eq!(local_path("file:///srv/git%20ops").unwrap(), Path::new("/srv/git ops"));
        for (location, shown) in [
            ("https://me:token@git.example.com/acme/gitops?x=token", "https://git.example.com/acme/gitops"),
            ("git@git.example.com:acme/gitops", "git.example.com:acme/gitops"),
            ("ssh://git@git.example.com/acme", "ssh://git.example.com/acme"),
        ] {
            let message = local_path(location).unwrap_err().to_string();
            assert_eq!(message, format!("repository `{shown}` is neither a path nor a file:// URL"));
        }
    }
}
