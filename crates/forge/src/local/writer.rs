//! One writer at a time, and refs written by compare-and-swap.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use git2::{ErrorCode, Oid};

use super::{ATTEMPTS, LocalForge};
use crate::Error;

/// The file in the repository that writers lock; it holds the ref being written and its new value, or nothing.
const FILE: &str = "towpath-writer";
/// How long another Towpath is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long another git program's lock is waited for.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);
/// How long a lock must stay as it is before it counts as left behind.
const STILL: Duration = Duration::from_millis(200);
const PAUSE: Duration = Duration::from_millis(10);

/// The right to write to the repository, until it is dropped or the process dies.
pub(super) struct Writer<'forge> {
    forge: &'forge LocalForge,
    journal: File,
}

impl LocalForge {
    /// Waits for its turn and takes away what a killed predecessor left locked.
    pub(super) fn writer(&self) -> Result<Writer<'_>, Error> {
        let path = self.repository.path().join(FILE);
        let failed = |source| Error::Io { path: path.clone(), source };
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).clone();
        let journal = options.open(&path).map_err(failed)?;
        let since = Instant::now();
        loop {
            match journal.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if since.elapsed() < PATIENCE => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::Busy { path: self.path.clone(), seconds: PATIENCE.as_secs() });
                }
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
        let writer = Writer { forge: self, journal };
        writer.recover().map_err(failed)?;
        Ok(writer)
    }
}

impl Writer<'_> {
    /// Moves `reference` from `old` (absent: it must not exist) to `new`.
    ///
    /// # Errors
    /// [`Error::Moved`] when it holds something else; [`Error::Locked`] when another git program keeps it locked.
    pub(super) fn swap(&self, reference: &str, old: Option<Oid>, new: Oid) -> Result<(), Error> {
        let lock = self.lock_of(reference);
        let since = Instant::now();
        loop {
            // A lock that is there before the journal names the ref is somebody else's.
            if !lock.exists() {
                self.note(&format!("{reference} {new}\n"))?;
                let result = self.swap_once(reference, old, new);
                self.note("")?;
                match result {
                    Err(Error::Git { source, .. }) if source.code() == ErrorCode::Locked => {}
                    other => return other,
                }
            }
            if since.elapsed() > LOCK_PATIENCE {
                return Err(Error::Locked { path: lock, seconds: LOCK_PATIENCE.as_secs() });
            }
            thread::sleep(PAUSE);
        }
    }

    /// Compares and writes under git's own lock of the ref.
    fn swap_once(&self, reference: &str, old: Option<Oid>, new: Oid) -> Result<(), Error> {
        let git = |source| self.forge.git(source);
        let mut transaction = self.forge.repository.transaction().map_err(git)?;
        transaction.lock_ref(reference).map_err(git)?;
        if self.forge.target(reference)? != old {
            return Err(Error::Moved { reference: reference.to_owned(), attempts: ATTEMPTS });
        }
        transaction.set_target(reference, new, None, "towpath").map_err(git)?;
        transaction.commit().map_err(git)
    }

    /// Takes away the lock of the ref that a killed process was writing.
    ///
    /// Only a lock is taken that the journal names, that holds nothing or the value that was being written, and that
    /// nobody touches for a while: another git program could have locked the same ref since.
    fn recover(&self) -> std::io::Result<()> {
        let mut text = String::new();
        (&self.journal).take(4096).read_to_string(&mut text)?;
        let noted = text.strip_suffix('\n').and_then(|line| line.split_once(' '));
        if let Some((reference, value)) = noted.filter(|(name, _)| git2::Reference::is_valid_name(name)) {
            let lock = self.lock_of(reference);
            let since = Instant::now();
            while let Some(content) = content_of(&lock)? {
                if !content.is_empty() && content.trim_end() != value {
                    break;
                }
                if since.elapsed() >= STILL {
                    match fs::remove_file(&lock) {
                        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                        _ => break,
                    }
                }
                thread::sleep(PAUSE);
            }
        }
        if text.is_empty() { Ok(()) } else { self.journal.set_len(0) }
    }

    /// Makes the journal hold `text`.
    fn note(&self, text: &str) -> Result<(), Error> {
        let mut journal = &self.journal;
        let written =
            journal.set_len(0).and_then(|()| journal.rewind()).and_then(|()| journal.write_all(text.as_bytes()));
        written.map_err(|source| Error::Io { path: self.forge.repository.path().join(FILE), source })
    }

    fn lock_of(&self, reference: &str) -> PathBuf {
        self.forge.repository.path().join(format!("{reference}.lock"))
    }
}

/// Returns what a lock file holds, cut at 1 KiB, or nothing if it is gone.
fn content_of(lock: &Path) -> std::io::Result<Option<String>> {
    let mut bytes = Vec::new();
    match File::open(lock).and_then(|file| file.take(1024).read_to_end(&mut bytes)) {
        Ok(_) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
