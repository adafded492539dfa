use std::{collections::BTreeMap, fs, io, path::Path, sync::Arc};

use git2::Repository;
use towpath_config::Config;
use towpath_model::{Diagnostic, FileTree, Kind, SourceError, TreePath};

use crate::{
    source::{ChartSettings, Charts, Directory, GitTree, Links, Overlay},
    workshop::Workshop,
};

/// A service's description in the tree of files that it speaks of.
#[derive(Debug, Clone)]
pub struct Service {
    /// The description.
    pub config: Config,
    /// The files; the repository's root is its root, so that an overlay may name a base beside it.
    pub tree: FileTree,
    /// The folder that holds the description, to which its paths are relative.
    pub folder: TreePath,
    /// Loads charts that are kept elsewhere, and dependencies that a chart's lock pins.
    pub charts: Arc<Charts>,
    /// The description's path in the tree.
    pub(crate) file: TreePath,
    /// What its environments share, and all services of a repository.
    pub(crate) workshop: Arc<Workshop>,
}

impl Service {
    /// Reads the description at `path` and takes its files from the folder of the repository around it.
    ///
    /// # Errors
    /// When it cannot be read or is not as it should be.
    pub fn open(path: &Path) -> Result<Self, Diagnostic> {
        let (folder, name) = split(path)?;
        let root = folder.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&folder);
        let directory = Directory::open(root, Links::Follow).map_err(|error| unreadable(path, &error))?;
        let file = file_in(root, &folder, &name)?;
        Self::in_tree(FileTree::new(directory), &file, &path.display().to_string())
    }

    /// Reads the description at `path` as it was at a git revision, and its files with it; nothing is checked out.
    ///
    /// # Errors
    /// When there is no repository around it, no such revision, or no such file in it.
    pub fn at_revision(path: &Path, revision: &str) -> Result<Self, Diagnostic> {
        let (folder, name) = split(path)?;
        let git = |error: git2::Error| unknown(&format!("{} has no revision `{revision}`", path.display()), &error);
        let repository = Repository::discover(&folder).map_err(git)?;
        let root = repository.workdir().ok_or_else(|| git(git2::Error::from_str("the repository has no work tree")))?;
        let root = fs::canonicalize(root).map_err(|error| unreadable(root, &error))?;
        let file = file_in(&root, &folder, &name)?;
        Self::in_repository(repository.path(), revision, &file)
    }

    /// Reads the description at `file` of a revision in the repository at `path`, which may be a bare one.
    ///
    /// # Errors
    /// When there is no such revision, or no such file in it.
    pub fn in_repository(path: &Path, revision: &str, file: &TreePath) -> Result<Self, Diagnostic> {
        let tree = GitTree::open(path, revision)
            .map_err(|error| unknown(&format!("{} has no revision `{revision}`", path.display()), &error))?;
        Self::in_tree(FileTree::new(tree), file, &format!("{revision}:{file}"))
    }

    /// Reads the description at `file` of a tree; `shown` is what messages call it.
    ///
    /// # Errors
    /// When it is not there or is not as it should be.
    pub fn in_tree(tree: FileTree, file: &TreePath, shown: &str) -> Result<Self, Diagnostic> {
        let charts = Arc::new(Charts::new(ChartSettings::from_environment()));
        Self::described(tree, file, shown, charts, Arc::default())
    }

    pub(crate) fn described(
        tree: FileTree,
        file: &TreePath,
        shown: &str,
        charts: Arc<Charts>,
        workshop: Arc<Workshop>,
    ) -> Result<Self, Diagnostic> {
        let bytes = tree.file(file).map_err(|error| failed(&error))?.ok_or_else(|| {
            Diagnostic::new(Kind::Usage, format!("`{shown}` does not exist"))
                .hint("name the service's file with --config")
        })?;
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            Diagnostic::new(Kind::Usage, format!("`{shown}` is not UTF-8")).cause(error.to_string())
        })?;
        let config = Config::parse(shown, text)?;
        Ok(Self { config, tree, folder: file.parent(), file: file.clone(), charts, workshop })
    }

    /// Returns the service called `name` that stands somewhere in a tree, or nothing; every `towpath.yaml` is looked at.
    ///
    /// # Errors
    /// When the tree cannot be read, or a description on the way is not as it should be.
    pub fn find(tree: &FileTree, name: &str) -> Result<Option<Self>, Diagnostic> {
        for file in tree.files_below(&TreePath::root()).map_err(|error| failed(&error))? {
            if file.name() == "towpath.yaml" {
                let service = Self::in_tree(tree.clone(), &file, file.as_str())?;
                if service.config.name == name {
                    return Ok(Some(service));
                }
            }
        }
        Ok(None)
    }

    /// Returns the path of its description in its tree.
    pub fn file(&self) -> &TreePath {
        &self.file
    }

    /// Returns the same service with charts loaded by `charts`.
    #[must_use]
    pub fn with_charts(self, charts: Arc<Charts>) -> Self {
        Self { charts, ..self }
    }

    /// Returns the same service with some files of its tree added or replaced, by path from the tree's root.
    #[must_use]
    pub fn with_files(&self, files: BTreeMap<TreePath, Vec<u8>>) -> Self {
        let tree = FileTree::new(Overlay::new(self.tree.clone(), files));
        // Charts of the other tree may be others.
        Self { tree, workshop: Arc::default(), ..self.clone() }
    }
}

