//! Every folder of `tests/baselines/kustomize-helm`: what a kustomization makes of charts, compared with what the real kustomize
//! made of them with the real helm.
//!
//! Where it refuses (`error`) this one must too, and say what stands in `diagnostic`;
//! `TOWPATH_BLESS=1 cargo test -p towpath-plugin-render --test charts_of_kustomizations` writes those files anew.

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

#[test]
fn every_case_is_as_recorded() {
    let bless = std::env::var_os("TOWPATH_BLESS").is_some();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/baselines/kustomize-helm");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    cases.sort();
    let failed: Vec<String> = cases
        .iter()
        .filter_map(|case| check(case, bless).err().map(|problem| format!("{}: {problem}", case.display())))
        .collect();
    assert!(failed.is_empty(), "{} of {} cases fail:\n{}", failed.len(), cases.len(), failed.join("\n"));
    assert!(cases.len() >= 30, "only {} cases", cases.len());
}
