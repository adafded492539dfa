use std::{
    fs::{self, File, Metadata},
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use towpath_model::{Entry, Probe, Source, SourceError, TreePath};

/// Where a symbolic link may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// Anywhere, as helm and kustomize read a folder that the user owns.
    Follow,
    /// Only to places below the root: for folders that somebody else wrote.
    WithinRoot,
}

/// A folder of the file system as a source of files.
#[derive(Debug)]
pub struct Directory {
    root: PathBuf,
    links: Links,
}

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
        Ok(Self { root, links })
    }

    /// Returns the full path of `path` and what stands there, links followed.
    fn find(&self, path: &TreePath) -> io::Result<Option<(PathBuf, Metadata)>> {
        let full = self.root.join(path.as_str());
        let metadata = match fs::metadata(&full) {
            Ok(metadata) => metadata,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        if self.links == Links::WithinRoot && !fs::canonicalize(&full)?.starts_with(&self.root) {
            return Err(io::Error::other("a symbolic link leaves the folder"));
        }
        if !metadata.is_dir() {
            if !metadata.is_file() {
                return Err(io::Error::other("it is neither a file nor a folder"));
            }
            if metadata.len() > LARGEST_FILE {
                return Err(io::Error::other(format!("it has {} bytes; the limit is {LARGEST_FILE}", metadata.len())));
            }
        }
        Ok(Some((full, metadata)))
    }

    fn read(&self, path: &TreePath) -> io::Result<Option<Entry>> {
        let Some((full, metadata)) = self.find(path)? else { return Ok(None) };
        Ok(Some(if metadata.is_dir() {
            Entry::Directory(names(&full)?.into())
        } else {
            Entry::File(content(&full, metadata.len())?)
        }))
    }

    fn look(&self, path: &TreePath) -> io::Result<Option<Probe>> {
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

/// Reads a file of `size` bytes into its place; one that has another size by now is read as any stream is.
fn content(path: &Path, size: u64) -> io::Result<Arc<[u8]>> {
    let mut file = File::open(path)?;
    let size = usize::try_from(size).map_err(io::Error::other)?;
    // An iterator of known length makes the shared bytes at once; of others std collects a list first and copies it.
    let mut content: Arc<[u8]> = (0..size).map(|_| 0).collect();
    let Some(place) = Arc::get_mut(&mut content) else { return Ok(fs::read(path)?.into()) };
    let mut filled = 0;
    while filled < size {
        match file.read(&mut place[filled..]) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    if filled == size && file.read(&mut [0])? == 0 { Ok(content) } else { Ok(fs::read(path)?.into()) }
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        names.push(
            name.into_string().map_err(|name| io::Error::other(format!("the name {} is not UTF-8", name.display())))?,
        );
    }
    names.sort();
    Ok(names)
}

impl Source for Directory {
    fn load(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        self.read(path).map_err(|error| SourceError { path: path.clone(), source: Arc::new(error) })
    }

    fn probe(&self, path: &TreePath) -> Result<Option<Probe>, SourceError> {
        self.look(path).map_err(|error| SourceError { path: path.clone(), source: Arc::new(error) })
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
}
