use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::{AssembleError, Content, Entry};

/// The most bytes that the files of one layer may have together.
const CONTENT_LIMIT: u64 = 4 << 30;
/// The most files of one layer.
const COUNT_LIMIT: usize = 200_000;
/// The deepest nesting of folders that is followed.
const DEPTH_LIMIT: usize = 64;

/// A file or folder of this machine and where it goes in the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCopy {
    /// The file or folder; of a folder everything below it is copied.
    pub from: PathBuf,
    /// Where it goes, absolute; with a `/` at its end, a file keeps its name below it.
    pub to: String,
    /// The permission bits of files; without, 0755 for what its owner may run, else 0644. Folders have 0755.
    pub mode: Option<u32>,
}

/// Whether the folders above what is copied become entries of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parents {
    /// On scratch nothing else makes them.
    Listed,
    /// On a base image they may exist, with owners and modes that must stay.
    Left,
}

/// Returns what `copies` name, by path in the image; files of this machine lend their bytes and whether they run, nothing else.
///
/// # Errors
/// When something cannot be read, is neither file, folder nor link, or two things go to one path.
pub fn load_entries(copies: &[FileCopy], parents: Parents) -> Result<BTreeMap<String, Entry>, AssembleError> {
    let mut loader = Loader { entries: BTreeMap::new(), left: CONTENT_LIMIT };
    for copy in copies {
        loader.copy(copy)?;
    }
    if parents == Parents::Listed {
        loader.add_parents()?;
    }
    Ok(loader.entries)
}

struct Loader {
    entries: BTreeMap<String, Entry>,
    left: u64,
}

impl Loader {
    fn copy(&mut self, copy: &FileCopy) -> Result<(), AssembleError> {
        let shown = copy.from.display().to_string();
        // The named thing itself is followed; links below it are copied as links.
        let meta = fs::metadata(&copy.from).map_err(|source| AssembleError::Read { path: shown.clone(), source })?;
        let mut to = image_path(&copy.to)?;
        if !meta.is_dir() && copy.to.ends_with('/') {
            let name = copy.from.file_name().and_then(|name| name.to_str());
            let name = name.ok_or_else(|| AssembleError::Name { path: shown.clone() })?;
            to = if to.is_empty() { name.to_owned() } else { format!("{to}/{name}") };
        }
        self.add(&copy.from, &meta, to, copy.mode, 0)
    }

    fn add(
        &mut self,
        from: &Path,
        meta: &fs::Metadata,
        to: String,
        mode: Option<u32>,
        depth: usize,
    ) -> Result<(), AssembleError> {
        let shown = || from.display().to_string();
        let read = |source| AssembleError::Read { path: shown(), source };
        if depth > DEPTH_LIMIT || self.entries.len() >= COUNT_LIMIT {
            return Err(AssembleError::TooMuch { path: shown() });
        }
        if meta.is_dir() {
            let names = sorted_names(from)?;
            if !to.is_empty() {
                self.insert(to.clone(), folder())?;
            }
            for name in names {
                let path = from.join(&name);
                let meta = fs::symlink_metadata(&path)
                    .map_err(|source| AssembleError::Read { path: path.display().to_string(), source })?;
                let below = if to.is_empty() { name } else { format!("{to}/{name}") };
                self.add(&path, &meta, below, mode, depth + 1)?;
            }
            return Ok(());
        }
        let (mode, content) = if meta.is_symlink() {
            let target = fs::read_link(from).map_err(read)?;
            let target = target.to_str().ok_or_else(|| AssembleError::Name { path: shown() })?;
            (0o777, Content::Link(target.to_owned()))
        } else if meta.is_file() {
            self.left = self.left.checked_sub(meta.len()).ok_or_else(|| AssembleError::TooMuch { path: shown() })?;
            let bytes = fs::read(from).map_err(read)?;
            (mode.unwrap_or(if may_run(meta) { 0o755 } else { 0o644 }), Content::File(bytes.into()))
        } else {
            return Err(AssembleError::Special { path: shown() });
        };
        self.insert(to, Entry { mode, uid: 0, gid: 0, content })
    }

    fn insert(&mut self, path: String, entry: Entry) -> Result<(), AssembleError> {
        if path.is_empty() {
            return Err(AssembleError::Target { path: "/".to_owned() });
        }
        match self.entries.get(&path) {
            // Two folders become one; anything else would depend on the order.
            Some(before) if before.content != Content::Folder || entry.content != Content::Folder => {
                Err(AssembleError::Twice { path })
            }
            _ => {
                self.entries.insert(path, entry);
                Ok(())
            }
        }
    }

    fn add_parents(&mut self) -> Result<(), AssembleError> {
        let paths: Vec<String> = self.entries.keys().cloned().collect();
        for path in paths {
            let mut parent = path.as_str();
            while let Some((above, _)) = parent.rsplit_once('/') {
                parent = above;
                match self.entries.get(parent) {
                    None => drop(self.entries.insert(parent.to_owned(), folder())),
                    Some(entry) if entry.content == Content::Folder => {}
                    Some(_) => return Err(AssembleError::Twice { path: parent.to_owned() }),
                }
            }
        }
        Ok(())
    }
}

fn folder() -> Entry {
    Entry { mode: 0o755, uid: 0, gid: 0, content: Content::Folder }
}

/// Returns `to` relative to the image's root, without `.` and `..`; empty for the root.
fn image_path(to: &str) -> Result<String, AssembleError> {
    let bad = || AssembleError::Target { path: to.to_owned() };
    let rest = to.strip_prefix('/').filter(|rest| !rest.contains('\0')).ok_or_else(bad)?;
    let parts: Vec<&str> = rest.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.iter().any(|part| *part == ".." || part.starts_with(".wh.")) { Err(bad()) } else { Ok(parts.join("/")) }
}

fn sorted_names(folder: &Path) -> Result<Vec<String>, AssembleError> {
    let read = |source| AssembleError::Read { path: folder.display().to_string(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(read)? {
        let entry = entry.map_err(read)?;
        let name = entry.file_name().into_string();
        names.push(name.map_err(|_| AssembleError::Name { path: entry.path().display().to_string() })?);
    }
    names.sort_unstable();
    Ok(names)
}

#[cfg(unix)]
fn may_run(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    meta.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn may_run(_meta: &fs::Metadata) -> bool {
    false
}
