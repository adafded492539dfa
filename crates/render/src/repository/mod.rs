//! A whole repository: every service that is described in it.

mod identity;
#[cfg(test)]
mod tests;
mod walk;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use towpath_model::{Diagnostic, FileTree, Kind, SourceError, TreePath};

use crate::{
    Service,
    cache::{Cache, KnownFor},
    parallel::in_parallel,
    service::{failed, relative, unreadable},
    source::{Charts, Directory, GitTree, Links},
    workshop::Workshop,
};

/// The services of a work tree, or of a git revision of which nothing is checked out.
///
/// They share files, charts and parsed templates: each is read once, however many environments use it. Threads may render from
/// one repository at the same time.
///
/// ```no_run
/// use std::{path::Path, sync::Arc};
/// use towpath_render::{Manner, Repository, source::Charts};
///
/// let repository = Repository::at_revision(Path::new("."), "main", &Arc::new(Charts::default()))?;
/// for found in repository.services() {
///     let service = found.service.as_ref().map_err(Clone::clone)?;
///     for environment in &service.config.environments {
///         print!("{}", service.render_as(&environment.name, &Manner::default())?.to_text());
///     }
/// }
/// # Ok::<(), towpath_model::Diagnostic>(())
/// ```
#[derive(Debug)]
pub struct Repository {
    root: PathBuf,
    start: TreePath,
    tree: FileTree,
    revision: Option<String>,
    services: Vec<Found>,
}

/// A description that was found.
#[derive(Debug)]
pub struct Found {
    /// Where it stands, from the repository's root.
    pub file: TreePath,
    /// The service, or why it is none.
    pub service: Result<Service, Diagnostic>,
}

impl Repository {
    /// Finds the services in and below `folder`. Their files are those of the git repository around it, or of `folder` itself.
    ///
    /// A service is described by a `towpath.yaml`. Folders below `folder` are not looked into when their name begins with a dot
    /// or is `node_modules`, `target` or `vendor`, nor are those below a `Chart.yaml`; links are not followed. Files of which
    /// the cache knows what they hold are not read to find that out.
    ///
    /// # Errors
    /// When a folder cannot be read. A description that is wrong is no error here.
    pub fn open(folder: &Path, charts: &Arc<Charts>, cache: Option<&Cache>) -> Result<Self, Diagnostic> {
        let (root, start) = place(folder)?;
        let directory = Directory::open(&root, Links::Follow).map_err(|error| unreadable(&root, &error))?;
        let directory = directory.knowing(cache.and_then(|cache| cache.known_files(KnownFor::Reading, &root)));
        let list = |path: &TreePath| match directory.list(path) {
            Ok(listing) => Ok(listing.entries().map(|(name, kind)| (name.to_owned(), kind)).collect()),
            Err(error) => Err(SourceError { path: path.clone(), source: Arc::new(error) }),
        };
        let files = walk::find(&start, list).map_err(|error| failed(&error))?;
        Ok(Self { root, start, ..Self::of(FileTree::new(directory), None, files, charts) })
    }

    /// Finds the services in and below `folder` as they were at a revision of the git repository around it.
    ///
    /// # Errors
    /// When there is no repository around it, or no such revision in it.
    pub fn at_revision(folder: &Path, revision: &str, charts: &Arc<Charts>) -> Result<Self, Diagnostic> {
        let (root, start) = place(folder)?;
        let source = revision_of(&root, revision)?;
        let list = |path: &TreePath| {
            source.list(path).map_err(|error| SourceError { path: path.clone(), source: Arc::new(error) })
        };
        let files = walk::find(&start, list).map_err(|error| failed(&error))?;
        Ok(Self { root, start, ..Self::of(FileTree::new(source), Some(revision), files, charts) })
    }

    fn of(tree: FileTree, revision: Option<&str>, files: Vec<TreePath>, charts: &Arc<Charts>) -> Self {
        let workshop = Arc::new(Workshop::default());
        let service = |index: usize| {
            let file = &files[index];
            let shown = revision.map_or_else(|| file.to_string(), |revision| format!("{revision}:{file}"));
            Service::described(tree.recording(), file, &shown, Arc::clone(charts), Arc::clone(&workshop))
        };
        let services = in_parallel(files.len(), service);
        let services = files.into_iter().zip(services).map(|(file, service)| Found { file, service }).collect();
        Self { root: PathBuf::new(), start: TreePath::root(), tree, revision: revision.map(str::to_owned), services }
    }

    /// Returns the services, sorted by the path of their description.
    pub fn services(&self) -> &[Found] {
        &self.services
    }

    /// Returns the files; the repository's root is their root.
    pub fn tree(&self) -> &FileTree {
        &self.tree
    }

    /// Returns the same files as they were at another revision.
    ///
    /// # Errors
    /// When there is no git repository, or no such revision in it.
    pub fn tree_at(&self, revision: &str) -> Result<FileTree, Diagnostic> {
        revision_of(&self.root, revision).map(FileTree::new)
    }

    /// Returns the repository's root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns what the repository is called wherever it stands: the address of its remote without scheme, login and `.git`,
    /// or, where it has none, the path of its root.
    pub fn identity(&self) -> String {
        identity::of(&self.root)
    }

    /// Returns the folder in and below which services were looked for, from the root.
    pub fn start(&self) -> &TreePath {
        &self.start
    }

    /// Returns the revision as it was asked for; nothing for a work tree.
    pub fn revision(&self) -> Option<&str> {
        self.revision.as_deref()
    }
}

/// Returns the files of a revision of the git repository at or above `root`.
fn revision_of(root: &Path, revision: &str) -> Result<GitTree, Diagnostic> {
    let git = |error: git2::Error| {
        Diagnostic::new(Kind::Usage, format!("{} has no revision `{revision}`", root.display())).cause(error.message())
    };
    let repository = git2::Repository::discover(root).map_err(git)?;
    GitTree::open(repository.path(), revision).map_err(git)
}

/// Returns the root of the repository around a folder, and the folder from there.
fn place(folder: &Path) -> Result<(PathBuf, TreePath), Diagnostic> {
    let full = fs::canonicalize(folder).map_err(|error| unreadable(folder, &error))?;
    if !full.is_dir() {
        return Err(Diagnostic::new(Kind::Usage, format!("`{}` is no folder", folder.display())));
    }
    let root = full.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&full).to_owned();
    let start = relative(&root, &full)?;
    Ok((root, start))
}
