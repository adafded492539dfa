//! How the values of charts, subcharts, files and flags meet, against both releases of Helm: trees of charts that follow from a
//! seed, each with a template that shows all of its values.
//!
//! `TOWPATH_SEED` varies them, `TOWPATH_CASES` says how many there are; each is a run of Helm of its own.

mod tree;

use std::{path::Path, process::Command, sync::Arc, time::SystemTime};

use towpath_helm::{Chart, ChartLimits, Options, Profile, Randomness, RenderEnv, ValuesFile, ValuesOptions, render};
use towpath_model::FileTree;
use towpath_tests::{
    output, peer,
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
        let of_flag = match *flag {
            "-f" => {
                let (name, text) = case.files.iter().find(|(name, _)| name == argument).expect("because it was made");
                values.files.push(ValuesFile { name: name.clone(), content: text.as_bytes().to_vec() });
                continue;
            }
            "--set" => &mut values.set,
            "--set-string" => &mut values.set_string,
            "--set-json" => &mut values.set_json,
            "--set-literal" => &mut values.set_literal,
            _ => &mut values.set_file,
        };
        of_flag.push(argument.clone());
    }
    let mut env = RenderEnv::new("demo", SystemTime::UNIX_EPOCH, Randomness::seeded(1));
    env.profile = profile;
    let rendered = render(&chart, &values, &env, &Options::default());
    rendered.map(|rendered| rendered.to_text()).map_err(|error| error.to_string())
}

fn theirs(case: &Case, folder: &Path, program: &str) -> Result<String, String> {
    let mut helm = Command::new(peer(program));
    helm.current_dir(folder).args(["template", "demo", "chart"]).env("HOME", folder);
    for (flag, argument) in &case.flags {
        helm.arg(flag).arg(argument);
    }
    let helm = output(&mut helm);
    if helm.status.success() {
        return Ok(String::from_utf8_lossy(&helm.stdout).into_owned());
    }
    let text = String::from_utf8_lossy(&helm.stderr).into_owned();
    Err(text.split_once("Error: ").map_or(text.as_str(), |(_, error)| error).trim_end().to_owned())
}

/// Returns how many releases refuse a case, and where ours differs from them.
fn look(seed: u64) -> (usize, Vec<String>) {
    let case = tree::case(&mut Random::new(seed));
    let work = tempfile::tempdir().expect("a folder can be made");
    for (name, content) in &case.chart {
        let path = work.path().join("chart").join(name);
        std::fs::create_dir_all(path.parent().expect("because it lies in the chart")).expect("a folder can be made");
        std::fs::write(path, content).expect("a file can be written");
    }
    for (name, text) in &case.files {
        std::fs::write(work.path().join(name), text).expect("a file can be written");
    }
    let (mut refused, mut differing) = (0, Vec::new());
    for (profile, program) in [(Profile::Helm4, "helm4"), (Profile::Helm3, "helm3")] {
        let (ours, theirs) = (ours(&case, profile), theirs(&case, work.path(), program));
        refused += usize::from(theirs.is_err());
        if ours.as_ref().ok() != theirs.as_ref().ok() {
            let mut report = format!("{program} {:?} {:?}\n", case.flags, case.files);
            for (name, content) in case.chart.iter().filter(|(name, _)| !name.contains("templates/")) {
                report.push_str(&format!(
                    "  {name}\n    {}\n",
                    String::from_utf8_lossy(content).trim().replace('\n', "\n    ")
                ));
            }
            let shown = |outcome: Result<String, String>| outcome.unwrap_or_else(|error| format!("refused: {error}"));
            report.push_str(&format!("theirs\n{}\nours\n{}\n", shown(theirs), shown(ours)));
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
