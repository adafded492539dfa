//! `kustomize-rs` against the real `kubectl kustomize`: the recorded cases, and trees made from seeds.
//!
//! `TOWPATH_KUSTOMIZE` names another program to ask: `tests/peers/kustomize` builds one of the same version that starts in a
//! tenth of the time, for many seeds at once.

mod maker;

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::Command,
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
};

use kustomize_rs::{Options, build};
use towpath_model::{FileTree, TreePath};
use towpath_tests::{output, peer, root};

use self::maker::Maker;

/// Returns what the real program prints, or nothing where it refuses.
fn theirs(directory: &Path) -> Option<String> {
    let (program, build) = match std::env::var_os("TOWPATH_KUSTOMIZE") {
        Some(program) => (program.into(), "build"),
        None => (peer("kubectl4"), "kustomize"),
    };
    let result = output(Command::new(program).arg(build).arg(directory));
    result.status.success().then(|| String::from_utf8(result.stdout).expect("YAML is UTF-8"))
}

fn load(base: &Path, at: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(at).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            load(base, &path, files);
        } else {
            let name = path.strip_prefix(base).expect("below it").to_str().expect("UTF-8").to_owned();
            files.insert(name, fs::read(&path).expect("a file"));
        }
    }
}

fn ours(directory: &Path, start: &str) -> Option<String> {
    let mut files = BTreeMap::new();
    load(directory, directory, &mut files);
    let start = TreePath::parse(start).expect("a path in the tree");
    build(&FileTree::new(files), &start, &Options::default()).ok().map(|output| output.to_yaml())
}

#[test]
fn the_recorded_cases_are_still_what_the_program_does() {
    let folder = root().join("tests/baselines/kustomize");
    let cases: Vec<_> = fs::read_dir(folder)
        .expect("the baselines")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    let wrong = Mutex::new(Vec::new());
    in_parallel(cases.len(), |at| {
        let case = &cases[at];
        let start = fs::read_to_string(case.join("root")).unwrap_or_default();
        let recorded = fs::read_to_string(case.join("output.yaml")).ok();
        if theirs(&case.join("input").join(start.trim())) != recorded {
            wrong.lock().expect("no thread panics").push(case);
        }
    });
    let (wrong, count) = (wrong.into_inner().expect("no thread panics"), cases.len());
    assert!(wrong.is_empty() && count >= 300, "of {count} cases, run tests/baselines/kustomize/record for {wrong:?}");
}

/// Calls `work` with each number below `count`, on all cores.
fn in_parallel(count: usize, work: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, Into::into) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count {
                        break;
                    }
                    work(at);
                }
            });
        }
    });
}

#[test]
fn the_example_overlays_are_the_same() {
    let folder = root().join("examples/shop/deploy/kustomize");
    for overlay in ["overlays/dev", "overlays/staging", "overlays/prod"] {
        let theirs = theirs(&folder.join(overlay)).expect("the example builds");
        assert_eq!(ours(&folder, overlay).as_deref(), Some(theirs.as_str()), "{overlay}");
    }
}

/// Trees from seeds; `TOWPATH_SEEDS=1000..2000` tries others than the usual 100.
#[test]
fn trees_from_seeds_are_the_same() {
    let (first, last) = std::env::var("TOWPATH_SEEDS")
        .ok()
        .and_then(|text| text.split_once("..").map(|(a, b)| (a.parse().expect("a seed"), b.parse().expect("a seed"))))
        .unwrap_or((1, 101));
    let work = tempfile::tempdir().expect("a temporary folder");
    let (wrong, built) = (Mutex::new(Vec::new()), AtomicU64::new(0));
    in_parallel(usize::try_from(last - first).expect("so many trees"), |at| {
        let seed = first + at as u64;
        let (ours, theirs) = both(seed, &work.path().join(seed.to_string()));
        built.fetch_add(u64::from(theirs.is_some()), Ordering::Relaxed);
        if ours != theirs {
            wrong.lock().expect("no thread panics").push(seed);
        }
    });
    let (mut wrong, built) = (wrong.into_inner().expect("no thread panics"), built.into_inner());
    if !wrong.is_empty() {
        wrong.sort_unstable();
        let kept = work.keep();
        panic!("seeds {wrong:?} differ; their trees are in {}", kept.display());
    }
    assert!(built * 3 > last - first, "only {built} trees can be built at all");
}

/// Writes the tree of a seed and returns what both programs make of it.
fn both(seed: u64, folder: &Path) -> (Option<String>, Option<String>) {
    for (name, text) in Maker::new(seed).tree() {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
    (ours(folder, "overlay"), theirs(&folder.join("overlay")))
}
