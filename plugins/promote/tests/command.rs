//! The command line: what it teaches and what it refuses before anything is opened.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that fails")]

use std::process::Command;

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_towpath-promote"));
    let output = command.current_dir(folder.path()).env("NO_COLOR", "1").args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn help_teaches_by_examples() {
    let (code, out, _) = run(&["--help"]);
    assert!(code == Some(0) && out.contains("Examples:") && out.contains("towpath-promote open"), "{out}");
}

#[test]
fn what_is_missing_is_named() {
    let (code, out, err) = run(&["open", "--to", "dev", "--release", "none.json", "--key", "cosign.pub"]);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.contains("none.json"), "{err}");
    let (code, ..) = run(&["open"]);
    assert_eq!(code, Some(2));
}
