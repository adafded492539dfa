use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use git2::{ErrorCode, ObjectType, Oid, Repository};
use towpath_model::{BlobId, Entry, Probe, Source, SourceError, TreePath};

use super::directory::LARGEST_FILE;

/// The files of one git revision, read from its objects: nothing is checked out.
///
/// Symbolic links and submodules are absent, since a git tree does not say what stands behind them.
pub struct GitTree {
    // libgit2 allows one thread at a time in a repository.
    repository: Mutex<Repository>,
    tree: Oid,
    commit: Oid,
}

impl GitTree {
    /// Returns the tree of `revision` (a branch, tag, commit or any of git's expressions) in the repository at `path`.
    ///
    /// # Errors
    /// When there is no repository or no such revision.
    pub fn open(path: &Path, revision: &str) -> Result<Self, git2::Error> {
        let repository = Repository::open(path)?;
        let (tree, commit) = {
            let commit = repository.revparse_single(revision)?.peel_to_commit()?;
            (commit.tree_id(), commit.id())
        };
        Ok(Self { repository: Mutex::new(repository), tree, commit })
    }

    /// Returns the tree of what `git fetch` would take for `reference`: `HEAD`, a branch, a tag, the whole name of a reference,
    /// or the whole id of a commit. Nothing is `HEAD`.
    ///
    /// # Errors
    /// When there is no repository or no such reference.
    pub(crate) fn open_reference(path: &Path, reference: Option<&str>) -> Result<Self, git2::Error> {
        let repository = Repository::open(path)?;
        let reference = reference.unwrap_or("HEAD");
        let (tree, commit) = {
            let names = ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"];
            let named = names.iter().find_map(|start| repository.find_reference(&format!("{start}{reference}")).ok());
            let commit = match named {
                Some(found) => found.peel_to_commit()?,
                None if reference.len() == 40 => {
                    repository.find_object(Oid::from_str(reference)?, None)?.peel_to_commit()?
                }
                None => return Err(git2::Error::from_str(&format!("couldn't find remote ref {reference}"))),
            };
            (commit.tree_id(), commit.id())
        };
        Ok(Self { repository: Mutex::new(repository), tree, commit })
    }

    /// Returns where the symbolic link at `path` leads, if one stands there.
    pub(crate) fn link(&self, path: &TreePath) -> Result<Option<String>, SourceError> {
        let target = self.special(path, 0o120_000, |repository, id| {
            Ok(String::from_utf8_lossy(repository.find_blob(id)?.content()).into_owned())
        });
        target.map_err(|error| SourceError { path: path.clone(), source: Arc::new(error) })
    }

    /// Returns the commit of the submodule at `path`, if one stands there.
    pub(crate) fn submodule(&self, path: &TreePath) -> Result<Option<String>, SourceError> {
        let commit = self.special(path, 0o160_000, |_, id| Ok(id.to_string()));
        commit.map_err(|error| SourceError { path: path.clone(), source: Arc::new(error) })
    }

