//! A folder of rendered manifests that follows a repository: what changed is written, what is no longer given is removed, and
//! everything else stays as it is.
//!
//! What was written stands with its digest, and whose it is, in [`FOLDER`]`/manifest.json`. A file is removed only when it still is what was
//! written. Before a file is written its name and digest go into a journal, so that a run that was killed leaves nothing of which
//! the next does not know; and files appear whole, by a rename.
//!
//! With a cache on disk a file of which the file system says what it said when it was last read is not read again to find out
//! whether somebody has changed it.

mod kept;
mod ledger;
mod names;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use towpath_model::{Diagnostic, Digest, Kind, TreePath};

use self::ledger::{Ledger, Owner};
pub use self::names::{Layout, file, files};
use crate::cache::{Cache, HeldResult, KnownFiles, KnownFor};

/// The folder inside of it that says what was written.
pub const FOLDER: &str = ".towpath-rendered";

/// A folder while it is written to. Threads may write to it at the same time; other processes are kept out.
pub struct OutputFolder {
    root: PathBuf,
    /// Holds the lock; it goes with the process, however that ends.
    _lock: File,
    journal: Mutex<File>,
    state: Mutex<State>,
    n_temporary: AtomicU64,
    /// Of which results the files are what was made of them.
    known: Option<Arc<KnownFiles>>,
}

struct State {
    ledger: Ledger,
    /// What this run gave.
    given: BTreeMap<(String, String), BTreeSet<String>>,
    counts: Written,
}

/// What became of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Files that are new or hold something else now.
    pub written: usize,
    /// Files that were not touched.
    pub unchanged: usize,
    /// Files that are no longer there.
    pub removed: usize,
    /// Files that would have been removed, but are not what was written.
    pub left: usize,
}

/// Whose files they are.
#[derive(Debug, Clone, Copy)]
pub struct Of<'a> {
    /// What the repository is called that the service is from; empty for files that were written before this was noted.
    pub repository: &'a str,
    /// The path of the service's description.
    pub description: &'a TreePath,
    /// The service's name.
    pub service: &'a str,
    /// The environment's name.
    pub environment: &'a str,
}

