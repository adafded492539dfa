//! Results in a folder of this user: `keys/` holds a page a key, `results/` the results by their digest, `files/` what is known of
//! the files that were read.
//!
//! Files are written beside their place and renamed. Nothing is forced to the disk: after a loss of power a page may be torn or
//! a result empty, which its seal or its digest tells, and the entry is as good as absent.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use towpath_model::Digest;

use super::{
    key::SCHEMA,
    known::Indexes,
    page::{self, Candidate},
    settings::Secret,
    store::{Entry, Found, Store, StoreError, Wanted},
};
use crate::private_folder::{self, PrivateFolder, each_file, remove};

/// What was used within this time need not be noted again: it is far from being the oldest.
const FRESH: Duration = Duration::from_hours(1);

pub(super) struct Disk {
    folder: PrivateFolder,
    limit: u64,
    secret: Option<Secret>,
    /// Bytes written since the folder was last held against its limit.
    written: AtomicU64,
}

impl Disk {
    /// Returns the cache in `folder`, which is made if it is not there.
    pub(super) fn open(folder: &Path, limit: u64, secret: Option<Secret>) -> Result<Self, StoreError> {
        let folder = PrivateFolder::new(folder.join(format!("rendered-v{SCHEMA}")));
        folder.make(None)?;
        check_owner(&folder)?;
        Ok(Self { folder, limit, secret, written: AtomicU64::new(0) })
    }

    /// Returns the indexes of files that stand beside the results.
    pub(super) fn indexes(&self) -> Indexes {
        Indexes::new(self.folder.clone(), self.secret.clone())
    }

    fn page(&self, key: Digest) -> PathBuf {
        place(&self.folder.path().join("keys"), key)
    }

    fn result(&self, digest: Digest) -> PathBuf {
        place(&self.folder.path().join("results"), digest)
    }

    fn write_one(&self, entry: &Entry) -> io::Result<()> {
        let result = self.result(entry.candidate.result);
        let is_there = fs::metadata(&result).is_ok_and(|there| there.len() == entry.candidate.bytes);
        if !is_there {
            self.folder.write(&result, &entry.result)?;
        }
        let path = self.page(entry.key);
        // Another run may write the same page now: then one of both read sets is lost, and rendered again one day.
        let known = read(&path)?.and_then(|bytes| page::decode(&bytes, entry.key, self.secret.as_ref()).ok());
        let candidates = page::merged(entry.candidate.clone(), &known.unwrap_or_default());
        let bytes = page::encode(entry.key, &candidates, self.secret.as_ref());
        self.written.fetch_add(entry.candidate.bytes + bytes.len() as u64, Ordering::Relaxed);
        self.folder.write(&path, &bytes)
    }

    /// Returns how many bytes earlier runs wrote since the folder was last held against its limit; nothing where it never was.
    fn written_before(&self) -> io::Result<Option<u64>> {
        Ok(read(&self.note())?.and_then(|bytes| std::str::from_utf8(&bytes).ok()?.parse().ok()))
    }

    fn note(&self) -> PathBuf {
        self.folder.path().join("written")
    }

    /// Keeps the folder below its limit: what was used longest ago goes first.
    ///
    /// Another run that reads what goes finds it absent, and renders.
    fn trim(&self) -> io::Result<()> {
        self.written.store(0, Ordering::Relaxed);
        self.folder.write(&self.note(), b"0")?;
        self.folder.sweep()?;
        let mut files = Vec::new();
        for part in ["keys", "results", "files"] {
            each_file(&self.folder.path().join(part), &mut |path, metadata| {
                files.push((metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH), metadata.len(), path));
            })?;
        }
        let mut total: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        // An eighth may be written before the folder is looked at again.
        if total <= self.limit - self.limit / 8 {
            return Ok(());
        }
        files.sort();
        // More than need be, so that the next results do not call for this again.
        let wanted = self.limit - self.limit / 4;
        for (_, bytes, path) in files {
            if total <= wanted {
                break;
            }
            remove(&path)?;
            total -= bytes;
        }
        Ok(())
    }
}

impl Store for Disk {
    fn pages(&self, keys: &[Digest]) -> Result<Vec<Found>, StoreError> {
        let page = |key: &Digest| read_fresh(&self.page(*key), page::LARGEST_PAGE);
        Ok(keys.iter().map(page).collect::<io::Result<_>>()?)
    }

    fn results(&self, wanted: &[Wanted]) -> Result<Vec<Found>, StoreError> {
        let result = |wanted: &Wanted| read_fresh(&self.result(wanted.candidate.result), page::LARGEST_RESULT);
        Ok(wanted.iter().map(result).collect::<io::Result<_>>()?)
    }

    fn write(&self, entries: &[Entry]) -> Result<(), StoreError> {
        for entry in entries {
            self.write_one(entry)?;
        }
        if self.written.load(Ordering::Relaxed) > self.limit / 8 {
            self.trim()?;
        }
        Ok(())
    }

    fn forget(&self, key: Digest, candidate: Option<&Candidate>) -> Result<(), StoreError> {
        if let Some(candidate) = candidate {
            remove(&self.result(candidate.result))?;
        }
        Ok(remove(&self.page(key))?)
    }

    fn finish(&self) -> Result<(), StoreError> {
        let written = self.written.swap(0, Ordering::Relaxed);
        if written == 0 {
            return Ok(());
        }
        // To look at every file takes longer than to render one service again. Where two runs note at once, one of both counts.
        let total = self.written_before()?.map(|before| before.saturating_add(written));
        match total.filter(|total| *total <= self.limit / 8) {
            Some(total) => Ok(self.folder.write(&self.note(), total.to_string().as_bytes())?),
            None => Ok(self.trim()?),
        }
    }
}

/// Returns where what has this digest stands in a folder: two digits keep folders small.
pub(super) fn place(folder: &Path, digest: Digest) -> PathBuf {
    let hex = digest.hex();
    folder.join(&hex[..2]).join(hex)
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns what stands at a path, and notes that it was used.
pub(super) fn read_fresh(path: &Path, limit: u64) -> io::Result<Found> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Absent),
        Err(error) => return Err(error),
    };
    let metadata = file.metadata()?;
    if metadata.len() > limit {
        return Ok(Found::Broken);
    }
    let bytes = read_whole(file, metadata.len())?;
    if metadata.modified().ok().and_then(|used| used.elapsed().ok()).is_some_and(|age| age > FRESH) {
        private_folder::touch(path);
    }
    Ok(Found::Here(bytes))
}

/// Reads a file of `size` bytes; nobody adds to one of these. One that became shorter is given as it is, which its seal tells.
fn read_whole(mut file: fs::File, size: u64) -> io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut bytes = vec![0; usize::try_from(size).map_err(io::Error::other)?];
    let mut filled = 0;
    while filled < bytes.len() {
        match file.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

/// Refuses a folder that somebody else may write: what is rendered from there goes to clusters.
fn check_owner(folder: &PrivateFolder) -> Result<(), StoreError> {
    use std::os::unix::fs::MetadataExt as _;
    let probe = folder.temporary()?;
    let mine = private_folder::create(&probe)?.metadata()?.uid();
    remove(&probe)?;
    let metadata = fs::metadata(folder.path())?;
    if metadata.uid() != mine {
        return Err(StoreError::new(format!("the folder `{}` belongs to somebody else", folder.path().display())));
    }
    if metadata.mode() & 0o077 != 0 {
        let path = folder.path().display();
        return Err(StoreError::new(format!("others may use the folder `{path}`; take their rights away: chmod 700")));
    }
    Ok(())
}
