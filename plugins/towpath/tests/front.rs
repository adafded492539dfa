//! The front: one file that is every plugin.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that fails")]

use std::{
    os::unix::fs::{PermissionsExt as _, symlink},
    process::{Command, Output},
};

fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.env("NO_COLOR", "1").output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn towpath() -> Command {
    Command::new(env!("CARGO_BIN_EXE_towpath"))
}

#[test]
fn help_names_every_plugin_and_each_has_its_own() {
    let (code, out, _) = run(towpath().arg("--help"));
    assert_eq!(code, Some(0));
    for plugin in ["build", "sign", "render", "promote", "canary", "demo"] {
        assert!(out.contains(&format!("\n  {plugin} ")), "{out}");
        let (code, help, err) = run(towpath().args([plugin, "--help"]));
        assert!(code == Some(0) && help.contains("Examples:"), "{plugin}: {help}{err}");
        assert!(help.contains(&format!("towpath {plugin}")) || help.contains(&format!("towpath-{plugin}")), "{help}");
    }
}

#[test]
fn called_by_a_plugins_name_it_is_that_plugin() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("towpath-render");
    symlink(env!("CARGO_BIN_EXE_towpath"), &link).unwrap();
    let (code, _, err) = run(Command::new(link).args(["template", "none"]));
    assert_eq!(code, Some(2));
    assert!(err.contains("path `none` not found"), "{err}");
}

#[test]
fn other_names_are_programs_on_the_path() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("towpath-hello");
    std::fs::write(&program, "#!/bin/sh\necho \"hello $1\"\nexit \"$2\"\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (code, out, err) = run(towpath().env("PATH", folder.path()).args(["hello", "--world", "0"]));
    assert_eq!((code, out.as_str()), (Some(0), "hello --world\n"), "{err}");
    assert_eq!(run(towpath().env("PATH", folder.path()).args(["hello", "x", "1"])).0, Some(1));
    let (code, _, err) = run(towpath().env("PATH", folder.path()).arg("rendr"));
    assert_eq!(code, Some(2));
    assert!(err.contains("no plugin `rendr`") && err.contains("build, sign, render"), "{err}");
}

#[test]
fn the_demo_takes_no_folder_of_somebody_elses() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.txt"), "x").unwrap();
    let (code, _, err) = run(towpath().args(["demo", "--folder"]).arg(folder.path()));
    assert_eq!(code, Some(2));
    assert!(err.contains("holds something else than a demo"), "{err}");
    assert!(folder.path().join("thesis.txt").exists());
}
