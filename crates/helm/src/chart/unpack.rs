use towpath_model::FileTree;

use super::{
    ChartLimits, archive,
    load::{Problem, Room},
};
use crate::HelmError;

/// Returns the files in the bytes of a packed chart (`.tgz`), without its top folder: what `helm pull --untar` lays down.
///
/// # Errors
/// As [`Chart::from_archive`](crate::Chart::from_archive); the files need be no chart.
pub fn unpack_chart(bytes: &[u8], limits: &ChartLimits) -> Result<FileTree, HelmError> {
    let files = archive::files(bytes, limits, &mut Room::of(limits))?;
    let mut loaded = Vec::with_capacity(files.len());
    for file in &files {
        loaded.push((file.name.as_str(), file.load().map_err(Problem::from)?));
    }
    let tree = FileTree::from_files(loaded.iter().map(|(name, data)| (*name, &**data)));
    Ok(tree.map_err(|error| Problem::from(error.to_string()))?)
}
