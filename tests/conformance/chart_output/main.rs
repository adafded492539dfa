//! What of a chart is rendered and in which order, against both releases of Helm: charts of odd files that follow from a seed.
//!
//! `TOWPATH_SEED` varies them, `TOWPATH_CASES` says how many there are; each is a run of Helm of its own.

mod chart;

use std::{path::Path, process::Command, time::SystemTime};

use towpath_helm::{Chart, ChartLimits, Crds, Hooks, Options, Profile, Randomness, RenderEnv, ValuesOptions, render};
use towpath_model::FileTree;
use towpath_tests::{
    output, peer,
    random::{Random, for_each_case, setting},
};

use self::chart::Case;

fn ours(case: &Case, profile: Profile) -> Result<String, String> {
    let tree = FileTree::new(case.chart.clone());
    let chart = Chart::load(&tree, &ChartLimits::default()).map_err(|error| error.to_string())?;
    let has = |flag: &str| case.flags.iter().any(|known| known == flag);
    let mut options = Options::default();
    if has("--include-crds") {
        options.crds = Crds::Include;
    }
    options.hooks = match (has("--no-hooks"), has("--skip-tests")) {
        (true, _) => Hooks::Omit,
        (_, true) => Hooks::WithoutTests,
        _ => Hooks::All,
    };
    let pairs = case.flags.iter().zip(case.flags.iter().skip(1));
    options.show_only = pairs.filter(|(flag, _)| *flag == "--show-only").map(|(_, name)| name.clone()).collect();
    let mut env = RenderEnv::new("demo", SystemTime::UNIX_EPOCH, Randomness::seeded(1));
    env.profile = profile;
    env.is_upgrade = has("--is-upgrade");
    let rendered = render(&chart, &ValuesOptions::default(), &env, &options);
    rendered.map(|rendered| rendered.to_text()).map_err(|error| error.to_string())
}

fn theirs(case: &Case, folder: &Path, program: &str) -> Result<String, String> {
    let mut helm = Command::new(peer(program));
    helm.current_dir(folder).args(["template", "demo", "chart"]).args(&case.flags).env("HOME", folder);
    let helm = output(&mut helm);
    if helm.status.success() {
        return Ok(String::from_utf8_lossy(&helm.stdout).into_owned());
    }
    let text = String::from_utf8_lossy(&helm.stderr).into_owned();
    Err(text.split_once("Error: ").map_or(text.as_str(), |(_, error)| error).trim_end().to_owned())
}

/// Returns how many releases refuse a case, and where ours differs from them.
fn look(seed: u64) -> (usize, Vec<String>) {
    let case = chart::case(&mut Random::new(seed));
    let work = tempfile::tempdir().expect("a folder can be made");
    for (name, content) in &case.chart {
        let path = work.path().join("chart").join(name);
        std::fs::create_dir_all(path.parent().expect("because it lies in the chart")).expect("a folder can be made");
        std::fs::write(path, content).expect("a file can be written");
    }
    let (mut refused, mut differing) = (0, Vec::new());
    for (profile, program) in [(Profile::Helm4, "helm4"), (Profile::Helm3, "helm3")] {
        let (ours, theirs) = (ours(&case, profile), theirs(&case, work.path(), program));
        refused += usize::from(theirs.is_err());
        if ours.as_ref().ok() != theirs.as_ref().ok() {
            let mut report = format!("{program} {:?}\n", case.flags);
            for (name, content) in &case.chart {
                report.push_str(&format!("  {name}: {:?}\n", String::from_utf8_lossy(content)));
            }
            let shown = |outcome: Result<String, String>| outcome.unwrap_or_else(|error| format!("refused: {error}"));
            report.push_str(&format!("theirs\n{}\nours\n{}\n", shown(theirs), shown(ours)));
            differing.push(report);
        }
    }
    (refused, differing)
}

#[test]
fn what_is_rendered_is_what_helm_renders() {
    let (seed, count) = (setting("TOWPATH_SEED", 1), setting("TOWPATH_CASES", 100));
    let count = usize::try_from(count).expect("because it is small");
    let found = for_each_case(count, |number| look(seed << 32 | number as u64));
    let refused: usize = found.iter().map(|(refused, _)| refused).sum();
    let differing: Vec<String> = found.into_iter().flat_map(|(_, differing)| differing).collect();
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
    assert!(refused < count, "seed {seed}: {refused} of {} runs are refused: they show little", 2 * count);
}
