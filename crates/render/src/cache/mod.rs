#![doc = include_str!("../../docs/cache.md")]

mod disk;
mod environment;
mod key;
mod known;
mod memory;
mod page;
mod seal;
mod secrets;
mod settings;
mod shared;
mod stats;
mod store;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use towpath_model::{Digest, FileTree};

pub(crate) use self::known::{KnownFiles, KnownFor, Sight};
use self::{
    disk::Disk,
    known::Indexes,
    memory::Memory,
    page::Candidate,
    stats::{Counter, Counters},
    store::{Entry, Found, Store, StoreError, Wanted},
};
pub use self::{
    environment::Manifests,
    key::CacheKey,
    settings::{CACHE_LIMIT, CACHE_MEMORY, CacheSettings, Secret, Secrets, Warn},
    shared::{AddressError, RemoteAddress, RemoteLogin},
    stats::CacheStats,
};

use crate::parallel::in_parallel;

/// A cache of rendered results. Threads may use it at the same time.
///
/// ```
/// use towpath_model::{FileTree, TreePath};
/// use towpath_render::cache::{Cache, CacheKey, CacheSettings};
///
/// let cache = Cache::open(CacheSettings::default());
/// let key = CacheKey::new("greeting").with("name", "shop");
/// let files = || FileTree::from_files([("name.txt", b"shop".as_slice())]);
///
/// let tree = files()?;
/// assert!(cache.get(&key, &tree).is_none());
/// let name = tree.file(&TreePath::parse("name.txt")?)?.unwrap_or_default();
/// cache.put(&key, &tree, [b"hello ", &*name].concat());
///
/// assert_eq!(cache.get(&key, &files()?).as_deref(), Some(b"hello shop".as_slice()));
/// cache.finish();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Cache {
    settings: CacheSettings,
    memory: Memory,
    disk: Option<Layer>,
    remote: Option<Layer>,
    /// What is known of files; they stand in the folder.
    indexes: Option<Indexes>,
    counters: Counters,
    /// What goes to the shared cache at the end.
    waiting: Mutex<Vec<Entry>>,
    /// What the shared cache had for keys that were missed.
    known: Mutex<HashMap<Digest, Vec<Candidate>>>,
}

/// A result that is kept and holds, and was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldResult {
    /// Its digest.
    pub digest: Digest,
    /// How many bytes it has.
    pub bytes: u64,
}

/// A place that keeps results until it fails.
struct Layer {
    store: Box<dyn Store>,
    name: &'static str,
    is_off: AtomicBool,
}

/// A result that is asked for, by its place in the list.
struct Asked<'a> {
    place: usize,
    key: Digest,
    tree: &'a FileTree,
}

impl Cache {
    /// Returns the cache; nothing of the network is asked yet. A folder that cannot be used is told and done without.
    pub fn open(settings: CacheSettings) -> Self {
        let mut cache = Self {
            memory: Memory::new(settings.memory_limit),
            disk: None,
            remote: None,
            indexes: None,
            counters: Counters::default(),
            waiting: Mutex::default(),
            known: Mutex::default(),
            settings,
        };
        if let Some(folder) = &cache.settings.folder {
            match Disk::open(folder, cache.settings.folder_limit, cache.settings.secret.clone()) {
                Ok(disk) => {
                    cache.indexes = Some(disk.indexes());
                    cache.disk = Some(Layer::new(Box::new(disk), "the folder of rendered results"));
                }
                Err(error) => cache.warn(&format!("rendered results are not kept on disk: {error}")),
            }
        }
        if let Some(address) = &cache.settings.remote {
            let remote = shared::open(address.clone(), cache.settings.secret.clone());
            cache.remote = Some(Layer::new(remote, "the shared cache"));
        }
        cache
    }

    /// Returns what was rendered for `key` from files as they stand in `tree`.
    pub fn get(&self, key: &CacheKey, tree: &FileTree) -> Option<Arc<[u8]>> {
        self.get_all(&[(key, tree)]).pop().flatten()
    }

