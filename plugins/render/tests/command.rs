//! The command as people and pipelines run it: what it prints, what it refuses and how.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that fails")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

const CONFIG: &str = "\
apiVersion: towpath.dev/v1alpha1
kind: Service
metadata: {name: shop}
image: {repository: r.example/shop, binary: bin/shop}
manifests:
  chart: chart
  values: ['{env}.yaml']
environments: [{name: dev}, {name: prod}]
";

const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata: {name: shop}
stringData: {token: {{ .Values.token | quote }}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec: {replicas: {{ .Values.replicas }}, image: \"{{ .Values.image.repository }}@{{ .Values.image.digest }}\"}
";

/// A service with a chart and two environments.
fn service() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("towpath.yaml", CONFIG);
    write("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
    write("chart/templates/all.yaml", SECRET);
    write("dev.yaml", "replicas: 1\ntoken: swordfish\nimage: {repository: r.example/shop, digest: old}\n");
    write("prod.yaml", "replicas: 3\ntoken: albatross\nimage: {repository: r.example/shop, digest: old}\n");
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_towpath-render"));
    command.current_dir(folder).args(arguments).env("NO_COLOR", "1").output().unwrap()
}

fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Runs it, expects this exit code, and that stderr holds each of `words`.
fn refused(folder: &Path, arguments: &[&str], code: i32, words: &[&str]) {
    let (exit, out, err) = told(&run(folder, arguments));
    assert_eq!(exit, Some(code), "{arguments:?}: {err}");
    assert_eq!(out, "", "{arguments:?}: nothing is half given");
    for word in words {
        assert!(err.contains(word), "{arguments:?} does not say {word:?}:\n{err}");
    }
}

#[test]
fn an_environment_is_rendered_with_its_pinned_image() {
    let folder = service();
    let image = format!("r.example/shop@{}", towpath_model::Digest::of(b"x"));
    let (code, out, err) = told(&run(folder.path(), &["env", "prod", "--image", &image]));
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.starts_with("---\n# Source: shop/templates/all.yaml\n"), "{out}");
    assert!(out.contains(&format!("replicas: 3, image: \"{image}\"")), "{out}");

    let (_, out, _) = told(&run(folder.path(), &["env", "prod", "--image", &image, "--output", "json"]));
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&document["kind"], &document["objects"][1]["kind"]),
        (&"RenderedEnvironment".into(), &"Deployment".into())
    );
}

#[test]
fn differences_are_shown_and_secrets_are_not() {
    let folder = service();
    let (code, out, err) = told(&run(folder.path(), &["diff", "dev", "prod"]));
    assert_eq!(code, Some(1), "{err}");
    assert!(out.contains("-spec: {replicas: 1,") && out.contains("+spec: {replicas: 3,"), "{out}");
    assert!(out.contains("(redacted, before)") && out.contains("(redacted, after)"), "{out}");
    assert!(!out.contains("swordfish") && !out.contains("albatross"), "{out}");
    assert!(err.contains("dev to prod: 2 changed, 0 added, 0 removed"), "{err}");

    let (code, out, err) = told(&run(folder.path(), &["diff", "dev", "dev"]));
    assert_eq!((code, out.as_str(), err.as_str()), (Some(0), "", "no differences\n"));

    let (_, out, _) = told(&run(folder.path(), &["diff", "dev", "prod", "--output", "json"]));
    assert!(!out.contains("swordfish"), "{out}");
    let painted = told(&run(folder.path(), &["diff", "dev", "prod", "--color", "always"])).1;
    assert!(painted.contains("\x1b[31m-spec"), "{painted}");
}

#[test]
fn wrong_input_is_shown_with_its_place() {
    let folder = service();
    let at = folder.path();
    refused(at, &["env", "prd"], 2, &["has no environment `prd`", "hint: did you mean `prod`?"]);
    refused(
        at,
        &["env", "dev", "--image", "r.example/shop:latest"],
        2,
        &["image `r.example/shop:latest` has no digest"],
    );
    refused(at, &["env", "dev", "--config", "none.yaml"], 2, &["`none.yaml` does not exist"]);
    refused(at, &["env", "dev", "--release", "none.json"], 2, &["cannot read `none.json`"]);
    refused(at, &["template", "shop", "none"], 2, &["path `none` not found", "hint: name a chart's folder"]);
    refused(at, &["template", "shop", "chart", "-f", "none.yaml"], 2, &["cannot read values file `none.yaml`"]);
    refused(
        at,
        &["template", "shop", "oci://r.example"],
        2,
        &["invalid reference: `oci://r.example`", "hint: charts in"],
    );
    refused(at, &["template", "shop", "a/b", "--offline"], 2, &["path `a/b` not found", "repo a not found"]);
    let offline = ["template", "shop", "oci://r.example/chart:1.0.0", "--offline", "--store", "empty"];
    refused(
        at,
        &offline,
        3,
        &["chart r.example/chart:1.0.0 would have to be fetched", "hint: run once without --offline"],
    );
    refused(at, &["build", "."], 2, &["unable to find one of 'kustomization.yaml'"]);
    fs::remove_file(at.join("prod.yaml")).unwrap();
    let missing =
        ["values file `prod.yaml` does not exist", "towpath.yaml:7:12", "  values: ['{env}.yaml']", "hint: every"];
    refused(at, &["env", "prod"], 2, &missing);
}

