use std::{
    collections::HashMap,
    fmt,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use super::{Entry, EntryKind, Probe, Source, SourceError, TreePath};
use crate::Digest;

/// The id of a file's content in a git repository: the SHA-1 of its blob.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId(pub [u8; 20]);

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What is known of one path. Each fact is asked for when somebody needs it, and stays.
#[derive(Default)]
pub(super) struct Slot {
    entry: OnceLock<Option<Entry>>,
    probe: OnceLock<Option<Probe>>,
    kind: OnceLock<Option<EntryKind>>,
    blob: OnceLock<Option<BlobId>>,
    digest: OnceLock<Option<Digest>>,
    /// What the source knew a file's digest to be. What is made of an entry has the digest of that entry instead: the file may
    /// have changed between the two.
    told: OnceLock<Option<Digest>>,
}

impl Slot {
    pub(super) fn entry(&self, source: &dyn Source, path: &TreePath) -> Result<&Option<Entry>, SourceError> {
        known_or(&self.entry, || source.load(path))
    }

    pub(super) fn probe(&self, source: &dyn Source, path: &TreePath) -> Result<Option<Probe>, SourceError> {
        match self.entry.get() {
            Some(entry) => Ok(entry.as_ref().map(Entry::probe)),
            None => known_or(&self.probe, || source.probe(path)).copied(),
        }
    }

    pub(super) fn kind(&self, source: &dyn Source, path: &TreePath) -> Result<Option<EntryKind>, SourceError> {
        match self.entry.get() {
            Some(entry) => Ok(entry.as_ref().map(|entry| entry.probe().kind())),
            None => known_or(&self.kind, || source.kind(path)).copied(),
        }
    }

    pub(super) fn blob(&self, source: &dyn Source, path: &TreePath) -> Result<Option<BlobId>, SourceError> {
        known_or(&self.blob, || source.blob(path)).copied()
    }

    /// Returns the digest of a file's bytes, or of a directory's sorted names joined by NUL; nothing where nothing stands.
    pub(super) fn digest(&self, source: &dyn Source, path: &TreePath) -> Result<Option<Digest>, SourceError> {
        let entry = self.entry(source, path)?;
        let digest = self.digest.get_or_init(|| {
            entry.as_ref().map(|entry| match entry {
                Entry::File(bytes) => {
                    let digest = Digest::of(bytes);
                    source.note_digest(path, digest);
                    digest
                }
                Entry::Directory(names) => Digest::of(names.join("\0").as_bytes()),
            })
        });
        Ok(*digest)
    }

    /// Tells whether a file with this digest stands there. It is loaded only where the source cannot tell.
    pub(super) fn is_file_of(&self, digest: Digest, source: &dyn Source, path: &TreePath) -> bool {
        if self.entry.get().is_none()
            && let Ok(Some(told)) = known_or(&self.told, || source.digest(path))
        {
            return *told == digest;
        }
        matches!(self.entry(source, path), Ok(Some(Entry::File(_))))
            && self.digest(source, path).is_ok_and(|present| present == Some(digest))
    }
}

/// Returns what the cell holds, or what `ask` answers first. No lock is held while it asks.
fn known_or<T>(cell: &OnceLock<T>, ask: impl FnOnce() -> Result<T, SourceError>) -> Result<&T, SourceError> {
    if let Some(known) = cell.get() {
        return Ok(known);
    }
    let answer = ask()?;
    Ok(cell.get_or_init(|| answer))
}

const N_SHARDS: usize = 64;

/// What all renderings of one tree know together; threads seldom wait for each other there.
pub(super) struct Content {
    shards: [RwLock<HashMap<TreePath, Arc<Slot>>>; N_SHARDS],
}

impl Content {
    pub(super) fn of(known: impl Iterator<Item = (TreePath, Arc<Slot>)>) -> Self {
        let content = Self { shards: std::array::from_fn(|_| RwLock::default()) };
        for (path, slot) in known {
            let mut shard = content.shard(&path).write().unwrap_or_else(PoisonError::into_inner);
            shard.insert(path, slot);
        }
        content
    }

    pub(super) fn slot(&self, path: &TreePath) -> Arc<Slot> {
        let shard = self.shard(path);
        if let Some(slot) = shard.read().unwrap_or_else(PoisonError::into_inner).get(path) {
            return Arc::clone(slot);
        }
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(shard.entry(path.clone()).or_default())
    }

    fn shard(&self, path: &TreePath) -> &RwLock<HashMap<TreePath, Arc<Slot>>> {
        let mut hasher = DefaultHasher::new();
        path.hash(&mut hasher);
        let index = usize::try_from(hasher.finish() % N_SHARDS as u64).unwrap_or_default();
        &self.shards[index]
    }
}
