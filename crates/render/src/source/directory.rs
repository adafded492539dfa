use std::{
    collections::HashMap,
    fs::{self, File, Metadata},
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::SystemTime,
};

use towpath_model::{Digest, Entry, EntryKind, Probe, Source, SourceError, TreePath};

use super::listing::{Listed, Listing};
use crate::cache::{KnownFiles, Sight};

/// Where a symbolic link may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// Anywhere, as helm and kustomize read a folder that the user owns.
    Follow,
    /// Only to places below the root: for folders that somebody else wrote.
    WithinRoot,
}

/// A folder of the file system as a source of files.
pub struct Directory {
    root: PathBuf,
    links: Links,
    tell: Option<Tell>,
    /// What earlier runs know of the files.
    known: Option<Arc<KnownFiles>>,
    /// What was said of files when they were loaded, until it is known what they hold.
    sights: Mutex<HashMap<TreePath, Sight>>,
    /// Folders that were listed: what they said of their entries need not be asked again.
    folders: RwLock<HashMap<TreePath, Arc<Listing>>>,
    /// Where folders really stand; nothing for those outside of the root.
    real: Mutex<HashMap<TreePath, Option<TreePath>>>,
}

/// Is told the path and the bytes of every file as it is read.
pub type Tell = Arc<dyn Fn(&TreePath, &Arc<[u8]>) + Send + Sync>;

/// A file larger than this is refused; manifests and charts stay far below it. In bytes.
pub const LARGEST_FILE: u64 = 64 << 20;

impl Directory {
    /// Returns the folder at `root`.
    ///
    /// # Errors
    /// When it does not exist or is no folder.
    pub fn open(root: &Path, links: Links) -> io::Result<Self> {
        let root = fs::canonicalize(root)?;
        if !root.is_dir() {
            return Err(io::Error::from(io::ErrorKind::NotADirectory));
        }
        Ok(Self {
            root,
            links,
            tell: None,
            known: None,
            sights: Mutex::default(),
            folders: RwLock::default(),
            real: Mutex::default(),
        })
    }

    /// Returns it as one that tells of every file as it is read.
    #[must_use]
    pub fn telling(self, tell: Option<Tell>) -> Self {
        Self { tell, ..self }
    }

    /// Returns it as one that need not read files of which earlier runs know what they hold.
    pub(crate) fn knowing(self, known: Option<Arc<KnownFiles>>) -> Self {
        Self { known, ..self }
    }

    /// Returns the full path of `path` and what stands there, links followed.
    fn find(&self, path: &TreePath) -> io::Result<Option<(PathBuf, Metadata)>> {
        let full = self.root.join(path.as_str());
        let metadata = match fs::metadata(&full) {
            Ok(metadata) => metadata,
            Err(error) if is_absence(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        self.check_place(&full)?;
        if !metadata.is_dir() {
            check_file(&metadata)?;
        }
        Ok(Some((full, metadata)))
    }

    /// Returns what the folder around `path` said of it, where that is known.
    fn listed(&self, path: &TreePath) -> Listed {
        // Links lead out of a folder on the way to it, too.
        if self.links == Links::WithinRoot || path.as_str().is_empty() {
            return Listed::Unknown;
        }
        let folders = self.folders.read().unwrap_or_else(PoisonError::into_inner);
        folders.get(&path.parent()).map_or(Listed::Unknown, |folder| folder.find(path.name()))
    }

    fn read(&self, path: &TreePath) -> io::Result<Option<Entry>> {
        let full = match self.listed(path) {
            Listed::Nothing => return Ok(None),
            Listed::Here(kind) => {
                let full = self.root.join(path.as_str());
                if kind == EntryKind::File {
                    return self.file(path, &full).map(Some);
                }
                full
            }
            Listed::Unknown => {
                let Some((full, metadata)) = self.find(path)? else { return Ok(None) };
                if !metadata.is_dir() {
                    return self.file(path, &full).map(Some);
                }
                full
            }
        };
        Ok(Some(Entry::Directory(Arc::clone(self.listing(path, &full)?.names()?))))
    }

    fn file(&self, path: &TreePath, full: &Path) -> io::Result<Entry> {
        let now = SystemTime::now();
        let file = File::open(full)?;
        let metadata = file.metadata()?;
        check_file(&metadata)?;
        if self.known.is_some()
            && let Some(sight) = Sight::of(now, &metadata)
        {
            self.sights.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), sight);
        }
        Ok(Entry::File(content(file, metadata.len())?))
    }

