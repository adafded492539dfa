//! What the files of a folder held when they were last read, by what the file system says of them: a file of which it still says
//! the same is not read again.
//!
//! An index is only ever a shortcut: one that is torn, forged or of another folder counts as none, and each file is read then.

mod sight;
mod table;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fs::Metadata,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use towpath_model::Digest;

pub(crate) use self::sight::Sight;
use self::{sight::fingerprint, table::Table};
use super::{disk, seal::seal, settings::Secret, store::Found};
use crate::private_folder::PrivateFolder;

/// An index may have this many bytes; a file takes about 200.
const LARGEST: u64 = 64 << 20;
/// To write an index costs as much as to read this share of its files again.
const WORTH: usize = 64;

/// The indexes in a cache's folder.
pub(super) struct Indexes {
    folder: PrivateFolder,
    secret: Option<Secret>,
    open: Mutex<Vec<Arc<KnownFiles>>>,
}

impl Indexes {
    pub(super) fn new(folder: PrivateFolder, secret: Option<Secret>) -> Self {
        Self { folder, secret, open: Mutex::default() }
    }

    /// Returns the index of the files below `root`, which stands in its place whatever is wrong with the one on disk.
    pub(super) fn of(&self, purpose: KnownFor, root: &Path) -> Arc<KnownFiles> {
        let purpose: &[u8] = match purpose {
            KnownFor::Reading => b"known files\0read\0",
            KnownFor::Writing => b"known files\0written\0",
        };
        let key = Digest::of(&[purpose, root.as_os_str().as_encoded_bytes()].concat());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = open.iter().find(|known| known.key == key) {
            return Arc::clone(known);
        }
        let place = disk::place(&self.folder.path().join("files"), key);
        let before = match disk::read_fresh(&place, LARGEST) {
            Ok(Found::Here(bytes)) => Table::parse(&bytes, key, self.secret.as_ref()).unwrap_or_default(),
            _ => Table::default(),
        };
        let known = Arc::new(KnownFiles { key, root: root.to_owned(), place, before, learnt: Mutex::default() });
        open.push(Arc::clone(&known));
        known
    }

    /// Writes the indexes of which enough is new.
    pub(super) fn save(&self) -> io::Result<()> {
        for known in &*self.open.lock().unwrap_or_else(PoisonError::into_inner) {
            if let Some(body) = known.body() {
                self.folder.write(&known.place, &seal(known.key, &body, self.secret.as_ref()))?;
            }
        }
        Ok(())
    }
}

/// What the digests of an index are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KnownFor {
    /// Those of what the files hold.
    Reading,
    /// Those of what files were made of, as whoever writes them says.
    Writing,
}

/// What is known of the files below one folder. Threads may use it at the same time.
pub(crate) struct KnownFiles {
    key: Digest,
    root: PathBuf,
    place: PathBuf,
    before: Table,
    /// What this run read: lines without their path.
    learnt: Mutex<BTreeMap<String, String>>,
}

impl KnownFiles {
    /// Returns what is known of the file at `path`, of which the file system says this now.
    pub(crate) fn digest(&self, path: &str, metadata: &Metadata) -> Option<Digest> {
        let (said, digest) = self.before.find(path)?.split_once('\t')?;
        if said == fingerprint(metadata) { Digest::from_hex(digest) } else { None }
    }

    /// Notes what a file was seen to hold.
    pub(crate) fn learn(&self, path: &str, sight: &Sight, digest: Digest) {
        let line = format!("{}\t{}", sight.as_str(), digest.hex());
        if !path.contains(['\t', '\n']) && self.before.find(path) != Some(&line) {
            self.learnt.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), line);
        }
    }

    /// Returns the index as it is to be written; nothing where little is new, or it became too large.
    fn body(&self) -> Option<Vec<u8>> {
        let learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        if learnt.is_empty() || learnt.len() < self.before.len() / WORTH {
            return None;
        }
        let mut lines: BTreeMap<&str, &str> = BTreeMap::new();
        for (path, rest, is_used) in self.before.lines() {
            // What a run of some services did not ask for may still be there.
            if is_used || self.root.join(path).exists() {
                lines.insert(path, rest);
            }
        }
        lines.extend(learnt.iter().map(|(path, rest)| (path.as_str(), rest.as_str())));
        let mut body = table::heading(self.key);
        for (path, rest) in lines {
            body.push_str(path);
            body.push('\t');
            body.push_str(rest);
            body.push('\n');
        }
        Some(body.into_bytes()).filter(|body| body.len() as u64 + 128 <= LARGEST)
    }
}
