use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{BlobId, TreePath};
use crate::Digest;

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

/// Where a tree's content comes from: a directory, a git tree, an archive. Asked once for each path and question, but by
/// threads that race.
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

    /// Returns where what stands at `path` really stands, once symbolic links are followed: `path` itself where no link is on
    /// the way, nothing where one leads out of the source.
    ///
    /// # Errors
    /// As [`Source::load`].
    fn real(&self, path: &TreePath) -> Result<Option<TreePath>, SourceError> {
        Ok(Some(path.clone()))
    }

    /// Returns the id by which git knows the file at `path`, where the source knows it without reading the file; nothing
    /// elsewhere, and for what is no file.
    ///
    /// # Errors
    /// As [`Source::load`].
    fn blob(&self, _path: &TreePath) -> Result<Option<BlobId>, SourceError> {
        Ok(None)
    }

    /// Returns the SHA-256 of the file at `path`, where the source knows it without reading the file; nothing elsewhere, and
    /// for what is no file.
    ///
    /// # Errors
    /// As [`Source::load`].
    fn digest(&self, _path: &TreePath) -> Result<Option<Digest>, SourceError> {
        Ok(None)
    }

    /// Is told the SHA-256 of a file that it loaded.
    fn note_digest(&self, _path: &TreePath, _digest: Digest) {}
}

impl Probe {
    pub(super) fn kind(self) -> EntryKind {
        match self {
            Self::File { .. } => EntryKind::File,
            Self::Directory => EntryKind::Directory,
        }
    }
}

impl Entry {
    pub(super) fn probe(&self) -> Probe {
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