    /// Returns the digest of a file that is what it was when an earlier run read it.
    fn known_digest(&self, path: &TreePath) -> io::Result<Option<Digest>> {
        let Some(known) = &self.known else { return Ok(None) };
        if !matches!(self.listed(path), Listed::Here(EntryKind::File) | Listed::Unknown) {
            return Ok(None);
        }
        let found = self.find(path)?.filter(|(_, metadata)| metadata.is_file());
        Ok(found.and_then(|(_, metadata)| known.digest(path.as_str(), &metadata)))
    }

    fn listing(&self, path: &TreePath, full: &Path) -> io::Result<Arc<Listing>> {
        if let Some(known) = self.folders.read().unwrap_or_else(PoisonError::into_inner).get(path) {
            return Ok(Arc::clone(known));
        }
        let listing = Arc::new(Listing::read(full)?);
        self.folders.write().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), Arc::clone(&listing));
        Ok(listing)
    }

    /// Returns what a folder holds, links left out; nothing where it has gone, or is none.
    pub(crate) fn list(&self, path: &TreePath) -> io::Result<Arc<Listing>> {
        match self.listing(path, &self.root.join(path.as_str())) {
            Err(error) if is_absence(&error) => Ok(Arc::default()),
            listing => listing,
        }
    }

    /// Returns what a symbolic link leads to. A pipe or a device counts as a file, which nobody may want to read.
    fn kind_of_link(&self, path: &TreePath) -> io::Result<Option<EntryKind>> {
        let full = self.root.join(path.as_str());
        let metadata = match fs::metadata(&full) {
            Err(error) if is_absence(&error) => {
                if fs::symlink_metadata(&full).is_ok_and(|link| link.is_symlink()) {
                    return Err(io::Error::other("it is a symbolic link that leads nowhere"));
                }
                return Ok(None);
            }
            metadata => metadata?,
        };
        self.check_place(&full)?;
        Ok(Some(if metadata.is_dir() { EntryKind::Directory } else { EntryKind::File }))
    }

    fn check_place(&self, full: &Path) -> io::Result<()> {
        if self.links == Links::WithinRoot && !fs::canonicalize(full)?.starts_with(&self.root) {
            return Err(io::Error::other("a symbolic link leaves the folder"));
        }
        Ok(())
    }

    fn real_place(&self, path: &TreePath) -> io::Result<Option<TreePath>> {
        if path.as_str().is_empty() {
            return Ok(Some(TreePath::root()));
        }
        let is_link = self.listed(path) == Listed::Unknown
            && fs::symlink_metadata(self.root.join(path.as_str())).is_ok_and(|found| found.is_symlink());
        if is_link {
            return self.canonical(path);
        }
        let parent = path.parent();
        let known = self.real.lock().unwrap_or_else(PoisonError::into_inner).get(&parent).cloned();
        let real = if let Some(real) = known {
            real
        } else {
            let real = self.canonical(&parent)?;
            self.real.lock().unwrap_or_else(PoisonError::into_inner).insert(parent, real.clone());
            real
        };
        Ok(real.and_then(|real| real.join(path.name()).ok()))
    }

    /// Returns where a path that may hold links leads; one that leads nowhere stands where it is written.
    fn canonical(&self, path: &TreePath) -> io::Result<Option<TreePath>> {
        let full = match fs::canonicalize(self.root.join(path.as_str())) {
            Ok(full) => full,
            Err(error) if is_absence(&error) => return Ok(Some(path.clone())),
            Err(error) => return Err(error),
        };
        let inner = full.strip_prefix(&self.root).ok().and_then(Path::to_str);
        Ok(inner.and_then(|inner| TreePath::parse(inner).ok()))
    }

    fn look(&self, path: &TreePath) -> io::Result<Option<Probe>> {
        match self.listed(path) {
            Listed::Here(EntryKind::Directory) => return Ok(Some(Probe::Directory)),
            Listed::Nothing => return Ok(None),
            Listed::Here(EntryKind::File) | Listed::Unknown => {}
        }
        let Some((full, metadata)) = self.find(path)? else { return Ok(None) };
        if metadata.is_dir() {
            return Ok(Some(Probe::Directory));
        }
        // What everybody may read can be read; of the rest only an attempt shows it.
        if !is_readable_by_all(&metadata) {
            File::open(full)?;
        }
        Ok(Some(Probe::File { bytes: metadata.len() }))
    }
}

#[cfg(unix)]
fn is_readable_by_all(metadata: &Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o444 == 0o444
}

