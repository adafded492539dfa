//! What was fetched, kept by its content and shared by every run on the machine.
//!
//! Under the root stand `blobs/` (content by digest), `refs/` (what an address gave, and to whom), `turns/` (locks, so that
//! runs side by side fetch a thing once), `tmp/` and `salt`. Files are written beside their place and renamed, so that a run
//! may be killed at any instant; a blob is held against its digest on every read, and one that is not its digest is gone.
//!
//! An entry belongs to whoever fetched it: its name is made of the address and of the [`Scope`], so that what was fetched
//! with credentials is found with those credentials alone.

mod evict;
mod record;
mod scope;

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::PathBuf,
};

use towpath_model::Digest;

pub(crate) use record::Record;
pub(crate) use scope::Scope;

use crate::private_folder::{self, PrivateFolder};

/// How large the store may grow unless told otherwise, in bytes.
pub const STORE_LIMIT: u64 = 2 << 30;

/// A store in a folder of its own.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
    folder: PrivateFolder,
    limit: u64,
}

/// What stands in the store under a key.
pub(crate) struct Kept {
    pub(crate) bytes: Vec<u8>,
    pub(crate) record: Record,
}

/// What is asked for, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key(Digest);

/// What came of looking.
pub(crate) enum Lookup {
    Found(Kept),
    Absent,
    /// It was there and is not what it was: the entry is gone now.
    Corrupt {
        expected: Digest,
        found: Digest,
    },
}

impl Store {
    /// Returns the store in the folder `root`, which need not exist yet; it is kept below `limit` bytes.
    pub fn new(root: impl Into<PathBuf>, limit: u64) -> Self {
        let root = root.into().join("v1");
        Self { folder: PrivateFolder::new(root.clone()), root, limit }
    }

    /// Returns where the store stands if nobody says otherwise: `$XDG_CACHE_HOME/towpath/store`, else below `~/.cache`.
    pub fn default_folder() -> Option<PathBuf> {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let cache = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")))?;
        Some(cache.join("towpath/store"))
    }

    /// Returns the key of what `address` gives to `scope`; `kind` keeps apart what one address gives in two ways.
    pub(crate) fn key(&self, kind: &str, address: &str, scope: &Scope) -> io::Result<Key> {
        let who = match scope {
            Scope::Public => "public".to_owned(),
            Scope::Holder(secret) => {
                let salted = [self.salt()?.as_slice(), secret.as_bytes()].concat();
                Digest::of(&salted).hex()
            }
        };
        Ok(Key(Digest::of(format!("{kind}\0{address}\0{who}").as_bytes())))
    }

    /// Returns what is known of a key without reading its content.
    pub(crate) fn record(&self, key: Key) -> io::Result<Option<Record>> {
        match fs::read(self.reference(key)) {
            // A record that cannot be read tells nothing, and is written again with the next answer.
            Ok(bytes) => Ok(Record::parse(&bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns the record of a key whose content is there, without reading it.
    pub(crate) fn present(&self, key: Key) -> io::Result<Option<Record>> {
        Ok(self.record(key)?.filter(|record| self.blob(record.digest).is_file()))
    }

    /// Returns what stands under `key`, held against its digest.
    pub(crate) fn get(&self, key: Key) -> io::Result<Lookup> {
        let Some(record) = self.record(key)? else { return Ok(Lookup::Absent) };
        let path = self.blob(record.digest);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Lookup::Absent),
            Err(error) => return Err(error),
        };
        let found = Digest::of(&bytes);
        if found != record.digest {
            self.forget(key)?;
            return Ok(Lookup::Corrupt { expected: record.digest, found });
        }
        private_folder::touch(&path);
        Ok(Lookup::Found(Kept { bytes, record }))
    }

    /// Keeps `bytes` under `key`.
    pub(crate) fn put(&self, key: Key, bytes: &[u8], record: &Record) -> io::Result<()> {
        let path = self.blob(record.digest);
        if !path.is_file() {
            self.make_room(bytes.len() as u64)?;
            self.folder.write(&path, bytes)?;
        }
        self.folder.write(&self.reference(key), &record.to_json())
    }

    /// Takes an entry out; who else has the same content loses it too, since it is not what it was.
    pub(crate) fn forget(&self, key: Key) -> io::Result<()> {
        let record = self.record(key)?;
        for path in record.map(|record| self.blob(record.digest)).into_iter().chain([self.reference(key)]) {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Waits for the turn to fetch `key`; it ends when the file is dropped, or with the process, however that ends.
    pub(crate) fn turn(&self, key: Key) -> io::Result<File> {
        let path = self.root.join("turns").join(key.0.hex());
        self.folder.make(path.parent())?;
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        file.lock()?;
        Ok(file)
    }

    fn blob(&self, digest: Digest) -> PathBuf {
        let hex = digest.hex();
        self.root.join("blobs").join(&hex[..2]).join(hex)
    }

    fn reference(&self, key: Key) -> PathBuf {
        let hex = key.0.hex();
        self.root.join("refs").join(&hex[..2]).join(hex)
    }

    /// Returns the random bytes that the names of private entries are made with; made once for the store.
    fn salt(&self) -> io::Result<Vec<u8>> {
        let path = self.root.join("salt");
        loop {
            match fs::read(&path) {
                Ok(salt) => return Ok(salt),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
            let mut salt = [0; 32];
            rand::fill(&mut salt);
            let temporary = self.folder.temporary()?;
            private_folder::create(&temporary)?.write_all(&salt)?;
            // A link, unlike a rename, leaves the salt of another run in its place.
            let linked = fs::hard_link(&temporary, &path);
            fs::remove_file(&temporary)?;
            match linked {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
