use std::io::Read;

use super::{
    ChartLimits,
    load::{Problem, without_bom},
    stored::StoredFile,
};
use crate::golang::paths;

/// Returns the files of a packed chart, without the name of its top folder.
///
/// # Errors
/// Helm's message: no archive, a path that leaves it, or more than the limits.
pub(super) fn files(bytes: &[u8], limits: &ChartLimits) -> Result<Vec<StoredFile>, Problem> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Err("gzip: invalid header".into());
    }
    let mut archive = tar::Archive::new(flate2::read::MultiGzDecoder::new(bytes));
    let too_large =
        || Problem::from(format!("decompressed chart is larger than the maximum size {}", limits.chart_bytes));
    let mut left = limits.chart_bytes;
    let mut files = Vec::new();
    for entry in archive.entries().map_err(|error| error.to_string())? {
        let mut entry = entry.map_err(|error| error.to_string())?;
        let kind = entry.header().entry_type();
        if kind.is_dir() || kind.is_pax_global_extensions() || kind.is_pax_local_extensions() {
            continue;
        }
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let name = inner_path(&path)?;
        if entry.size() > left {
            return Err(too_large());
        }
        let mut data = Vec::with_capacity(usize::try_from(entry.size()).unwrap_or(0).min(1 << 20));
        entry.by_ref().take(left).read_to_end(&mut data).map_err(|error| error.to_string())?;
        left = left.saturating_sub(data.len() as u64);
        if left == 0 {
            return Err(too_large());
        }
        if files.len() >= limits.files {
            return Err(format!("chart has more than {} files", limits.files).into());
        }
        files.push(StoredFile::here(name, without_bom(data.into())));
    }
    if files.is_empty() {
        return Err("no files in chart archive".into());
    }
    Ok(files)
}

/// Returns the path below the top folder of the archive.
fn inner_path(path: &str) -> Result<String, Problem> {
    let delimiter = if path.contains('\\') { '\\' } else { '/' };
    let (top, rest) = path.split_once(delimiter).unwrap_or((path, ""));
    let inner = rest.replace(delimiter, "/");
    if inner.starts_with('/') {
        return Err("chart illegally contains absolute paths".into());
    }
    let inner = paths::clean(&inner);
    if inner == "." {
        let quoted = crate::golang::quote(path);
        return Err(format!("chart illegally contains content outside the base directory: {quoted}").into());
    }
    if inner.starts_with("..") {
        return Err("chart illegally references parent directory".into());
    }
    if matches!(inner.as_bytes(), [drive, b':', b'/', ..] if drive.is_ascii_alphabetic()) {
        return Err("chart contains illegally named files".into());
    }
    if top == "Chart.yaml" {
        return Err("chart yaml not in base directory".into());
    }
    Ok(inner)
}
