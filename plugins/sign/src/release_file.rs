use std::{ffi::OsString, fs, path::Path};

use towpath_model::{Diagnostic, Kind, PinnedImage, Release};

/// Returns the release in the file.
pub(crate) fn load(path: &Path) -> Result<Release, Diagnostic> {
    let shown = path.display().to_string();
    let content = fs::read(path).map_err(|error| {
        Diagnostic::new(Kind::Usage, format!("cannot read the release `{shown}`")).cause(error.to_string())
    })?;
    Release::parse(&shown, &content)
}

/// Replaces the file by one that holds `release`; whoever reads it sees the old or the new one whole.
pub(crate) fn store(path: &Path, release: &Release) -> Result<(), Diagnostic> {
    let failed = |error: &dyn std::error::Error| {
        Diagnostic::new(Kind::Remote, format!("cannot write the release `{}`", path.display())).cause(error.to_string())
    };
    let mut text = serde_json::to_string_pretty(release).map_err(|error| failed(&error))?;
    text.push('\n');
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    fs::write(&part, text).and_then(|()| fs::rename(&part, path)).map_err(|error| failed(&error))
}

/// Returns the image that the command line means: the one named, which must be the release's if there is one.
pub(crate) fn image(named: Option<PinnedImage>, release: Option<&Release>) -> Result<PinnedImage, Diagnostic> {
    match (named, release) {
        (Some(image), Some(release)) if image != release.image => {
            Err(Diagnostic::new(Kind::Usage, format!("the release is of image {}, not {image}", release.image))
                .hint("leave the image out to take the release's"))
        }
        (Some(image), _) => Ok(image),
        (None, Some(release)) => Ok(release.image.clone()),
        (None, None) => Err(Diagnostic::new(Kind::Usage, "no image is named").hint("name@sha256:…, or --release FILE")),
    }
}
