//! What was written, and for whom.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

use serde::{Deserialize, Serialize};
use towpath_model::{Digest, Release, TreePath};

use super::Of;

/// Whose file it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Owner {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    repository: String,
    description: String,
    service: String,
    environment: String,
}

impl Owner {
    pub(super) fn of(of: Of<'_>) -> Self {
        Self {
            repository: of.repository.to_owned(),
            description: of.description.as_str().to_owned(),
            service: of.service.to_owned(),
            environment: of.environment.to_owned(),
        }
    }

    pub(super) fn key(&self) -> (String, String) {
        (self.service.clone(), self.environment.clone())
    }

    pub(super) fn path(&self) -> Option<TreePath> {
        TreePath::parse(&self.description).ok()
    }

    pub(super) fn as_of<'a>(&'a self, description: &'a TreePath) -> Of<'a> {
        Of { repository: &self.repository, description, service: &self.service, environment: &self.environment }
    }
}

/// A file, as `manifest.json` and a line of the journal have it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Item {
    file: String,
    digest: Digest,
    #[serde(flatten)]
    owner: Owner,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    api_version: String,
    kind: String,
    files: Vec<Item>,
}

/// Every file of ours, with the digests that it may have: that before a run and that after it.
#[derive(Debug, Default)]
pub(super) struct Ledger(BTreeMap<String, (Owner, BTreeSet<Digest>)>);

impl Ledger {
    /// Reads what the last run that ended has noted, and what a run that was killed was about to write.
    pub(super) fn load(folder: &Path) -> io::Result<Self> {
        let mut ledger = Self::default();
        if let Some(text) = present(&folder.join("manifest.json"))? {
            let manifest: Manifest = serde_json::from_slice(&text).map_err(io::Error::other)?;
            for item in manifest.files {
                ledger.add(item);
            }
        }
        // The last line of a run that was killed may be a part of one; its file was not written then.
        let journal = present(&folder.join("journal"))?.unwrap_or_default();
        for line in journal.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            if let Ok(item) = serde_json::from_slice(line) {
                ledger.add(item);
            }
        }
        if journal.last().is_some_and(|last| *last != b'\n') {
            fs::write(folder.join("journal.new"), [journal.as_slice(), b"\n"].concat())?;
            fs::rename(folder.join("journal.new"), folder.join("journal"))?;
        }
        Ok(ledger)
    }

    /// Writes what there is now in place of all that was noted before.
    pub(super) fn save(&self, folder: &Path) -> io::Result<()> {
        // A file has several digests while nobody knows whether a run that was killed has written it.
        let items = self.0.iter().flat_map(|(file, (owner, digests))| {
            digests.iter().map(|digest| Item { file: file.clone(), digest: *digest, owner: owner.clone() })
        });
        let manifest = Manifest {
            api_version: Release::API_VERSION.to_owned(),
            kind: "RenderedFolder".to_owned(),
            files: items.collect(),
        };
        let mut text = String::from("{\"apiVersion\": ");
        text.push_str(&serde_json::to_string(&manifest.api_version)?);
        text.push_str(", \"kind\": ");
        text.push_str(&serde_json::to_string(&manifest.kind)?);
        text.push_str(", \"files\": [");
        // One line a file, so that git shows and merges them well.
        for (index, item) in manifest.files.iter().enumerate() {
            text.push_str(if index == 0 { "\n" } else { ",\n" });
            text.push_str(&serde_json::to_string(item)?);
        }
        text.push_str("\n]}\n");
        let path = folder.join("manifest.json");
        if present(&path)?.is_none_or(|before| before != text.as_bytes()) {
            fs::write(folder.join("manifest.new"), text)?;
            fs::rename(folder.join("manifest.new"), path)?;
        }
        fs::remove_file(folder.join("journal"))
    }

    fn add(&mut self, item: Item) {
        // Whoever has changed the manifest has no say over what stands outside of the folder.
        if !TreePath::parse(&item.file).is_ok_and(|path| path.as_str() == item.file && !item.file.is_empty()) {
            return;
        }
        match self.0.get_mut(&item.file) {
            Some((owner, digests)) => {
                *owner = item.owner;
                digests.insert(item.digest);
            }
            None => drop(self.0.insert(item.file, (item.owner, BTreeSet::from([item.digest])))),
        }
    }

    pub(super) fn set(&mut self, name: &str, owner: Owner, digest: Digest) {
        self.0.insert(name.to_owned(), (owner, BTreeSet::from([digest])));
    }

    pub(super) fn forget(&mut self, name: &str) {
        self.0.remove(name);
    }

    pub(super) fn digests(&self, name: &str) -> &BTreeSet<Digest> {
        const NONE: &BTreeSet<Digest> = &BTreeSet::new();
        self.0.get(name).map_or(NONE, |(_, digests)| digests)
    }

    /// Returns the names of files for which `is_wanted` is true.
    pub(super) fn names(&self, is_wanted: impl Fn(&str, &Owner) -> bool) -> Vec<String> {
        let names = self.0.iter().filter(|(name, (owner, _))| is_wanted(name, owner));
        names.map(|(name, _)| name.clone()).collect()
    }
}

/// Returns a line of the journal.
pub(super) fn line(name: &str, owner: &Owner, digest: Digest) -> io::Result<String> {
    Ok(serde_json::to_string(&Item { file: name.to_owned(), digest, owner: owner.clone() })? + "\n")
}

fn present(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
