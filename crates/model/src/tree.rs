use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use crate::Digest;

/// A path inside a [`FileTree`]: relative, `/` between its parts, no empty part, no `.`, no `..`; the root is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TreePath(String);

/// A path that leaves the tree or cannot stand in one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// `..` climbs above the root.
    #[error("path `{0}` leaves the tree")]
    Outside(String),
    /// An absolute path.
    #[error("path `{0}` is absolute; expected one relative to the tree")]
    Absolute(String),
}

impl TreePath {
    /// Returns the root.
    pub fn root() -> Self {
        Self::default()
    }

    /// Returns `text` in its normal form; `.`, `//` and inner `..` are resolved.
    ///
    /// # Errors
    /// When it is absolute or leaves the tree.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        Self::root().join(text)
    }

    /// Returns `relative` as seen from this directory.
    ///
    /// # Errors
    /// When it is absolute or leaves the tree.
    pub fn join(&self, relative: &str) -> Result<Self, PathError> {
        if relative.starts_with('/') {
            return Err(PathError::Absolute(relative.to_owned()));
        }
        if !relative.contains('/') && !matches!(relative, "" | "." | "..") {
            let inner = if self.0.is_empty() { relative.to_owned() } else { [&self.0, "/", relative].concat() };
            return Ok(Self(inner));
        }
        let mut parts: Vec<&str> = self.0.split('/').filter(|part| !part.is_empty()).collect();
        for part in relative.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop().ok_or_else(|| PathError::Outside(relative.to_owned()))?;
                }
                part => parts.push(part),
            }
        }
        Ok(Self(parts.join("/")))
    }

    /// Returns the path as text; empty for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the directory that holds it; the root's is the root.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self(self.0.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned())
    }

    /// Returns the last part; empty for the root.
    pub fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// Returns this path relative to `base`, or nothing if it does not stand below it.
    pub fn strip(&self, base: &Self) -> Option<&str> {
        if base.0.is_empty() {
            return Some(&self.0);
        }
        let rest = self.0.strip_prefix(&base.0)?;
        if rest.is_empty() { Some("") } else { rest.strip_prefix('/') }
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A file's bytes.
    File(Arc<[u8]>),
    /// A directory's entries by name, sorted, unique.
    Directory(Arc<[String]>),
}

/// What stands at a path, without what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// A file that can be read, and its size.
    File {
        /// In bytes.
        bytes: u64,
    },
    /// A directory.
    Directory,
}

/// What stands at a path, as far as its directory tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file, which perhaps cannot be read.
    File,
    /// A directory.
    Directory,
}

/// Why a source could not answer: the file system, git or a limit.
#[derive(Debug, Clone, thiserror::Error)]
#[error("cannot read `{path}`")]
pub struct SourceError {
    /// The path as asked.
    pub path: TreePath,
    /// What the source said.
    #[source]
    pub source: Arc<dyn std::error::Error + Send + Sync>,
}

/// Where a tree's content comes from: a directory, a git tree, an archive. Asked once for each path.
pub trait Source: Send + Sync {
    /// Returns what stands at `path`, or nothing where there is nothing.
    ///
    /// # Errors
    /// When the source itself fails, or the entry breaks a limit; absence is no error.
    fn load(&self, path: &TreePath) -> Result<Option<Entry>, SourceError>;

    /// Returns what stands at `path`, or nothing; a file that it names could be read now.
    ///
    /// # Errors
    /// As [`Source::load`].
    fn probe(&self, path: &TreePath) -> Result<Option<Probe>, SourceError> {
        Ok(self.load(path)?.as_ref().map(Entry::probe))
    }

    /// Returns what stands at `path`, or nothing, without a look at the file itself.
    ///
    /// # Errors
    /// As [`Source::load`].
    fn kind(&self, path: &TreePath) -> Result<Option<EntryKind>, SourceError> {
        Ok(self.probe(path)?.map(Probe::kind))
    }
}

