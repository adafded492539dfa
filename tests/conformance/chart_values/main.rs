//! How the values of charts, subcharts, files and flags meet, against both releases of Helm: trees of charts that follow from a
//! seed, each with a template that shows all of its values.
//!
//! `TOWPATH_SEED` varies them, `TOWPATH_CASES` says how many there are; each is a run of Helm of its own.

mod tree;

use std::sync::Arc;

use towpath_helm::{Chart, ChartLimits, Options, Profile, ValuesFile, ValuesOptions};
use towpath_model::FileTree;
use towpath_tests::{
    helm::{self, RELEASES, environment, set, shown, theirs, write_files},
    random::{Random, for_each_case, setting},
};

use self::tree::Case;

fn ours(case: &Case, profile: Profile) -> Result<String, String> {
    let tree = FileTree::new(case.chart.clone());
    let chart = Chart::load(&tree, &ChartLimits::default()).map_err(|error| error.to_string())?;
    let files = case.files.clone();
    let mut values = ValuesOptions {
        read_file: Some(Arc::new(move |path: &str| {
            let found = files.iter().find(|(name, _)| name == path);
            found.map(|(_, text)| text.as_bytes().to_vec()).ok_or_else(|| format!("no file {path}"))
        })),
        ..ValuesOptions::default()
    };
    for (flag, argument) in &case.flags {
        if *flag == "-f" {
            let (name, text) = case.files.iter().find(|(name, _)| name == argument).expect("because it was made");
            values.files.push(ValuesFile { name: name.clone(), content: text.as_bytes().to_vec() });
        } else {
            set(&mut values, flag, argument);
        }
    }
    helm::ours(&chart, &values, &environment(profile), &Options::default())
}

/// Returns how many releases refuse a case, and where ours differs from them.
fn look(seed: u64) -> (usize, Vec<String>) {
    let case = tree::case(&mut Random::new(seed));
    let work = tempfile::tempdir().expect("a folder can be made");
    let files = case.chart.iter().map(|(name, content)| (name.as_str(), content.as_slice()));
    write_files(&work.path().join("chart"), files);
    write_files(work.path(), case.files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())));
    let arguments: Vec<&str> = case.flags.iter().flat_map(|(flag, argument)| [*flag, argument.as_str()]).collect();
    let (mut refused, mut differing) = (0, Vec::new());
    for (profile, program) in RELEASES {
        let (ours, theirs) = (ours(&case, profile), theirs(program, work.path(), &arguments));
        refused += usize::from(theirs.is_err());
        if ours.as_ref().ok() != theirs.as_ref().ok() {
            let mut report = format!("{program} {:?} {:?}\n", case.flags, case.files);
            for (name, content) in case.chart.iter().filter(|(name, _)| !name.contains("templates/")) {
                report.push_str(&format!(
                    "  {name}\n    {}\n",
                    String::from_utf8_lossy(content).trim().replace('\n', "\n    ")
                ));
            }
            report.push_str(&shown(&theirs, &ours));
            differing.push(report);
        }
    }
    (refused, differing)
}

#[test]
fn values_meet_as_in_helm() {
    let (seed, count) = (setting("TOWPATH_SEED", 1), setting("TOWPATH_CASES", 100));
    let count = usize::try_from(count).expect("because it is small");
    let found = for_each_case(count, |number| look(seed << 32 | number as u64));
    let refused: usize = found.iter().map(|(refused, _)| refused).sum();
    let differing: Vec<String> = found.into_iter().flat_map(|(_, differing)| differing).collect();
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
    assert!(refused * 2 < count, "seed {seed}: {refused} of {} runs are refused: they show little", 2 * count);
}
