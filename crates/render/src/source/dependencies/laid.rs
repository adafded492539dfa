use std::collections::{BTreeMap, BTreeSet};

use towpath_model::{Diagnostic, Entry, FileTree, Kind, Source, SourceError, TreePath};

use super::Found;

/// A chart's files with its dependencies packed in `charts/`, in place of the archives that stood there.
#[derive(Debug)]
pub(super) struct Laid {
    below: FileTree,
    packed: BTreeMap<String, Vec<u8>>,
    /// Dependencies without a repository, which stay as they are.
    local: BTreeSet<String>,
}

impl Laid {
    pub(super) fn new(below: FileTree, found: &[Found]) -> Result<Self, Diagnostic> {
        let mut packed = BTreeMap::new();
        for (name, bytes) in found.iter().filter_map(|found| found.packed.as_ref()) {
            if name.contains('/') || name.starts_with(['.', '_']) {
                let message = format!("a dependency's archive is named `{name}`, which cannot stand in charts/");
                return Err(Diagnostic::new(Kind::Usage, message));
            }
            packed.insert(name.clone(), bytes.clone());
        }
        let local = found.iter().filter(|found| found.packed.is_none()).map(|found| found.name.clone()).collect();
        Ok(Self { below, packed, local })
    }

    /// Tells an archive that the new ones replace: one of no dependency that stays.
    fn is_outdated(&self, name: &str) -> bool {
        let stays = self.local.iter().any(|local| {
            name.strip_prefix(local.as_str()).is_some_and(|rest| rest.starts_with('-') || rest.starts_with(".tgz"))
        });
        name.ends_with(".tgz") && !stays
    }
}

impl Source for Laid {
    fn load(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        let charts = path.strip(&TreePath::parse("charts").unwrap_or_default());
        match charts {
            Some("") => {
                let mut names: BTreeSet<String> = match self.below.entry(path)? {
                    Some(Entry::Directory(names)) => {
                        names.iter().filter(|name| !self.is_outdated(name)).cloned().collect()
                    }
                    _ => BTreeSet::new(),
                };
                names.extend(self.packed.keys().cloned());
                Ok(Some(Entry::Directory(names.into_iter().collect())))
            }
            Some(name) if self.packed.contains_key(name) => Ok(Some(Entry::File(self.packed[name].as_slice().into()))),
            _ if path.as_str().is_empty() => match self.below.entry(path)? {
                Some(Entry::Directory(names)) => {
                    let mut names: BTreeSet<String> = names.iter().cloned().collect();
                    names.insert("charts".to_owned());
                    Ok(Some(Entry::Directory(names.into_iter().collect())))
                }
                other => Ok(other),
            },
            _ => self.below.entry(path),
        }
    }
}