#[test]
fn a_failing_template_shows_line_column_and_the_calls_that_led_there() {
    let folder = service();
    let at = folder.path();
    let partial = "{{- define \"inner\" -}}\nx: {{ .Values.a.b.c }}\n{{- end }}\n{{- define \"outer\" }}{{ include \"inner\" . }}{{ end }}\n";
    fs::write(at.join("chart/templates/_parts.tpl"), partial).unwrap();
    fs::write(at.join("chart/templates/all.yaml"), "a: 1\n{{ include \"outer\" . }}\n").unwrap();
    let words = ["_parts.tpl:2:", "x: {{ .Values.a.b.c }}", "^", "_parts.tpl:4:", "all.yaml:2:"];
    refused(at, &["template", "shop", "chart", "-f", "dev.yaml"], 2, &words);

    fs::write(
        at.join("chart/templates/all.yaml"),
        "{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}",
    )
    .unwrap();
    refused(at, &["template", "shop", "chart"], 2, &["all.yaml:1:"]);
    fs::write(at.join("chart/templates/all.yaml"), "a: {{ .Values.x\n").unwrap();
    refused(at, &["template", "shop", "chart"], 2, &["all.yaml:1"]);
    fs::write(at.join("chart/templates/all.yaml"), "a: 1\n\tb: 2\n").unwrap();
    refused(at, &["template", "shop", "chart"], 2, &["tab"]);
    fs::write(at.join("dev.yaml"), "a: 1\na: {\n").unwrap();
    refused(at, &["template", "shop", "chart", "-f", "dev.yaml"], 2, &["dev.yaml"]);
}

#[test]
fn a_refusal_is_a_document_for_programs() {
    let folder = service();
    let (code, out, _) = told(&run(folder.path(), &["env", "prd", "--output", "json"]));
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &document["error"]["kind"]), (Some(2), &"usage".into()));
}

#[test]
fn completions_and_help_are_there() {
    let folder = service();
    let (code, out, _) = told(&run(folder.path(), &["--completions", "bash"]));
    assert!(code == Some(0) && out.contains("towpath-render"), "{out}");
    let (code, out, _) = told(&run(folder.path(), &["--help"]));
    assert!(code == Some(0) && out.contains("Examples:"), "{out}");
}

#[test]
fn deterministic_runs_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("templates")).unwrap();
    fs::write(folder.path().join("Chart.yaml"), "apiVersion: v2\nname: random\nversion: 1.0.0\n").unwrap();
    let template = "a: {{ randAlphaNum 20 }}\nb: {{ now }}\nc: {{ (genCA \"x\" 5).Cert | b64enc }}\nd: {{ uuidv4 }}\n";
    fs::write(folder.path().join("templates/all.yaml"), template).unwrap();
    let run = |flags: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_towpath-render"))
            .args(["template", "x"])
            .arg(folder.path())
            .args(flags)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    assert_eq!(run(&["--deterministic"]), run(&["--deterministic"]));
    assert_ne!(run(&[]), run(&[]));
}

#[test]
fn limits_end_a_rendering_where_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("templates")).unwrap();
    fs::write(folder.path().join("Chart.yaml"), "apiVersion: v2\nname: long\nversion: 1.0.0\n").unwrap();
    let template = "kind: ConfigMap\ndata: {{ range $i := until 9000 }}{{ $i }}0123456789{{ end }}\n";
    fs::write(folder.path().join("templates/all.yaml"), template).unwrap();
    let (code, _, err) = told(&run(folder.path(), &["template", "x", "."]));
    assert_eq!(code, Some(0), "{err}");
    let place = "long/templates/all.yaml:2:";
    refused(folder.path(), &["template", "x", ".", "--limit-steps", "100"], 2, &[place, "steps"]);
    refused(folder.path(), &["template", "x", ".", "--limit-memory", "0"], 2, &[place, "memory"]);
    refused(
        folder.path(),
        &["template", "x", ".", "--limit-output", "0"],
        2,
        &["long/templates/all.yaml:1:", "output"],
    );
    refused(
        folder.path(),
        &["template", "x", ".", "--limit-time", "0"],
        2,
        &["long/templates/all.yaml:1:", "too long", "--limit-time"],
    );
}
