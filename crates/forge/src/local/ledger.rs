//! `refs/towpath/pulls`: number and state of every pull request, changed by one write of one ref.

use git2::{ObjectType, Oid, Tree};

use super::{LocalForge, writer::Writer};
use crate::{CommitId, Edit, Error, Identity, Pull, Stamp};

const REFERENCE: &str = "refs/towpath/pulls";
/// No service's name starts with a dot.
const NUMBER: &str = ".number";

/// The ledger as it stood when it was loaded.
pub(super) struct Ledger<'forge> {
    forge: &'forge LocalForge,
    tip: Option<Oid>,
    tree: Option<Tree<'forge>>,
}

impl<'forge> Ledger<'forge> {
    pub(super) fn load(forge: &'forge LocalForge) -> Result<Self, Error> {
        let tip = forge.target(REFERENCE)?;
        let tree = tip.map(|tip| forge.repository.find_commit(tip).and_then(|commit| commit.tree())).transpose();
        Ok(Self { forge, tip, tree: tree.map_err(|source| forge.git(source))? })
    }

    /// Returns the newest pull request of `identity`.
    pub(super) fn get(&self, identity: &Identity) -> Result<Option<Pull>, Error> {
        self.pull_in(&identity.folder())
    }

    /// Returns the newest pull request of every identity, sorted by folder.
    pub(super) fn all(&self) -> Result<Vec<Pull>, Error> {
        let Some(tree) = &self.tree else { return Ok(Vec::new()) };
        let mut pulls = Vec::new();
        for service in self.folders(tree)? {
            for environment in self.folders(&service.1)? {
                for base in self.folders(&environment.1)? {
                    pulls.extend(self.pull_in(&format!("{}/{}/{}", service.0, environment.0, base.0))?);
                }
            }
        }
        Ok(pulls)
    }

    /// Returns the number of the next pull request.
    pub(super) fn next_number(&self) -> Result<u64, Error> {
        let last: Option<u64> = self.json(NUMBER)?;
        Ok(last.unwrap_or(0) + 1)
    }

    /// Writes `pull` as the newest of its identity.
    pub(super) fn put(&self, writer: &Writer<'_>, pull: &Pull, stamp: &Stamp) -> Result<(), Error> {
        let folder = pull.identity()?.folder();
        let path = format!("{folder}/pull.json");
        let mut json = match serde_json::to_vec_pretty(pull) {
            Ok(json) => json,
            Err(source) => return Err(Error::Ledger { path, source }),
        };
        json.push(b'\n');
        let number = self.next_number()?.max(pull.number + 1) - 1;
        let edits = [
            Edit { path: NUMBER.to_owned(), content: format!("{number}\n").into_bytes() },
            Edit { path, content: json },
            Edit { path: format!("{folder}/body.md"), content: pull.body.clone().into_bytes() },
        ];
        let tree = self.forge.tree_with(self.tip, &edits)?;
        let message = format!("#{} {}: {}\n", pull.number, pull.state.as_str(), pull.title);
        let parents: Vec<Oid> = self.tip.into_iter().collect();
        let commit = self.forge.commit(&parents, tree, &message, stamp)?;
        writer.swap(REFERENCE, self.tip, commit)
    }

    fn pull_in(&self, folder: &str) -> Result<Option<Pull>, Error> {
        let Some(mut pull) = self.json::<Pull>(&format!("{folder}/pull.json"))? else { return Ok(None) };
        let body = self.bytes(&format!("{folder}/body.md"))?.unwrap_or_default();
        pull.body = String::from_utf8_lossy(&body).into_owned();
        Ok(Some(pull))
    }

    fn json<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<Option<T>, Error> {
        let Some(bytes) = self.bytes(path)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|source| Error::Ledger { path: path.to_owned(), source })
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        match self.tip {
            Some(tip) => self.forge.file_at(CommitId(tip), path),
            None => Ok(None),
        }
    }

    /// Returns the folders in a tree, by name, sorted.
    fn folders(&self, tree: &Tree<'_>) -> Result<Vec<(String, Tree<'forge>)>, Error> {
        let folders = tree.iter().filter(|entry| entry.kind() == Some(ObjectType::Tree));
        let load = |name: &str, id| Ok((name.to_owned(), self.forge.repository.find_tree(id)?));
        let loaded: Result<Vec<_>, git2::Error> =
            folders.map(|entry| load(entry.name().unwrap_or(""), entry.id())).collect();
        loaded.map_err(|source| self.forge.git(source))
    }
}