impl OutputFolder {
    /// Opens the folder, and makes it where there is none.
    ///
    /// # Errors
    /// When it cannot be made or read, or another process writes to it.
    pub fn open(root: &Path, cache: Option<&Cache>) -> Result<Self, Diagnostic> {
        let inner = root.join(FOLDER);
        let failed = |error: &io::Error| cannot("write to", root, error);
        fs::create_dir_all(&inner).map_err(|error| failed(&error))?;
        let lock = File::open(&inner).map_err(|error| failed(&error))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                Diagnostic::new(Kind::Remote, format!("another run writes to the folder `{}`", root.display()))
                    .hint("wait until it has ended, or name another folder")
            }
            TryLockError::Error(error) => failed(&error),
        })?;
        let ledger = Ledger::load(&inner).map_err(|error| failed(&error))?;
        // What a run that was killed had not finished.
        match fs::remove_dir_all(inner.join("new")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(&error)),
            _ => fs::create_dir(inner.join("new")).map_err(|error| failed(&error))?,
        }
        let journal = File::options().create(true).append(true).open(inner.join("journal"));
        let known = |cache: &Cache| cache.known_files(KnownFor::Writing, &fs::canonicalize(root).ok()?);
        let state = State { ledger, given: BTreeMap::new(), counts: Written::default() };
        Ok(Self {
            root: root.to_owned(),
            _lock: lock,
            journal: Mutex::new(journal.map_err(|error| failed(&error))?),
            state: Mutex::new(state),
            n_temporary: AtomicU64::new(0),
            known: cache.and_then(known),
        })
    }

    /// Writes the files of one environment, by their paths below the folder. Files that hold this already are not touched.
    ///
    /// `whole` is the result of which a single file is the text, if there is one.
    ///
    /// # Errors
    /// When one cannot be written.
    pub fn give(
        &self,
        of: Of<'_>,
        files: &BTreeMap<String, &str>,
        whole: Option<HeldResult>,
    ) -> Result<(), Diagnostic> {
        let mut counts = Written::default();
        let mut digests = Vec::with_capacity(files.len());
        for (name, text) in files {
            let path = self.root.join(name);
            let digest = Digest::of(text.as_bytes());
            digests.push((name, digest));
            if self.is_there(&path, name, text.as_bytes(), whole.map(|whole| kept::of(whole, digest))) {
                counts.unchanged += 1;
                continue;
            }
            self.note(of, name, digest).map_err(|error| cannot("write to", &self.root, &error))?;
            self.write(&path, text.as_bytes()).map_err(|error| cannot("write", &path, &error))?;
            counts.written += 1;
        }
        let mut state = self.state();
        let owner = Owner::of(of);
        for (name, digest) in digests {
            state.ledger.set(name, owner.clone(), digest);
        }
        let key = (of.service.to_owned(), of.environment.to_owned());
        state.given.insert(key, files.keys().cloned().collect());
        state.counts.written += counts.written;
        state.counts.unchanged += counts.unchanged;
        Ok(())
    }

    /// Removes what is no longer given and says what was written.
    ///
    /// Files of environments that this run gave are removed unless it gave them; of others, those of which `is_gone` says that
    /// their repository has them no more.
    ///
    /// # Errors
    /// When a file cannot be removed, or what was written cannot be noted.
    pub fn finish(self, is_gone: impl Fn(Of<'_>) -> bool) -> Result<Written, Diagnostic> {
        let mut state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let stale = state.ledger.names(|name, owner| match state.given.get(&owner.key()) {
            Some(given) => !given.contains(name),
            None => owner.path().is_none_or(|path| is_gone(owner.as_of(&path))),
        });
        for name in stale {
            let path = self.root.join(&name);
            match remove(&path, state.ledger.digests(&name)) {
                Ok(Removal::Removed) => state.counts.removed += 1,
                Ok(Removal::Absent) => {}
                Ok(Removal::Changed) => state.counts.left += 1,
                Err(error) => return Err(cannot("remove", &path, &error)),
            }
            state.ledger.forget(&name);
            remove_empty_parents(&self.root, &path);
        }
        let inner = self.root.join(FOLDER);
        let finished = state.ledger.save(&inner).and_then(|()| fs::remove_dir_all(inner.join("new")));
        finished.map_err(|error| cannot("write to", &self.root, &error))?;
        Ok(state.counts)
    }

    /// Notes in the journal what is about to be written.
    fn note(&self, of: Of<'_>, name: &str, digest: Digest) -> io::Result<()> {
        let line = ledger::line(name, &Owner::of(of), digest)?;
        self.journal.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes())
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let number = self.n_temporary.fetch_add(1, Ordering::Relaxed);
        let temporary = self.root.join(FOLDER).join("new").join(number.to_string());
        fs::write(&temporary, content)?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::rename(&temporary, path)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Removal {
    Removed,
    Absent,
    Changed,
}

/// Removes a file that has one of the digests; what else stands there somebody else has written.
fn remove(path: &Path, digests: &BTreeSet<Digest>) -> io::Result<Removal> {
    match fs::read(path) {
        Ok(present) if digests.contains(&Digest::of(&present)) => fs::remove_file(path).map(|()| Removal::Removed),
        Ok(_) => Ok(Removal::Changed),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(Removal::Absent)
        }
        // A folder stands in its place.
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => Ok(Removal::Changed),
        Err(error) => Err(error),
    }
}

/// Removes the folders above a file that are empty without it.
fn remove_empty_parents(root: &Path, path: &Path) {
    for folder in path.ancestors().skip(1).take_while(|folder| *folder != root && folder.starts_with(root)) {
        if fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::new(Kind::Remote, format!("cannot {what} `{}`", path.display())).cause(error.to_string())
}
