//! Repositories and files that kustomizations name: `https://host/owner/repository//path?ref=v1.0.0`.
//!
//! A repository on this machine is read where it stands; of one that is served over HTTP the one commit is fetched and kept in
//! the store, as with charts. Nothing is checked out; links inside of a repository are followed, and submodules are fetched
//! when something in them is read.

mod checkout;
mod configuration;
mod credentials;
mod modules;

use std::{path::PathBuf, sync::Arc};

use kustomize_rs::{Remote, Repository, RepositoryAddress, Submodules};
use towpath_helm::Profile;
use towpath_model::{Diagnostic, FileTree, Kind, TreePath};
use url::Url;

use self::{checkout::Checkout, configuration::GitConfiguration, credentials::Credentials};
use super::{
    Charts, GitTree,
    fetch::Fetch,
    git_chart::{self, GitAddress},
    web::redact,
};

/// Fetches what kustomizations name, with the network, store and certificates of charts.
///
/// Logins come from git's own files: `url.….insteadOf` of its configuration, its credential store, and `.netrc`.
pub struct Bases {
    charts: Arc<Charts>,
}

impl Bases {
    /// Returns what fetches as `charts` does.
    pub fn new(charts: Arc<Charts>) -> Self {
        Self { charts }
    }
}

impl Remote for Bases {
    fn file(&self, address: &str) -> Result<Arc<[u8]>, Diagnostic> {
        self.charts.web_file(address).map(Into::into)
    }

    fn repository(&self, address: &RepositoryAddress) -> Result<Repository, Diagnostic> {
        let git = Git::new(Arc::clone(&self.charts));
        let place = Place {
            address: address.clone_address(),
            shown: address.shown(),
            reference: address.reference.clone(),
            submodules: address.submodules,
            timeout: address.timeout,
        };
        let (tree, commit) = git.open(&place)?;
        Ok(Repository { tree, commit })
    }
}

/// A repository at a revision.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// What git would clone.
    address: String,
    /// The same for people, without secrets.
    shown: String,
    reference: Option<String>,
    submodules: Submodules,
    timeout: Option<std::time::Duration>,
}

/// Opens repositories as the user's git would.
#[derive(Clone)]
pub(super) struct Git {
    charts: Arc<Charts>,
    configuration: Arc<GitConfiguration>,
}

impl Git {
    fn new(charts: Arc<Charts>) -> Self {
        Self { charts, configuration: Arc::new(GitConfiguration::of_user()) }
    }

    /// Returns the files of a repository and the id of its commit.
    fn open(&self, place: &Place) -> Result<(FileTree, String), Diagnostic> {
        let address = self.configuration.rewritten(&place.address);
        let (tree, folder) = if let Some(path) = folder(&address) {
            (local(&path, place)?, None)
        } else {
            let (tree, folder) = self.fetched(&address, place)?;
            (tree, Some(folder))
        };
        let commit = tree.commit();
        let submodules = (place.submodules == Submodules::Fetched).then(|| (self.clone(), place.clone()));
        Ok((FileTree::new(Checkout::new(tree, submodules, folder)), commit))
    }

    fn fetched(&self, address: &str, place: &Place) -> Result<(GitTree, tempfile::TempDir), Diagnostic> {
        let url: Url = address.parse().map_err(|_| not_spoken(address, place))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(not_spoken(address, place));
        }
        let login = Credentials::of_user().login_for(&url);
        let git = GitAddress { repository: url, path: TreePath::root(), reference: place.reference.clone() };
        let mut fetch = Fetch::new(&self.charts, Profile::default());
        git_chart::fetched(&mut fetch, &git, login, place.timeout).map_err(|mut error| {
            // No flag gives a login here: it would be shown to every host that a kustomization names.
            if error.hints.iter().any(|hint| hint.contains("--username")) {
                let hint = "logins come from git's files: ~/.git-credentials, ~/.netrc, or url.….insteadOf of its configuration";
                error.hints = vec![hint.to_owned()];
            }
            error
        })
    }
}

/// Returns the folder that an address names, if it names one on this machine.
fn folder(address: &str) -> Option<PathBuf> {
    let url: Url = address.parse().ok()?;
    if url.scheme() != "file" {
        return None;
    }
    // What stands before the path is a part of it to git, which knows no host in it.
    let rest = address.get("file://".len()..)?;
    Some(PathBuf::from(git_chart::percent_decoded(rest)))
}

fn local(path: &std::path::Path, place: &Place) -> Result<GitTree, Diagnostic> {
    let with_suffix = PathBuf::from(format!("{}.git", path.display()));
    let found = if path.exists() { path } else { &with_suffix };
    GitTree::open_reference(found, place.reference.as_deref()).map_err(|error| {
        let message = match &place.reference {
            Some(reference) => format!("`{}` has no revision `{reference}`, or is no repository", place.shown),
            None => format!("`{}` is no repository with a default branch", place.shown),
        };
        Diagnostic::new(Kind::Usage, message).cause(error.message())
    })
}

fn not_spoken(address: &str, place: &Place) -> Diagnostic {
    let scheme = address.split_once("://").map_or("ssh", |(scheme, _)| scheme);
    let message = format!("`{}` would have to be fetched by {scheme}, which is not spoken here", redact(&place.shown));
    Diagnostic::new(Kind::Usage, message)
        .hint("name its https:// address, or have git rewrite it: `git config --global url.https://HOST/.insteadOf git@HOST:`")
        .hint("or clone it first and name the folder")
}
