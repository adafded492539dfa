//! Every folder of `tests/baselines/kustomize-helm` and `kustomize-functions`: what kustomizations make of charts and what
//! programs make of resources, compared with what the real kustomize made with the real helm and with them.
//!
//! Where it refuses (`error`), or only this program does (`deviation`), what this one says stands in `diagnostic`;
//! `TOWPATH_BLESS=1 cargo test -p towpath-plugin-render --test recorded` writes those files anew.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that fails")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Returns what is wrong with a case, if anything is.
fn check(case: &Path, bless: bool) -> Result<(), String> {
    let input = fs::canonicalize(case.join("input")).unwrap();
    let flags = fs::read_to_string(case.join("flags")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_towpath-render"));
    let output = command
        .arg("build")
        .arg(&input)
        .args(flags.split_whitespace())
        .env("NO_COLOR", "1")
        .env("HOME", "/nonexistent")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (printed, said) = (text(&output.stdout), text(&output.stderr));
    if let Ok(expected) = fs::read_to_string(case.join("output.yaml")) {
        let is_same = output.status.success() && printed == expected;
        return if is_same { Ok(()) } else { Err(format!("came out other than recorded:\n{printed}{said}")) };
    }
    let root = input.to_str().unwrap().trim_start_matches('/');
    let said = said.replace(root, "<input>");
    let file = case.join("diagnostic");
    if bless {
        fs::write(&file, &said).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    let is_same = !output.status.success() && printed.is_empty() && said == expected;
    if is_same { Ok(()) } else { Err(format!("says\n{printed}{said}instead of\n{expected}")) }
}

/// Checks every case of a folder of which there are at least `least`.
fn check_all(folder: &str, least: usize) {
    let bless = std::env::var_os("TOWPATH_BLESS").is_some();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/baselines").join(folder);
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    cases.sort();
    let failed: Vec<String> = cases
        .iter()
        .filter_map(|case| check(case, bless).err().map(|problem| format!("{}: {problem}", case.display())))
        .collect();
    assert!(failed.is_empty(), "{} of {} cases fail:\n{}", failed.len(), cases.len(), failed.join("\n"));
    assert!(cases.len() >= least, "only {} cases", cases.len());
}

#[test]
fn charts_are_as_recorded() {
    check_all("kustomize-helm", 30);
}

#[test]
fn functions_are_as_recorded() {
    check_all("kustomize-functions", 20);
}
