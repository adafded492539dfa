//! The flags of `kustomize build`: all are known, and those that change the output do.

use std::{collections::BTreeMap, fs, path::Path};

use crate::scene::Scene;

fn scene() -> Scene {
    Scene::new(&[
        ("k/kustomization.yaml", "resources: [all.yaml]\nbases: [base]\n"),
        ("k/base/kustomization.yaml", "resources: [cm.yaml]\n"),
        ("k/base/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: Base.Map}\n"),
        (
            "k/all.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: Prod}\n---\n\
             apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: Prod}\n---\n\
             apiVersion: v1\nkind: Namespace\nmetadata: {name: prod}\n---\n\
             apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: 'system:web'}\n",
        ),
        ("one/kustomization.yaml", "namespace: only\nresources: [cm.yaml]\n"),
        ("one/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"),
        ("slash/kustomization.yaml", "resources: [cm.yaml]\n"),
        ("slash/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '../../escaped'}\n"),
    ])
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let read = |entry: fs::DirEntry| {
        (entry.file_name().to_string_lossy().into_owned(), fs::read_to_string(entry.path()).expect("a text"))
    };
    fs::read_dir(folder).expect("a folder").map(|entry| read(entry.expect("an entry"))).collect()
}

#[test]
fn a_folder_gets_one_file_a_resource_and_a_file_all_of_them() {
    let scene = scene();
    for (root, count) in [("k", 5), ("one", 1)] {
        let [theirs, ours] = ["theirs", "ours"].map(|name| format!("{root}-{name}"));
        for folder in [&theirs, &ours] {
            fs::create_dir_all(scene.path(folder)).expect("a folder");
        }
        assert_eq!(scene.theirs("helm4", &[root, "-o", &theirs]).code, Some(0));
        let told = scene.ours(&[root, "-o", &ours]);
        assert_eq!((told.code, told.out.as_str()), (Some(0), ""), "{}", told.err);
        assert_eq!(files(&scene.path(&ours)), files(&scene.path(&theirs)));
        assert_eq!(files(&scene.path(&ours)).len(), count);
    }
    for flag in ["-o", "--output"] {
        assert_eq!(scene.ours(&["k", flag, "out.yaml"]).code, Some(0));
        assert_eq!(fs::read_to_string(scene.path("out.yaml")).expect("a file"), scene.theirs("helm4", &["k"]).out);
        fs::remove_file(scene.path("out.yaml")).expect("it is there");
    }
    fs::create_dir_all(scene.path("s/l")).expect("a folder");
    let told = scene.ours(&["slash", "-o", "s/l"]);
    crate::scene::refused(&told, &["a file cannot be called", "escaped"]);
}

#[test]
fn every_flag_of_kustomize_is_taken() {
    let scene = scene();
    let plain = scene.theirs("helm4", &["k"]).out;
    for flags in [
        &["--enable-alpha-plugins", "--enable-exec", "--network", "--as-current-user", "--stack-trace", "--helm-debug"]
            [..],
        &["--network-name", "bridge", "--mount", "a=b", "--mount=c", "-e", "A=b", "--env", "C"],
        &["--enable-helm=false", "--helm-command", "helm", "--helm-api-versions=a/v1", "--helm-kube-version", "1.30"],
        &["--load-restrictor", "LoadRestrictionsRootOnly"],
        &["--load-restrictor="],
    ] {
        let told = scene.ours(&[&["k"], flags].concat());
        assert_eq!((told.code, &told.out), (Some(0), &plain), "{flags:?}: {}", told.err);
    }
    assert_eq!(scene.ours(&["k", "--load-restrictor=none"]).code, Some(2));
    assert_eq!(scene.theirs("helm4", &["k", "--load-restrictor=none"]).code, Some(1));
    assert_eq!(scene.ours(&["k", "one"]).code, Some(2), "one directory at a time");
    assert!(!scene.path("store").exists(), "nothing remote is named, and nothing is set up for it");
    let told = scene.ours(&["k"]);
    assert!(told.err.contains("warning: 'bases' is deprecated. Please use 'resources' instead."), "{}", told.err);
    assert!(!told.err.contains("# Warning"), "{}", told.err);
}

#[test]
fn absolute_paths_are_those_of_the_machine() {
    let scene = scene();
    for (name, is_fine) in [("k/all.yaml", true), ("one/cm.yaml", false), ("one", false)] {
        scene.write("abs/kustomization.yaml", &format!("resources: ['{}']\n", scene.path(name).display()));
        scene.agrees(&["abs"]);
        let told = scene.agrees(&["abs", "--load-restrictor=LoadRestrictionsNone"]);
        assert_eq!(told.code == Some(0), is_fine || name == "one/cm.yaml", "{}", told.err);
    }
    let own = scene.path("abs/cm.yaml");
    scene.write("abs/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\n");
    scene.write("abs/kustomization.yaml", &format!("resources: ['{}']\n", own.display()));
    assert_eq!(scene.agrees(&["abs"]).code, Some(0));
}

#[test]
fn deprecated_flags_still_do_what_they_did() {
    let scene = scene();
    let kinds = |told: &str| -> Vec<String> {
        told.lines().filter_map(|line| line.strip_prefix("kind: ")).map(str::to_owned).collect()
    };
    let read = scene.ours(&["k", "--reorder", "none"]);
    assert_eq!(kinds(&read.out), ["Deployment", "Service", "Namespace", "ClusterRole", "ConfigMap"], "{}", read.err);
    assert!(read.err.contains("deprecated"), "{}", read.err);
    assert_eq!(scene.ours(&["k", "--reorder=legacy"]).out, scene.ours(&["k"]).out);
    let labelled = scene.ours(&["one", "--enable-managedby-label"]);
    assert!(labelled.out.contains("app.kubernetes.io/managed-by: kustomize-v5.8.1"), "{}", labelled.out);
    let by_variable = scene.ours_with(&[("KUSTOMIZE_ENABLE_MANAGEDBY_LABEL", "on")], &["one"]);
    assert_eq!(by_variable.out, labelled.out);
}