    /// Returns what was rendered for each key, in the order in which they were asked; a shared cache is asked for all at once.
    pub fn get_all(&self, asked: &[(&CacheKey, &FileTree)]) -> Vec<Option<Arc<[u8]>>> {
        let mut found: Vec<Option<Arc<[u8]>>> = vec![None; asked.len()];
        let mut open: Vec<Asked<'_>> =
            asked.iter().enumerate().map(|(place, (key, tree))| Asked { place, key: self.digest(key), tree }).collect();
        open.retain(|asked| {
            found[asked.place] = self.memory.get(asked.key, asked.tree);
            found[asked.place].is_none()
        });
        self.counters.memory_hits.add(asked.len() - open.len());
        for (layer, hits) in [(&self.disk, &self.counters.disk_hits), (&self.remote, &self.counters.shared_hits)] {
            if let Some(layer) = layer.as_ref().filter(|layer| !layer.is_off() && !open.is_empty()) {
                let is_remote = self.remote.as_ref().is_some_and(|remote| std::ptr::eq(remote, layer));
                self.look(layer, is_remote, hits, &mut open, &mut found);
            }
        }
        self.counters.misses.add(open.len());
        found
    }

    /// Keeps `result`, which was rendered for `key` from `tree` and from nothing else. What the tree's record notes as from
    /// outside of it is not kept.
    ///
    /// The shared cache gets it with [`Cache::finish`].
    pub fn put(&self, key: &CacheKey, tree: &FileTree, result: impl Into<Arc<[u8]>>) {
        let result = result.into();
        let candidate = if tree.outside().is_empty() { Candidate::of(tree, &result) } else { None };
        let Some(candidate) = candidate.filter(|candidate| candidate.bytes <= page::LARGEST_RESULT) else {
            self.counters.passing.add(1);
            return;
        };
        let key = self.digest(key);
        self.counters.kept.add(1);
        self.memory.put(key, candidate.clone(), &result);
        let mut entry = Entry { key, candidate, result, known: Vec::new() };
        if let Some(disk) = &self.disk {
            self.try_on(disk, |store| store.write(std::slice::from_ref(&entry)));
        }
        if self.remote.as_ref().is_none_or(Layer::is_off) {
            return;
        }
        if self.settings.secrets == Secrets::Withheld && secrets::may_hold_secret(&entry.result) {
            self.counters.withheld.add(1);
            return;
        }
        entry.known = self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&key).unwrap_or_default();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    /// Sends to the shared cache what was rendered, for a few seconds at most, and keeps the folder below its limit.
    pub fn finish(&self) {
        let entries = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(remote) = self.remote.as_ref().filter(|_| !entries.is_empty())
            && self.try_on(remote, |store| store.write(&entries)).is_some()
        {
            self.counters.shared.add(entries.len());
        }
        if let Some(disk) = &self.disk {
            self.try_on(disk, |store| store.finish());
            self.try_on(disk, |_| Ok(self.indexes.as_ref().map(Indexes::save).transpose()?));
        }
    }

    /// Returns which result the folder on disk has for `key`, without reading it: for whoever has what was made of it, and says
    /// so with [`Cache::note_use`].
    pub fn held_result(&self, key: &CacheKey, tree: &FileTree) -> Option<HeldResult> {
        let (layer, key) = (self.disk.as_ref()?, self.digest(key));
        let page = self.try_on(layer, |store| store.pages(&[key]))?.pop()?;
        let Candidate { result: digest, bytes, .. } =
            self.held(layer, false, &Asked { place: 0, key, tree }, &page)?.candidate;
        Some(HeldResult { digest, bytes })
    }

    /// Counts a result that need not be read.
    pub fn note_use(&self, _: HeldResult) {
        self.counters.disk_hits.add(1);
    }

    /// Returns what earlier runs know of the files below `root`; nothing where nothing is kept on disk.
    pub(crate) fn known_files(&self, purpose: KnownFor, root: &Path) -> Option<Arc<KnownFiles>> {
        self.indexes.as_ref().map(|indexes| indexes.of(purpose, root))
    }

    /// Returns what was found and kept so far.
    pub fn stats(&self) -> CacheStats {
        self.counters.read()
    }

    fn digest(&self, key: &CacheKey) -> Digest {
        key.digest(&self.settings.tenant, self.settings.secret.as_ref())
    }

    fn warn(&self, text: &str) {
        if let Some(warn) = &self.settings.warn {
            warn(text);
        }
    }

