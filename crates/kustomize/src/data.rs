//! Data out of JSON and of YAML as JSON.

use std::borrow::Cow;

use towpath_yaml::{Build, Duplicates, Profile};

use crate::node::{Number, Value};

/// Returns what a YAML 1.1 text holds, as sigs.k8s.io/yaml makes JSON of it.
pub(crate) fn from_yaml(text: &str) -> Result<Value, String> {
    let document = towpath_yaml::parse_first(text, Profile::Go2).map_err(|error| error.to_string())?;
    let Some(document) = document else { return Ok(Value::Null) };
    towpath_yaml::build(document.root(), Profile::Go2, Duplicates::Usual, &mut Values)
        .map_err(|error| error.to_string())
}

/// Checks that a document can become JSON.
pub(crate) fn check(node: towpath_yaml::Node<'_, '_>) -> Result<(), towpath_yaml::Error> {
    towpath_yaml::build(node, Profile::Go2, Duplicates::Usual, &mut Values).map(drop)
}

/// Checks that no key stands twice in one mapping.
pub(crate) fn check_unique(node: towpath_yaml::Node<'_, '_>) -> Result<(), towpath_yaml::Error> {
    towpath_yaml::build(node, Profile::Go2, Duplicates::Refused, &mut Values).map(drop)
}

/// Returns what a JSON text holds.
pub(crate) fn from_json(text: &str) -> Result<Value, String> {
    let parsed: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(of_json(parsed))
}

fn of_json(value: serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Boolean(value),
        serde_json::Value::Number(number) => Value::Number(match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => Number::Integer(value),
            (None, Some(value)) => Number::Unsigned(value),
            (None, None) => Number::Float(number.as_f64().unwrap_or(0.0)),
        }),
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(of_json).collect()),
        serde_json::Value::Object(fields) => {
            sorted(fields.into_iter().map(|(key, value)| (key, of_json(value))).collect())
        }
    }
}

fn sorted(mut entries: Vec<(String, Value)>) -> Value {
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    Value::Map(entries)
}

/// Makes [`Value`]s of a document.
struct Values;

impl Build for Values {
    type Value = Value;
    type Map = Vec<(String, Value)>;

    fn null(&mut self) -> Value {
        Value::Null
    }

    fn bool(&mut self, value: bool) -> Value {
        Value::Boolean(value)
    }

    fn int(&mut self, value: i64) -> Value {
        Value::Number(Number::Integer(value))
    }

    fn uint(&mut self, value: u64) -> Value {
        Value::Number(Number::Unsigned(value))
    }

    fn float(&mut self, value: f64) -> Value {
        Value::Number(Number::Float(value))
    }

    fn string(&mut self, value: Cow<'_, str>) -> Value {
        Value::Text(value.into_owned())
    }

    fn list(&mut self, items: Vec<Value>) -> Value {
        Value::List(items)
    }

    fn map(&mut self, size: usize) -> Self::Map {
        Vec::with_capacity(size)
    }

    fn insert(&mut self, map: &mut Self::Map, key: Cow<'_, str>, value: Value) -> bool {
        if let Some((_, old)) = map.iter_mut().find(|(known, _)| *known == key) {
            *old = value;
            return true;
        }
        map.push((key.into_owned(), value));
        false
    }

    fn contains(&self, map: &Self::Map, key: &str) -> bool {
        map.iter().any(|(known, _)| known == key)
    }

    fn finish(&mut self, map: Self::Map) -> Value {
        sorted(map)
    }
}
