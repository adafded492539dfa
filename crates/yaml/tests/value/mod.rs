//! Helm's `fromYaml`, `toJson`, `toYaml` and `toYamlPretty` in few lines over this crate, to compare with the real ones.

use std::{borrow::Cow, collections::BTreeMap};

use towpath_yaml::{
    Build, Dialect, Duplicates, Emitter, Error, Profile, Role, build, parse_first, sort_keys, through_json,
};

/// A value as Helm has it: every number is a float.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(f64),
    String(String),
    List(Vec<Value>),
    Map(BTreeMap<String, Value>),
}

/// Makes [`Value`]s.
pub(crate) struct Maker;

#[expect(clippy::cast_precision_loss, reason = "every number becomes a float, as in Helm")]
impl Build for Maker {
    type Value = Value;
    type Map = BTreeMap<String, Value>;

    fn null(&mut self) -> Value {
        Value::Null
    }
    fn bool(&mut self, value: bool) -> Value {
        Value::Bool(value)
    }
    fn int(&mut self, value: i64) -> Value {
        Value::Number(value as f64)
    }
    fn uint(&mut self, value: u64) -> Value {
        Value::Number(value as f64)
    }
    fn float(&mut self, value: f64) -> Value {
        Value::Number(value)
    }
    fn string(&mut self, value: Cow<'_, str>) -> Value {
        Value::String(value.into_owned())
    }
    fn list(&mut self, items: Vec<Value>) -> Value {
        Value::List(items)
    }
    fn map(&mut self, _: usize) -> Self::Map {
        BTreeMap::new()
    }
    fn insert(&mut self, map: &mut Self::Map, key: Cow<'_, str>, value: Value) -> bool {
        map.insert(key.into_owned(), value).is_some()
    }
    fn contains(&self, map: &Self::Map, key: &str) -> bool {
        map.contains_key(key)
    }
    fn finish(&mut self, map: Self::Map) -> Value {
        Value::Map(map)
    }
}

/// Returns what the first document of `text` holds, as a value.
pub(crate) fn read(text: &str, profile: Profile) -> Result<Value, Error> {
    match parse_first(text, profile)? {
        None => Ok(Value::Null),
        Some(document) => build(document.root(), profile, Duplicates::Usual, &mut Maker),
    }
}

/// Returns `fromYaml TEXT | toJson`.
pub(crate) fn from_yaml_to_json(text: &str) -> String {
    let error = |message: String| json(&Value::Map([("Error".to_owned(), Value::String(message))].into()));
    let found = match read(text, Profile::Go2) {
        Ok(Value::Null) => return "{}".to_owned(),
        Err(problem) => return error(format!("error converting YAML to JSON: {problem}")),
        Ok(Value::Map(map)) => return json(&Value::Map(map)),
        Ok(Value::Bool(_)) => "bool",
        Ok(Value::Number(_)) => "number",
        Ok(Value::String(_)) => "string",
        Ok(Value::List(_)) => "array",
    };
    let expected = "Go value of type map[string]interface {}";
    error(format!("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {found} into {expected}"))
}

/// Returns `toYaml VALUE`.
pub(crate) fn to_yaml(value: &Value) -> String {
    let Some(value) = &after_json(value) else { return String::new() };
    let mut emitter = Emitter::new(Dialect::Go2);
    // The way leads through JSON, where a float may become a whole number.
    emit(value, &mut emitter, Profile::Go2, &|number, emitter| match json_number(number) {
        text if text.contains(['.', 'e']) => emitter.float(number),
        text => match (text.parse(), text.parse()) {
            (Ok(int), _) => emitter.int(int),
            (_, Ok(uint)) => emitter.uint(uint),
            _ => emitter.float(number),
        },
    });
    trimmed(emitter.finish())
}

/// Returns a value as it is after the way through JSON; nothing where that fails.
fn after_json(value: &Value) -> Option<Value> {
    Some(match value {
        Value::String(text) => Value::String(through_json(text, Role::Value)?.into_owned()),
        Value::List(items) => Value::List(items.iter().map(after_json).collect::<Option<_>>()?),
        Value::Map(map) => {
            let entry = |(key, value): (&String, &Value)| {
                Some((through_json(key, Role::Key)?.into_owned(), after_json(value)?))
            };
            Value::Map(map.iter().map(entry).collect::<Option<_>>()?)
        }
        other => other.clone(),
    })
}

/// Returns `toYamlPretty VALUE`.
pub(crate) fn to_yaml_pretty(value: &Value) -> String {
    let mut emitter = Emitter::new(Dialect::Go3);
    emit(value, &mut emitter, Profile::Go3, &|number, emitter| emitter.float(number));
    trimmed(emitter.finish())
}

fn trimmed(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
    }
    text
}

/// Writes `value` with sorted keys; `number` writes the numbers.
pub(crate) fn emit(value: &Value, emitter: &mut Emitter, profile: Profile, number: &dyn Fn(f64, &mut Emitter)) {
    match value {
        Value::Null => emitter.null(),
        Value::Bool(value) => emitter.bool(*value),
        Value::Number(value) => number(*value, emitter),
        Value::String(text) => emitter.str(text),
        Value::List(items) => {
            emitter.start_list();
            for item in items {
                emit(item, emitter, profile, number);
            }
            emitter.end_list();
        }
        Value::Map(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            sort_keys(&mut entries, profile, |(key, _)| key.as_str());
            emitter.start_map();
            for (key, value) in entries {
                emitter.str(key);
                emit(value, emitter, profile, number);
            }
            emitter.end_map();
        }
    }
}

/// Returns `value` as Go's `encoding/json` writes it.
pub(crate) fn json(value: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(",");
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => json_number(*value),
        Value::String(text) => json_string(text),
        Value::List(items) => format!("[{}]", joined(items.iter().map(json).collect())),
        Value::Map(map) => {
            format!("{{{}}}", joined(map.iter().map(|(k, v)| format!("{}:{}", json_string(k), json(v))).collect()))
        }
    }
}

fn json_number(value: f64) -> String {
    if value != 0.0 && !(1e-6..1e21).contains(&value.abs()) {
        let text = format!("{value:e}");
        return if text.contains("e-") { text } else { text.replace('e', "e+") };
    }
    value.to_string()
}

pub(crate) fn json_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out += "\\\"",
            '\\' => out += "\\\\",
            '\n' => out += "\\n",
            '\r' => out += "\\r",
            '\t' => out += "\\t",
            '\x08' => out += "\\b",
            '\x0c' => out += "\\f",
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out += &format!("\\u{:04x}", u32::from(c)),
            c if u32::from(c) < 0x20 => out += &format!("\\u{:04x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out + "\""
}

/// Returns the strings of the list `name` in what Helm wrote.
pub(crate) fn strings(output: &str, name: &str) -> Vec<String> {
    let lines = output.lines().skip_while(|line| line.strip_suffix(':') != Some(name)).skip(1);
    let items = lines.map_while(|line| line.strip_prefix("- "));
    items.map(|item| serde_json::from_str(item).expect("Helm writes JSON")).collect()
}
