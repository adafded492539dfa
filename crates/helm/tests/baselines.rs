//! Renders every recorded case and compares it with what the real Helm made of it: `tests/baselines/helm/record`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::SystemTime,
};

use towpath_helm::{Chart, ChartLimits, Crds, Hooks, Options, Profile, Randomness, RenderEnv, ValuesOptions, render};
use towpath_model::FileTree;

const PROFILES: [(Profile, &str); 2] = [(Profile::Helm4, "helm4"), (Profile::Helm3, "helm3")];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/baselines/helm")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("because the recordings are part of the repository")
}

/// Returns the parts of a file whose parts begin with `=== NAME`, in order.
fn sections(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("=== ") {
            found.push((name.trim_end_matches('\n').to_owned(), String::new()));
        } else {
            found.last_mut().expect("because a file begins with a section").1.push_str(line);
        }
    }
    found
}

fn files_below(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let entry = entry.expect("the folder can be read");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files_below(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, std::fs::read(entry.path()).expect("the file can be read"));
        }
    }
}

/// Cuts a line as a shell does, as far as the recorded arguments need it.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut open) = (Vec::new(), String::new(), false, false);
    for c in line.chars() {
        match c {
            '\'' => (quoted, open) = (!quoted, true),
            ' ' if !quoted => {
                if open {
                    words.push(std::mem::take(&mut word));
                }
                open = false;
            }
            c => {
                word.push(c);
                open = true;
            }
        }
    }
    if open {
        words.push(word);
    }
    words
}

/// Returns what a run prints in the form of the recordings: exit code, then output or error.
fn run(files: BTreeMap<String, Vec<u8>>, profile: Profile, arguments: &[String]) -> String {
    let mut values = ValuesOptions::default();
    let mut env = RenderEnv::new("demo", SystemTime::UNIX_EPOCH, Randomness::seeded(7));
    env.profile = profile;
    let mut options = Options::default();
    let mut arguments = arguments.iter().cloned();
    while let Some(argument) = arguments.next() {
        let mut next = || arguments.next().expect("because each such flag has a value");
        match argument.as_str() {
            "--set" => values.set.push(next()),
            "--set-string" => values.set_string.push(next()),
            "--set-json" => values.set_json.push(next()),
            "--set-literal" => values.set_literal.push(next()),
            "--show-only" => options.show_only.push(next()),
            "--namespace" => env.namespace = next(),
            "--kube-version" => env.kube_version = Some(next()),
            "--api-versions" => env.api_versions.push(next()),
            "--include-crds" => options.crds = Crds::Include,
            "--no-hooks" => options.hooks = Hooks::Omit,
            "--skip-tests" => options.hooks = Hooks::WithoutTests,
            "--is-upgrade" => env.is_upgrade = true,
            other => unreachable!("argument {other} is not known to this test"),
        }
    }
    let rendered = Chart::load(&FileTree::new(files), &ChartLimits::default())
        .and_then(|chart| render(&chart, &values, &env, &options));
    match rendered {
        Ok(rendered) => format!("exit 0\n{}", rendered.to_text()),
        Err(error) => {
            assert!(!error.diagnostic().message.is_empty());
            format!("exit 1\nError: {error}\n")
        }
    }
}

/// Helm adds this to an error behind which there is output to look at.
fn without_advice(text: &str) -> &str {
    text.strip_suffix("\nUse --debug flag to render out invalid YAML\n").unwrap_or(text)
}

fn compare(name: &str, program: &str, recorded: &str, ours: &str, failures: &mut Vec<String>) {
    if without_advice(recorded).trim_end_matches('\n') != ours.trim_end_matches('\n')
        || (recorded.starts_with("exit 0") && recorded != ours)
    {
        failures.push(format!("--- {program} {name}\n{recorded}+++ ours\n{ours}"));
    }
}

#[test]
fn cases_render_as_recorded() {
    let folder = folder();
    let mut base = BTreeMap::new();
    files_below(&folder.join("base"), "", &mut base);
    let (mut failures, mut count) = (Vec::new(), 0);
    let mut names: Vec<_> =
        std::fs::read_dir(folder.join("cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    for cases in names {
        let stem = cases.file_stem().unwrap().to_str().unwrap().to_owned();
        let cases = sections(&read(&cases));
        for (profile, program) in PROFILES {
            let recorded = sections(&read(&folder.join(format!("recorded/{stem}.{program}.txt"))));
            assert_eq!(recorded.len(), cases.len(), "{stem}: record again");
            for ((name, case), (recorded_name, recorded)) in cases.iter().zip(&recorded) {
                assert_eq!(name, recorded_name, "{stem}: record again");
                let mut files = base.clone();
                files.insert("templates/case.yaml".to_owned(), case.clone().into_bytes());
                compare(&format!("{stem} {name}"), program, recorded, &run(files, profile, &[]), &mut failures);
                count += 1;
            }
        }
    }
    assert!(count >= 300, "only {count} cases");
    assert!(failures.is_empty(), "{} of {count} differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn charts_render_as_recorded() {
    let folder = folder();
    let (mut failures, mut count) = (Vec::new(), 0);
    for chart in ["dot", "family", "incomplete", "lonely", "web3", "web4"] {
        let mut files = BTreeMap::new();
        files_below(&folder.join("charts").join(chart), "", &mut files);
        let lines = read(&folder.join(format!("charts/{chart}.args")));
        for (profile, program) in PROFILES {
            let recorded = sections(&read(&folder.join(format!("recorded/chart-{chart}.{program}.txt"))));
            assert_eq!(recorded.len(), lines.lines().count(), "{chart}: record again");
            for (line, (_, recorded)) in lines.lines().zip(&recorded) {
                let ours = run(files.clone(), profile, &words(line));
                compare(&format!("{chart} {line}"), program, recorded, &ours, &mut failures);
                count += 1;
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count} differ:\n{}", failures.len(), failures.join("\n"));
}
