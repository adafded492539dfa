use std::{fs, io, path::PathBuf, time::SystemTime};

use super::Store;
use crate::private_folder::{each_file, remove};

struct Blob {
    path: PathBuf,
    size: u64,
    used: SystemTime,
}

impl Store {
    /// Sees to it that `coming` bytes more stay below the limit: what was used longest ago goes first.
    ///
    /// Another run that is reading what goes keeps it until it has read it; one that comes later fetches it again.
    pub(super) fn make_room(&self, coming: u64) -> io::Result<()> {
        self.folder.sweep()?;
        let mut blobs = Vec::new();
        each_file(&self.root.join("blobs"), &mut |path, metadata| {
            let used = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            blobs.push(Blob { path, size: metadata.len(), used });
        })?;
        let mut total: u64 = blobs.iter().map(|blob| blob.size).sum::<u64>() + coming;
        if total <= self.limit {
            return Ok(());
        }
        blobs.sort_by_key(|blob| blob.used);
        for blob in blobs {
            if total <= self.limit {
                break;
            }
            remove(&blob.path)?;
            total -= blob.size;
        }
        self.drop_dangling()
    }

    /// Takes out references and locks whose content is gone.
    fn drop_dangling(&self) -> io::Result<()> {
        let mut dangling = Vec::new();
        each_file(&self.root.join("refs"), &mut |path, _| {
            let record = fs::read(&path).ok().and_then(|bytes| super::Record::parse(&bytes));
            if record.is_none_or(|record| !self.blob(record.digest).is_file()) {
                dangling.push(path);
            }
        })?;
        dangling.iter().try_for_each(|path| remove(path))
    }
}
