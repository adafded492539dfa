//! Where a repository's services are described.

use std::{
    num::NonZeroUsize,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use towpath_model::{EntryKind, SourceError, TreePath};

/// The name of a service's description.
pub(super) const NAME: &str = "towpath.yaml";

/// Folders that hold what was fetched or built, beside all whose name begins with a dot.
const SKIPPED: &[&str] = &["node_modules", "target", "vendor"];

/// What a folder holds: (name, kind), links left out.
type Listing = Result<Vec<(String, EntryKind)>, SourceError>;

/// Returns the services' descriptions in and below `start`, sorted by path.
///
/// Folders below `start` are not entered when their name begins with a dot, or is one of [`SKIPPED`]; a chart's own folders
/// are not entered, either. Links are not followed.
pub(super) fn find(start: &TreePath, list: impl Fn(&TreePath) -> Listing + Sync) -> Result<Vec<TreePath>, SourceError> {
    let walk =
        Walk { state: Mutex::new(State { open: vec![start.clone()], ..State::default() }), changed: Condvar::new() };
    // Most of the time goes into waiting for the file system.
    let n_threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(8);
    thread::scope(|scope| {
        for _ in 1..n_threads {
            scope.spawn(|| walk.work(&list));
        }
        walk.work(&list);
    });
    let state = walk.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = state.failed {
        return Err(error);
    }
    let mut found = state.found;
    found.sort();
    Ok(found)
}

struct Walk {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    open: Vec<TreePath>,
    /// Folders that are being listed, and may give more to open.
    n_listed_now: usize,
    /// Threads that wait for more to open: to wake nobody costs a call of the system, too.
    n_waiting: usize,
    found: Vec<TreePath>,
    failed: Option<SourceError>,
}

impl Walk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<TreePath> {
        let mut state = self.lock();
        loop {
            if state.failed.is_some() {
                return None;
            }
            if let Some(folder) = state.open.pop() {
                state.n_listed_now += 1;
                return Some(folder);
            }
            if state.n_listed_now == 0 {
                return None;
            }
            state.n_waiting += 1;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.n_waiting -= 1;
        }
    }

    fn work(&self, list: &(impl Fn(&TreePath) -> Listing + Sync)) {
        while let Some(folder) = self.next() {
            let listing = list(&folder);
            let mut state = self.lock();
            match listing {
                Ok(entries) => state.take(&folder, entries),
                Err(error) => drop(state.failed.get_or_insert(error)),
            }
            state.n_listed_now -= 1;
            let is_news = !state.open.is_empty() || state.n_listed_now == 0 || state.failed.is_some();
            let is_awaited = is_news && state.n_waiting > 0;
            drop(state);
            if is_awaited {
                self.changed.notify_all();
            }
        }
    }
}

impl State {
    fn take(&mut self, folder: &TreePath, entries: Vec<(String, EntryKind)>) {
        let is_chart = entries.iter().any(|(name, kind)| name == "Chart.yaml" && *kind == EntryKind::File);
        for (name, kind) in entries {
            let Ok(path) = folder.join(&name) else { continue };
            match kind {
                EntryKind::File if name == NAME => self.found.push(path),
                EntryKind::Directory if !is_chart && !is_skipped(&name) => self.open.push(path),
                _ => {}
            }
        }
    }
}

fn is_skipped(name: &str) -> bool {
    name.starts_with('.') || SKIPPED.contains(&name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn found(files: &[&str], start: &str) -> Vec<String> {
        let mut folders: BTreeMap<String, BTreeMap<String, EntryKind>> = BTreeMap::new();
        for file in files {
            let mut path = TreePath::parse(file).unwrap();
            let mut kind = EntryKind::File;
            while !path.as_str().is_empty() {
                folders.entry(path.parent().as_str().to_owned()).or_default().insert(path.name().to_owned(), kind);
                (path, kind) = (path.parent(), EntryKind::Directory);
            }
        }
        let list = |path: &TreePath| Ok(folders.get(path.as_str()).cloned().unwrap_or_default().into_iter().collect());
        let found = find(&TreePath::parse(start).unwrap(), list).unwrap();
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn services_are_found_but_not_in_what_was_fetched_or_built() {
        let files = [
            "b/towpath.yaml",
            "a/c/towpath.yaml",
            "towpath.yaml",
            ".cache/towpath.yaml",
            "b/node_modules/x/towpath.yaml",
            "b/target/towpath.yaml",
            "chart/Chart.yaml",
            "chart/towpath.yaml",
            "chart/templates/towpath.yaml",
            "a/towpath.yaml/x",
        ];
        assert_eq!(found(&files, ""), ["a/c/towpath.yaml", "b/towpath.yaml", "chart/towpath.yaml", "towpath.yaml"]);
        assert_eq!(found(&files, "b/target"), ["b/target/towpath.yaml"], "what is named is looked at");
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_an_error() {
        let denied = || std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let list = |path: &TreePath| Err(SourceError { path: path.clone(), source: std::sync::Arc::new(denied()) });
        assert_eq!(find(&TreePath::root(), list).unwrap_err().to_string(), "cannot read `.`");
    }
}
