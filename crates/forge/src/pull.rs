use serde::{Deserialize, Serialize};

use crate::{CommitId, Edit, Error, Identity, Stamp};

/// What a pull request asks for: content on top of a base, and the words that go with it.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// Which pull request this is; there is one for each identity.
    pub identity: Identity,
    /// The tip of the base branch that the edits and the body were made from.
    pub base: CommitId,
    /// The files that change; paths are unique.
    pub edits: Vec<Edit>,
    /// One line; also the commit's subject.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// By whom and when, for a commit that has to be made.
    pub stamp: Stamp,
}

/// What has become of a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "state")]
pub enum State {
    /// It waits for a merge.
    Open,
    /// The base holds it.
    Merged {
        /// The commit that brought it into the base.
        commit: CommitId,
    },
    /// It was given up.
    Closed {
        /// Why, in one line.
        reason: String,
    },
}

impl State {
    /// Returns the word for it: `open`, `merged` or `closed`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Merged { .. } => "merged",
            Self::Closed { .. } => "closed",
        }
    }
}

/// A pull request as the ledger holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pull {
    /// Counted from 1 in the repository; a number is never given twice.
    pub number: u64,
    /// The branch it goes into.
    pub base: String,
    /// The service that is promoted.
    pub service: String,
    /// The environment that it is promoted to.
    pub environment: String,
    /// The branch it stands on.
    pub branch: String,
    /// The commit to be merged.
    pub head: CommitId,
    /// One line.
    pub title: String,
    /// What has become of it.
    #[serde(flatten)]
    pub state: State,
    /// Markdown; it stands in the ledger as a file of its own.
    #[serde(skip)]
    pub body: String,
}

impl Pull {
    /// Returns which pull request this is.
    ///
    /// # Errors
    /// When the ledger holds names that Towpath would not have written.
    pub fn identity(&self) -> Result<Identity, Error> {
        Identity::new(&self.base, &self.service, &self.environment)
    }
}

/// What a proposal did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// A new pull request stands.
    Opened,
    /// The one that was open has a new head, title or body.
    Updated,
    /// Everything was there already.
    Unchanged,
    /// The base holds the content; the pull request that was open is now merged or closed.
    Settled,
    /// The base holds the content and no pull request was open.
    Nothing,
}

impl Effect {
    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Settled => "settled",
            Self::Nothing => "nothing",
        }
    }
}

/// A proposal's outcome.
#[derive(Debug, Clone)]
pub struct Proposed {
    /// What was done.
    pub effect: Effect,
    /// The pull request; for [`Effect::Nothing`] the last one of this identity, if there ever was one.
    pub pull: Option<Pull>,
}

/// A merge's outcome; asking again gives the same.
#[derive(Debug, Clone)]
pub struct Merged {
    /// The commit that brought the pull request into the base.
    pub commit: CommitId,
    /// The pull request.
    pub pull: Pull,
}
