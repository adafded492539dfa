use std::path::Path;

use kustomize_rs::{Options, Output, RepositoryAddress, TreeRoot, build, build_remote};
use towpath_model::{Diagnostic, FileTree, Kind, TreePath};

use crate::source::{Directory, Links};

/// Builds the kustomization that `target` names: a folder, whose bases may stand anywhere in the file system, or a directory of
/// a git repository such as `https://github.com/owner/repository//path?ref=v1.0.0`.
///
/// # Errors
/// When there is none, or it cannot be built.
pub fn build_kustomization(target: &str, options: &Options) -> Result<Output, Diagnostic> {
    if let Ok(address) = RepositoryAddress::parse(target) {
        return build_remote(&address, options).map_err(|error| error.diagnostic());
    }
    let missing = |why: String| Diagnostic::new(Kind::Usage, format!("no kustomization in `{target}`")).cause(why);
    let full = std::fs::canonicalize(target).map_err(|error| missing(error.to_string()))?;
    let root = Directory::open(Path::new("/"), Links::Follow).map_err(|error| missing(error.to_string()))?;
    let path = full.to_str().ok_or_else(|| missing("its path is not UTF-8".to_owned()))?;
    let path = TreePath::parse(path.trim_start_matches('/')).map_err(|error| missing(error.to_string()))?;
    let options = Options { tree: TreeRoot::FileSystem, ..options.clone() };
    build(&FileTree::new(root), &path, &options).map_err(|error| error.diagnostic())
}
