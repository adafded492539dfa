use std::path::PathBuf;

use towpath_model::{Diagnostic, Kind};

use crate::CommitId;

/// Why a forge did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A forge that a later version will speak to.
    #[error("forge `{forge}` is not supported yet")]
    NotSupported {
        /// As `towpath.yaml` names it.
        forge: String,
    },
    /// No such forge.
    #[error("forge `{forge}` is unknown")]
    UnknownForge {
        /// As `towpath.yaml` names it.
        forge: String,
        /// Those that are known, in words.
        known: String,
    },
    /// The local forge was given an address of another machine; without its credentials.
    #[error("repository `{location}` is neither a path nor a file:// URL")]
    NotLocal {
        /// The address without user, password and query.
        location: String,
    },
    /// A repository with a work tree, which would no longer match its branch.
    #[error("repository `{}` has a work tree", path.display())]
    NotBare {
        /// The repository.
        path: PathBuf,
    },
    /// There is no repository, or git refuses it.
    #[error("cannot open the repository `{}`", path.display())]
    Open {
        /// The repository.
        path: PathBuf,
        /// What git says.
        source: git2::Error,
    },
    /// The base branch is not there.
    #[error("branch `{branch}` does not exist in `{}`", path.display())]
    NoBranch {
        /// The branch.
        branch: String,
        /// The repository.
        path: PathBuf,
    },
    /// A name that cannot stand in a branch.
    #[error("`{name}` cannot stand in the name of a branch")]
    BadName {
        /// The name.
        name: String,
    },
    /// A path that cannot stand in a commit.
    #[error("`{path}` is no path of a file in a repository")]
    BadPath {
        /// The path.
        path: String,
    },
    /// A directory, link or submodule where a file was expected.
    #[error("`{path}` is not a file in commit {commit}")]
    NotAFile {
        /// The path.
        path: String,
        /// Where.
        commit: CommitId,
    },
    /// A file beyond the limit.
    #[error("`{path}` has {size} bytes; at most {limit} are read")]
    TooLarge {
        /// The path.
        path: String,
        /// What it has.
        size: usize,
        /// What is allowed.
        limit: usize,
    },
    /// The base moved on since the proposal was made from it.
    #[error("branch `{branch}` is at {actual}, not at {planned} where the promotion was planned")]
    MovedBase {
        /// The base branch.
        branch: String,
        /// Where the proposal was made.
        planned: CommitId,
        /// Where the branch stands.
        actual: CommitId,
    },
    /// The head is another one than expected.
    #[error("head of `{branch}` is {actual}, not the expected {expected}")]
    MovedHead {
        /// The branch of the pull request.
        branch: String,
        /// What the caller has seen.
        expected: CommitId,
        /// What stands there.
        actual: CommitId,
    },
    /// Somebody else's commits stand on the branch of the promotion.
    #[error("branch `{branch}` holds commit {commit}, which Towpath did not make")]
    Foreign {
        /// The branch of the pull request.
        branch: String,
        /// One of the commits.
        commit: CommitId,
    },
    /// Another open pull request, into another base, stands on the same branch.
    #[error("branch `{branch}` already stands for pull request #{number} into `{base}`")]
    BranchTaken {
        /// The branch of the pull request.
        branch: String,
        /// The other pull request.
        number: u64,
        /// Its base.
        base: String,
    },
    /// Nothing is open to be merged.
    #[error("no open pull request from `{branch}` into `{base}`{last}")]
    NoPull {
        /// The branch of the pull request.
        branch: String,
        /// The base branch.
        base: String,
        /// What the last one came to, in words; may be empty.
        last: String,
    },
    /// The base changed the same lines meanwhile.
    #[error("pull request #{number} conflicts with `{base}` in {files}")]
    Conflict {
        /// The pull request.
        number: u64,
        /// The base branch.
        base: String,
        /// The files, in words.
        files: String,
    },
    /// A ref moved between reading and writing; retried before it is told.
    #[error("`{reference}` was moved by somebody else {attempts} times while it was written")]
    Moved {
        /// The ref.
        reference: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// Another git program holds the ref.
    #[error("`{}` has been held by another git program for {seconds} s", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// How long it was waited for, in seconds.
        seconds: u64,
    },
    /// Another Towpath holds the repository.
    #[error("another Towpath has been writing to `{}` for {seconds} s", path.display())]
    Busy {
        /// The repository.
        path: PathBuf,
        /// How long it was waited for, in seconds.
        seconds: u64,
    },
    /// The ledger holds what this version cannot read.
    #[error("cannot read `{path}` in refs/towpath/pulls")]
    Ledger {
        /// The file in the ledger.
        path: String,
        /// Why.
        source: serde_json::Error,
    },
    /// The file system failed.
    #[error("cannot write `{}`", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// git failed.
    #[error("git failed on `{}`", path.display())]
    Git {
        /// The repository.
        path: PathBuf,
        /// What it says.
        source: git2::Error,
    },
}

impl Error {
    /// Returns the error as it is shown.
    pub fn diagnostic(&self) -> Diagnostic {
        let kind = match self {
            Self::MovedHead { .. } | Self::Conflict { .. } => Kind::Verdict,
            Self::NotSupported { .. }
            | Self::UnknownForge { .. }
            | Self::NotLocal { .. }
            | Self::NotBare { .. }
            | Self::NoBranch { .. }
            | Self::BadName { .. }
            | Self::BadPath { .. }
            | Self::NotAFile { .. }
            | Self::TooLarge { .. }
            | Self::Foreign { .. }
            | Self::BranchTaken { .. }
            | Self::NoPull { .. } => Kind::Usage,
            _ => Kind::Remote,
        };
        let diagnostic = Diagnostic::from_error(kind, self);
        match self.hint() {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NotSupported { .. } | Self::NotLocal { .. } => {
                "use `forge: local` with the path of a bare repository".to_owned()
            }
            Self::UnknownForge { known, .. } => format!("known forges: {known}"),
            Self::NotBare { path } => format!("make a bare one: git clone --bare {}", path.display()),
            Self::MovedHead { .. } => {
                "look at the pull request again, then merge the head that you have seen".to_owned()
            }
            Self::Foreign { branch, .. } => format!("move the commit to another branch, then delete `{branch}`"),
            Self::BranchTaken { .. } => "merge or close that one first".to_owned(),
            Self::NoPull { .. } => "open one first: towpath-promote open".to_owned(),
            Self::Conflict { .. } => "apply the promotion to the new base: towpath-promote open".to_owned(),
            Self::Moved { .. } | Self::Busy { .. } | Self::MovedBase { .. } => "run the same command again".to_owned(),
            Self::Locked { path, .. } => format!("if no git program runs, remove {}", path.display()),
            _ => return None,
        })
    }
}
