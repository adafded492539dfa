use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use git2::{ErrorCode, ObjectType, Oid, Repository};
use towpath_model::{BlobId, Entry, EntryKind, Probe, Source, SourceError, TreePath};

use super::directory::LARGEST_FILE;

/// The files of one git revision, read from its objects: nothing is checked out. Threads may read it at the same time.
///
/// Symbolic links and submodules are absent, since a git tree does not say what stands behind them.
pub struct GitTree {
    path: PathBuf,
    // libgit2 allows one thread at a time in a handle of a repository, so that there are as many as threads read at once.
    idle: Mutex<Vec<Repository>>,
    /// Folders that were read, by path; nothing where no folder is.
    folders: Mutex<HashMap<TreePath, Option<Arc<Folder>>>>,
    tree: Oid,
    commit: Oid,
}

/// What a folder holds, sorted by name.
struct Folder(Box<[Item]>);

struct Item {
    name: String,
    id: Oid,
    /// Nothing for a link or a submodule.
    kind: Option<EntryKind>,
}

impl Folder {
    fn item(&self, name: &str) -> Option<&Item> {
        let at = self.0.binary_search_by(|item| item.name.as_str().cmp(name)).ok()?;
        self.0.get(at)
    }
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
        let path = repository.path().to_owned();
        Ok(Self { path, idle: Mutex::new(vec![repository]), folders: Mutex::default(), tree, commit })
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
        let path = repository.path().to_owned();
        Ok(Self { path, idle: Mutex::new(vec![repository]), folders: Mutex::default(), tree, commit })
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
        self.with(|repository| match repository.find_tree(self.tree)?.get_path(Path::new(path.as_str())) {
            Ok(entry) if entry.filemode() == mode => read(repository, entry.id()).map(Some),
            Ok(_) => Ok(None),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error),
        })
    }

    /// Returns the full id of the commit, 40 hexadecimal digits.
    pub fn commit(&self) -> String {
        self.commit.to_string()
    }

    /// Lets `read` have a handle of the repository that no other thread has.
    fn with<T>(&self, read: impl FnOnce(&Repository) -> Result<T, git2::Error>) -> Result<T, git2::Error> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let repository = idle.map_or_else(|| Repository::open(&self.path), Ok)?;
        let result = read(&repository);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(repository);
        result
    }

    /// Returns the folder at `path`, or nothing where none is.
    fn folder(&self, path: &TreePath) -> Result<Option<Arc<Folder>>, git2::Error> {
        if let Some(known) = self.folders.lock().unwrap_or_else(PoisonError::into_inner).get(path) {
            return Ok(known.clone());
        }
        let id = if path.as_str().is_empty() {
            Some(self.tree)
        } else {
            self.item(path)?.filter(|(_, kind)| *kind == EntryKind::Directory).map(|(id, _)| id)
        };
        let folder = id.map(|id| self.with(|repository| read_folder(repository, id)).map(Arc::new)).transpose()?;
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), folder.clone());
        Ok(folder)
    }

    /// Returns the object at `path`, which is not the root; nothing for what is absent, a link or a submodule.
    fn item(&self, path: &TreePath) -> Result<Option<(Oid, EntryKind)>, git2::Error> {
        let Some(folder) = self.folder(&path.parent())? else { return Ok(None) };
        Ok(folder.item(path.name()).and_then(|item| Some((item.id, item.kind?))))
    }

    fn read(&self, path: &TreePath) -> Result<Option<Entry>, git2::Error> {
        if let Some(folder) = self.folder_there(path)? {
            let names: Vec<String> = folder.0.iter().map(|item| item.name.clone()).collect();
            return Ok(Some(Entry::Directory(names.into())));
        }
        let Some((id, EntryKind::File)) = self.item(path)? else { return Ok(None) };
        self.with(|repository| {
            let odb = repository.odb()?;
            check_size(odb.read_header(id)?.0)?;
            Ok(Some(Entry::File(odb.read(id)?.data().into())))
        })
    }

    fn look(&self, path: &TreePath) -> Result<Option<Probe>, git2::Error> {
        if self.folder_there(path)?.is_some() {
            return Ok(Some(Probe::Directory));
        }
        let Some((id, EntryKind::File)) = self.item(path)? else { return Ok(None) };
        let size = self.with(|repository| Ok(repository.odb()?.read_header(id)?.0))?;
        check_size(size)?;
        Ok(Some(Probe::File { bytes: size as u64 }))
    }

    /// Returns the folder at `path` without a try at what is known to be a file.
    fn folder_there(&self, path: &TreePath) -> Result<Option<Arc<Folder>>, git2::Error> {
        let is_folder = path.as_str().is_empty() || matches!(self.item(path)?, Some((_, EntryKind::Directory)));
        if is_folder { self.folder(path) } else { Ok(None) }
    }

    fn look_at_kind(&self, path: &TreePath) -> Result<Option<EntryKind>, git2::Error> {
        if path.as_str().is_empty() {
            return Ok(Some(EntryKind::Directory));
        }
        Ok(self.item(path)?.map(|(_, kind)| kind))
    }

    /// Returns what the folder at `path` holds, links and submodules left out, sorted by name; nothing where none is.
    ///
    /// # Errors
    /// When the objects cannot be read.
    pub fn list(&self, path: &TreePath) -> Result<Vec<(String, EntryKind)>, git2::Error> {
        let folder = self.folder(path)?;
        let items = folder.iter().flat_map(|folder| &folder.0);
        Ok(items.filter_map(|item| Some((item.name.clone(), item.kind?))).collect())
    }
}

