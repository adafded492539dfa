//! `towpath-render diff`: what it compares, how it tells it, and what it never shows.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that fails")]

mod forms;
mod identity;
mod monorepo;
mod refused;
mod secrets;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What a run gave: exit code, standard output, standard error.
type Told = (i32, String, String);

fn run(folder: &Path, arguments: &[&str]) -> Told {
    let mut command = Command::new(env!("CARGO_BIN_EXE_towpath-render"));
    let output = command.current_dir(folder).args(arguments).env("NO_COLOR", "1").output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn write(root: &Path, path: &str, text: &str) -> PathBuf {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    path
}

/// Runs `diff` on two files with this content and these arguments behind them.
fn compare(from: &str, to: &str, arguments: &[&str]) -> Told {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "from.yaml", from);
    write(folder.path(), "to.yaml", to);
    run(folder.path(), &[&["diff", "from.yaml", "to.yaml"], arguments].concat())
}
