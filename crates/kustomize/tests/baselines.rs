//! Every folder of `tests/baselines/kustomize`, compared with what the real program made of it.
//!
//! `output.yaml` must come out byte for byte. Where the program refuses (`error`) this one must too, and say what stands
//! in `diagnostic`; `TOWPATH_BLESS=1 cargo test -p kustomize-rs` writes those files anew. A case with the file
//! `deviation` is one that only this program refuses.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use kustomize_rs::{Changes, KustomizeError, Options, build};
use towpath_model::{FileTree, TreePath};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/baselines/kustomize")
}

fn load(base: &Path, at: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(at).expect("because the baselines are readable") {
        let path = entry.expect("because the baselines are readable").path();
        if path.is_dir() {
            load(base, &path, files);
        } else {
            let name = path
                .strip_prefix(base)
                .expect("because the baselines are readable")
                .to_str()
                .expect("because the baselines are readable")
                .to_owned();
            files.insert(name, fs::read(&path).expect("because the baselines are readable"));
        }
    }
}

fn run(case: &Path) -> Result<String, KustomizeError> {
    let mut files = BTreeMap::new();
    load(&case.join("input"), &case.join("input"), &mut files);
    let root = fs::read_to_string(case.join("root")).unwrap_or_default();
    let root = TreePath::parse(root.trim()).expect("because the baselines are readable");
    let tree = FileTree::new(files);
    let text = build(&tree, &root, &Options::default()).map(|output| output.to_yaml());
    if let Ok(output) = build(&tree, &root, &Options::default()) {
        let mut pieces = String::new();
        let taken = output.write_yaml(|piece| {
            pieces += piece;
            Ok::<(), std::fmt::Error>(())
        });
        assert_eq!((taken, Ok(&pieces)), (Ok(()), text.as_ref().map_err(|_| ())), "{} in pieces", case.display());
    }
    // Whoever asks what changed gets the same, or the same refusal, and every step where the last one ended.
    let explained = build(&tree, &root, &Options { changes: Changes::Kept, ..Options::default() });
    match (&text, explained) {
        (Ok(text), Ok(explained)) => {
            assert_eq!(*text, explained.to_yaml(), "{} explained", case.display());
            for built in &explained.resources {
                let mut after = built.changes.iter().map(|change| &change.after);
                for (change, before) in built.changes.iter().skip(1).zip(after.by_ref()) {
                    assert_eq!(change.before, *before, "{}: {}", case.display(), change.by);
                }
                assert_eq!(after.next().unwrap_or(&built.to_yaml()), &built.to_yaml(), "{}", case.display());
            }
        }
        (Err(error), Err(explained)) => assert_eq!(shown(error), shown(&explained), "{} explained", case.display()),
        (_, explained) => assert_eq!(text.is_ok(), explained.is_ok(), "{} explained", case.display()),
    }
    text
}

fn shown(error: &KustomizeError) -> String {
    let diagnostic = error.diagnostic();
    let mut text = format!("{}\n", diagnostic.message);
    if let Some(at) = &diagnostic.location {
        text += &format!("at {}:{}:{}: {}\n", at.file, at.line, at.column, at.source);
    }
    diagnostic.causes.iter().for_each(|cause| text += &format!("cause: {cause}\n"));
    diagnostic.hints.iter().for_each(|hint| text += &format!("hint: {hint}\n"));
    text
}

/// Returns what is wrong with a case, if anything is.
fn check(case: &Path, bless: bool) -> Result<(), String> {
    let expected = fs::read_to_string(case.join("output.yaml")).ok();
    let refused = case.join("error").is_file() || case.join("deviation").is_file();
    match (run(case), expected) {
        (Ok(text), Some(expected)) if text == expected && !refused => Ok(()),
        (Ok(text), _) => Err(format!("came out other than recorded:\n{text}")),
        (Err(error), _) if refused => {
            let file = case.join("diagnostic");
            if bless {
                fs::write(&file, shown(&error)).expect("because the baselines are readable");
            }
            let expected = fs::read_to_string(&file).unwrap_or_default();
            if shown(&error) == expected {
                Ok(())
            } else {
                Err(format!("says\n{}instead of\n{expected}", shown(&error)))
            }
        }
        (Err(error), _) => Err(format!("is refused: {}", shown(&error))),
    }
}

#[test]
fn every_case_is_as_recorded() {
    let bless = std::env::var_os("TOWPATH_BLESS").is_some();
    let mut cases: Vec<PathBuf> = fs::read_dir(folder())
        .expect("because the baselines are readable")
        .map(|entry| entry.expect("because the baselines are readable").path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    let failed: Vec<String> = cases
        .iter()
        .filter_map(|case| check(case, bless).err().map(|problem| format!("{}: {problem}", case.display())))
        .collect();
    assert!(failed.is_empty(), "{} of {} cases fail:\n{}", failed.len(), cases.len(), failed.join("\n"));
    assert!(cases.len() >= 100, "only {} cases", cases.len());
}
