use std::{
    collections::BTreeMap,
    path::Path,
    process::{Command, Output},
    sync::atomic::{AtomicUsize, Ordering},
};

use towpath_tests::helm::write_files;

use crate::Outcome;

/// The zone that both sides take for the local one.
pub(crate) const ZONE: &str = "America/New_York";

/// How many cases that are expected to succeed share one run.
const CHUNK: usize = 200;

/// Returns what Helm makes of each case; `expected` only says which of them can share a run.
///
/// A run ends at the first case that fails, so cases that are expected to fail have a run each.
pub(crate) fn outcomes(program: &str, cases: &[String], expected: &[Outcome]) -> Vec<Outcome> {
    let (good, bad): (Vec<usize>, Vec<usize>) = (0..cases.len()).partition(|at| expected[*at].is_ok());
    let mut groups: Vec<Vec<usize>> = good.chunks(CHUNK).map(<[usize]>::to_vec).collect();
    groups.extend(bad.into_iter().map(|at| vec![at]));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found = Vec::new();
        let folder = tempfile::tempdir().expect("a folder can be made");
        while let Some(group) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
            run_group(program, folder.path(), cases, group, &mut found);
        }
        found
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let found = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a thread ends")).collect::<BTreeMap<_, _>>()
    });
    assert_eq!(found.len(), cases.len());
    found.into_values().collect()
}

/// Returns what Helm makes of a case that stands alone.
pub(crate) fn outcome(program: &str, case: &str) -> Outcome {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut found = Vec::new();
    run_group(program, folder.path(), &[case.to_owned()], &[0], &mut found);
    found.remove(0).1
}

/// Runs a group; a case that fails is noted and left out of the next run.
fn run_group(program: &str, folder: &Path, cases: &[String], group: &[usize], found: &mut Vec<(usize, Outcome)>) {
    let name = |at: usize| if group.len() == 1 { "case".to_owned() } else { format!("case{at:05}") };
    let mut rest = group.to_vec();
    while !rest.is_empty() {
        let named = rest.iter().map(|at| (name(*at), cases[*at].as_str())).collect();
        let output = run(program, folder, &crate::chart(&named));
        if output.status.success() {
            let text = String::from_utf8_lossy(&output.stdout);
            let lines: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.split_once(": ")).collect();
            for at in rest.drain(..) {
                let line = lines.get(name(at).as_str()).expect("every case has its line");
                found.push((at, Ok(crate::output(line))));
            }
            return;
        }
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let start = text.find("Error: ").map_or(0, |at| at + "Error: ".len());
        let error = text[start..].trim_end();
        let error = error.strip_suffix("Use --debug flag to render out invalid YAML").unwrap_or(error).trim_end();
        let failed = rest.iter().position(|at| error.contains(&format!("_{}.tpl", name(*at))));
        let failed = failed.or((rest.len() == 1).then_some(0));
        assert!(failed.is_some(), "{program} failed without naming a case: {text}");
        let at = rest.remove(failed.unwrap_or_default());
        if group.len() == 1 {
            found.push((at, Err(error.to_owned())));
        } else {
            // Its name must be the same on both sides.
            run_group(program, folder, cases, &[at], found);
        }
    }
}

fn run(program: &str, folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Output {
    let chart = folder.join("chart");
    if chart.exists() {
        std::fs::remove_dir_all(&chart).expect("the folder is ours");
    }
    write_files(&chart, files.iter().map(|(name, content)| (name.as_str(), content.as_slice())));
    let mut command = Command::new(towpath_tests::peer(program));
    command.args(["template", "demo"]).arg(chart).env("HOME", folder).env("TZ", ZONE);
    towpath_tests::output(&mut command)
}
