//! `towpath-render all` over services: what single runs give, in order, as files that follow the repository, whatever happens.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that fails")]

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, SystemTime},
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
fn files_follow_the_repository_and_what_is_unchanged_is_not_touched() {
    let folder = repository(2);
    let root = folder.path();
    done(root, &["all", "--output-dir", "out"]);
    let before = everything(&root.join("out"));
    assert_eq!(before.len(), 11, "{:?}", before.keys());
    let alone = done(root, &["env", "prod", "--config", "services/chart-001/towpath.yaml"]);
    assert_eq!(before["chart-001/prod.yaml"], alone);
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    for name in before.keys() {
        fs::File::options().write(true).open(root.join("out").join(name)).unwrap().set_modified(old).unwrap();
    }
    write(root, "services/chart-001/prod.yaml", "size: 99\n");
    fs::remove_dir_all(root.join("services/overlay-000")).unwrap();
    write(root, "services/overlay-001/towpath.yaml", "kind: Broken\n");
    write(root, "out/notes.txt", "mine");
    // A part of the repository decides nothing about the rest.
    done(root, &["all", "services/chart-000", "--output-dir", "out"]);
    let output = run(root, &["all", "--output-dir", "out"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("1 files written, 5 unchanged, 2 removed"), "{}", text(&output.stderr));
    let after = everything(&root.join("out"));
    assert!(after.contains_key("overlay-001/dev.yaml"), "what cannot be rendered stays");
    assert!(!after.contains_key("overlay-000/dev.yaml") && !root.join("out/overlay-000").exists());
    let touched =
        after.keys().filter(|name| fs::metadata(root.join("out").join(name)).unwrap().modified().unwrap() != old);
    let touched: Vec<_> = touched.map(String::as_str).collect();
    assert_eq!(touched, [".towpath-rendered/manifest.json", "chart-001/prod.yaml", "notes.txt"]);
    assert!(after["chart-001/prod.yaml"].contains("\"99\""));
}

#[test]
fn one_file_a_document_and_back() {
    let folder = repository(1);
    let root = folder.path();
    done(root, &["all", "--output-dir", "out", "--layout", "document"]);
    let files = everything(&root.join("out"));
    let names: Vec<&str> = files.keys().filter(|name| name.starts_with("chart-000/dev")).map(String::as_str).collect();
    assert_eq!(names, ["chart-000/dev/configmap-chart-000.yaml", "chart-000/dev/service-chart-000.yaml"]);
    assert!(files["overlay-000/prod/configmap-prod-overlay-000.yaml"].starts_with("apiVersion: v1\n"));
    done(root, &["all", "--output-dir", "out"]);
    let other = tempfile::tempdir().unwrap();
    done(root, &["all", "--output-dir", other.path().to_str().unwrap()]);
    assert_eq!(everything(&root.join("out")), everything(other.path()));
}

#[test]
fn repositories_share_a_folder() {
    let (ours, theirs, out) = (repository(0), repository(0), tempfile::tempdir().unwrap());
    let into = ["all", "--output-dir", out.path().to_str().unwrap()];
    git(ours.path(), &["remote", "add", "origin", "https://robot:token@example.com/us/shop.git"]);
    fs::remove_dir_all(theirs.path().join("services/both")).unwrap();
    for name in ["mine", "gone"] {
        describe(theirs.path(), name, "{chart: ../../charts/web}");
    }
    done(ours.path(), &into);
    done(theirs.path(), &into);
    let names = || everything(out.path()).into_keys().filter(|name| !name.starts_with('.')).collect::<Vec<_>>();
    let both = ["both/dev.yaml", "both/prod.yaml"];
    assert_eq!(names(), [&both[..], &["gone/dev.yaml", "gone/prod.yaml", "mine/dev.yaml", "mine/prod.yaml"]].concat());
    let manifest = fs::read_to_string(out.path().join(".towpath-rendered/manifest.json")).unwrap();
    assert!(manifest.contains("\"repository\":\"example.com/us/shop\"") && !manifest.contains("token"), "{manifest}");

    fs::remove_dir_all(theirs.path().join("services/gone")).unwrap();
    done(theirs.path(), &into);
    assert_eq!(names(), [&both[..], &["mine/dev.yaml", "mine/prod.yaml"]].concat());
    // Another clone of the same repository follows it.
    let clone = repository(0);
    git(clone.path(), &["remote", "add", "origin", "git@example.com:us/shop"]);
    fs::rename(clone.path().join("services/both"), clone.path().join("services/new")).unwrap();
    let described = fs::read_to_string(clone.path().join("services/new/towpath.yaml")).unwrap();
    write(clone.path(), "services/new/towpath.yaml", &described.replace("name: both", "name: new"));
    done(clone.path(), &into);
    assert_eq!(names(), ["mine/dev.yaml", "mine/prod.yaml", "new/dev.yaml", "new/prod.yaml"]);
    // Whoever says who they are has what was theirs.
    fs::remove_dir_all(clone.path().join("services/new")).unwrap();
    describe(clone.path(), "named", "{chart: ../../charts/web}");
    done(
        clone.path(),
        &[&into[..], &["--output-owner", theirs.path().canonicalize().unwrap().to_str().unwrap()]].concat(),
    );
    assert_eq!(names(), ["named/dev.yaml", "named/prod.yaml", "new/dev.yaml", "new/prod.yaml"]);
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
fn a_cache_gives_the_same_and_only_what_holds() {
    let folder = repository(3);
    let root = folder.path();
    let kept = tempfile::tempdir().unwrap();
    let cached = ["all", "--cache", kept.path().to_str().unwrap()];
    let expected = done(root, &["all"]);
    assert_eq!(done(root, &cached), expected);
    assert_eq!(done(root, &cached), expected);
    write(root, "services/chart-001/dev.yaml", "size: 77\n");
    let said = done(root, &[cached.as_slice(), &["--output", "json"]].concat());
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&said["cache"]["diskHits"], &said["cache"]["misses"]), (&13.into(), &1.into()), "{}", said["cache"]);
    assert_eq!(done(root, &cached), done(root, &["all"]));
    assert!(done(root, &cached).contains("\"77\""));
}

