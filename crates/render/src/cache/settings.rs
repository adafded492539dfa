use std::{fmt, path::PathBuf, sync::Arc};

use super::shared::RemoteAddress;

/// How large the folder of results may grow unless told otherwise, in bytes.
pub const CACHE_LIMIT: u64 = 1 << 30;
/// How many bytes of results stay in memory unless told otherwise.
pub const CACHE_MEMORY: usize = 64 << 20;

/// Where results are kept, and for whom.
#[derive(Clone)]
pub struct CacheSettings {
    /// The folder on disk; without one nothing is kept there.
    pub folder: Option<PathBuf>,
    /// How large the folder may grow, in bytes.
    pub folder_limit: u64,
    /// How many bytes of results stay in memory; 0 keeps none.
    pub memory_limit: usize,
    /// What is shared with other machines; without it nothing is.
    pub remote: Option<RemoteAddress>,
    /// Whose results they are: one tenant never sees those of another.
    pub tenant: String,
    /// Seals entries, so that who can write to the shared cache cannot put a result there.
    pub secret: Option<Secret>,
    /// Whether results that hold a Secret go to the shared cache.
    pub secrets: Secrets,
    /// Is told, once each, what the user should know.
    pub warn: Option<Warn>,
}

/// Takes a warning.
pub type Warn = Arc<dyn Fn(&str) + Send + Sync>;

/// Whether results that hold a Secret go to the shared cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Secrets {
    /// They stay on this machine.
    #[default]
    Withheld,
    /// They are shared as all others.
    Shared,
}

/// A key that seals entries; it is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<[u8]>);

impl Secret {
    /// Returns the key that these bytes are.
    pub fn new(bytes: impl AsRef<[u8]>) -> Self {
        Self(bytes.as_ref().into())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self {
            folder: None,
            folder_limit: CACHE_LIMIT,
            memory_limit: CACHE_MEMORY,
            remote: None,
            tenant: String::new(),
            secret: None,
            secrets: Secrets::default(),
            warn: None,
        }
    }
}

impl fmt::Debug for CacheSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheSettings")
            .field("folder", &self.folder)
            .field("remote", &self.remote)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}
