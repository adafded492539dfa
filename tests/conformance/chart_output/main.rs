//! What of a chart is rendered and in which order, against both releases of Helm: charts of odd files that follow from a seed.
//!
//! `TOWPATH_SEED` varies them, `TOWPATH_CASES` says how many there are; each is a run of Helm of its own.

mod chart;

use towpath_helm::{Chart, ChartLimits, Crds, Hooks, Options, Profile, ValuesOptions};
use towpath_model::FileTree;
use towpath_tests::{
    helm::{self, RELEASES, environment, shown, theirs, write_files},
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
    let mut env = environment(profile);
    env.is_upgrade = has("--is-upgrade");
    helm::ours(&chart, &ValuesOptions::default(), &env, &options)
}

/// Returns how many releases refuse a case, and where ours differs from them.
fn look(seed: u64) -> (usize, Vec<String>) {
    let case = chart::case(&mut Random::new(seed));
    let work = tempfile::tempdir().expect("a folder can be made");
    let files = case.chart.iter().map(|(name, content)| (name.as_str(), content.as_slice()));
    write_files(&work.path().join("chart"), files);
    let (mut refused, mut differing) = (0, Vec::new());
    for (profile, program) in RELEASES {
        let (ours, theirs) = (ours(&case, profile), theirs(program, work.path(), &case.flags));
        refused += usize::from(theirs.is_err());
        if ours.as_ref().ok() != theirs.as_ref().ok() {
            let mut report = format!("{program} {:?}\n", case.flags);
            for (name, content) in &case.chart {
                report.push_str(&format!("  {name}: {:?}\n", String::from_utf8_lossy(content)));
            }
            report.push_str(&shown(&theirs, &ours));
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
