//! SIGKILL at random instants of a run, then the same command again.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use super::scene::{Scene, digest_in};

const INSTANTS: u32 = 20;

/// Kills `open` at instants spread over its run; the run after it leaves one pull request with one commit.
pub(crate) fn open() {
    let scene = Scene::new();
    scene.release("1.0.0");
    let command = ["open", "--to", "staging"];
    let killed = at_random_instants(&scene, &command, |before| {
        let opened = scene.json(&command);
        let effect = opened["effect"].as_str().expect("an effect");
        assert!(["opened", "unchanged"].contains(&effect), "{effect}");
        check(&scene, before, "main..towpath/shop/staging");
        assert_eq!(scene.git(&["rev-parse", "main"]), before, "the base has not moved");
        scene.json(&["merge", "--to", "staging"]);
        check(&scene, before, &format!("{before}..main"));
    });
    assert!(killed > 0, "no run was slow enough to be killed");
}

/// Kills `merge` at instants spread over its run; the run after it leaves one commit on the base.
pub(crate) fn merge() {
    let scene = Scene::new();
    scene.release("1.0.0");
    scene.json(&["open", "--to", "staging"]);
    let command = ["merge", "--to", "staging"];
    let killed = at_random_instants(&scene, &command, |before| {
        let merged = scene.json(&command);
        let tip = scene.git(&["rev-parse", "main"]);
        assert_eq!(merged["commit"].as_str(), Some(tip.as_str()));
        check(&scene, before, &format!("{before}..main"));
        let reached = scene.read_release().environments;
        assert_eq!(
            reached.iter().map(|reached| (reached.name.as_str(), reached.commit.as_str())).collect::<Vec<_>>(),
            [("staging", tip.as_str())]
        );
        assert_eq!(scene.json(&["open", "--to", "staging"])["effect"], "nothing", "and it can go on");
    });
    assert!(killed > 0, "no run was slow enough to be killed");
}

/// Runs `command` from the same start at each of [`INSTANTS`] seeded delays, kills it and calls `then` with the base's
/// tip at the start; returns how many runs were killed before their end.
fn at_random_instants(scene: &Scene, command: &[&str], then: impl Fn(&str)) -> u32 {
    let start = tempfile::tempdir().expect("a folder");
    copy(scene.folder(), start.path());
    let before = scene.git(&["rev-parse", "main"]);
    let mut times: Vec<Duration> = (0..5).map(|_| reset_and_time(scene, start.path(), command)).collect();
    times.sort();
    let whole = times[2].as_secs_f64();
    let (mut killed, mut random) = (0, 0x2545_F491_4F6C_DD1D_u64);
    for instant in 0..INSTANTS {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let within = f64::from(u32::try_from(random >> 32).expect("32 bits")) / f64::from(u32::MAX);
        let delay = Duration::from_secs_f64(whole * (f64::from(instant) + within) / f64::from(INSTANTS));
        reset(scene, start.path());
        let mut child = scene.command(command).spawn().expect("it starts");
        thread::sleep(delay);
        killed += u32::from(child.try_wait().expect("its state").is_none());
        child.kill().expect("SIGKILL");
        child.wait().expect("its end");
        then(&before);
    }
    killed
}

fn reset_and_time(scene: &Scene, start: &Path, command: &[&str]) -> Duration {
    reset(scene, start);
    let since = Instant::now();
    scene.text(command);
    since.elapsed()
}

fn check(scene: &Scene, before: &str, range: &str) {
    assert_eq!(scene.git(&["rev-list", "--count", range]), "1", "one commit has the effect");
    assert_eq!(scene.git(&["for-each-ref", "--format=%(refname)", "refs/pull"]), "refs/pull/1/head");
    let branches = scene.git(&["for-each-ref", "--format=%(refname)", "refs/heads"]);
    assert_eq!(branches, "refs/heads/main\nrefs/heads/towpath/shop/staging");
    let file = "apps/shop/deploy/staging/values.yaml";
    assert_eq!(scene.git(&["diff", "--numstat", before, "towpath/shop/staging"]), format!("1\t1\t{file}"));
    let values = scene.git(&["show", &format!("towpath/shop/staging:{file}")]);
    assert_eq!(digest_in(&values), scene.read_release().image.digest().to_string());
    assert_eq!(scene.git(&["fsck", "--strict", "--no-dangling"]), "");
    assert_eq!(locks(&scene.repository()), Vec::<String>::new());
}

fn reset(scene: &Scene, start: &Path) {
    for name in ["gitops.git", "release.json"] {
        let path = scene.folder().join(name);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.expect("it was there");
    }
    copy(start, scene.folder());
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else if !target.exists() {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

fn locks(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(locks(&path));
        } else if path.extension().is_some_and(|end| end == "lock") {
            found.push(path.display().to_string());
        }
    }
    found
}
