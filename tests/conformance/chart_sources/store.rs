//! The store: no network afterwards, one download for many runs, and kills at the worst instant.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::mpsc,
    thread,
};

use towpath_tests::web_server::{Misbehaviour, Seen, WebOptions};

use crate::{
    repository::serve,
    scene::{Scene, Told, refused, run, succeeds},
};

fn paths(seen: &[Seen]) -> Vec<(&str, u16)> {
    seen.iter().map(|seen| (seen.path.as_str(), seen.status)).collect()
}

/// Returns the files below the store's blobs that hold an archive.
fn archives(scene: &Scene) -> Vec<PathBuf> {
    fn below(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() { below(&entry.path(), found) } else { found.push(entry.path()) }
        }
    }
    let mut found = Vec::new();
    below(&scene.path("store/v1/blobs"), &mut found);
    found.retain(|path| fs::read(path).is_ok_and(|bytes| bytes.starts_with(&[0x1f, 0x8b])));
    found
}

#[test]
fn the_second_run_fetches_nothing_and_offline_asks_nothing() {
    let scene = Scene::new();
    let server = serve(&scene, WebOptions::default());
    let (url, direct) = (server.url(), format!("{}/web-1.0.0.tgz", server.url()));
    let wanted: [&[&str]; 3] =
        [&["--repo", &url, "web", "--version", "^1"], &["--repo", &url, "web", "--version", "1.0.0"], &[&direct]];
    let first: Vec<Told> = wanted.iter().map(|arguments| scene.renders("4", arguments)).collect();
    first.iter().for_each(succeeds);
    server.seen();
    for arguments in wanted {
        succeeds(&scene.renders("4", arguments));
    }
    let seen = server.seen();
    assert_eq!(paths(&seen), [("/index.yaml", 304), ("/index.yaml", 304), ("/web-1.0.0.tgz", 304)]);
    for (arguments, first) in wanted.iter().zip(&first) {
        let offline = scene.renders("4", &[arguments, &["--offline"][..]].concat());
        assert_eq!((offline.code, &offline.out), (Some(0), &first.out), "{}", offline.err);
    }
    refused(
        &scene.renders("4", &["--repo", &url, "web", "--version", "1.1.0", "--offline"]),
        3,
        &["web-1.1.0.tgz would have to be fetched"],
    );
    refused(
        &scene.renders("4", &["--repo", &format!("{url}/x"), "web", "--offline"]),
        3,
        &["the index of", "would have to be fetched", "hint: run once without --offline"],
    );
    let empty = ["--store", "another", "--offline"];
    refused(&scene.renders("4", &[wanted[0], &empty].concat()), 3, &["would have to be fetched"]);
    assert_eq!(server.seen(), [], "offline asks nothing");
    // A new index counts at once.
    fs::write(scene.path("packed/index.yaml"), "apiVersion: v1\nentries: {}\n").expect("it is written");
    refused(&scene.renders("4", wanted[0]), 2, &["no chart name found"]);
}

#[test]
fn a_copy_that_was_changed_is_noticed_and_fetched_again() {
    let scene = Scene::new();
    let server = serve(&scene, WebOptions::default());
    let url = server.url();
    let arguments = ["--repo", &url, "web", "--version", "1.0.0"];
    let first = scene.renders("4", &arguments);
    succeeds(&first);
    let spoil = || {
        let [archive] = archives(&scene).try_into().expect("one archive is kept");
        let mut bytes = fs::read(&archive).expect("it is there");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&archive, bytes).expect("it is changed");
    };
    spoil();
    let again = scene.renders("4", &arguments);
    assert_eq!(again.out, first.out);
    assert!(again.err.contains("warning:") && again.err.contains("has digest"), "{}", again.err);
    spoil();
    let offline = [&arguments[..], &["--offline"]].concat();
    refused(&scene.renders("4", &offline), 3, &["the store's copy of", "has digest", "nothing of it was used"]);
    refused(&scene.renders("4", &offline), 3, &["would have to be fetched"]);
    assert_eq!(scene.renders("4", &arguments).out, first.out);
}

