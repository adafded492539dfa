//! Holds values against schemas and compares what is found with what the real Helm found: `tests/baselines/schema/record`.

use std::{path::Path, time::SystemTime};

use towpath_helm::{
    Chart, ChartLimits, HelmError, Options, Profile, Randomness, RenderEnv, Schema, ValuesOptions, render,
};
use towpath_model::FileTree;

const DIALECTS: [(&str, &str); 4] = [
    ("draft 7", "http://json-schema.org/draft-07/schema#"),
    ("draft 4", "http://json-schema.org/draft-04/schema#"),
    ("draft 6", "http://json-schema.org/draft-06/schema#"),
    ("draft 2019-09", "https://json-schema.org/draft/2019-09/schema"),
];

const INTRODUCTION: &str = "values don't meet the specifications of the schema(s) in the following chart(s):\n";

fn read(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/baselines/schema");
    std::fs::read_to_string(folder.join(name)).expect("because the recordings are part of the repository")
}

struct Pair {
    title: String,
    schema: String,
    values: String,
}

/// Returns the pairs of the cases, in the order in which the recording script makes them.
fn pairs() -> Vec<Pair> {
    let mut pairs = Vec::new();
    for file in ["broken", "drafts", "formats", "keywords", "references"] {
        let (mut title, mut schema) = (String::new(), None);
        for line in read(&format!("cases/{file}.txt")).lines() {
            if let Some(name) = line.strip_prefix("=== ") {
                (title, schema) = (name.to_owned(), None);
            } else if let Some(values) = line.strip_prefix("> ") {
                let schema: &str = schema.as_deref().unwrap_or_default();
                let mut add = |label: &str, schema: String| {
                    pairs.push(Pair {
                        title: format!("{title} [{label}] {values}"),
                        schema,
                        values: values.to_owned(),
                    });
                };
                add("no draft", schema.to_owned());
                let dialects = match file {
                    "drafts" => 0,
                    "formats" => 1,
                    _ => DIALECTS.len(),
                };
                if let Some(rest) = schema.strip_prefix('{') {
                    for (label, url) in &DIALECTS[..dialects] {
                        let comma = if rest == "}" { "" } else { "," };
                        add(label, format!("{{\"$schema\":\"{url}\"{comma}{rest}"));
                    }
                }
            } else if schema.is_none() {
                schema = Some(line.to_owned());
            }
        }
    }
    pairs
}

/// Returns what the recording says: (title, whether the order of its parts counts, text).
fn recorded(program: &str) -> Vec<(String, bool, String)> {
    let mut found: Vec<(String, bool, String)> = Vec::new();
    for line in read(&format!("recorded/{program}.txt")).lines() {
        if let Some(title) = line.strip_prefix("=== ") {
            let plain = title.strip_suffix(" (in any order)");
            found.push((plain.unwrap_or(title).to_owned(), plain.is_none(), String::new()));
        } else {
            let text = &mut found.last_mut().expect("because a recording begins with a title").2;
            text.push_str(line);
            text.push('\n');
        }
    }
    found
}

fn render_with(schema: &str, values: &str, profile: Profile, options: &Options) -> Result<(), HelmError> {
    let tree = FileTree::from_files([
        ("Chart.yaml", b"apiVersion: v2\nname: parent\nversion: 1.0.0\n".as_slice()),
        ("charts/CHART/Chart.yaml", b"apiVersion: v2\nname: CHART\nversion: 1.0.0\n"),
        ("charts/CHART/values.yaml", values.as_bytes()),
        ("charts/CHART/values.schema.json", schema.as_bytes()),
    ])
    .expect("because the paths are plain");
    let chart = Chart::load(&tree, &ChartLimits::default())?;
    let mut env = RenderEnv::new("demo", SystemTime::UNIX_EPOCH, Randomness::seeded(1));
    env.profile = profile;
    render(&chart, &ValuesOptions::default(), &env, options).map(|_| ())
}

fn check(schema: &str, values: &str, profile: Profile) -> String {
    match render_with(schema, values, profile, &Options::default()) {
        Ok(()) => String::new(),
        Err(error) => {
            let text = error.to_string();
            let text = text.strip_prefix(INTRODUCTION).and_then(|text| text.strip_prefix("CHART:\n")).unwrap_or(&text);
            let lines = text.lines().filter(|line| !line.is_empty());
            lines.map(|line| format!("{line}\n")).collect()
        }
    }
}

