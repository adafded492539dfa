//! Our reader and our emitter against what real Helm made of the same texts and values; `baseline/record` recorded it.

#[path = "baseline/refusals.rs"]
mod refusals;
#[path = "baseline/stream.rs"]
mod stream;
mod value;

use value::{Value, from_yaml_to_json, strings, to_yaml, to_yaml_pretty};

const HELM: &str = include_str!("baseline/helm.out");

#[track_caller]
fn compare(name: &str, inputs: &[String], ours: impl Fn(&str) -> String) {
    let theirs = strings(HELM, name);
    assert_eq!(theirs.len(), inputs.len(), "record the baseline again");
    let differ: Vec<_> = inputs
        .iter()
        .zip(&theirs)
        .filter(|(input, theirs)| ours(input) != **theirs)
        .map(|(input, theirs)| format!("{input:?}\n  helm: {theirs:?}\n  ours: {:?}", ours(input)))
        .collect();
    assert!(differ.is_empty(), "{} of {} differ:\n{}", differ.len(), inputs.len(), differ.join("\n"));
}

fn value(json: &str) -> Value {
    fn convert(json: serde_json::Value) -> Value {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(value) => Value::Bool(value),
            serde_json::Value::Number(number) => Value::Number(number.to_string().parse().expect("it is a number")),
            serde_json::Value::String(text) => Value::String(text),
            serde_json::Value::Array(items) => Value::List(items.into_iter().map(convert).collect()),
            serde_json::Value::Object(map) => Value::Map(map.into_iter().map(|(k, v)| (k, convert(v))).collect()),
        }
    }
    convert(serde_json::from_str(json).expect("it is JSON"))
}

#[test]
fn texts_are_read_and_refused_as_by_helm() {
    let texts: Vec<String> = serde_json::from_str(include_str!("baseline/texts.json")).expect("it is JSON");
    compare("read", &texts, from_yaml_to_json);
}

#[test]
fn values_are_written_as_by_helm() {
    let values: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("baseline/values.json")).expect("it is JSON");
    let values: Vec<_> = values.iter().map(ToString::to_string).collect();
    compare("written", &values, |json| to_yaml(&value(json)));
    compare("pretty", &values, |json| to_yaml_pretty(&value(json)));
}
