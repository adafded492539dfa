//! The import rules of `crates/README.md`, checked over the real dependency graph.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Who may import which sibling; a crate that is not listed here fails the test.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("towpath-link", &[]),
    ("towpath-model", &[]),
    ("towpath-yaml", &["towpath-model"]),
    ("towpath-gotmpl", &["towpath-model"]),
    ("towpath-config", &["towpath-model", "towpath-yaml"]),
    ("towpath-helm", &["towpath-model", "towpath-yaml", "towpath-gotmpl"]),
    ("kustomize-rs", &["towpath-model", "towpath-yaml"]),
    (
        "towpath-render",
        &["towpath-model", "towpath-yaml", "towpath-config", "towpath-helm", "kustomize-rs", "towpath-oci"],
    ),
    ("towpath-oci", &["towpath-model"]),
    ("towpath-sign", &["towpath-model", "towpath-oci"]),
    ("towpath-promotion", &["towpath-model", "towpath-yaml", "towpath-sign"]),
    ("towpath-forge", &["towpath-model"]),
    ("towpath-rollout", &["towpath-model"]),
    ("towpath-report", &["towpath-model"]),
    ("shop", &[]),
];

/// Crates without tokio, HTTP, git or a random source of their own: time, seed and files come in as arguments.
const PURE: &[&str] = &[
    "towpath-model",
    "towpath-yaml",
    "towpath-gotmpl",
    "towpath-helm",
    "kustomize-rs",
    "towpath-promotion",
    "towpath-rollout",
];

/// A heavy dependency, and the only crates that may name it.
const STANDS_IN: &[(&str, &[&str])] = &[
    ("git2", &["towpath-render", "towpath-forge"]),
    ("kube", &["towpath-plugin-canary"]),
    ("octocrab", &["towpath-forge"]),
];

#[test]
fn every_import_is_allowed() {
    let metadata = MetadataCommand::new()
        .manifest_path(towpath_tests::root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata answers");
    let ours: BTreeSet<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let allowed: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        let name = package.name.as_str();
        let is_plugin = package.manifest_path.as_str().contains("/plugins/");
        let is_front = name == "towpath";
        let is_tests = name == "towpath-tests";
        assert!(is_plugin || is_tests || allowed.contains_key(name), "{name} has no import rule");
        for dependency in package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal) {
            let target = dependency.name.as_str();
            let library = allowed.contains_key(target);
            let fine = match allowed.get(name) {
                _ if is_tests => true,
                Some(targets) => targets.contains(&target) || !ours.contains(target),
                None => !ours.contains(target) || library || is_front,
            };
            let pure = !PURE.contains(&name) || !["tokio", "reqwest", "git2", "axum"].contains(&target);
            let home = STANDS_IN.iter().all(|(heavy, homes)| target != *heavy || homes.contains(&name));
            if !(fine && pure && home) {
                wrong.push(format!("{name} imports {target}"));
            }
        }
    }
    assert!(wrong.is_empty(), "edges outside the rules of crates/README.md: {wrong:#?}");
}

/// The pure crates name neither the file system, the environment nor the clock in their sources.
#[test]
fn pure_crates_stay_pure() {
    let mut wrong = Vec::new();
    for name in PURE {
        let folder =
            towpath_tests::root().join("crates").join(name.trim_start_matches("towpath-").trim_end_matches("-rs"));
        let mut open = vec![folder.join("src")];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(
                    std::fs::read_dir(&path).expect("a source folder").map(|entry| entry.expect("entry").path()),
                );
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a source file");
            let code = text.split("#[cfg(test)]").next().unwrap_or("");
            for word in
                ["std::fs", "std::env", "std::net", "SystemTime::now", "Instant::now", "rand::rng(", "std::process"]
            {
                if code.contains(word) {
                    wrong.push(format!("{} names {word}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Every package that ends in a binary may be shipped under our licence.
#[test]
fn licences_are_clean() {
    const ALLOWED: &[&str] = &[
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "MIT",
        "MIT-0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "Zlib",
        "Unicode-3.0",
        "Unlicense",
        "0BSD",
        "CC0-1.0",
        "CDLA-Permissive-2.0",
    ];
    let metadata = MetadataCommand::new()
        .manifest_path(towpath_tests::root().join("Cargo.toml"))
        .exec()
        .expect("cargo metadata answers");
    let clean = |expression: &str| {
        let alternatives = expression.replace('/', " OR ");
        alternatives.split(" AND ").all(|all| {
            all.trim_matches(['(', ')', ' '])
                .split(" OR ")
                .any(|one| ALLOWED.contains(&one.trim_matches(['(', ')', ' '])))
        })
    };
    let wrong: Vec<String> = metadata
        .packages
        .iter()
        .filter(|package| !package.license.as_deref().is_some_and(clean))
        .map(|package| format!("{} {}: {:?}", package.name, package.version, package.license))
        .collect();
    assert!(wrong.is_empty(), "packages whose licence is not on the list: {wrong:#?}");
}