/// Returns a text whose parts are sorted: lines, and the words of each.
fn sorted(text: &str) -> Vec<Vec<&str>> {
    let mut lines: Vec<Vec<&str>> = text
        .lines()
        .map(|line| {
            let mut words: Vec<&str> = line.split([' ', ',']).collect();
            words.sort_unstable();
            words
        })
        .collect();
    lines.sort_unstable();
    lines
}

/// What differs on purpose: COMPATIBILITY.md.
fn differs(title: &str, theirs: &str, ours: &str) -> bool {
    let is_elsewhere = ours.contains("schemas outside of values.schema.json are not read");
    let loads = ["failing loading", "dial tcp", "no such file", "unsupported protocol", "proxyconnect", "Get \""];
    // The library names the last of an object's siblings where a property's name is wrong.
    let names_a_sibling = title.contains("broken expression") && ours.contains("invalid propertyName");
    (is_elsewhere && loads.iter().any(|words| theirs.contains(words))) || names_a_sibling
}

#[test]
fn values_are_refused_as_helm_refuses_them() {
    let pairs = pairs();
    assert!(pairs.len() > 800, "only {} pairs", pairs.len());
    for (profile, program) in [(Profile::Helm4, "helm4"), (Profile::Helm3, "helm3")] {
        let recorded = recorded(program);
        assert_eq!(pairs.len(), recorded.len(), "record again");
        let mut wrong = Vec::new();
        for (pair, (title, ordered, theirs)) in pairs.iter().zip(&recorded) {
            assert_eq!(pair.title, *title, "record again");
            let ours = check(&pair.schema, &pair.values, profile);
            let same = if *ordered { ours == *theirs } else { sorted(&ours) == sorted(theirs) };
            if !same && !differs(title, theirs, &ours) {
                wrong.push(format!("{title}\n  schema: {}\n  {program}: {theirs}  ours: {ours}", pair.schema));
            }
        }
        let shown: String = wrong.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
        assert!(wrong.is_empty(), "{} of {} differ from {program}:\n{shown}", wrong.len(), pairs.len());
    }
}

#[test]
fn a_refusal_shows_the_rule_and_the_way_around_it() {
    let schema = "{\n  \"properties\": {\n    \"port\": {\"type\": \"integer\"}\n  }\n}\n";
    let error = render_with(schema, "port: web\n", Profile::Helm4, &Options::default()).expect_err("it is no integer");
    let diagnostic = error.diagnostic();
    let location = diagnostic.location.expect("because the rule stands in a file");
    assert_eq!((location.file.as_str(), location.line), ("parent/charts/CHART/values.schema.json", 3));
    assert!(diagnostic.hints.iter().any(|hint| hint.contains("--skip-schema-validation")), "{:?}", diagnostic.hints);
    let skipping = Options { schema: Schema::Skip, ..Options::default() };
    render_with(schema, "port: web\n", Profile::Helm4, &skipping).expect("because nothing is checked");
}

#[test]
fn schemas_of_another_author_come_to_an_end() {
    let wide: String = (0..16).fold("true".to_owned(), |inner, _| {
        format!("{{\"anyOf\":[{{\"allOf\":[{inner},{inner},false]}},{{\"not\":{{}}}}]}}")
    });
    let refs = r##"{"properties":{"v":{"$ref":"#/d/0"}},"d":["##.to_owned()
        + &(1..40)
            .map(|at| format!(r##"{{"allOf":[{{"$ref":"#/d/{at}"}},{{"$ref":"#/d/{at}"}}]}}"##))
            .collect::<Vec<_>>()
            .join(",")
        + ",{\"type\":\"string\"}]}";
    let deep = "{\"not\":".repeat(9_000) + "{}" + &"}".repeat(9_000);
    let deeper = "[".repeat(20_000);
    let digits = format!("{{\"multipleOf\":0.{}1,\"maximum\":1e1000000}}", "0".repeat(100_000));
    let number = format!("{{\"properties\":{{\"v\":{digits}}}}}");
    for (name, schema) in [("wide", wide), ("refs", refs), ("deep", deep), ("deeper", deeper), ("number", number)] {
        for profile in [Profile::Helm4, Profile::Helm3] {
            // What counts is that it ends, not how.
            let said = check(&schema, "{\"v\":\"x\",\"w\":7}\n", profile);
            assert!(said.len() < 1 << 20, "{name}: {} bytes", said.len());
        }
    }
    let large = format!("{{\"description\":\"{}\"}}", "x".repeat(5 << 20));
    assert!(check(&large, "{}\n", Profile::Helm4).contains("larger than the maximum size"));
}
