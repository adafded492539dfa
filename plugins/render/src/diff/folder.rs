use std::{collections::HashSet, fs, io, path::Path};

use towpath_model::{Diagnostic, Kind, difference::Place};
use towpath_render::{Manifests, source::LARGEST_FILE};

/// Returns the manifests of a file, or of every `*.yaml`, `*.yml` and `*.json` below a folder, sorted by path.
///
/// What begins with a dot is left out, as in a checkout `.git` is.
pub(super) fn read(path: &Path) -> Result<Vec<Manifests>, Diagnostic> {
    if !path.is_dir() {
        return Ok(vec![manifests(path, None)?]);
    }
    let mut files = Vec::new();
    collect(path, "", &mut files)?;
    files.sort();
    if files.is_empty() {
        let message = format!("folder `{}` holds no manifests", path.display());
        return Err(Diagnostic::new(Kind::Usage, message).hint("manifests are files that end in .yaml, .yml or .json"));
    }
    files.into_iter().map(|file| manifests(&path.join(&file), Some(Place::File(file)))).collect()
}

/// Gives files the place of the environment that they were written for: `shop/prod.yaml`, `shop/prod/…` and the same with the
/// environment first, where `known` has such a place.
pub(super) fn name_environments(files: &mut [Manifests], known: &[Manifests]) {
    let known: HashSet<Place> = known.iter().filter_map(|one| one.place.clone()).collect();
    for file in files {
        let Some(Place::File(path)) = &file.place else { continue };
        let stem = path.rsplit_once('.').map_or(path.as_str(), |(stem, _)| stem);
        let parts: Vec<&str> = stem.split('/').collect();
        let pairs = parts.windows(2).flat_map(|pair| [(pair[0], pair[1]), (pair[1], pair[0])]);
        let mut places = pairs.map(|(service, environment)| Place::Environment {
            service: service.to_owned(),
            environment: environment.to_owned(),
        });
        let place = places.find(|place| known.contains(place));
        drop(places);
        if place.is_some() {
            file.place = place;
        }
    }
}

fn collect(root: &Path, below: &str, files: &mut Vec<String>) -> Result<(), Diagnostic> {
    let folder = root.join(below);
    for entry in fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))? {
        let entry = entry.map_err(|error| unreadable(&folder, &error))?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
        let path = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
        let kind = entry.file_type().map_err(|error| unreadable(&entry.path(), &error))?;
        // A link to a folder may lead back to where it stands.
        if kind.is_dir() {
            collect(root, &path, files)?;
        } else if [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end)) && entry.path().is_file() {
            files.push(path);
        }
    }
    Ok(())
}

fn manifests(path: &Path, place: Option<Place>) -> Result<Manifests, Diagnostic> {
    let name = path.display().to_string();
    let size = fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
    if size > LARGEST_FILE {
        return Err(Diagnostic::new(Kind::Usage, format!("`{name}` has {size} bytes, more than {LARGEST_FILE}")));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    let text = String::from_utf8(bytes)
        .map_err(|error| Diagnostic::new(Kind::Usage, format!("`{name}` is not UTF-8")).cause(error.to_string()))?;
    Ok(Manifests { name, place, text })
}

fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    let kind = if error.kind() == io::ErrorKind::NotFound { Kind::Usage } else { Kind::Remote };
    Diagnostic::new(kind, format!("cannot read `{}`", path.display())).cause(error.to_string())
}
