//! Tells the cache of rendered results which engine it belongs to: a digest of the sources that decide what is rendered.
//!
//! The version alone does not: two builds between releases have the same one.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash as _, Hasher as _},
    io,
    path::{Path, PathBuf},
};

/// What decides the bytes of a rendering, from this package's folder. Outside of the workspace nothing of it may be there.
const SOURCES: &[&str] = &[
    "../model/src",
    "../yaml/src",
    "../gotmpl/src",
    "../helm/src",
    "../kustomize/src",
    "../kustomize/schema",
    "../config/src",
    "src",
    "../../Cargo.lock",
];

fn main() -> io::Result<()> {
    let mut files = Vec::new();
    for source in SOURCES.iter().map(Path::new).filter(|source| source.exists()) {
        println!("cargo::rerun-if-changed={}", source.display());
        list(source, &mut files)?;
    }
    files.sort();
    // Its keys are fixed, so that the same sources give the same number everywhere.
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.to_string_lossy().hash(&mut hasher);
        fs::read(&file)?.hash(&mut hasher);
    }
    println!("cargo::rustc-env=TOWPATH_ENGINE={:016x}", hasher.finish());
    Ok(())
}

fn list(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        list(&entry?.path(), files)?;
    }
    Ok(())
}
