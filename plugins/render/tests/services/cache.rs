//! With a cache of results, and an index of files, runs give what they give without.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, SystemTime},
};

use super::{done, everything, repository, run, write};

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
