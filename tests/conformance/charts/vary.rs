//! A chart's own values changed in ways that lead its templates elsewhere: what is off by default is rendered, too.

use std::{fs, path::Path};

use serde_json::{Map, Value, json};
use towpath_tests::random::Random;

/// Changes a value that holds no others, by the key that it stands under.
type Change<'a> = &'a mut dyn FnMut(&str, &Value) -> Value;

/// What templates may find where a person writes something else than they expect.
const TEXTS: [&str; 24] = [
    "",
    "text",
    "a: b",
    "{{ .Release.Name }}",
    "x: {{ .Chart.Name | quote }}",
    "two\nlines\n",
    "  lead\nx",
    "\"q\"",
    "it's",
    "a\"b'c",
    "0x1f",
    "null",
    "~",
    "yes",
    "1e3",
    "2001-01-01",
    "é✓",
    "a\tb",
    "# c",
    "%s",
    "- x",
    "*",
    "&a",
    "a\\nb",
];

/// Writes the variants of a chart's values into a folder; a chart without values, or with some that are no YAML, has none.
pub(crate) fn write(chart: &Path, seed: u64, folder: &Path) -> std::io::Result<()> {
    let Some(values) = read(&chart.join("values.yaml")) else { return Ok(()) };
    fs::create_dir_all(folder)?;
    for (name, values) in variants(&values, seed) {
        fs::write(folder.join(format!("changed-{name}.yaml")), serde_json::to_vec(&values)?)?;
    }
    Ok(())
}

fn read(path: &Path) -> Option<Value> {
    let text = fs::read_to_string(path).ok()?;
    let document = towpath_yaml::parse_first(&text, towpath_yaml::Profile::Go2).ok()??;
    let values = towpath_yaml::build(
        document.root(),
        towpath_yaml::Profile::Go2,
        towpath_yaml::Duplicates::Usual,
        &mut crate::json::Values,
    );
    values.ok().filter(Value::is_object)
}

fn variants(values: &Value, seed: u64) -> Vec<(&'static str, Value)> {
    let mut random = Random::new(seed);
    let on = changed(values, "", &mut on);
    let flipped = changed(values, "", &mut |_, value| value.as_bool().map_or(value.clone(), |truth| (!truth).into()));
    let mut texts = |_: &str, value: &Value| match value {
        Value::String(_) if random.percent(20) => random.pick(&TEXTS).into(),
        other => other.clone(),
    };
    let texts = changed(&on, "", &mut texts);
    let mut kinds = |percent: usize| {
        let mut kind = |_: &str, value: &Value| if random.percent(percent) { any(&mut random) } else { value.clone() };
        changed(values, "", &mut kind)
    };
    let (few_kinds, some_kinds) = (kinds(1), kinds(3));
    let filled = changed(values, "", &mut filled);
    let filled_on = changed(&on, "", &mut self::filled);
    let tables = changed(&on, "", &mut tables);
    vec![
        ("on", on),
        ("flipped", flipped),
        ("filled", filled),
        ("filled-on", filled_on),
        ("tables", tables),
        ("texts", texts),
        ("few-kinds", few_kinds),
        ("some-kinds", some_kinds),
    ]
}

fn changed(value: &Value, key: &str, change: Change<'_>) -> Value {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let field = |(key, value): (&String, &Value)| (key.clone(), changed(value, key, change));
            Value::Object(fields.iter().map(field).collect())
        }
        Value::Array(items) if !items.is_empty() => items.iter().map(|item| changed(item, key, change)).collect(),
        leaf => change(key, leaf),
    }
}

/// Switches on what a chart offers.
fn on(key: &str, value: &Value) -> Value {
    let key = key.to_lowercase();
    if value.is_boolean() && (key.contains("enable") || key.contains("create")) { true.into() } else { value.clone() }
}

/// Puts something where nothing is.
fn filled(key: &str, value: &Value) -> Value {
    match value {
        Value::Null => "some".into(),
        Value::String(text) if text.is_empty() => {
            let key: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
            format!("tp-{}", key.to_lowercase()).into()
        }
        Value::Array(items) if items.is_empty() => json!(["tp-a", "tp-b"]),
        Value::Object(fields) if fields.is_empty() => json!({"tp-key": "tp-value", "n": 1}),
        other => other.clone(),
    }
}

/// Puts tables where nothing is.
fn tables(_: &str, value: &Value) -> Value {
    match value {
        Value::Null => json!({"tp": "x"}),
        Value::Array(items) if items.is_empty() => json!([{
            "name": "tp-a", "value": "b", "port": 80, "enabled": true, "host": "h.example", "mountPath": "/x", "key": "k",
        }]),
        Value::Object(fields) if fields.is_empty() => json!({
            "name": "tp", "enabled": true, "labels": {"a": "b"}, "annotations": {"c.d/e": "true"}, "minAvailable": 1,
            "cpu": "100m", "port": 1234,
        }),
        other => other.clone(),
    }
}

/// Returns a value of any kind.
fn any(random: &mut Random) -> Value {
    match random.below(12) {
        0 => Value::Null,
        1 => true.into(),
        2 => false.into(),
        3 => 0.into(),
        4 => json!(-1),
        5 => json!(3.5),
        6 => json!(1e21),
        7 => json!(123_456_789_012_i64),
        8 => json!([]),
        9 => json!(["a", {"name": "n"}]),
        10 => Value::Object(Map::new()),
        _ => random.pick(&TEXTS).into(),
    }
}
