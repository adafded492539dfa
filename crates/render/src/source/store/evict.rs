use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::Store;

/// What a killed run left behind is swept when it is older than this.
const LEFTOVER: Duration = Duration::from_hours(1);

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
        self.sweep()?;
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

    fn sweep(&self) -> io::Result<()> {
        let mut old = Vec::new();
        each_file(&self.root.join("tmp"), &mut |path, metadata| {
            let age = metadata.modified().ok().and_then(|made| made.elapsed().ok());
            if age.is_some_and(|age| age > LEFTOVER) {
                old.push(path);
            }
        })?;
        old.iter().try_for_each(|path| remove(path))
    }
}

/// Calls `visit` for every file below `folder`; what vanishes meanwhile is passed over.
fn each_file(folder: &Path, visit: &mut impl FnMut(PathBuf, fs::Metadata)) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => each_file(&entry.path(), visit)?,
            Ok(metadata) => visit(entry.path(), metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