    /// Returns what `read` makes of the entry at `path`, if it has this mode.
    fn special(
        &self,
        path: &TreePath,
        mode: i32,
        read: impl FnOnce(&Repository, Oid) -> Result<String, git2::Error>,
    ) -> Result<Option<String>, git2::Error> {
        if path.as_str().is_empty() {
            return Ok(None);
        }
        let repository = self.repository.lock().unwrap_or_else(PoisonError::into_inner);
        match repository.find_tree(self.tree)?.get_path(Path::new(path.as_str())) {
            Ok(entry) if entry.filemode() == mode => read(&repository, entry.id()).map(Some),
            Ok(_) => Ok(None),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns the full id of the commit, 40 hexadecimal digits.
    pub fn commit(&self) -> String {
        self.commit.to_string()
    }

    /// Returns the object at `path` and its kind; nothing for what is absent, a link or a submodule.
    fn find(&self, repository: &Repository, path: &TreePath) -> Result<Option<(Oid, Probe)>, git2::Error> {
        let root = repository.find_tree(self.tree)?;
        let id = if path.as_str().is_empty() {
            self.tree
        } else {
            match root.get_path(Path::new(path.as_str())) {
                Ok(entry) if entry.filemode() == 0o120_000 => return Ok(None),
                Ok(entry) => entry.id(),
                Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
                Err(error) => return Err(error),
            }
        };
        match repository.odb()?.read_header(id) {
            Ok((size, ObjectType::Blob)) if size as u64 > LARGEST_FILE => {
                Err(git2::Error::from_str(&format!("it has {size} bytes; the limit is {LARGEST_FILE}")))
            }
            Ok((size, ObjectType::Blob)) => Ok(Some((id, Probe::File { bytes: size as u64 }))),
            Ok((_, ObjectType::Tree)) => Ok(Some((id, Probe::Directory))),
            // A submodule's commit is not in this repository.
            Ok(_) => Ok(None),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read(&self, path: &TreePath) -> Result<Option<Entry>, git2::Error> {
        let repository = self.repository.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((id, kind)) = self.find(&repository, path)? else { return Ok(None) };
        Ok(Some(match kind {
            Probe::File { .. } => Entry::File(repository.find_blob(id)?.content().into()),
            Probe::Directory => {
                let tree = repository.find_tree(id)?;
                let mut names: Vec<String> = tree.iter().filter_map(|entry| entry.name().map(str::to_owned)).collect();
                names.sort();
                Entry::Directory(names.into())
            }
        }))
    }

    fn look(&self, path: &TreePath) -> Result<Option<Probe>, git2::Error> {
        let repository = self.repository.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(self.find(&repository, path)?.map(|(_, kind)| kind))
    }
}

/// Returns git's own id of a blob, where it is a SHA-1.
fn blob_id(id: Oid) -> Option<BlobId> {
    id.as_bytes().try_into().ok().map(BlobId)
}

impl Source for GitTree {
    fn load(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        self.read(path).map_err(|error| SourceError { path: path.clone(), source: Arc::new(error) })
    }

    fn probe(&self, path: &TreePath) -> Result<Option<Probe>, SourceError> {
        self.look(path).map_err(|error| SourceError { path: path.clone(), source: Arc::new(error) })
    }

    fn blob(&self, path: &TreePath) -> Result<Option<BlobId>, SourceError> {
        let repository = self.repository.lock().unwrap_or_else(PoisonError::into_inner);
        let found = self.find(&repository, path);
        let found = found.map_err(|error| SourceError { path: path.clone(), source: Arc::new(error) })?;
        Ok(found.filter(|(_, kind)| matches!(kind, Probe::File { .. })).and_then(|(id, _)| blob_id(id)))
    }
}

#[cfg(test)]
mod tests {
    use towpath_model::FileTree;

    use super::*;

    #[test]
    fn a_revision_is_read_without_a_checkout() {
        let folder = tempfile::tempdir().unwrap();
        let repository = Repository::init_bare(folder.path()).unwrap();
        let blob = repository.blob(b"x: 1\n").unwrap();
        let mut inner = repository.treebuilder(None).unwrap();
        inner.insert("values.yaml", blob, 0o100_644).unwrap();
        let inner = inner.write().unwrap();
        let mut outer = repository.treebuilder(None).unwrap();
        outer.insert("app", inner, 0o040_000).unwrap();
        let tree = repository.find_tree(outer.write().unwrap()).unwrap();
        let author = git2::Signature::new("a", "a@example.com", &git2::Time::new(0, 0)).unwrap();
        let commit = repository.commit(Some("refs/heads/main"), &author, &author, "m", &tree, &[]).unwrap();

        let source = GitTree::open(folder.path(), "main").unwrap();
        assert_eq!(source.commit(), commit.to_string());
        let files = FileTree::new(source);
        let path = TreePath::parse("app/values.yaml").unwrap();
        assert_eq!(files.file(&path).unwrap().unwrap().as_ref(), b"x: 1\n");
        let digest = towpath_model::Digest::of(b"x: 1\n");
        let id = BlobId(blob.as_bytes().try_into().unwrap());
        assert_eq!(files.reads()[&path], towpath_model::Read::File { digest, blob: Some(id) });
        assert_eq!(files.file(&TreePath::parse("app/none").unwrap()).unwrap(), None);
        assert_eq!(files.files_below(&TreePath::root()).unwrap(), [path]);
        let missing = GitTree::open(folder.path(), "no-such").err().unwrap();
        assert!(missing.message().contains("no-such"), "{missing}");
    }
}
