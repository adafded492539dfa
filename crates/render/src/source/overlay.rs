use std::collections::{BTreeMap, BTreeSet};

use towpath_model::{Entry, FileTree, Probe, Source, SourceError, TreePath};

/// A tree with some files put over it: what a change would make of it, before it is made.
#[derive(Debug)]
pub struct Overlay {
    below: FileTree,
    files: BTreeMap<TreePath, Vec<u8>>,
}

impl Overlay {
    /// Returns `below` with `files` added or replaced.
    pub fn new(below: FileTree, files: BTreeMap<TreePath, Vec<u8>>) -> Self {
        Self { below, files }
    }
}

impl Source for Overlay {
    fn load(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        if let Some(bytes) = self.files.get(path) {
            return Ok(Some(Entry::File(bytes.as_slice().into())));
        }
        let added: BTreeSet<String> = self
            .files
            .keys()
            .filter_map(|file| file.strip(path)?.split('/').next().map(str::to_owned))
            .filter(|name| !name.is_empty())
            .collect();
        match self.below.entry(path)? {
            Some(Entry::File(bytes)) if added.is_empty() => Ok(Some(Entry::File(bytes))),
            Some(Entry::Directory(names)) => {
                let all: BTreeSet<String> = names.iter().cloned().chain(added).collect();
                Ok(Some(Entry::Directory(all.into_iter().collect())))
            }
            _ => Ok((!added.is_empty()).then(|| Entry::Directory(added.into_iter().collect()))),
        }
    }

    fn real(&self, path: &TreePath) -> Result<Option<TreePath>, SourceError> {
        let is_added = self.files.keys().any(|file| file.strip(path).is_some());
        if is_added { Ok(Some(path.clone())) } else { self.below.real(path) }
    }

    fn probe(&self, path: &TreePath) -> Result<Option<Probe>, SourceError> {
        if let Some(bytes) = self.files.get(path) {
            return Ok(Some(Probe::File { bytes: bytes.len() as u64 }));
        }
        let holds_added = self.files.keys().any(|file| file.strip(path).is_some_and(|rest| !rest.is_empty()));
        if holds_added { Ok(Some(Probe::Directory)) } else { self.below.probe(path) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_put_over_a_tree() {
        let path = |text: &str| TreePath::parse(text).unwrap();
        let below = FileTree::from_files([("a/b", b"old".as_slice()), ("a/c", b"kept")]).unwrap();
        let files = BTreeMap::from([(path("a/b"), b"new".to_vec()), (path("d/e/f"), b"added".to_vec())]);
        let tree = FileTree::new(Overlay::new(below, files));
        let read = |text: &str| tree.file(&path(text)).unwrap().map(|bytes| bytes.to_vec());
        assert_eq!(read("a/b").unwrap(), b"new");
        assert_eq!(read("a/c").unwrap(), b"kept");
        assert_eq!(tree.probe(&path("d/e")).unwrap(), Some(Probe::Directory));
        assert_eq!(tree.probe(&path("d/e/f")).unwrap(), Some(Probe::File { bytes: 5 }));
        let all: Vec<_> = tree.files_below(&TreePath::root()).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(all, ["a/b", "a/c", "d/e/f"]);
    }
}
