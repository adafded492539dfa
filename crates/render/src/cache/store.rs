use std::sync::Arc;

use towpath_model::Digest;

use super::page::Candidate;

/// A place outside of this process that keeps pages and results.
///
/// What it gives is believed only once its seal and its digest fit.
pub(super) trait Store: Send + Sync {
    /// Returns what stands under each key.
    fn pages(&self, keys: &[Digest]) -> Result<Vec<Found>, StoreError>;

    /// Returns each result.
    fn results(&self, wanted: &[Wanted]) -> Result<Vec<Found>, StoreError>;

    /// Keeps entries.
    fn write(&self, entries: &[Entry]) -> Result<(), StoreError>;

    /// Takes out what was found to be wrong under a key.
    fn forget(&self, key: Digest, candidate: Option<&Candidate>) -> Result<(), StoreError>;

    /// Ends a run.
    fn finish(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// What came of looking.
#[derive(Debug)]
pub(super) enum Found {
    Here(Vec<u8>),
    Absent,
    /// It is there, and cannot be what was put there.
    Broken,
}

/// A result that is asked for.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) key: Digest,
    pub(super) candidate: Candidate,
}

/// A result to be kept.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: Digest,
    pub(super) candidate: Candidate,
    pub(super) result: Arc<[u8]>,
    /// What a shared store had under the key when it was asked, so that it need not be asked again.
    pub(super) known: Vec<Candidate>,
}

/// Why a place cannot be used. It is told once and never fails a rendering.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct StoreError {
    message: String,
}

impl StoreError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        Self::new(error.to_string())
    }
}
