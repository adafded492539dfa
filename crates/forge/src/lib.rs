//! Commits and pull requests: how a promotion reaches the repository that holds what is deployed.
//!
//! One forge stands here so far, the local one: a bare git repository and nothing beside it. There is no work tree, no
//! remote, no server and no rebase. GitHub, GitLab and Gitea come later behind the same questions.
//!
//! # How the local forge keeps pull requests
//!
//! | ref | what it holds |
//! |---|---|
//! | `refs/heads/<base>` | what is deployed; moved by [`LocalForge::merge`] alone |
//! | `refs/heads/towpath/<service>/<environment>` | the one branch of an [`Identity`]: base and one commit; it stays after a merge |
//! | `refs/towpath/pulls` | the ledger: a commit for each change of a pull request, on top of the one before |
//! | `refs/pull/<number>/head` | a pull request's head, as forges name it |
//!
//! The ledger's tree holds `.number` (the last one given) and, for each identity,
//! `<service>/<environment>/<base>/pull.json` and `body.md`. Number and state change in one write of one ref, so there is
//! never a second pull request for an identity; `git log refs/towpath/pulls` tells what happened.
//!
//! # Killed at any instant
//!
//! Objects are written first, which nobody sees. Then the refs, each by compare-and-swap under git's own lock: the
//! branch (or, in a merge, the base), the ledger, the pull request's head. Whoever runs the same command again finds
//! what is done and does the rest. Processes of Towpath take turns by an advisory lock, which the kernel opens when its
//! holder dies; the locked file names the ref about to be written, so that a `*.lock` which a killed process left behind
//! is known and taken away, while the lock of another git program is only waited for.
//!
//! ```
//! use towpath_forge::{Author, Edit, Identity, LocalForge, Proposal, Stamp};
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("gitops.git");
//! let stamp = Stamp { author: Author::default(), seconds: 1_700_000_000 };
//! let readme = Edit { path: "apps/shop/prod/values.yaml".into(), content: b"image: {digest: old}\n".to_vec() };
//! let forge = LocalForge::create(&path, "main", &[readme], &stamp)?;
//!
//! let identity = Identity::new("main", "shop", "prod")?;
//! let edit = Edit { path: "apps/shop/prod/values.yaml".into(), content: b"image: {digest: new}\n".to_vec() };
//! let opened = forge.propose(&Proposal {
//!     identity: identity.clone(),
//!     base: forge.tip("main")?,
//!     edits: vec![edit],
//!     title: "promote shop 2 to prod".into(),
//!     body: "the rendered diff".into(),
//!     stamp: stamp.clone(),
//! })?;
//! let pull = opened.pull.expect("because the content differs");
//! let merged = forge.merge(&identity, pull.head, &stamp)?;
//! assert_eq!(merged.commit, forge.tip("main")?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod commit;
mod error;
mod identity;
mod kind;
mod local;
mod pull;

pub use commit::{Author, AuthorError, CommitId, CommitIdError, Edit, Stamp, Version};
pub use error::Error;
pub use identity::Identity;
pub use kind::connect;
pub use local::LocalForge;
pub use pull::{Effect, Merged, Proposal, Proposed, Pull, State};
