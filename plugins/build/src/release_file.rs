use std::{ffi::OsString, fs, io, path::Path};

use towpath_model::{Diagnostic, Kind, PinnedImage, Release};

/// What a release is called, besides its image.
#[derive(Debug, Clone)]
pub(crate) struct Naming {
    pub(crate) service: String,
    pub(crate) version: String,
    pub(crate) revision: Option<String>,
}

/// Writes the release of `image` to the file; one that holds the same build keeps what later stages wrote into it.
pub(crate) fn update(path: &Path, naming: Naming, image: &PinnedImage) -> Result<Release, Diagnostic> {
    let mut release = Release::new(naming.service, naming.version, image.clone());
    release.revision = naming.revision;
    if let Some(before) = load(path)?
        && (&before.service, &before.version, &before.image) == (&release.service, &release.version, &release.image)
    {
        release.signatures = before.signatures;
        release.environments = before.environments;
        release.revision = release.revision.or(before.revision);
    }
    store(path, &release)?;
    Ok(release)
}

fn load(path: &Path) -> Result<Option<Release>, Diagnostic> {
    let shown = path.display().to_string();
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Diagnostic::new(Kind::Remote, format!("cannot read `{shown}`")).cause(error.to_string()));
        }
    };
    let release = Release::parse(&shown, &bytes);
    release.map(Some).map_err(|error| error.hint("name another file, or delete it to start anew"))
}

/// Replaces the file, which whoever reads it sees whole, before or after.
fn store(path: &Path, release: &Release) -> Result<(), Diagnostic> {
    let failed = |error: &dyn std::error::Error| {
        Diagnostic::new(Kind::Remote, format!("cannot write `{}`", path.display())).cause(error.to_string())
    };
    let mut text = serde_json::to_string_pretty(release).map_err(|error| failed(&error))?;
    text.push('\n');
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".part");
    let part = path.with_file_name(name);
    fs::write(&part, text).and_then(|()| fs::rename(&part, path)).map_err(|error| failed(&error))
}