#[test]
fn runs_side_by_side_fetch_once_and_agree() {
    let scene = Scene::new();
    let server = serve(&scene, WebOptions::default());
    let url = server.url();
    let expected = scene.renders("4", &["--store", "first", "--repo", &url, "web", "--version", "1.0.0"]);
    succeeds(&expected);
    server.seen();
    // The binary is built before the threads start.
    let told: Vec<Told> = thread::scope(|scope| {
        let one = || scene.renders("4", &["--repo", &url, "web", "--version", "1.0.0"]);
        let runs: Vec<_> = (0..8).map(|_| scope.spawn(one)).collect();
        runs.into_iter().map(|run| run.join().expect("it ends")).collect()
    });
    for told in told {
        assert_eq!((told.code, told.out, told.err.as_str()), (Some(0), expected.out.clone(), ""));
    }
    let archives = server.seen().iter().filter(|seen| seen.path == "/web-1.0.0.tgz").count();
    assert_eq!(archives, 1, "one run fetches, the others wait for it");
}

#[test]
fn a_run_that_is_killed_while_it_fetches_leaves_nothing_half() {
    let scene = Scene::new();
    let server = serve(&scene, WebOptions::default());
    let url = server.url();
    let arguments = ["--repo", &url, "web", "--version", "1.0.0"];
    for path in ["/web-1.0.0.tgz", "/index.yaml"] {
        let (told, stalled) = mpsc::channel();
        server.misbehave(path, Some(Misbehaviour::Stalled(told)));
        let mut command = scene.ours(&["template", "shop"]);
        let mut child = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        stalled.recv().expect("half of it is sent");
        // SIGKILL.
        child.kill().expect("it runs");
        child.wait().expect("it is gone");
        server.misbehave(path, None);
        assert_eq!(archives(&scene).len(), 0, "nothing half is kept");
        // The next run of a user with another store shows what is right.
        let expected = scene.renders("4", &[&arguments[..], &["--store", "another"]].concat());
        let again = scene.renders("4", &arguments);
        assert_eq!((again.code, again.err.as_str(), &again.out), (Some(0), "", &expected.out));
        fs::remove_dir_all(scene.path("store")).expect("it is there");
    }
}

#[test]
fn a_store_that_cannot_be_written_is_told_and_done_without() {
    let scene = Scene::new();
    let server = serve(&scene, WebOptions::default());
    let file = scene.write("a-file", "").display().to_string();
    let told = scene.renders("4", &["--store", &file, "--repo", &server.url(), "web"]);
    assert_eq!(told.code, Some(0), "{}", told.err);
    assert!(told.err.contains("warning: the store"), "{}", told.err);
}

#[test]
fn a_service_takes_its_chart_from_a_repository() {
    let scene = Scene::new();
    let server = serve(&scene, WebOptions::default());
    let config = |chart: &str, version: &str| {
        let text = format!(
            "apiVersion: towpath.dev/v1alpha1\nkind: Service\nmetadata: {{name: shop}}\nmanifests:\n  chart: {chart}\n  version: \
             \"{version}\"\n  values: [values.yaml]\nenvironments: [{{name: dev}}]\n"
        );
        scene.write("towpath.yaml", &text);
    };
    scene.write("values.yaml", "greeting: ahoy\n");
    config(&format!("{}/web", server.url()), "~1.0");
    let theirs = ["template", "shop", "src/web-1.0.0", "-f", "values.yaml"];
    let expected = run(&mut scene.helm("helm4", &theirs)).out;
    let env = |more: &[&str]| run(scene.ours(&["env", "dev"]).args(more));
    let ours = env(&[]);
    assert_eq!((ours.code, &ours.out), (Some(0), &expected), "{}", ours.err);
    server.seen();
    assert_eq!(env(&["--offline"]).out, expected);
    assert_eq!(server.seen(), []);
    config(&format!("{}/web-1.0.0.tgz", server.url()), "1.0.0");
    assert_eq!(env(&[]).out, expected);
    config(&format!("{}/web", server.url()), "^9");
    refused(&env(&[]), 2, &["chart \"web\" version \"^9\" not found", "towpath.yaml:5:10"]);
}