/// Waits until no file below a folder has been changed for so long that what it holds may be noted.
fn grow_old(folders: &[&Path]) {
    let old = |time: SystemTime| time.elapsed().is_ok_and(|age| age > Duration::from_secs(5));
    let is_old = |path: &Path| old(fs::metadata(path).unwrap().modified().unwrap());
    while !folders.iter().all(|folder| everything(folder).keys().all(|name| is_old(&folder.join(name)))) {
        std::thread::park_timeout(Duration::from_millis(100));
    }
}

#[test]
fn what_is_known_of_files_saves_reading_them_and_never_gives_what_was() {
    let folder = repository(3);
    let (root, kept) = (folder.path(), tempfile::tempdir().unwrap());
    let cached = ["all", "--cache", kept.path().to_str().unwrap(), "--output-dir", "out", "--output", "json"];
    let counts = |arguments: &[&str]| {
        let said: serde_json::Value = serde_json::from_str(&done(root, arguments)).unwrap();
        let [cache, files] = [&said["cache"], &said["files"]];
        let number = |value: &serde_json::Value| value.as_u64().unwrap();
        let bytes: u64 = said["environments"].as_array().unwrap().iter().map(|one| number(&one["bytes"])).sum();
        let written = everything(&root.join("out"));
        let present = written.iter().filter(|(name, _)| !name.starts_with('.')).map(|(_, text)| text.len() as u64);
        assert_eq!(bytes, present.sum::<u64>());
        [&cache["diskHits"], &cache["misses"], &files["written"], &files["unchanged"]].map(number)
    };
    let check = |expected: [u64; 4], what: &str| {
        assert_eq!(counts(&cached), expected, "{what}");
        let fresh = tempfile::tempdir().unwrap();
        done(root, &["all", "--output-dir", fresh.path().to_str().unwrap()]);
        assert_eq!(everything(&root.join("out")), everything(fresh.path()), "{what}");
    };
    check([0, 14, 14, 0], "the first run");
    grow_old(&[&root.join("services"), &root.join("charts"), &root.join("out")]);
    check([14, 0, 0, 14], "a run that reads everything once more");
    fs::rename(kept.path().join("rendered-v1/results"), kept.path().join("results")).unwrap();
    check([14, 0, 0, 14], "nothing is read that is as it was");
    fs::rename(kept.path().join("results"), kept.path().join("rendered-v1/results")).unwrap();

    let again = |path: &str, text: &str| {
        let time = fs::metadata(root.join(path)).unwrap().modified().unwrap();
        write(root, path, text);
        fs::File::options().write(true).open(root.join(path)).unwrap().set_modified(time).unwrap();
    };
    again("services/chart-001/dev.yaml", "size: 7\n");
    check([13, 1, 1, 13], "a file of the same size and time that holds something else");
    let text = fs::read_to_string(root.join("out/chart-001/prod.yaml")).unwrap();
    again("out/chart-001/prod.yaml", &text.replace("prod", "dorp").replace("10", "99"));
    check([14, 0, 1, 13], "a file in the output that somebody has changed");
    fs::remove_file(root.join("out/chart-002/dev.yaml")).unwrap();
    check([14, 0, 1, 13], "a file in the output that somebody has removed");
    write(root, "new.yaml", "size: 8\n");
    fs::rename(root.join("new.yaml"), root.join("services/chart-002/dev.yaml")).unwrap();
    check([13, 1, 1, 13], "a file that was put in the place of another");
    write(root, "services/chart-000/dev.yaml", "size: 0\n");
    check([14, 0, 0, 14], "a file that was written as it was");
    write(root, "charts/web/values.yaml", "other: 1\n");
    check([6, 8, 0, 14], "a file that was not there");
    write(root, "services/overlay-000/dev/kustomization.yml", "");
    let output = run(root, &cached);
    assert_eq!(output.status.code(), Some(1), "two kustomizations in a folder are refused");
    fs::remove_file(root.join("services/overlay-000/dev/kustomization.yml")).unwrap();
    for index in everything(&kept.path().join("rendered-v1/files")).keys() {
        write(&kept.path().join("rendered-v1/files"), index, "torn");
    }
    check([14, 0, 0, 14], "indexes that are torn");
    let uncached = ["all", "--no-cache", "--output-dir", "out"];
    fs::remove_dir_all(kept.path()).unwrap();
    done(root, &uncached);
    assert!(!kept.path().exists(), "without a cache nothing is noted");
}

