use std::{fs, io, path::Path, sync::Arc};

use towpath_model::EntryKind;

/// What a folder said of its entries when it was read.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Sorted.
    names: Arc<[String]>,
    /// What stands under each name; nothing for a link, a pipe or a device, of which a folder does not say what it leads to.
    kinds: Vec<Option<EntryKind>>,
    /// A name that is not UTF-8, as it can be shown.
    foreign: Option<String>,
}

/// What is known of a name without a look at what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    Here(EntryKind),
    Nothing,
    Unknown,
}

impl Listing {
    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        let (mut entries, mut foreign) = (Vec::new(), None);
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            match entry.file_name().into_string() {
                Ok(name) if kind.is_dir() => entries.push((name, Some(EntryKind::Directory))),
                Ok(name) => entries.push((name, kind.is_file().then_some(EntryKind::File))),
                Err(name) => foreign = Some(name.display().to_string()),
            }
        }
        entries.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let (names, kinds): (Vec<String>, Vec<_>) = entries.into_iter().unzip();
        Ok(Self { names: names.into(), kinds, foreign })
    }

    /// Returns all names, sorted.
    ///
    /// # Errors
    /// When one is not UTF-8: no tree has it.
    pub(super) fn names(&self) -> io::Result<&Arc<[String]>> {
        match &self.foreign {
            None => Ok(&self.names),
            Some(name) => Err(io::Error::other(format!("the name {name} is not UTF-8"))),
        }
    }

    /// Returns the files and folders, sorted by name; links are left out.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, EntryKind)> {
        self.names.iter().zip(&self.kinds).filter_map(|(name, kind)| Some((name.as_str(), (*kind)?)))
    }

    pub(super) fn find(&self, name: &str) -> Listed {
        match self.names.binary_search_by(|present| present.as_str().cmp(name)) {
            Ok(at) => self.kinds.get(at).copied().flatten().map_or(Listed::Unknown, Listed::Here),
            Err(_) if self.foreign.is_none() && lacks(&self.names, name) => Listed::Nothing,
            Err(_) => Listed::Unknown,
        }
    }
}

/// Tells whether a file system finds nothing called `name` in a folder with these names. Some know no case, and some short names.
fn lacks(names: &[String], name: &str) -> bool {
    let is_plain = |name: &str| name.is_ascii() && !name.contains('~') && !name.ends_with(['.', ' ']);
    is_plain(name) && names.iter().all(|other| is_plain(other) && !other.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_says_what_it_holds_and_what_it_surely_lacks() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("b")).unwrap();
        fs::write(folder.path().join("Kustomization.yaml"), "").unwrap();
        std::os::unix::fs::symlink("b", folder.path().join("a")).unwrap();
        let listing = Listing::read(folder.path()).unwrap();
        assert_eq!(listing.names().unwrap().as_ref(), ["Kustomization.yaml", "a", "b"]);
        let entries: Vec<_> = listing.entries().collect();
        assert_eq!(entries, [("Kustomization.yaml", EntryKind::File), ("b", EntryKind::Directory)]);
        for (name, expected) in [
            ("b", Listed::Here(EntryKind::Directory)),
            ("a", Listed::Unknown),
            ("kustomization.yaml", Listed::Unknown),
            ("KUSTOM~1.YAM", Listed::Unknown),
            ("kustomization.yml", Listed::Nothing),
        ] {
            assert_eq!(listing.find(name), expected, "{name}");
        }
        fs::write(folder.path().join("a."), "").unwrap();
        assert_eq!(Listing::read(folder.path()).unwrap().find("other"), Listed::Unknown);
    }
}
