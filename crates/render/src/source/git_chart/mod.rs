//! Charts in git: `git+https://host/repository//path/to/chart?ref=v1.0.0`.
//!
//! The part behind `//` is the chart's folder, as kustomize writes it; helm-git's `@` before the folder is understood too.
//! A repository on disk is read where it stands; of one that is served over HTTP the one commit is fetched, by git's protocol
//! version 2, and kept in the store. Nothing is checked out.

mod address;
mod packets;
mod remote;

use std::{sync::Arc, time::Duration};

use tempfile::TempDir;
use towpath_model::{Diagnostic, Entry, FileTree, Kind, Source, SourceError, TreePath};

pub(super) use self::address::GitAddress;
pub(crate) use self::address::percent_decoded;
use super::{GitTree, Login, fetch::Fetch};

/// Tells whether a text names something in git.
pub(super) fn is_git(text: &str) -> bool {
    text.starts_with("git+")
}

/// Returns the files of the chart that an address names.
pub(super) fn load(fetch: &mut Fetch<'_>, text: &str) -> Result<FileTree, Diagnostic> {
    let address = GitAddress::parse(text)?;
    let path = address.path.clone();
    let tree = tree(fetch, &address)?;
    if tree.entry(&path).map_err(|error| super::service_failed(&error))?.is_some() {
        return Ok(tree.below(&path));
    }
    Err(Diagnostic::new(Kind::Usage, format!("`{}` holds no folder `{path}`", address.shown())))
}

/// Returns the files of a dependency: of the folder that its repository names, or of the one with its name in there.
pub(super) fn dependency(fetch: &mut Fetch<'_>, repository: &str, name: &str) -> Result<FileTree, Diagnostic> {
    let folder = load(fetch, repository)?;
    let has = |path: &str| {
        let path = TreePath::parse(path).map_err(|error| Diagnostic::from_error(Kind::Usage, &error))?;
        folder.entry(&path).map(|entry| entry.is_some()).map_err(|error| super::service_failed(&error))
    };
    if has(&format!("{name}/Chart.yaml"))? {
        let inner = TreePath::parse(name).map_err(|error| Diagnostic::from_error(Kind::Usage, &error))?;
        return Ok(folder.below(&inner));
    }
    if has("Chart.yaml")? {
        return Ok(folder);
    }
    let message = format!("{name} chart not found in repo {}", super::web::redact(repository));
    Err(Diagnostic::new(Kind::Usage, message)
        .hint("the part behind `//` names the chart's folder, or the one that holds it"))
}

fn tree(fetch: &mut Fetch<'_>, address: &GitAddress) -> Result<FileTree, Diagnostic> {
    let unknown = |error: git2::Error| {
        let reference = address.reference.as_deref().unwrap_or("HEAD");
        Diagnostic::new(Kind::Usage, format!("`{}` has no revision `{reference}`", address.shown()))
            .cause(error.message())
    };
    if let Some(folder) = address.folder() {
        let revision = address.reference.as_deref().unwrap_or("HEAD");
        return GitTree::open(&folder, revision).map(FileTree::new).map_err(unknown);
    }
    let login = fetch.charts.settings.access.login.clone();
    let (tree, folder) = fetched(fetch, address, login, None)?;
    Ok(FileTree::new(Unpacked { tree, _folder: Arc::new(folder) }))
}

/// Returns the files of a commit that is served over HTTP, and the folder that holds its objects as long as it lasts.
pub(super) fn fetched(
    fetch: &mut Fetch<'_>,
    address: &GitAddress,
    login: Option<Login>,
    patience: Option<Duration>,
) -> Result<(GitTree, TempDir), Diagnostic> {
    let charts = fetch.charts;
    let fetching = remote::fetch(fetch, address, login);
    let fetched = match patience {
        None => charts.block(fetching)??,
        Some(patience) => charts.block(async { tokio::time::timeout(patience, fetching).await })?.map_err(|_| {
            let seconds = patience.as_secs_f64();
            Diagnostic::new(Kind::Remote, format!("fetching `{}` took more than {seconds} s", address.shown()))
                .hint("the timeout in the address says how long it may take")
        })??,
    };
    let no_pack = |error: git2::Error| {
        let message = format!("what `{}` sent is no pack of git", address.shown());
        Diagnostic::new(Kind::Remote, message).cause(error.message())
    };
    let (folder, commit) = unpack(&fetched).map_err(no_pack)?;
    let tree = GitTree::open(folder.path(), &commit).map_err(no_pack)?;
    Ok((tree, folder))
}

/// Puts a pack into a repository of its own, which lasts as long as its folder.
fn unpack(fetched: &remote::Fetched) -> Result<(TempDir, String), git2::Error> {
    use std::io::Write as _;
    let failed = |error: std::io::Error| git2::Error::from_str(&error.to_string());
    let folder = tempfile::tempdir().map_err(failed)?;
    let repository = git2::Repository::init_bare(folder.path())?;
    let odb = repository.odb()?;
    let mut writer = odb.packwriter()?;
    writer.write_all(&fetched.pack).map_err(failed)?;
    writer.commit()?;
    Ok((folder, fetched.commit.clone()))
}

/// The files of a commit whose pack was fetched.
struct Unpacked {
    tree: GitTree,
    _folder: Arc<TempDir>,
}

impl Source for Unpacked {
    fn load(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        self.tree.load(path)
    }
}
