use std::{
    collections::HashSet,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Component, Path, PathBuf},
};

use towpath_helm::Rendered;
use towpath_model::{Diagnostic, Kind};

use super::file_failed;

/// Writes every document below `folder` and returns the paths in the order of writing, one entry a document.
///
/// The documents of one template share its file. With `release` they go into a folder of that name; CRDs never do.
///
/// # Deviation
/// A file is written anew, where Helm adds hooks to what an earlier run has left.
pub(crate) fn write(rendered: &Rendered, folder: &str, release: Option<&str>) -> Result<Vec<String>, Diagnostic> {
    let below = release.map_or_else(|| folder.to_owned(), |release| join(folder, release));
    let definitions = rendered.definitions.iter().map(|document| (folder, document));
    let manifests = rendered.manifests.iter().chain(rendered.hooks.iter().map(|hook| &hook.manifest));
    let mut open = HashSet::new();
    let mut written = Vec::new();
    for (folder, document) in definitions.chain(manifests.map(|document| (below.as_str(), document))) {
        let path = format!("{folder}/{}", document.path);
        if !Path::new(&document.path).components().all(|part| matches!(part, Component::Normal(_))) {
            let message = format!("the template path `{}` leaves the folder of --output-dir", document.path);
            return Err(Diagnostic::new(Kind::Usage, message));
        }
        let text = format!("---\n# Source: {}\n{}\n", document.path, document.content);
        let file = PathBuf::from(&path);
        append(&file, &text, open.insert(path.clone())).map_err(|error| file_failed("write", &file, &error))?;
        written.push(path);
    }
    Ok(written)
}

/// Source: Go's `filepath.Join`, for a folder and one name.
fn join(folder: &str, name: &str) -> String {
    let joined = Path::new(folder).join(name);
    let plain: PathBuf = joined.components().filter(|part| !matches!(part, Component::CurDir)).collect();
    plain.display().to_string()
}

fn append(path: &Path, text: &str, is_new: bool) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    if is_new {
        options.write(true).create(true).truncate(true);
    } else {
        options.append(true);
    }
    options.open(path)?.write_all(text.as_bytes())
}
