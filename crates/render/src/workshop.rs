//! What renderings of one tree share.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use towpath_helm::{Chart, Engine, Profile};
use towpath_model::{Diagnostic, FileTree};

/// Charts that are loaded once, and templates that are parsed once, however many environments and services use them.
#[derive(Default)]
pub(crate) struct Workshop {
    pub(crate) engine: Engine,
    charts: Mutex<HashMap<Key, Arc<Loading>>>,
}

/// What decides which chart is loaded: where it is kept, its version, and the release of Helm whose limits hold.
type Key = (String, Option<String>, Profile);

type Loading = OnceLock<Result<Loaded, Diagnostic>>;

/// A chart, and the tree whose record says what was read of it; nothing for one from elsewhere.
#[derive(Clone)]
pub(crate) struct Loaded {
    pub(crate) chart: Arc<Chart>,
    pub(crate) tree: Option<FileTree>,
}

impl Workshop {
    /// Returns the chart at `source`, which `load` loads unless somebody has. Who comes while another loads it waits.
    ///
    /// # Errors
    /// That of `load`, for everybody who asks.
    pub(crate) fn chart(
        &self,
        source: &str,
        version: Option<&str>,
        profile: Profile,
        load: impl FnOnce() -> Result<Loaded, Diagnostic>,
    ) -> Result<Loaded, Diagnostic> {
        let key = (source.to_owned(), version.map(str::to_owned), profile);
        let loading = {
            let mut charts = self.charts.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(charts.entry(key).or_default())
        };
        loading.get_or_init(load).clone()
    }
}

impl fmt::Debug for Workshop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workshop").finish_non_exhaustive()
    }
}