impl Probe {
    fn kind(self) -> EntryKind {
        match self {
            Self::File { .. } => EntryKind::File,
            Self::Directory => EntryKind::Directory,
        }
    }
}

impl Entry {
    fn probe(&self) -> Probe {
        match self {
            Self::File(bytes) => Probe::File { bytes: bytes.len() as u64 },
            Self::Directory(_) => Probe::Directory,
        }
    }
}

impl Source for BTreeMap<String, Vec<u8>> {
    fn load(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        if let Some(bytes) = self.get(path.as_str()) {
            return Ok(Some(Entry::File(bytes.as_slice().into())));
        }
        let names: BTreeSet<String> = self
            .keys()
            .filter_map(|file| {
                TreePath(file.clone()).strip(path).map(|rest| rest.split('/').next().unwrap_or("").to_owned())
            })
            .filter(|name| !name.is_empty())
            .collect();
        let exists = path.as_str().is_empty() || !names.is_empty();
        Ok(exists.then(|| Entry::Directory(names.into_iter().collect())))
    }
}

/// One thing that was read: what later decides whether a cached result still holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// A file with this content.
    File(Digest),
    /// A directory whose sorted names, joined by NUL, have this digest.
    Directory(Digest),
    /// Nothing stood there.
    Absent,
}

/// A tree of files that never changes while it is used: each path is loaded once, and what was read is recorded.
///
/// Cloning shares both the content and the record. A path cannot leave the tree.
#[derive(Clone)]
pub struct FileTree {
    shared: Arc<Shared>,
    base: TreePath,
}

struct Shared {
    source: Box<dyn Source>,
    loaded: Mutex<BTreeMap<TreePath, Option<Entry>>>,
}

impl FileTree {
    /// Returns the tree over `source`.
    pub fn new(source: impl Source + 'static) -> Self {
        let shared = Shared { source: Box::new(source), loaded: Mutex::default() };
        Self { shared: Arc::new(shared), base: TreePath::root() }
    }

    /// Returns a tree that holds exactly these files: (path, content).
    ///
    /// # Errors
    /// When a path is absolute or leaves the tree.
    pub fn from_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<Self, PathError> {
        let files: Result<BTreeMap<_, _>, _> =
            files.into_iter().map(|(path, bytes)| Ok((TreePath::parse(path)?.0, bytes.to_vec()))).collect();
        Ok(Self::new(files?))
    }

    /// Returns the tree below `path`, sharing content and record; what it names is not checked.
    #[must_use]
    pub fn below(&self, path: &TreePath) -> Self {
        Self { shared: Arc::clone(&self.shared), base: self.full(path) }
    }

    /// Returns what stands at `path`, or nothing.
    ///
    /// # Errors
    /// When the source fails.
    pub fn entry(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        let full = self.full(path);
        let mut loaded = self.shared.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = loaded.get(&full) {
            return Ok(known.clone());
        }
        let entry = self.shared.source.load(&full)?;
        loaded.insert(full, entry.clone());
        Ok(entry)
    }

    /// Returns what stands at `path`, or nothing, without reading a file. It is not recorded: its directory's names are.
    ///
    /// # Errors
    /// When the source fails, or a file there cannot be read.
    pub fn probe(&self, path: &TreePath) -> Result<Option<Probe>, SourceError> {
        let full = self.full(path);
        let loaded = self.shared.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        match loaded.get(&full) {
            Some(known) => Ok(known.as_ref().map(Entry::probe)),
            None => self.shared.source.probe(&full),
        }
    }

    /// Returns what stands at `path`, or nothing, without a look at the file itself. It is not recorded: its directory's names are.
    ///
    /// # Errors
    /// When the source fails.
    pub fn kind(&self, path: &TreePath) -> Result<Option<EntryKind>, SourceError> {
        let full = self.full(path);
        let loaded = self.shared.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        match loaded.get(&full) {
            Some(known) => Ok(known.as_ref().map(|entry| entry.probe().kind())),
            None => self.shared.source.kind(&full),
        }
    }

