use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use towpath_model::{Diagnostic, Digest, FileTree, Kind, TreePath};

use super::{Fetched, Pin, Repository, RepositoryAddress, Submodules};
use crate::{error::KustomizeError, helm::RenderedChart, options::Options};

/// One build: how it was asked for, and what it has taken from outside.
pub(crate) struct Session<'o> {
    pub(crate) options: &'o Options,
    clones: Mutex<BTreeMap<CloneKey, Repository>>,
    fetched: Mutex<BTreeSet<Fetched>>,
    charts: Mutex<BTreeMap<TreePath, FileTree>>,
    is_passing: AtomicBool,
}

/// Address, revision, submodules.
type CloneKey = (String, Option<String>, Submodules);

impl<'o> Session<'o> {
    pub(crate) fn new(options: &'o Options) -> Self {
        Self {
            options,
            clones: Mutex::default(),
            fetched: Mutex::default(),
            charts: Mutex::default(),
            is_passing: AtomicBool::new(false),
        }
    }

    /// Returns what stands at an address.
    pub(crate) fn file(&self, address: &str) -> Result<Arc<[u8]>, KustomizeError> {
        let remote = self.options.remote.as_ref().ok_or_else(|| nobody_fetches(&shown(address)))?;
        let bytes = remote.file(address).map_err(KustomizeError::outside)?;
        self.note(shown(address), Pin::Content(Digest::of(&bytes)));
        Ok(bytes)
    }

    /// Returns a repository at its revision; it is fetched once.
    pub(crate) fn repository(&self, address: &RepositoryAddress) -> Result<Repository, KustomizeError> {
        let remote = self.options.remote.as_ref().ok_or_else(|| nobody_fetches(&address.shown()))?;
        let key = (address.clone_address(), address.reference.clone(), address.submodules);
        let known = self.clones.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let repository = remote.repository(address).map_err(KustomizeError::outside)?;
        self.note(address.shown(), Pin::Commit(repository.commit.clone()));
        self.clones.lock().unwrap_or_else(PoisonError::into_inner).insert(key, repository.clone());
        Ok(repository)
    }

    /// Returns the chart that was pulled to a place before.
    pub(crate) fn pulled(&self, folder: &TreePath) -> Option<FileTree> {
        self.charts.lock().unwrap_or_else(PoisonError::into_inner).get(folder).cloned()
    }

    /// Remembers a chart for the next that names this place.
    pub(crate) fn keep_pulled(&self, folder: TreePath, tree: FileTree) {
        self.charts.lock().unwrap_or_else(PoisonError::into_inner).insert(folder, tree);
    }

    /// Writes down whether a chart may give something else the next time.
    pub(crate) fn note_chart(&self, chart: &RenderedChart) {
        self.is_passing.fetch_or(chart.is_passing, Ordering::Relaxed);
    }

    pub(crate) fn is_passing(&self) -> bool {
        self.is_passing.load(Ordering::Relaxed)
    }

    /// Writes down that something was fetched.
    pub(crate) fn note(&self, address: String, pin: Pin) {
        self.fetched.lock().unwrap_or_else(PoisonError::into_inner).insert(Fetched { address, pin });
    }

    /// Returns what was fetched, sorted, unique.
    pub(crate) fn fetched(&self) -> Vec<Fetched> {
        self.fetched.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

/// Returns an address without user and password, and without its query, which may hold a token.
pub(crate) fn shown(address: &str) -> String {
    let bare = address.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = bare.split_once("://") else { return bare.to_owned() };
    let (host, path) = rest.split_once('/').map_or((rest, None), |(host, path)| (host, Some(path)));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    path.map_or_else(|| format!("{scheme}://{host}"), |path| format!("{scheme}://{host}/{path}"))
}

fn nobody_fetches(what: &str) -> KustomizeError {
    let message = format!("`{what}` is remote, and nothing is fetched here");
    let hint = "keep a copy of it in the repository and name that";
    KustomizeError::outside(Diagnostic::new(Kind::Usage, message).hint(hint))
}