    /// Does something with a layer, which is off for the rest of the run when that fails.
    fn try_on<T>(&self, layer: &Layer, act: impl FnOnce(&dyn Store) -> Result<T, StoreError>) -> Option<T> {
        if layer.is_off() {
            return None;
        }
        match act(&*layer.store) {
            Ok(done) => Some(done),
            Err(error) => {
                if !layer.is_off.swap(true, Ordering::Relaxed) {
                    self.warn(&format!("{} is not used any more: {error}", layer.name));
                }
                None
            }
        }
    }

    /// Looks for what is open in one layer, and takes what it finds off the list.
    fn look(
        &self,
        layer: &Layer,
        is_remote: bool,
        hits: &Counter,
        open: &mut Vec<Asked<'_>>,
        found: &mut [Option<Arc<[u8]>>],
    ) {
        let keys: Vec<Digest> = open.iter().map(|asked| asked.key).collect();
        let Some(pages) = self.try_on(layer, |store| store.pages(&keys)) else { return };
        let held = in_parallel(open.len(), |at| self.held(layer, is_remote, &open[at], &pages[at]));
        let (places, wanted): (Vec<usize>, Vec<Wanted>) =
            held.into_iter().enumerate().filter_map(|(at, held)| Some((at, held?))).unzip();
        let mut is_found = vec![false; open.len()];
        for (places, wanted) in places.chunks(RESULTS_AT_ONCE).zip(wanted.chunks(RESULTS_AT_ONCE)) {
            let Some(results) = self.try_on(layer, |store| store.results(wanted)) else { break };
            for ((place, wanted), result) in places.iter().zip(wanted).zip(results) {
                let Some(result) = self.checked(layer, wanted, result) else { continue };
                is_found[*place] = true;
                found[open[*place].place] = Some(Arc::clone(&result));
                self.memory.put(wanted.key, wanted.candidate.clone(), &result);
                if let Some(disk) = self.disk.as_ref().filter(|_| is_remote) {
                    let (key, candidate) = (wanted.key, wanted.candidate.clone());
                    let entry = Entry { key, candidate, result, known: Vec::new() };
                    self.try_on(disk, |store| store.write(&[entry]));
                }
            }
        }
        let mut is_found = is_found.into_iter();
        let before = open.len();
        open.retain(|_| !is_found.next().unwrap_or_default());
        hits.add(before - open.len());
    }

    /// Returns the result of a page's first read set that holds.
    fn held(&self, layer: &Layer, is_remote: bool, asked: &Asked<'_>, page: &Found) -> Option<Wanted> {
        let candidates = match page {
            Found::Absent => return None,
            Found::Here(bytes) => page::decode(bytes, asked.key, self.settings.secret.as_ref()).ok(),
            Found::Broken => None,
        };
        let Some(candidates) = candidates else {
            self.reject(layer, asked.key, None);
            return None;
        };
        let held = candidates.iter().find(|candidate| candidate.holds(asked.tree)).cloned();
        if held.is_none() && is_remote {
            self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(asked.key, candidates);
        }
        Some(Wanted { key: asked.key, candidate: held? })
    }

    /// Returns a result once it has proven to be the one that was asked for.
    fn checked(&self, layer: &Layer, wanted: &Wanted, found: Found) -> Option<Arc<[u8]>> {
        match found {
            Found::Here(bytes) if Digest::of(&bytes) == wanted.candidate.result => Some(bytes.into()),
            Found::Absent => None,
            Found::Here(_) | Found::Broken => {
                self.reject(layer, wanted.key, Some(&wanted.candidate));
                None
            }
        }
    }

    fn reject(&self, layer: &Layer, key: Digest, candidate: Option<&Candidate>) {
        self.counters.rejected.add(1);
        self.try_on(layer, |store| store.forget(key, candidate));
    }
}

/// How many results are asked for together: they may be large.
const RESULTS_AT_ONCE: usize = 64;

impl Layer {
    fn new(store: Box<dyn Store>, name: &'static str) -> Self {
        Self { store, name, is_off: AtomicBool::new(false) }
    }

    fn is_off(&self) -> bool {
        self.is_off.load(Ordering::Relaxed)
    }
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache").field("settings", &self.settings).field("stats", &self.stats()).finish_non_exhaustive()
    }
}