/// Returns the real folder of a file and the file's name.
fn split(path: &Path) -> Result<(std::path::PathBuf, String), Diagnostic> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = fs::canonicalize(folder).map_err(|error| unreadable(path, &error))?;
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| Diagnostic::new(Kind::Usage, format!("`{}` names no file", path.display())))?;
    Ok((folder, name.to_owned()))
}

fn file_in(root: &Path, folder: &Path, name: &str) -> Result<TreePath, Diagnostic> {
    relative(root, folder)?.join(name).map_err(|error| Diagnostic::from_error(Kind::Usage, &error))
}

/// Returns a folder below `root` as seen from there.
pub(crate) fn relative(root: &Path, folder: &Path) -> Result<TreePath, Diagnostic> {
    let below = folder.strip_prefix(root).ok().and_then(Path::to_str);
    let below = below.ok_or_else(|| Diagnostic::new(Kind::Usage, format!("`{}` is not UTF-8", folder.display())))?;
    TreePath::parse(below).map_err(|error| Diagnostic::from_error(Kind::Usage, &error))
}

/// Returns why a file or folder cannot be read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    let kind = if error.kind() == io::ErrorKind::NotFound { Kind::Usage } else { Kind::Remote };
    Diagnostic::new(kind, format!("cannot read `{}`", path.display())).cause(error.to_string())
}

fn unknown(message: &str, error: &git2::Error) -> Diagnostic {
    Diagnostic::new(Kind::Usage, message).cause(error.message())
}

/// Returns a source's failure as a diagnostic.
pub(crate) fn failed(error: &SourceError) -> Diagnostic {
    Diagnostic::from_error(Kind::Remote, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "apiVersion: towpath.dev/v1alpha1\nkind: Service\nmetadata: {name: shop}\n";

    #[test]
    fn a_service_is_found_by_its_name() {
        let tree = FileTree::from_files([
            ("a/towpath.yaml", CONFIG.replace("shop", "other").as_bytes()),
            ("b/c/towpath.yaml", CONFIG.as_bytes()),
        ])
        .unwrap();
        let service = Service::find(&tree, "shop").unwrap().unwrap();
        assert_eq!(service.folder.as_str(), "b/c");
        assert!(Service::find(&tree, "none").unwrap().is_none());
    }

    #[test]
    fn what_is_missing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = Service::open(&folder.path().join("towpath.yaml")).unwrap_err();
        assert!(missing.message.ends_with("towpath.yaml` does not exist"), "{missing:?}");
        git2::Repository::init(folder.path()).unwrap();
        let revision = Service::at_revision(&folder.path().join("towpath.yaml"), "v9").unwrap_err();
        assert!(revision.message.contains("no revision `v9`"), "{revision:?}");
    }
}
