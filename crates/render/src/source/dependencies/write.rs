use std::{fs, io, path::Path};

use towpath_model::{Diagnostic, Kind};

use super::{
    Asked, Found,
    lock::{Lock, found_json},
};

/// Writes the dependencies to `charts/`, takes out the archives that they replace, and writes the lock if it changed.
///
/// Every file is written beside its place and renamed: a run that is killed leaves whole archives, and the next one goes on.
pub(super) fn write(folder: &Path, asked: &Asked, found: &[Found], old: Option<&Lock>) -> Result<(), Diagnostic> {
    let charts = folder.join("charts");
    if charts.exists() && !charts.is_dir() {
        return Err(Diagnostic::new(Kind::Usage, format!("{:?} is not a directory", charts.display().to_string())));
    }
    let failed = |path: &Path, error: io::Error| {
        Diagnostic::new(Kind::Remote, format!("cannot write `{}`", path.display())).cause(error.to_string())
    };
    fs::create_dir_all(&charts).map_err(|error| failed(&charts, error))?;
    let packed: Vec<&(String, Vec<u8>)> = found.iter().filter_map(|found| found.packed.as_ref()).collect();
    for (name, bytes) in &packed {
        let path = charts.join(name);
        replace(&path, bytes).map_err(|error| failed(&path, error))?;
    }
    let local =
        |name: &str| found.iter().any(|found| found.packed.is_none() && name.starts_with(&format!("{}-", found.name)));
    for entry in fs::read_dir(&charts).map_err(|error| failed(&charts, error))? {
        let entry = entry.map_err(|error| failed(&charts, error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_archive = name.ends_with(".tgz") && entry.path().is_file();
        if is_archive && !local(&name) && !packed.iter().any(|(new, _)| *new == name) {
            fs::remove_file(entry.path()).map_err(|error| failed(&entry.path(), error))?;
        }
    }
    let digest = asked.digest(&found_json(found)).to_string();
    if old.is_some_and(|old| old.digest == digest) {
        return Ok(());
    }
    let path = folder.join(asked.lock_name());
    if path.is_symlink() {
        let target = fs::read_link(&path).unwrap_or_default();
        let message = format!("the {} file is a symlink to {:?}", asked.lock_name(), target.display().to_string());
        return Err(Diagnostic::new(Kind::Usage, message));
    }
    replace(&path, lock_text(found, &digest).as_bytes()).map_err(|error| failed(&path, error))
}

/// Returns a lock as Helm writes it.
fn lock_text(found: &[Found], digest: &str) -> String {
    let mut text = "dependencies:\n".to_owned();
    for found in found {
        for (lead, key, value) in
            [("- ", "name", &found.name), ("  ", "repository", &found.repository), ("  ", "version", &found.version)]
        {
            let quoted = quoted(value);
            text += &format!("{lead}{key}: {quoted}\n");
        }
    }
    text + &format!("digest: {digest}\ngenerated: \"{}\"\n", jiff::Timestamp::now())
}

/// Returns a text as YAML needs it to stay one.
fn quoted(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:+@".contains(c))
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with(':')
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null"
        );
    // Two dots make a version no number.
    let version =
        text.matches('.').count() >= 2 && text.chars().all(|c| c.is_ascii_alphanumeric() || "-.+".contains(c));
    if plain || version { text.to_owned() } else { format!("{text:?}") }
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.{}", std::process::id()));
    fs::write(&temporary, bytes)?;
    fs::rename(&temporary, path)
}
