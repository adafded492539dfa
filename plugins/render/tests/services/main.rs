//! `towpath-render all` over services: what single runs give, in order, whatever happens.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that fails")]

mod cache;
mod files;

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn describe(root: &Path, name: &str, manifests: &str) {
    let text = format!(
        "apiVersion: towpath.dev/v1alpha1\nkind: Service\nmetadata: {{name: {name}}}\nmanifests: {manifests}\n\
         environments: [{{name: dev}}, {{name: prod, namespace: live}}]\n"
    );
    write(root, &format!("services/{name}/towpath.yaml"), &text);
}

/// Services that share a chart, services with a kustomization, and one with both, `count` of each.
fn repository(count: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n");
    write(root, "charts/web/templates/_parts.tpl", "{{ define \"name\" }}{{ .Release.Name }}{{ end }}");
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include \"name\" . }}\n  namespace: {{ \
                    .Release.Namespace }}\ndata: {size: {{ .Values.size | quote }}}\n---\napiVersion: v1\nkind: Service\n\
                    metadata: {name: {{ include \"name\" . }}}\n";
    write(root, "charts/web/templates/all.yaml", template);
    for number in 0..count {
        let name = format!("chart-{number:03}");
        describe(root, &name, "{chart: ../../charts/web, values: ['{env}.yaml']}");
        for (environment, size) in [("dev", number), ("prod", number * 10)] {
            write(root, &format!("services/{name}/{environment}.yaml"), &format!("size: {size}\n"));
        }
        let name = format!("overlay-{number:03}");
        describe(root, &name, "{kustomize: '{env}'}");
        write(root, &format!("services/{name}/base/kustomization.yaml"), "resources: [map.yaml]\n");
        let map = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n");
        write(root, &format!("services/{name}/base/map.yaml"), &map);
        for environment in ["dev", "prod"] {
            let text = format!("resources: [../base]\nnamePrefix: {environment}-\n");
            write(root, &format!("services/{name}/{environment}/kustomization.yaml"), &text);
        }
    }
    describe(root, "both", "{chart: ../../charts/web, values: ['{env}.yaml'], kustomize: 'k/{env}'}");
    for environment in ["dev", "prod"] {
        write(root, &format!("services/both/{environment}.yaml"), "size: 7\n");
        let text = format!("resources: [chart.yaml]\nnameSuffix: -{environment}\n");
        write(root, &format!("services/both/k/{environment}/kustomization.yaml"), &text);
    }
    git(root, &["init", "-q", "-b", "main"]);
    commit(root);
    folder
}

fn git(root: &Path, arguments: &[&str]) {
    let who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
    let status = Command::new("git").current_dir(root).args(who).args(arguments).status().unwrap();
    assert!(status.success(), "git {arguments:?}");
}

fn commit(root: &Path) {
    git(root, &["add", "-A"]);
    git(root, &["commit", "-q", "--allow-empty", "-m", "m"]);
}

