use std::{
    collections::{BTreeMap, BTreeSet, HashMap, hash_map},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{BlobId, Entry, EntryKind, Probe, Source, SourceError, TreePath, content::Slot};
use crate::Digest;

/// One thing that was looked at: what later decides whether a cached result still holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// A file with this content.
    File {
        /// The SHA-256 of its bytes.
        digest: Digest,
        /// The id by which git knows the same bytes, where the source told it.
        blob: Option<BlobId>,
    },
    /// A directory whose sorted names, joined by NUL, have this digest.
    Directory(Digest),
    /// Nothing stood there.
    Absent,
    /// It was only asked whether it is a directory, or a file that can be read and has this size.
    Probed(Probe),
    /// It was only asked what it is.
    Seen(EntryKind),
    /// The source failed there: a result behind it holds for nobody else.
    Failed,
}

/// How much was asked of a path. The later implies the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Question {
    Kind,
    Probe,
    Entry,
}

#[derive(Clone)]
struct Asked {
    slot: Arc<Slot>,
    question: Question,
    failed: bool,
}

/// What was asked through one tree, its clones and the trees below them.
#[derive(Default)]
pub(super) struct Record {
    asked: Mutex<HashMap<TreePath, Asked>>,
    outside: Mutex<BTreeSet<String>>,
}

impl Record {
    /// Asks `question` of the slot at `path`, which is `found` where it was not asked before, and notes that.
    pub(super) fn ask<T>(
        &self,
        path: TreePath,
        question: Question,
        found: impl FnOnce(&TreePath) -> Arc<Slot>,
        ask: impl FnOnce(&Slot, &TreePath) -> Result<T, SourceError>,
    ) -> Result<T, SourceError> {
        let mut asked = self.lock();
        match asked.entry(path) {
            hash_map::Entry::Occupied(mut known) => {
                let answer = ask(&known.get().slot, known.key());
                let known = known.get_mut();
                known.question = known.question.max(question);
                known.failed |= answer.is_err();
                answer
            }
            hash_map::Entry::Vacant(place) => {
                let slot = found(place.key());
                let answer = ask(&slot, place.key());
                place.insert(Asked { slot, question, failed: answer.is_err() });
                answer
            }
        }
    }

    /// Makes something of every slot so far, while nobody can ask for another.
    pub(super) fn with_slots<T>(&self, make: impl FnOnce(&mut dyn Iterator<Item = (TreePath, Arc<Slot>)>) -> T) -> T {
        let asked = self.lock();
        make(&mut asked.iter().map(|(path, asked)| (path.clone(), Arc::clone(&asked.slot))))
    }

    /// Notes something that was used and is none of the tree's.
    pub(super) fn note_outside(&self, what: String) {
        self.outside.lock().unwrap_or_else(PoisonError::into_inner).insert(what);
    }

    pub(super) fn outside(&self) -> BTreeSet<String> {
        self.outside.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds what another record holds.
    pub(super) fn add(&self, other: &Self) {
        if std::ptr::eq(self, other) {
            return;
        }
        let outside = other.outside();
        self.outside.lock().unwrap_or_else(PoisonError::into_inner).extend(outside);
        let added: Vec<_> = other.lock().iter().map(|(path, asked)| (path.clone(), asked.clone())).collect();
        let mut asked = self.lock();
        for (path, more) in added {
            match asked.entry(path) {
                hash_map::Entry::Occupied(mut known) => {
                    let known = known.get_mut();
                    known.question = known.question.max(more.question);
                    known.failed |= more.failed;
                }
                hash_map::Entry::Vacant(place) => {
                    place.insert(more);
                }
            }
        }
    }

    pub(super) fn reads(&self, source: &dyn Source) -> BTreeMap<TreePath, Read> {
        let asked = self.lock();
        asked.iter().map(|(path, asked)| (path.clone(), asked.read(source, path))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TreePath, Asked>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Asked {
    fn read(&self, source: &dyn Source, path: &TreePath) -> Read {
        if self.failed {
            return Read::Failed;
        }
        let read = match self.question {
            Question::Kind => self.slot.kind(source, path).map(|kind| kind.map(Read::Seen)),
            Question::Probe => self.slot.probe(source, path).map(|probe| probe.map(Read::Probed)),
            Question::Entry => self.content(source, path),
        };
        read.map_or(Read::Failed, |read| read.unwrap_or(Read::Absent))
    }

    fn content(&self, source: &dyn Source, path: &TreePath) -> Result<Option<Read>, SourceError> {
        let Some(digest) = self.slot.digest(source, path)? else { return Ok(None) };
        Ok(Some(match self.slot.entry(source, path)? {
            Some(Entry::Directory(_)) => Read::Directory(digest),
            // What git calls it only makes a later look cheaper.
            _ => Read::File { digest, blob: self.slot.blob(source, path).unwrap_or_default() },
        }))
    }
}

impl Read {
    /// Tells whether the same stands at a slot; what fails there is not the same.
    pub(super) fn holds(&self, slot: &Slot, source: &dyn Source, path: &TreePath) -> bool {
        match self {
            Self::File { digest, blob } => {
                if let Some(blob) = blob
                    && let Ok(Some(present)) = slot.blob(source, path)
                {
                    return present == *blob;
                }
                slot.is_file_of(*digest, source, path)
            }
            Self::Directory(digest) => {
                matches!(slot.kind(source, path), Ok(Some(EntryKind::Directory)))
                    && slot.digest(source, path).is_ok_and(|present| present == Some(*digest))
            }
            Self::Absent => matches!(slot.kind(source, path), Ok(None)),
            Self::Probed(probe) => slot.probe(source, path).is_ok_and(|present| present == Some(*probe)),
            Self::Seen(kind) => slot.kind(source, path).is_ok_and(|present| present == Some(*kind)),
            Self::Failed => false,
        }
    }
}
