//! The files of an output folder follow the repository, whatever happens.

use std::{
    fs,
    process::{Command, Stdio},
    time::{Duration, SystemTime},
};

use super::{describe, done, everything, git, repository, run, text, write};

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
