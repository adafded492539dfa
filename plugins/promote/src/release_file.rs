use std::{fs, io::Write as _, path::Path};

use towpath_model::{Diagnostic, Kind, Release};

/// The largest release that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// Returns the release that `path` holds.
///
/// # Errors
/// When the file cannot be read or is no release.
pub fn load_release(path: &Path) -> Result<Release, Diagnostic> {
    let failed = |kind, why: String| Diagnostic::new(kind, format!("cannot read `{}`", path.display())).cause(why);
    let size = fs::metadata(path).map_err(|error| {
        failed(Kind::Usage, error.to_string()).hint("towpath-build writes one; name it with --release")
    })?;
    if size.len() > LARGEST {
        return Err(failed(Kind::Usage, format!("it has {} bytes; at most {LARGEST} are read", size.len())));
    }
    let bytes = fs::read(path).map_err(|error| failed(Kind::Remote, error.to_string()))?;
    Release::parse(&path.display().to_string(), &bytes)
}

/// Writes `release` to `path` so that a reader sees the old content or the new one, never a part.
///
/// # Errors
/// When the file cannot be written.
pub fn save_release(path: &Path, release: &Release) -> Result<(), Diagnostic> {
    let failed = |why: String| Diagnostic::new(Kind::Remote, format!("cannot write `{}`", path.display())).cause(why);
    let mut bytes = serde_json::to_vec_pretty(release).map_err(|error| failed(error.to_string()))?;
    bytes.push(b'\n');
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    let beside = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = fs::File::create(&beside)
        .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| failed(error.to_string()))
}