fn run(root: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_towpath-render"))
        .current_dir(root)
        .args(arguments)
        .env("NO_COLOR", "1")
        .env("TOWPATH_OFFLINE", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn done(root: &Path, arguments: &[&str]) -> String {
    let output = run(root, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn everything(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}

/// Returns the environments of which a JSON document says that they changed.
fn changed(root: &Path, arguments: &[&str]) -> Vec<String> {
    let said = done(root, &[&["all", "--output", "json"], arguments].concat());
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let environments = said["environments"].as_array().unwrap().iter();
    let changed = environments.filter(|environment| environment["changed"] == true);
    let name = |field: &serde_json::Value| field.as_str().unwrap().to_owned();
    changed.map(|one| format!("{}/{}", name(&one["service"]), name(&one["environment"]))).collect()
}

#[test]
fn every_environment_gives_what_it_gives_alone_in_a_stable_order() {
    let folder = repository(3);
    let root = folder.path();
    let mut expected = String::new();
    for name in ["both", "chart-000", "chart-001", "chart-002", "overlay-000", "overlay-001", "overlay-002"] {
        for environment in ["dev", "prod"] {
            let alone = done(root, &["env", environment, "--config", &format!("services/{name}/towpath.yaml")]);
            let separator = if alone.starts_with("---") { "" } else { "---\n" };
            expected += &format!("# Service: {name}, environment: {environment}\n{separator}{alone}");
        }
    }
    assert_eq!(done(root, &["all"]), expected);
    assert_eq!(done(root, &["all", "--jobs", "5", "."]), expected);
    write(root, "charts/web/templates/all.yaml", "broken {{");
    assert_eq!(done(root, &["all", "--revision", "HEAD"]), expected);
}

#[test]
fn a_failure_ends_nothing_and_filters_choose() {
    let folder = repository(2);
    let root = folder.path();
    write(root, "services/chart-001/prod.yaml", "size: [");
    write(root, "services/wrong/towpath.yaml", "kind: Other\n");
    let output = run(root, &["all"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout).matches("# Service: ").count(), 9);
    let said = text(&output.stderr);
    assert!(said.contains("while rendering prod of service `chart-001`"), "{said}");
    assert!(said.contains("services/wrong/towpath.yaml:1:1"), "{said}");
    assert!(said.contains("2 of 11 environments failed"), "{said}");
    let chosen = done(root, &["all", "--service", "chart-*", "--service", "both", "--environment", "dev"]);
    let headings: Vec<&str> = chosen.lines().filter(|line| line.starts_with("# Service: ")).collect();
    let expected = ["both", "chart-000", "chart-001"].map(|name| format!("# Service: {name}, environment: dev"));
    assert_eq!(headings, expected);
    let output = run(root, &["all", "--service", "none"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no service is called `none`"));
    let output = run(root, &["all", "--set", "a=b"]);
    assert!(text(&output.stderr).contains("come from their towpath.yaml"));
    let output = run(root, &["all", "charts/web/templates"]);
    assert!(
        text(&output.stderr).contains("no chart stands in `charts/web/templates`, and no towpath.yaml in or below it")
    );
}

#[test]
fn only_what_a_change_changes() {
    let folder = repository(2);
    let root = folder.path();
    let since = ["--changed-since", "HEAD"];
    assert_eq!(changed(root, &since), [] as [&str; 0]);
    write(root, "services/chart-000/readme.md", "nobody reads it");
    assert_eq!(changed(root, &since), [] as [&str; 0]);
    write(root, "charts/web/templates/_parts.tpl", "{{ define \"name\" }}x-{{ .Release.Name }}{{ end }}");
    let users = ["both/dev", "both/prod", "chart-000/dev", "chart-000/prod", "chart-001/dev", "chart-001/prod"];
    assert_eq!(changed(root, &since), users);
    commit(root);
    write(root, "charts/web/values.yaml", "size: 1\n");
    assert_eq!(changed(root, &since), users, "a file that was not there");
    commit(root);
    write(root, "services/overlay-001/dev/kustomization.yaml", "resources: [../base]\nnamePrefix: other-\n");
    describe(root, "new", "{chart: ../../charts/web}");
    commit(root);
    let since = ["--revision", "HEAD", "--changed-since", "HEAD~1"];
    assert_eq!(changed(root, &since), ["new/dev", "new/prod", "overlay-001/dev"]);
    assert_eq!(changed(root, &["--changed-since", "HEAD~1"]), ["new/dev", "new/prod", "overlay-001/dev"]);
    let output = run(root, &["all", "--changed-since", "v9"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn an_environment_explains_its_documents() {
    let folder = repository(1);
    let explain = |format: &str| {
        let arguments = ["env", "prod", "--explain", "--config", "services/both/towpath.yaml", "--output", format];
        let output = Command::new(env!("CARGO_BIN_EXE_towpath-render"))
            .current_dir(folder.path())
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let step = "  by services/both/k/prod/kustomization.yaml:2 (nameSuffix)\n    ~ metadata.name: both → both-prod\n";
    let expected = format!(
        "# values, of which later ones win:\n#   charts/web/values.yaml\n#   services/both/prod.yaml\n\
         ConfigMap live/both-prod\n  from charts/web/templates/all.yaml\n{step}\
         Service both-prod\n  from charts/web/templates/all.yaml\n{step}"
    );
    assert_eq!(explain("text"), expected);
    let told: serde_json::Value = serde_json::from_str(&explain("json")).unwrap();
    assert_eq!((&told["kind"], &told["service"]), (&"Explanation".into(), &"both".into()));
    assert_eq!(told["documents"][1]["steps"][0]["by"]["line"], 2);
}
