use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use towpath_helm::ClusterObjects;
use towpath_model::{Diagnostic, Kind};

use super::file_failed;

/// A file of objects may have this many bytes.
const LARGEST: u64 = 64 << 20;

/// Returns the objects of the files and folders; nothing where none is named.
pub(crate) fn load(paths: &[PathBuf]) -> Result<Option<Arc<ClusterObjects>>, Diagnostic> {
    if paths.is_empty() {
        return Ok(None);
    }
    let mut objects = ClusterObjects::default();
    for path in paths {
        let files = files(path).map_err(|error| file_failed("read", path, &error))?;
        if files.is_empty() {
            let message = format!("there is no .yaml, .yml or .json file in `{}`", path.display());
            return Err(
                Diagnostic::new(Kind::Usage, message).hint("--lookup-objects takes a file or a folder of objects")
            );
        }
        for file in files {
            let failed = |error: io::Error| file_failed("read", &file, &error);
            let size = fs::metadata(&file).map_err(failed)?.len();
            if size > LARGEST {
                let message = format!("`{}` has {size} bytes; the limit is {LARGEST}", file.display());
                return Err(Diagnostic::new(Kind::Usage, message));
            }
            let content = fs::read(&file).map_err(failed)?;
            objects.add(&file.display().to_string(), &content).map_err(|error| error.diagnostic())?;
        }
    }
    Ok(Some(Arc::new(objects)))
}

/// Returns the file itself, or those of a folder, sorted.
fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    let is_text = |path: &PathBuf| {
        let end = path.extension().and_then(|end| end.to_str());
        path.is_file() && end.is_some_and(|end| matches!(end, "yaml" | "yml" | "json"))
    };
    let mut files: Vec<PathBuf> = entries.into_iter().filter(is_text).collect();
    files.sort();
    Ok(files)
}