#[cfg(not(unix))]
fn is_readable_by_all(_: &Metadata) -> bool {
    false
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn check_file(metadata: &Metadata) -> io::Result<()> {
    if !metadata.is_file() {
        return Err(io::Error::other("it is neither a file nor a folder"));
    }
    if metadata.len() > LARGEST_FILE {
        return Err(io::Error::other(format!("it has {} bytes; the limit is {LARGEST_FILE}", metadata.len())));
    }
    Ok(())
}

/// Reads a file of `size` bytes into its place; one that is shorter by now, or does not know its size, is read as any stream is.
fn content(mut file: File, size: u64) -> io::Result<Arc<[u8]>> {
    let size = usize::try_from(size).map_err(io::Error::other)?;
    // An iterator of known length makes the shared bytes at once; of others std collects a list first and copies it.
    let mut content: Arc<[u8]> = (0..size).map(|_| 0).collect();
    let mut filled = 0;
    if let Some(place) = Arc::get_mut(&mut content) {
        while filled < size {
            match file.read(&mut place[filled..]) {
                Ok(0) => break,
                Ok(more) => filled += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
    if filled == size && size > 0 {
        return Ok(content);
    }
    let mut rest = content[..filled].to_vec();
    let read = file.take(LARGEST_FILE + 1).read_to_end(&mut rest)?;
    if read as u64 > LARGEST_FILE {
        return Err(io::Error::other(format!("it has more than {LARGEST_FILE} bytes")));
    }
    Ok(rest.into())
}

impl Source for Directory {
    fn load(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        let read = self.read(path).map_err(|error| SourceError { path: path.clone(), source: Arc::new(error) })?;
        if let (Some(Entry::File(bytes)), Some(tell)) = (&read, &self.tell) {
            tell(path, bytes);
        }
        Ok(read)
    }

    fn probe(&self, path: &TreePath) -> Result<Option<Probe>, SourceError> {
        self.look(path).map_err(|error| SourceError { path: path.clone(), source: Arc::new(error) })
    }

    fn real(&self, path: &TreePath) -> Result<Option<TreePath>, SourceError> {
        self.real_place(path).map_err(|error| SourceError { path: path.clone(), source: Arc::new(error) })
    }

    fn kind(&self, path: &TreePath) -> Result<Option<EntryKind>, SourceError> {
        match self.listed(path) {
            Listed::Here(kind) => Ok(Some(kind)),
            Listed::Nothing => Ok(None),
            Listed::Unknown => {
                self.kind_of_link(path).map_err(|error| SourceError { path: path.clone(), source: Arc::new(error) })
            }
        }
    }

    fn digest(&self, path: &TreePath) -> Result<Option<Digest>, SourceError> {
        self.known_digest(path).map_err(|error| SourceError { path: path.clone(), source: Arc::new(error) })
    }

    fn note_digest(&self, path: &TreePath, digest: Digest) {
        let sight = self.sights.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
        if let (Some(known), Some(sight)) = (&self.known, sight) {
            known.learn(path.as_str(), &sight, digest);
        }
    }
}

#[cfg(test)]
mod tests {
    use towpath_model::FileTree;

    use super::*;

    fn tree(links: Links) -> (tempfile::TempDir, FileTree) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir_all(root.join("a")).unwrap();
        fs::write(root.join("a/b"), "x").unwrap();
        fs::write(folder.path().join("secret"), "s").unwrap();
        std::os::unix::fs::symlink("../secret", root.join("out")).unwrap();
        let tree = FileTree::new(Directory::open(&root, links).unwrap());
        (folder, tree)
    }

    #[test]
    fn a_folder_is_read_and_absence_is_no_error() {
        let (_folder, tree) = tree(Links::Follow);
        let read = |path: &str| tree.file(&TreePath::parse(path).unwrap()).unwrap();
        assert_eq!(read("a/b").unwrap().as_ref(), b"x");
        assert_eq!(read("a/b/c"), None);
        assert_eq!(read("nothing"), None);
        assert_eq!(read("out").unwrap().as_ref(), b"s");
        let probe = |path: &str| tree.probe(&TreePath::parse(path).unwrap()).unwrap();
        assert_eq!(probe("a"), Some(Probe::Directory));
        assert_eq!(probe("a/b"), Some(Probe::File { bytes: 1 }));
        assert_eq!(probe("nothing"), None);
    }

    #[test]
    fn a_link_out_of_the_root_is_refused_when_asked() {
        let (_folder, tree) = tree(Links::WithinRoot);
        let error = tree.file(&TreePath::parse("out").unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "cannot read `out`");
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "a symbolic link leaves the folder");
    }

    #[test]
    fn a_link_that_leads_nowhere_is_an_error_to_those_who_walk() {
        let (folder, tree) = tree(Links::Follow);
        std::os::unix::fs::symlink("none", folder.path().join("root/broken")).unwrap();
        let kind = |path: &str| tree.kind(&TreePath::parse(path).unwrap());
        assert_eq!(kind("broken").unwrap_err().to_string(), "cannot read `broken`");
        assert_eq!(kind("out").unwrap(), Some(EntryKind::File));
        assert_eq!(kind("none").unwrap(), None);
    }
}
