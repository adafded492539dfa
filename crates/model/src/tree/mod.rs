//! Files as a rendering sees them: a tree that never changes, of which every look is recorded.

mod content;
mod path;
mod record;
mod source;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, OnceLock},
};

pub use self::{
    content::BlobId,
    path::{PathError, TreePath},
    record::Read,
    source::{Entry, EntryKind, Probe, Source, SourceError},
};
use self::{
    content::{Content, Slot},
    record::{Question, Record},
};

/// A tree of files that never changes while it is used: each path is loaded once, and what was read is recorded.
///
/// Cloning shares both the content and the record; [`FileTree::recording`] shares the content alone. A path cannot leave
/// the tree.
#[derive(Clone)]
pub struct FileTree {
    shared: Arc<Shared>,
    record: Arc<Record>,
    base: TreePath,
}

struct Shared {
    source: Box<dyn Source>,
    /// What several records share; it is made with the second of them, since one alone keeps what it read itself.
    content: OnceLock<Box<Content>>,
}

impl FileTree {
    /// Returns the tree over `source`.
    pub fn new(source: impl Source + 'static) -> Self {
        let shared = Shared { source: Box::new(source), content: OnceLock::new() };
        Self { shared: Arc::new(shared), record: Arc::default(), base: TreePath::root() }
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
        Self { shared: Arc::clone(&self.shared), record: Arc::clone(&self.record), base: self.full(path) }
    }

    /// Returns the same tree with a record of its own, empty as yet: what is loaded through one of them is loaded for all,
    /// and what is hashed is hashed once.
    ///
    /// Threads that render from one tree each take such a tree; those that share a record wait for each other. A source that
    /// is made of another tree asks that one once: give such a source to one rendering, over a tree that records it.
    #[must_use]
    pub fn recording(&self) -> Self {
        self.content();
        Self { shared: Arc::clone(&self.shared), record: Arc::default(), base: self.base.clone() }
    }

    /// Adds what was read through `other`, a tree of the same content: for a result that is made of what another has loaded.
    pub fn add_reads_of(&self, other: &Self) {
        self.record.add(&other.record);
    }

    /// Returns what stands at `path`, or nothing.
    ///
    /// # Errors
    /// When the source fails.
    pub fn entry(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        self.ask(path, Question::Entry, |slot, path| slot.entry(&*self.shared.source, path).cloned())
    }

    /// Returns what stands at `path`, or nothing, without reading a file.
    ///
    /// # Errors
    /// When the source fails, or a file there cannot be read.
    pub fn probe(&self, path: &TreePath) -> Result<Option<Probe>, SourceError> {
        self.ask(path, Question::Probe, |slot, path| slot.probe(&*self.shared.source, path))
    }

    /// Returns what stands at `path`, or nothing, without a look at the file itself.
    ///
    /// # Errors
    /// When the source fails.
    pub fn kind(&self, path: &TreePath) -> Result<Option<EntryKind>, SourceError> {
        self.ask(path, Question::Kind, |slot, path| slot.kind(&*self.shared.source, path))
    }

    /// Returns where what stands at `path` really stands, once symbolic links are followed; nothing where one leads out of the
    /// tree. It is not recorded.
    ///
    /// # Errors
    /// When the source fails.
    pub fn real(&self, path: &TreePath) -> Result<Option<TreePath>, SourceError> {
        let real = self.shared.source.real(&self.full(path))?;
        Ok(real.and_then(|real| TreePath::parse(real.strip(&self.base)?).ok()))
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

    /// Returns everything that was looked at through this tree, its clones and the trees below them, by full path, sorted.
    /// Files are hashed now, each once for all trees that share its content.
    pub fn reads(&self) -> BTreeMap<TreePath, Read> {
        self.record.reads(&*self.shared.source)
    }

    /// Notes in the record that what is made of this tree depends on `what`, which is no file of it: a clock, a chart that was
    /// fetched. What files say cannot tell then whether the result still holds.
    pub fn note_outside(&self, what: impl Into<String>) {
        self.record.note_outside(what.into());
    }

    /// Returns what was noted with [`FileTree::note_outside`]: sorted, most often empty.
    pub fn outside(&self) -> BTreeSet<String> {
        self.record.outside()
    }

    /// Tells whether `read` still holds at the full path `path`. The look is not recorded, and what it loads stays loaded.
    pub fn holds(&self, path: &TreePath, read: &Read) -> bool {
        read.holds(&self.content().slot(path), &*self.shared.source, path)
    }

    fn ask<T>(
        &self,
        path: &TreePath,
        question: Question,
        ask: impl FnOnce(&Slot, &TreePath) -> Result<T, SourceError>,
    ) -> Result<T, SourceError> {
        let found = |path: &TreePath| self.shared.content.get().map(|content| content.slot(path)).unwrap_or_default();
        self.record.ask(self.full(path), question, found, ask)
    }

    /// Returns the shared content. Until there is one, this tree's record is the only one, and has all that was loaded.
    fn content(&self) -> &Content {
        match self.shared.content.get() {
            Some(content) => content,
            None => self.record.with_slots(|slots| self.shared.content.get_or_init(|| Box::new(Content::of(slots)))),
        }
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
mod tests;
