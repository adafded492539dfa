//! Trees and commits in memory: blobs are written, files of a work tree never.

use git2::{ErrorCode, FileMode, Oid, Signature, Time, build::TreeUpdateBuilder};

use super::LocalForge;
use crate::{CommitId, Edit, Error, Stamp};

/// The largest file that is read, in bytes.
const LARGEST: usize = 16 << 20;

impl LocalForge {
    /// Returns a file's content at a commit, or nothing where nothing stands.
    pub(super) fn file_at(&self, commit: CommitId, path: &str) -> Result<Option<Vec<u8>>, Error> {
        check_path(path)?;
        let tree = self.repository.find_commit(commit.0).and_then(|commit| commit.tree());
        let entry = match tree.map_err(|source| self.git(source))?.get_path(path.as_ref()) {
            Ok(entry) => entry,
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(source) => return Err(self.git(source)),
        };
        if !matches!(entry.filemode(), FILE | EXECUTABLE) {
            return Err(Error::NotAFile { path: path.to_owned(), commit });
        }
        self.blob(entry.id(), path).map(Some)
    }

    /// Returns a blob's bytes; `path` is for the message alone.
    pub(super) fn blob(&self, id: Oid, path: &str) -> Result<Vec<u8>, Error> {
        let header = self.repository.odb().and_then(|odb| odb.read_header(id));
        let (size, _) = header.map_err(|source| self.git(source))?;
        if size > LARGEST {
            return Err(Error::TooLarge { path: path.to_owned(), size, limit: LARGEST });
        }
        Ok(self.repository.find_blob(id).map_err(|source| self.git(source))?.content().to_vec())
    }

    /// Writes the tree of `commit` (of nothing, if absent) with `edits` on top and returns its id.
    pub(super) fn tree_with(&self, commit: Option<Oid>, edits: &[Edit]) -> Result<Oid, Error> {
        let git = |source| self.git(source);
        let repository = &self.repository;
        let baseline = if let Some(commit) = commit {
            repository.find_commit(commit).and_then(|commit| commit.tree())
        } else {
            repository
                .treebuilder(None)
                .and_then(|builder| builder.write())
                .and_then(|empty| repository.find_tree(empty))
        }
        .map_err(git)?;
        let mut update = TreeUpdateBuilder::new();
        for edit in edits {
            check_path(&edit.path)?;
            let mode = match baseline.get_path(edit.path.as_ref()).map(|entry| entry.filemode()) {
                Ok(EXECUTABLE) => FileMode::BlobExecutable,
                Ok(FILE) | Err(_) => FileMode::Blob,
                Ok(_) => {
                    let commit = CommitId(commit.unwrap_or_else(Oid::zero));
                    return Err(Error::NotAFile { path: edit.path.clone(), commit });
                }
            };
            update.upsert(edit.path.as_str(), repository.blob(&edit.content).map_err(git)?, mode);
        }
        update.create_updated(repository, &baseline).map_err(git)
    }

    /// Writes a commit that no ref names yet and returns its id.
    pub(super) fn commit(&self, parents: &[Oid], tree: Oid, message: &str, stamp: &Stamp) -> Result<Oid, Error> {
        let git = |source| self.git(source);
        let time = Time::new(stamp.seconds, 0);
        let who = Signature::new(stamp.author.name(), stamp.author.email(), &time).map_err(git)?;
        let parents: Result<Vec<_>, _> = parents.iter().map(|id| self.repository.find_commit(*id)).collect();
        let parents = parents.map_err(git)?;
        let tree = self.repository.find_tree(tree).map_err(git)?;
        let parents: Vec<_> = parents.iter().collect();
        self.repository.commit(None, &who, &who, message, &tree, &parents).map_err(git)
    }

    /// Tells whether `commit` is `ancestor` or comes after it.
    pub(super) fn holds(&self, commit: Oid, ancestor: Oid) -> Result<bool, Error> {
        let after = || self.repository.graph_descendant_of(commit, ancestor);
        Ok(commit == ancestor || after().map_err(|source| self.git(source))?)
    }
}

const FILE: i32 = 0o100_644;
const EXECUTABLE: i32 = 0o100_755;

/// Refuses paths that git would refuse, and those that climb.
fn check_path(path: &str) -> Result<(), Error> {
    let fine = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.eq_ignore_ascii_case(".git");
    if path.len() > 4096 || path.contains('\0') || !path.split('/').all(fine) {
        return Err(Error::BadPath { path: path.chars().take(200).collect() });
    }
    Ok(())
}
