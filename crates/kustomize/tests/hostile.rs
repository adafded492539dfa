//! Trees that were made to use up memory or time: each is refused, and soon.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use kustomize_rs::{Options, build};
use towpath_model::{FileTree, TreePath};

fn check(kustomization: &str, resource: &str, expected: &str) {
    let files = [("kustomization.yaml", kustomization.as_bytes()), ("all.yaml", resource.as_bytes())];
    let tree = FileTree::from_files(files).expect("because the paths are plain");
    let start = Instant::now();
    let error = build(&tree, &TreePath::root(), &Options::default()).expect_err("because it is too much");
    assert!(error.diagnostic().message.contains(expected), "{:?}", error.diagnostic());
    assert!(start.elapsed() < Duration::from_mins(1), "refused after {:?}", start.elapsed());
}

#[test]
fn aliases_of_aliases_are_counted() {
    let mut text =
        "apiVersion: v1\nkind: Thing\nmetadata: {name: a}\nv0: &v0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let below = format!("*v{}, ", level - 1).repeat(10);
        let _ = writeln!(text, "v{level}: &v{level} [{below}]");
    }
    check("resources: [all.yaml]\n", &text, "excessive aliasing");
}

#[test]
fn copies_of_copies_are_counted() {
    let operation = "    - {op: copy, from: /data, path: /data/SELF}\n";
    let operations: String = (0..60).map(|number| operation.replace("SELF", &format!("x{number}"))).collect();
    let kustomization = format!("resources: [all.yaml]\npatches:\n- target: {{kind: Thing}}\n  patch: |\n{operations}");
    check(&kustomization, "apiVersion: v1\nkind: Thing\nmetadata: {name: a}\ndata: {a: b}\n", "copy more than");
}
