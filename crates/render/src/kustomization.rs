use std::path::Path;

use kustomize_rs::{LoadRestrictor, Options, Output, build};
use towpath_model::{Diagnostic, FileTree, Kind, TreePath};

use crate::source::{Directory, Links};

/// Builds the kustomization in `folder`; its bases may stand anywhere in the file system.
///
/// # Errors
/// When there is none, or it cannot be built.
pub fn build_kustomization(folder: &Path, load_restrictor: LoadRestrictor) -> Result<Output, Diagnostic> {
    let missing =
        |why: String| Diagnostic::new(Kind::Usage, format!("no kustomization in `{}`", folder.display())).cause(why);
    let full = std::fs::canonicalize(folder).map_err(|error| missing(error.to_string()))?;
    let root = Directory::open(Path::new("/"), Links::Follow).map_err(|error| missing(error.to_string()))?;
    let path = full.to_str().ok_or_else(|| missing("its path is not UTF-8".to_owned()))?;
    let path = TreePath::parse(path.trim_start_matches('/')).map_err(|error| missing(error.to_string()))?;
    let options = Options { load_restrictor, ..Options::default() };
    build(&FileTree::new(root), &path, &options).map_err(|error| error.diagnostic())
}
