//! The command line: what it teaches and what it refuses before anything is shifted.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that fails")]

use std::process::Command;

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_towpath-canary"));
    let output = command.current_dir(folder.path()).env("NO_COLOR", "1").args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn help_teaches_by_examples() {
    let (code, out, _) = run(&["--help"]);
    assert!(code == Some(0) && out.contains("Examples:") && out.contains("towpath-canary run"), "{out}");
}

#[test]
fn a_missing_route_is_named() {
    let (code, out, err) = run(&["status", "--virtual-service", "none.json"]);
    assert_ne!(code, Some(0));
    assert_eq!(out, "");
    assert!(err.contains("none.json"), "{err}");
}
