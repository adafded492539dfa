//! What a file has held.

use git2::{ErrorCode, Oid};

use super::LocalForge;
use crate::{CommitId, Error, Version};

/// How many commits are looked at.
const MOST_COMMITS: usize = 10_000;
/// How many versions are returned.
const MOST_VERSIONS: usize = 100;

impl LocalForge {
    pub(super) fn versions_of(&self, branch: &str, path: &str) -> Result<Vec<Version>, Error> {
        let mut versions = Vec::new();
        let mut at = self.tip(branch)?.0;
        let (mut tree, mut blob) = self.blob_at(at, path)?;
        for _ in 0..MOST_COMMITS {
            let commit = self.repository.find_commit(at).map_err(|source| self.git(source))?;
            let Ok(parent) = commit.parent_id(0) else {
                versions.extend(self.version(at, blob, path)?);
                break;
            };
            let (before, held) = match self.tree_of(parent)? {
                same if same == tree => (tree, blob),
                _ => self.blob_at(parent, path)?,
            };
            if held != blob {
                versions.extend(self.version(at, blob, path)?);
                if versions.len() == MOST_VERSIONS {
                    break;
                }
            }
            (at, tree, blob) = (parent, before, held);
        }
        Ok(versions)
    }

    /// Returns a commit's tree and the blob at `path`, if one stands there.
    fn blob_at(&self, commit: Oid, path: &str) -> Result<(Oid, Option<Oid>), Error> {
        let git = |source| self.git(source);
        let tree = self.repository.find_commit(commit).and_then(|commit| commit.tree()).map_err(git)?;
        match tree.get_path(path.as_ref()) {
            Ok(entry) => Ok((tree.id(), Some(entry.id()))),
            Err(error) if error.code() == ErrorCode::NotFound => Ok((tree.id(), None)),
            Err(source) => Err(self.git(source)),
        }
    }

    /// Returns the version that `commit` brought; nothing where it took the file away.
    fn version(&self, commit: Oid, blob: Option<Oid>, path: &str) -> Result<Option<Version>, Error> {
        let Some(blob) = blob else { return Ok(None) };
        Ok(Some(Version { commit: CommitId(commit), content: self.blob(blob, path)? }))
    }
}
