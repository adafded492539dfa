//! The reader and the emitter against real Helm and real Kustomize, over thousands of generated texts and values.

use std::process::Command;

use towpath_tests::{helm::write_files, output, peer};
use towpath_yaml::{Profile, parse_all, parse_first};

mod maker;
#[path = "../../../crates/yaml/tests/value/mod.rs"]
mod value;

use maker::{Dice, value, written, written_mapping};
use value::{Value, from_yaml_to_json, json, json_string, read, strings, to_yaml, to_yaml_pretty};

/// Runs `helm template` over a chart of these files and returns what it prints.
fn helm_template(template: &str, files: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().expect("there is room");
    let chart = folder.path();
    let own = [("Chart.yaml", "apiVersion: v2\nname: live\nversion: 0.1.0\n"), ("templates/all.yaml", template)];
    write_files(chart, own.iter().chain(files).map(|(name, content)| (*name, content.as_bytes())));
    let ran = output(Command::new(peer("helm4")).arg("template").arg("live").arg(chart));
    assert!(ran.status.success(), "helm: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).expect("helm prints UTF-8")
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(",\n"))
}

#[track_caller]
fn compare<T>(inputs: &[T], theirs: &[String], shown: impl Fn(&T) -> String, ours: impl Fn(&T) -> String) {
    assert_eq!(theirs.len(), inputs.len(), "an answer for every question");
    let pairs = inputs.iter().zip(theirs).filter(|(input, theirs)| ours(input) != **theirs);
    let differ: Vec<_> = pairs
        .map(|(input, theirs)| format!("{}\n  theirs: {theirs:?}\n  ours:   {:?}", shown(input), ours(input)))
        .collect();
    let some = differ.iter().take(10).cloned().collect::<Vec<_>>().join("\n");
    assert!(differ.is_empty(), "{} of {} differ:\n{some}", differ.len(), inputs.len());
}

#[test]
fn helm_reads_the_same_values_and_refuses_the_same_texts() {
    let mut dice = Dice(0x7077_6174_6801);
    let texts: Vec<String> =
        std::iter::repeat_with(|| written(&mut dice)).filter(|text| is_told_apart(text)).take(6000).collect();
    let refused = texts.iter().filter(|text| read(text, Profile::Go2).is_err()).count();
    assert!((1000..5000).contains(&refused), "right and wrong texts are mixed: {refused} are wrong");
    let template = "kind: Live\nread:\n{{- range .Files.Get \"texts.json\" | fromJsonArray }}\n- {{ fromYaml . | toJson | toJson }}\n{{- end }}\n";
    let printed = helm_template(template, &[("texts.json", &list(texts.iter().map(|text| json_string(text))))]);
    compare(&texts, &strings(&printed, "read"), |text| format!("{text:?}"), |text| from_yaml_to_json(text));
}

/// Returns whether Go's answer to a text is the same in every run and none of our stated deviations.
fn is_told_apart(text: &str) -> bool {
    match read(text, Profile::Go2) {
        // Of several keys or numbers that JSON refuses, Go names any; and it passes over those that a later key replaces.
        Err(error) => !matches!(error, towpath_yaml::Error::NotJson { .. } | towpath_yaml::Error::Key { .. }),
        // Of keys that become equal as strings, such as `1` and `"1"`, Go takes any.
        Ok(_) => parse_first(text, Profile::Go2).ok().flatten().is_none_or(|document| {
            let mut open = vec![document.root()];
            while let Some(node) = open.pop() {
                let mut names = Vec::new();
                for (key, value) in node.entries() {
                    names.push(key.text().unwrap_or_default());
                    open.push(value);
                }
                let plain =
                    |name: &&str| name.starts_with(|c: char| c.is_alphabetic()) && name.len() > 1 || *name == "a";
                if names.len() > 1
                    && !names.iter().all(plain)
                    && names.iter().any(|name| name.contains(['0', '1', '5']))
                {
                    return false;
                }
                open.extend(node.items());
            }
            true
        }),
    }
}

#[test]
fn helm_writes_the_same_bytes() {
    let mut dice = Dice(0x7077_6174_6802);
    let values: Vec<Value> = std::iter::repeat_with(|| value(&mut dice, 0)).take(6000).collect();
    let template = "kind: Live\nwritten:\n{{- range .Files.Get \"values.json\" | fromJsonArray }}\n- {{ toYaml . | toJson }}\n{{- end }}\npretty:\n{{- range .Files.Get \"values.json\" | fromJsonArray }}\n- {{ toYamlPretty . | toJson }}\n{{- end }}\n";
    let printed = helm_template(template, &[("values.json", &list(values.iter().map(json)))]);
    compare(&values, &strings(&printed, "written"), json, to_yaml);
    compare(&values, &strings(&printed, "pretty"), json, to_yaml_pretty);
}

#[test]
fn kustomize_reads_the_same_values() {
    let mut dice = Dice(0x7077_6174_6803);
    let mut resources = Vec::new();
    while resources.len() < 1500 {
        let number = resources.len();
        let mut spec = String::new();
        written_mapping(&mut dice, 2, &mut spec);
        let text = format!("apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: n{number}\nspec:\n{spec}");
        let Ok(Value::Map(map)) = read(&text, Profile::Go3) else { continue };
        let alone = parse_all(&text, Profile::Go3).is_ok_and(|documents| documents.len() == 1);
        if alone && matches!(map.get("spec"), Some(Value::Map(_))) && is_for_the_reader_alone(&text) {
            resources.push((text, Value::Map(map)));
        }
    }
    let folder = tempfile::tempdir().expect("there is room");
    let all: String = resources.iter().map(|(text, _)| format!("---\n{text}")).collect();
    let files = [("all.yaml", all.as_bytes()), ("kustomization.yaml", b"resources: [all.yaml]\n")];
    write_files(folder.path(), files);
    let ran = output(Command::new(peer("kubectl4")).arg("kustomize").arg(folder.path()));
    assert!(ran.status.success(), "kustomize: {}", String::from_utf8_lossy(&ran.stderr));
    let printed = String::from_utf8(ran.stdout).expect("kustomize prints UTF-8");
    // Kustomize sorts its output by name, so the answers are put back into the order of the questions.
    let mut theirs: Vec<(usize, String)> =
        printed.split("---\n").map(|text| (number_of(text), text.to_owned())).collect();
    theirs.sort_by_key(|(number, _)| *number);
    let theirs: Vec<String> = theirs.into_iter().map(|(_, text)| text).collect();
    compare(&resources, &theirs, |(text, _)| format!("{text:?}"), |(_, value)| built(value));
}

/// Returns whether Kustomize does no more to a text than to read and to write it: it writes resources as YAML on its way,
/// where anchors and tags have an effect of their own and an empty flow value becomes an empty string. Numbers above
/// 2^53 are left out because the values compared here are floats.
fn is_for_the_reader_alone(text: &str) -> bool {
    let large = ["9223372036854775808", "18446744073709551615"];
    !text.contains(['&', '*', '!', '\r'])
        && !text.contains("{a, b: }")
        && !large.iter().any(|number| text.contains(number))
}

/// Returns the number in the name of a resource.
fn number_of(text: &str) -> usize {
    let name = text.split("\n  name: n").nth(1).and_then(|rest| rest.lines().next());
    name.and_then(|number| number.parse().ok()).expect("every resource has its number as its name")
}

/// Returns a resource as `kustomize build` prints it: its way leads through JSON, like that of Helm's `toYaml`.
fn built(value: &Value) -> String {
    to_yaml(value) + "\n"
}