#[test]
fn a_run_that_is_killed_at_any_instant_leaves_the_next_one_nothing_to_mend() {
    let folder = repository(40);
    let root = folder.path();
    let once = tempfile::tempdir().unwrap();
    let started = SystemTime::now();
    done(root, &["all", "--output-dir", once.path().to_str().unwrap()]);
    let takes = started.elapsed().unwrap();
    let expected = everything(once.path());
    for attempt in 0..20_u32 {
        let out = tempfile::tempdir().unwrap();
        let path = out.path().to_str().unwrap();
        // A service that the run that is killed may have written, and the next no longer has.
        describe(root, "passing", "{chart: ../../charts/web}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_towpath-render"));
        command.current_dir(root).args(["all", "--output-dir", path]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        std::thread::park_timeout(takes * attempt / 20);
        child.kill().unwrap();
        child.wait().unwrap();
        fs::remove_dir_all(root.join("services/passing")).unwrap();
        done(root, &["all", "--output-dir", path]);
        assert_eq!(everything(out.path()), expected, "killed after {attempt} twentieths");
    }
}

#[test]
fn a_run_with_a_cache_that_is_killed_at_any_instant_leaves_no_wrong_answer() {
    let (folder, kept) = (repository(40), tempfile::tempdir().unwrap());
    let root = folder.path();
    let cached = ["all", "--cache", kept.path().to_str().unwrap(), "--output-dir", "out"];
    done(root, &cached);
    for attempt in 0..8_u32 {
        // As many bytes as before: a chart that half of the services share, and the values of one.
        write(root, "charts/web/templates/note.yaml", &format!("kind: Note\nmetadata: {{name: n{attempt}}}\n"));
        write(root, "services/chart-005/dev.yaml", &format!("size: {attempt}\n"));
        grow_old(&[&root.join("services"), &root.join("charts"), &root.join("out")]);
        let started = SystemTime::now();
        if attempt % 2 == 0 {
            // What is noted of the files in the kept index, or what is left of it, is what the next run begins with.
            done(root, &cached);
            write(root, "services/chart-007/dev.yaml", &format!("size: {attempt}\n"));
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_towpath-render"));
        command.current_dir(root).args(cached).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        std::thread::park_timeout(started.elapsed().unwrap().max(Duration::from_millis(40)) * (attempt + 1) / 9);
        child.kill().unwrap();
        child.wait().unwrap();
        done(root, &cached);
        let fresh = tempfile::tempdir().unwrap();
        done(root, &["all", "--no-cache", "--output-dir", fresh.path().to_str().unwrap()]);
        assert_eq!(everything(&root.join("out")), everything(fresh.path()), "killed in attempt {attempt}");
    }
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