    /// Returns the bytes of the file at `path`; nothing if it is absent or a directory.
    ///
    /// # Errors
    /// When the source fails.
    pub fn file(&self, path: &TreePath) -> Result<Option<Arc<[u8]>>, SourceError> {
        Ok(match self.entry(path)? {
            Some(Entry::File(bytes)) => Some(bytes),
            _ => None,
        })
    }

    /// Returns every file below `path`, sorted by path, relative to this tree's root.
    ///
    /// # Errors
    /// When the source fails.
    pub fn files_below(&self, path: &TreePath) -> Result<Vec<TreePath>, SourceError> {
        let mut found = Vec::new();
        let mut open = vec![path.clone()];
        while let Some(path) = open.pop() {
            match self.entry(&path)? {
                Some(Entry::File(_)) => found.push(path),
                Some(Entry::Directory(names)) => open.extend(names.iter().filter_map(|name| path.join(name).ok())),
                None => {}
            }
        }
        found.sort();
        Ok(found)
    }

    /// Returns everything that was read through this tree and its clones, by full path, sorted.
    pub fn reads(&self) -> BTreeMap<TreePath, Read> {
        let loaded = self.shared.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let read = |entry: &Option<Entry>| match entry {
            Some(Entry::File(bytes)) => Read::File(Digest::of(bytes)),
            Some(Entry::Directory(names)) => Read::Directory(Digest::of(names.join("\0").as_bytes())),
            None => Read::Absent,
        };
        loaded.iter().map(|(path, entry)| (path.clone(), read(entry))).collect()
    }

    fn full(&self, path: &TreePath) -> TreePath {
        match (self.base.0.is_empty(), path.0.is_empty()) {
            (true, _) => path.clone(),
            (_, true) => self.base.clone(),
            _ => TreePath(format!("{}/{}", self.base.0, path.0)),
        }
    }
}

impl fmt::Debug for FileTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileTree").field("base", &self.base).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_cannot_leave_the_tree() {
        assert_eq!(TreePath::parse("a//./b/../c").unwrap().as_str(), "a/c");
        assert_eq!(TreePath::parse("a/../../b").unwrap_err().to_string(), "path `a/../../b` leaves the tree");
        assert!(TreePath::parse("/etc/passwd").is_err());
    }

    #[test]
    fn a_probe_reads_nothing() {
        let tree = FileTree::from_files([("a/b.txt", b"xyz".as_slice())]).unwrap();
        let probe = |path: &str| tree.probe(&TreePath::parse(path).unwrap()).unwrap();
        assert_eq!(probe("a/b.txt"), Some(Probe::File { bytes: 3 }));
        assert_eq!(probe("a"), Some(Probe::Directory));
        assert_eq!(probe("none"), None);
        assert!(tree.reads().is_empty());
    }

    #[test]
    fn a_tree_records_what_it_reads_and_what_is_absent() {
        let tree = FileTree::from_files([("a/b.txt", b"x".as_slice()), ("a/c/d", b"y"), ("e", b"z")]).unwrap();
        let a = TreePath::parse("a").unwrap();
        let below = tree.below(&a);
        assert_eq!(below.file(&TreePath::parse("b.txt").unwrap()).unwrap().unwrap().as_ref(), b"x");
        assert_eq!(below.file(&TreePath::parse("none").unwrap()).unwrap(), None);
        let reads = tree.reads();
        assert_eq!(reads.len(), 2, "only what was asked for: {reads:?}");
        assert_eq!(reads[&TreePath::parse("a/none").unwrap()], Read::Absent);
        let files: Vec<_> = tree.files_below(&TreePath::root()).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(files, ["a/b.txt", "a/c/d", "e"]);
    }
}
