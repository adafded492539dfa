//! A folder for this user alone, whose files are there whole or not at all, however often the program is killed.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

/// What a killed run left behind is swept when it is older than this.
const LEFTOVER: Duration = Duration::from_hours(1);

/// The folder; it is made when something is written to it.
#[derive(Debug, Clone)]
pub(crate) struct PrivateFolder {
    root: PathBuf,
}

impl PrivateFolder {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.root
    }

    /// Writes a file below the folder so that it is there whole or not at all.
    pub(crate) fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.make(path.parent())?;
        let temporary = self.temporary()?;
        let written = create(&temporary).and_then(|mut file| file.write_all(bytes));
        let moved = written.and_then(|()| fs::rename(&temporary, path));
        if moved.is_err() {
            // What cannot be removed is swept by a later run.
            let _ = fs::remove_file(&temporary);
        }
        moved
    }

    /// Returns a name in `tmp/` that no other run and no other thread has.
    pub(crate) fn temporary(&self) -> io::Result<PathBuf> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let folder = self.root.join("tmp");
        self.make(Some(&folder))?;
        let mut random = [0; 8];
        rand::fill(&mut random);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Ok(folder.join(format!("{}-{count}-{:016x}", std::process::id(), u64::from_ne_bytes(random))))
    }

    /// Makes a folder that nobody else can read.
    pub(crate) fn make(&self, path: Option<&Path>) -> io::Result<()> {
        use std::os::unix::fs::DirBuilderExt as _;
        let path = path.unwrap_or(&self.root);
        if path.is_dir() { Ok(()) } else { fs::DirBuilder::new().recursive(true).mode(0o700).create(path) }
    }

    /// Takes out what a killed run left behind.
    pub(crate) fn sweep(&self) -> io::Result<()> {
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

/// Makes a file that nobody else can read.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Notes that a file was used, for the order of eviction.
pub(crate) fn touch(path: &Path) {
    // A folder that cannot be written still gives what it holds.
    let _ = File::options().append(true).open(path).and_then(|file| file.set_modified(SystemTime::now()));
}

/// Calls `visit` for every file below `folder`; what vanishes meanwhile is passed over.
pub(crate) fn each_file(folder: &Path, visit: &mut impl FnMut(PathBuf, fs::Metadata)) -> io::Result<()> {
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

/// Removes a file, which another run may have done already.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
