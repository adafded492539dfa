//! Opening, updating and closing a pull request.

use git2::{Oid, Sort};

use super::{LocalForge, ledger::Ledger, writer::Writer};
use crate::{CommitId, Effect, Error, Identity, Proposal, Proposed, Pull, Stamp, State};

/// The trailer by which Towpath knows its own commits.
const TRAILER: &str = "Towpath-Promotion:";

impl LocalForge {
    pub(super) fn try_propose(&self, writer: &Writer<'_>, proposal: &Proposal) -> Result<Proposed, Error> {
        let Proposal { identity, base, stamp, .. } = proposal;
        let actual = self.tip(identity.base())?;
        if actual != *base {
            return Err(Error::MovedBase { branch: identity.base().to_owned(), planned: *base, actual });
        }
        let before = self.settled(writer, identity, stamp)?;
        let tree = self.tree_with(Some(base.0), &proposal.edits)?;
        if tree == self.tree_of(base.0)? {
            return self.nothing_to_do(writer, identity, before, stamp);
        }
        let branch = identity.branch();
        let head = self.head_for(writer, proposal, tree)?;

        let ledger = Ledger::load(self)?;
        let taken =
            |other: &Pull| other.branch == branch && other.base != identity.base() && other.state == State::Open;
        if let Some(other) = ledger.all()?.into_iter().find(taken) {
            return Err(Error::BranchTaken { branch, number: other.number, base: other.base });
        }
        let before = ledger.get(identity)?.filter(|pull| pull.state == State::Open);
        let number = before.as_ref().map_or_else(|| ledger.next_number(), |pull| Ok(pull.number))?;
        let pull = Pull {
            number,
            base: identity.base().to_owned(),
            service: identity.service().to_owned(),
            environment: identity.environment().to_owned(),
            branch,
            head: CommitId(head),
            title: proposal.title.clone(),
            state: State::Open,
            body: proposal.body.clone(),
        };
        let effect = match &before {
            Some(before) if *before == pull => Effect::Unchanged,
            Some(_) => Effect::Updated,
            None => Effect::Opened,
        };
        if effect != Effect::Unchanged {
            ledger.put(writer, &pull, stamp)?;
        }
        self.name_head(writer, &pull)?;
        Ok(Proposed { effect, pull: Some(pull) })
    }

    pub(super) fn try_close(
        &self,
        writer: &Writer<'_>,
        identity: &Identity,
        reason: &str,
        stamp: &Stamp,
    ) -> Result<Option<Pull>, Error> {
        let Some(mut pull) = self.settled(writer, identity, stamp)?.filter(|pull| pull.state == State::Open) else {
            return Ok(None);
        };
        pull.state = State::Closed { reason: reason.to_owned() };
        Ledger::load(self)?.put(writer, &pull, stamp)?;
        Ok(Some(pull))
    }

    /// Makes `refs/pull/<number>/head` name the head.
    pub(super) fn name_head(&self, writer: &Writer<'_>, pull: &Pull) -> Result<(), Error> {
        let reference = format!("refs/pull/{}/head", pull.number);
        let old = self.target(&reference)?;
        if old == Some(pull.head.0) { Ok(()) } else { writer.swap(&reference, old, pull.head.0) }
    }

    /// Returns the newest pull request, recorded as merged if the base holds its head: a merge may have been killed
    /// before it said so, or somebody merged with git.
    fn settled(&self, writer: &Writer<'_>, identity: &Identity, stamp: &Stamp) -> Result<Option<Pull>, Error> {
        let ledger = Ledger::load(self)?;
        let Some(mut pull) = ledger.get(identity)? else { return Ok(None) };
        let base = self.tip(identity.base())?;
        if pull.state == State::Open && self.holds(base.0, pull.head.0)? {
            pull.state = State::Merged { commit: self.bringing(base.0, pull.head.0)? };
            ledger.put(writer, &pull, stamp)?;
            self.name_head(writer, &pull)?;
        }
        Ok(Some(pull))
    }

    /// The base holds the content already: closes what is still open.
    fn nothing_to_do(
        &self,
        writer: &Writer<'_>,
        identity: &Identity,
        before: Option<Pull>,
        stamp: &Stamp,
    ) -> Result<Proposed, Error> {
        let reason = format!("{} holds the content already", identity.base());
        let closed = self.try_close(writer, identity, &reason, stamp)?;
        let effect = if closed.is_some() { Effect::Settled } else { Effect::Nothing };
        Ok(Proposed { effect, pull: closed.or(before) })
    }

    /// Makes the branch hold one commit with the content on top of the base, and returns it.
    fn head_for(&self, writer: &Writer<'_>, proposal: &Proposal, tree: Oid) -> Result<Oid, Error> {
        let Proposal { identity, base, title, stamp, .. } = proposal;
        let message = format!("{title}\n\n{TRAILER} {}/{}\n", identity.service(), identity.environment());
        let reference = format!("refs/heads/{}", identity.branch());
        let old = self.target(&reference)?;
        if let Some(old) = old {
            let commit = self.repository.find_commit(old).map_err(|source| self.git(source))?;
            let parents: Vec<Oid> = commit.parent_ids().collect();
            if commit.tree_id() == tree && parents == [base.0] && commit.message_bytes() == message.as_bytes() {
                return Ok(old);
            }
            self.refuse_foreign(&reference, old, base.0)?;
        }
        let head = self.commit(&[base.0], tree, &message, stamp)?;
        writer.swap(&reference, old, head)?;
        Ok(head)
    }

    /// Refuses to replace a branch on which somebody else has committed.
    fn refuse_foreign(&self, reference: &str, tip: Oid, base: Oid) -> Result<(), Error> {
        let git = |source| self.git(source);
        let mut walk = self.repository.revwalk().map_err(git)?;
        walk.set_sorting(Sort::TOPOLOGICAL).map_err(git)?;
        walk.push(tip).and_then(|()| walk.hide(base)).map_err(git)?;
        for id in walk {
            let commit = id.and_then(|id| self.repository.find_commit(id)).map_err(git)?;
            if !String::from_utf8_lossy(commit.message_bytes()).lines().any(|line| line.starts_with(TRAILER)) {
                let branch = reference.trim_start_matches("refs/heads/").to_owned();
                return Err(Error::Foreign { branch, commit: CommitId(commit.id()) });
            }
        }
        Ok(())
    }

    pub(super) fn tree_of(&self, commit: Oid) -> Result<Oid, Error> {
        Ok(self.repository.find_commit(commit).map_err(|source| self.git(source))?.tree_id())
    }
}