fn read_folder(repository: &Repository, id: Oid) -> Result<Folder, git2::Error> {
    let tree = repository.find_tree(id)?;
    let item = |entry: git2::TreeEntry<'_>| {
        let kind = match (entry.filemode(), entry.kind()) {
            (0o120_000, _) => None,
            (_, Some(ObjectType::Blob)) => Some(EntryKind::File),
            (_, Some(ObjectType::Tree)) => Some(EntryKind::Directory),
            // A submodule's commit is not in this repository.
            _ => None,
        };
        Some(Item { name: entry.name()?.to_owned(), id: entry.id(), kind })
    };
    let mut items: Vec<Item> = tree.iter().filter_map(item).collect();
    // Git sorts a folder as if its name ended with a slash.
    items.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Folder(items.into()))
}

fn check_size(size: usize) -> Result<(), git2::Error> {
    if size as u64 > LARGEST_FILE {
        return Err(git2::Error::from_str(&format!("it has {size} bytes; the limit is {LARGEST_FILE}")));
    }
    Ok(())
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

    fn kind(&self, path: &TreePath) -> Result<Option<EntryKind>, SourceError> {
        self.look_at_kind(path).map_err(|error| SourceError { path: path.clone(), source: Arc::new(error) })
    }

    fn blob(&self, path: &TreePath) -> Result<Option<BlobId>, SourceError> {
        let found = if path.as_str().is_empty() { Ok(None) } else { self.item(path) };
        let found = found.map_err(|error| SourceError { path: path.clone(), source: Arc::new(error) })?;
        Ok(found.filter(|(_, kind)| *kind == EntryKind::File).and_then(|(id, _)| blob_id(id)))
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
        outer.insert("app-2", blob, 0o100_644).unwrap();
        outer.insert("link", blob, 0o120_000).unwrap();
        let tree = repository.find_tree(outer.write().unwrap()).unwrap();
        let author = git2::Signature::new("a", "a@example.com", &git2::Time::new(0, 0)).unwrap();
        let commit = repository.commit(Some("refs/heads/main"), &author, &author, "m", &tree, &[]).unwrap();

        let source = GitTree::open(folder.path(), "main").unwrap();
        assert_eq!(source.commit(), commit.to_string());
        let files = FileTree::new(source);
        let path = |text: &str| TreePath::parse(text).unwrap();
        assert_eq!(files.probe(&path("app")).unwrap(), Some(Probe::Directory));
        assert_eq!(files.probe(&path("app-2")).unwrap(), Some(Probe::File { bytes: 5 }));
        assert_eq!(files.kind(&path("link")).unwrap(), None);
        assert_eq!(files.file(&path("app/values.yaml")).unwrap().unwrap().as_ref(), b"x: 1\n");
        let digest = towpath_model::Digest::of(b"x: 1\n");
        let id = BlobId(blob.as_bytes().try_into().unwrap());
        assert_eq!(files.reads()[&path("app/values.yaml")], towpath_model::Read::File { digest, blob: Some(id) });
        for absent in ["app/none", "app/values.yaml/none", "none/none", "link"] {
            assert_eq!(files.file(&path(absent)).unwrap(), None, "{absent}");
        }
        assert_eq!(files.files_below(&TreePath::root()).unwrap(), [path("app-2"), path("app/values.yaml")]);
        let missing = GitTree::open(folder.path(), "no-such").err().unwrap();
        assert!(missing.message().contains("no-such"), "{missing}");
    }

    #[test]
    fn threads_read_one_revision_at_the_same_time() {
        let folder = tempfile::tempdir().unwrap();
        let repository = Repository::init_bare(folder.path()).unwrap();
        let mut builder = repository.treebuilder(None).unwrap();
        for number in 0..200 {
            let blob = repository.blob(format!("{number}").as_bytes()).unwrap();
            builder.insert(format!("f{number}"), blob, 0o100_644).unwrap();
        }
        let tree = repository.find_tree(builder.write().unwrap()).unwrap();
        let author = git2::Signature::new("a", "a@example.com", &git2::Time::new(0, 0)).unwrap();
        repository.commit(Some("refs/heads/main"), &author, &author, "m", &tree, &[]).unwrap();
        let source = GitTree::open(folder.path(), "main").unwrap();
        std::thread::scope(|scope| {
            for first in 0..4 {
                let source = &source;
                scope.spawn(move || {
                    for number in (first..200).step_by(4) {
                        let read = source.load(&TreePath::parse(&format!("f{number}")).unwrap()).unwrap();
                        assert_eq!(read, Some(Entry::File(number.to_string().into_bytes().into())));
                    }
                });
            }
        });
    }
}
