//! Bringing a pull request into its base.

use std::collections::BTreeSet;

use git2::Oid;

use super::{LocalForge, ledger::Ledger, writer::Writer};
use crate::{CommitId, Error, Identity, Merged, Pull, Stamp, State};

/// How many commits of the base are looked at for the one that brought a head in.
const HORIZON: usize = 1000;

impl LocalForge {
    pub(super) fn try_merge(
        &self,
        writer: &Writer<'_>,
        identity: &Identity,
        expected: CommitId,
        stamp: &Stamp,
    ) -> Result<Merged, Error> {
        let (branch, base) = (identity.branch(), identity.base().to_owned());
        let ledger = Ledger::load(self)?;
        let Some(mut pull) = ledger.get(identity)? else {
            return Err(Error::NoPull { branch, base, last: String::new() });
        };
        if let State::Merged { commit } = pull.state
            && pull.head == expected
        {
            self.name_head(writer, &pull)?;
            return Ok(Merged { commit, pull });
        }
        if pull.state != State::Open {
            let last = format!("; #{} is {} with head {}", pull.number, pull.state.as_str(), pull.head.short());
            return Err(Error::NoPull { branch, base, last });
        }
        let tip = self.tip(&base)?;
        if pull.head != expected {
            return Err(Error::MovedHead { branch, expected, actual: pull.head });
        }
        let commit = if self.holds(tip.0, expected.0)? {
            self.bringing(tip.0, expected.0)?
        } else {
            let actual = self.tip(&branch)?;
            if actual != expected {
                return Err(Error::MovedHead { branch, expected, actual });
            }
            let joined = self.joined(&pull, tip.0, stamp)?;
            writer.swap(&format!("refs/heads/{base}"), Some(tip.0), joined)?;
            CommitId(joined)
        };
        pull.state = State::Merged { commit };
        ledger.put(writer, &pull, stamp)?;
        self.name_head(writer, &pull)?;
        Ok(Merged { commit, pull })
    }

    /// Returns the commit that the base becomes: the head, or a merge of both where the base has gone on.
    fn joined(&self, pull: &Pull, base: Oid, stamp: &Stamp) -> Result<Oid, Error> {
        let git = |source| self.git(source);
        let head = pull.head.0;
        if self.holds(head, base)? {
            return Ok(head);
        }
        let find = |id| self.repository.find_commit(id).map_err(git);
        let mut index = self.repository.merge_commits(&find(base)?, &find(head)?, None).map_err(git)?;
        if index.has_conflicts() {
            let mut files = BTreeSet::new();
            for conflict in index.conflicts().map_err(git)? {
                let conflict = conflict.map_err(git)?;
                let side = conflict.our.or(conflict.their).or(conflict.ancestor);
                files.extend(side.map(|entry| format!("`{}`", String::from_utf8_lossy(&entry.path))));
            }
            let files = files.into_iter().take(5).collect::<Vec<_>>().join(", ");
            return Err(Error::Conflict { number: pull.number, base: pull.base.clone(), files });
        }
        let tree = index.write_tree_to(&self.repository).map_err(git)?;
        let message = format!("merge #{}: {}\n", pull.number, pull.title);
        self.commit(&[base, head], tree, &message, stamp)
    }

    /// Returns the commit on the first-parent line of `base` with which `head` came in; `base` holds `head`.
    pub(super) fn bringing(&self, base: Oid, head: Oid) -> Result<CommitId, Error> {
        let mut brought = base;
        for _ in 0..HORIZON {
            let commit = self.repository.find_commit(brought).map_err(|source| self.git(source))?;
            match commit.parent_id(0) {
                Ok(parent) if brought != head && self.holds(parent, head)? => brought = parent,
                _ => return Ok(CommitId(brought)),
            }
        }
        Ok(CommitId(head))
    }
}
