//! `towpath-render template` where it does more than helm, and where it says why it does not do the same.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that fails")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

/// A folder with a chart called `shop` that has these templates.
fn chart(templates: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("shop/templates")).unwrap();
    fs::write(folder.path().join("shop/Chart.yaml"), "apiVersion: v2\nname: shop\nversion: 1.0.0\n").unwrap();
    for (name, text) in templates {
        fs::write(folder.path().join("shop/templates").join(name), text).unwrap();
    }
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_towpath-render"));
    command.current_dir(folder).args(["template", "demo", "shop"]).args(arguments);
    command
        .env("NO_COLOR", "1")
        .env("HOME", folder)
        .env_remove("KUBECONFIG")
        .env("HELM_PLUGINS", folder.join("plugins"));
    command.output().unwrap()
}

fn given(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(folder: &Path, arguments: &[&str], words: &[&str]) {
    let output = run(folder, arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    for word in words {
        assert!(said.contains(word), "{arguments:?} does not say {word:?}:\n{said}");
    }
}

const LOOKUP: &str = "\
one: {{ (lookup \"v1\" \"Secret\" \"shop\" \"token\").data | toJson }}
number: {{ (lookup \"apps/v1\" \"Deployment\" \"shop\" \"web\").spec.replicas }}
none: {{ lookup \"v1\" \"Secret\" \"other\" \"token\" | toJson }}
names: {{ range (lookup \"v1\" \"Secret\" \"\" \"\").items }}{{ .metadata.name }},{{ end }}
here: {{ range (lookup \"v1\" \"Secret\" \"shop\" \"\").items }}{{ .metadata.name }},{{ end }}
kind: {{ (lookup \"v1\" \"Node\" \"\" \"\").kind }}
node: {{ (lookup \"v1\" \"Node\" \"\" \"n1\").metadata.name }}
";

const OBJECTS: &str = "\
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Secret, metadata: {name: token, namespace: shop}, data: {a: eA==}}
- {apiVersion: v1, kind: Secret, metadata: {name: other, namespace: away}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {replicas: 3}}
---
{apiVersion: v1, kind: Node, metadata: {name: n1}}
";

#[test]
fn lookup_finds_the_objects_of_a_file_or_a_folder() {
    let folder = chart(&[("a.yaml", LOOKUP)]);
    fs::create_dir(folder.path().join("objects")).unwrap();
    fs::write(folder.path().join("objects/all.yaml"), OBJECTS).unwrap();
    fs::write(folder.path().join("objects/README.md"), "not: [an object").unwrap();
    let expected = "---\n# Source: shop/templates/a.yaml\none: {\"a\":\"eA==\"}\nnumber: 3\nnone: {}\nnames: other,token,\n\
                    here: token,\nkind: NodeList\nnode: n1\n";
    for path in ["objects", "objects/all.yaml"] {
        assert_eq!(given(folder.path(), &["--lookup-objects", path]), expected);
    }
    // Without it nothing is found, as in helm.
    refused(folder.path(), &[], &["nil pointer"]);
}

#[test]
fn objects_that_are_none_are_shown() {
    let folder = chart(&[]);
    fs::write(folder.path().join("a.yaml"), "kind: Secret\nmetadata: {name: x}\n").unwrap();
    refused(folder.path(), &["--lookup-objects", "a.yaml"], &["an object has no apiVersion", "a.yaml:1:1"]);
    fs::write(folder.path().join("a.yaml"), "a: 1\nb: [\n").unwrap();
    refused(folder.path(), &["--lookup-objects", "a.yaml"], &["objects in a.yaml:", "a.yaml:3:"]);
    refused(folder.path(), &["--lookup-objects", "absent"], &["cannot read `absent`"]);
}

#[test]
fn what_needs_a_cluster_says_so() {
    let folder = chart(&[]);
    refused(folder.path(), &["--validate"], &["--validate needs a cluster", "--lookup-objects"]);
    refused(folder.path(), &["--dry-run=server"], &["--dry-run=server needs a cluster"]);
}

fn program(path: &Path, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

const PLUGIN: &str = "\
apiVersion: v1
name: add
version: 1.0.0
type: postrenderer/v1
runtime: subprocess
runtimeConfig:
  platformCommand:
  - {command: '${HELM_PLUGIN_DIR}/run'}
";

#[test]
fn a_post_renderer_of_helm_4_is_a_plugin_that_gets_hooks_too() {
    let hook = "kind: Job\nmetadata:\n  name: h\n  annotations: {helm.sh/hook: pre-install}\n";
    let folder = chart(&[("b.yaml", hook), ("a.yaml", "kind: Service\nmetadata: {name: s}\nport: 0x50\nyes: 'no'\n")]);
    let script = "#!/bin/sh\nprintf 'kind: Namespace\\nmetadata: {name: n}\\n---\\n'\nsed \"s/name: s$/name: $1/\"\n";
    program(&folder.path().join("plugins/add/run"), script);
    fs::write(folder.path().join("plugins/add/plugin.yaml"), PLUGIN).unwrap();
    assert_eq!(
        given(folder.path(), &["--post-renderer", "add", "--post-renderer-args", "t"]),
        "---\n# Source: generated-by-postrender-0.yaml\nkind: Namespace\nmetadata:\n  name: n\n\n\
         ---\n# Source: shop/templates/a.yaml\nkind: Service\nmetadata:\n  name: t\nport: 0x50\nyes: \"no\"\n\
         ---\n# Source: shop/templates/b.yaml\nkind: Job\nmetadata:\n  name: h\n  annotations:\n    helm.sh/hook: pre-install\n\n"
    );
    refused(folder.path(), &["--post-renderer", "cat"], &["plugin not found", "Helm 4 takes the name of a plugin"]);
    program(&folder.path().join("plugins/add/run"), "#!/bin/sh\necho broken >&2\nexit 7\n");
    refused(folder.path(), &["--post-renderer", "add"], &["error while running post render on files", "broken"]);
    program(&folder.path().join("plugins/add/run"), "#!/bin/sh\ncat >/dev/null\n");
    refused(folder.path(), &["--post-renderer", "add"], &["post-renderer \"add\" produced empty output"]);
}

#[test]
fn a_second_run_writes_the_same_files() {
    let hook = "kind: Job\nmetadata:\n  name: h\n  annotations: {helm.sh/hook: pre-install}\n";
    let folder = chart(&[("a.yaml", "kind: A\n"), ("b.yaml", hook)]);
    for _ in 0..2 {
        assert_eq!(
            given(folder.path(), &["--output-dir", "out"]),
            "wrote out/shop/templates/a.yaml\nwrote out/shop/templates/b.yaml\n\n"
        );
    }
    let written = fs::read_to_string(folder.path().join("out/shop/templates/b.yaml")).unwrap();
    assert_eq!(written, format!("---\n# Source: shop/templates/b.yaml\n{hook}\n"));
    let document: serde_json::Value =
        serde_json::from_str(&given(folder.path(), &["--output-dir", "out", "--output", "json"])).unwrap();
    assert_eq!(document["files"][0], "out/shop/templates/a.yaml");
}
