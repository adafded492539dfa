//! What tests/baseline/templates/main.go has in Go: cases, data with Go types, functions and objects.

mod functions;
mod objects;

use std::sync::Arc;

use serde_json::Value as Json;
use towpath_gotmpl::{
    Error, IntKind, List, ListType, Map, MapType, MissingKey, Session, Str, Templates, Type, UintKind, Value,
    fmt::sprintf,
};

use functions::functions;
use objects::{Duration, Person, Point};

/// `type Values map[string]any`.
const VALUES: &MapType = &MapType { name: "main.Values", element: Type::Any, is_defined: true, methods: &[] };

/// Returns the output of a case and its error, in the form in which the Go program answers.
pub(crate) fn run(case: &Json) -> (Vec<u8>, String) {
    let text = case["template"].as_str().expect("a case has a template");
    let mut output = Vec::new();
    if case["printf"] == true {
        let arguments: Vec<Value> = case["arguments"].as_array().into_iter().flatten().map(value).collect();
        return (sprintf(text.as_bytes(), &arguments), String::new());
    }
    let error = execute(case, text, &mut output).err().map_or_else(String::new, |error| error.to_string());
    (output, error)
}

fn execute(case: &Json, text: &str, output: &mut Vec<u8>) -> Result<(), Error> {
    let missing = match case["missing"].as_str() {
        Some("zero") => MissingKey::Zero,
        Some("error") => MissingKey::Error,
        _ => MissingKey::Invalid,
    };
    let mut templates = Templates::new("set", functions(), missing);
    for (name, text) in case["templates"].as_object().into_iter().flatten() {
        templates.parse(name.as_str(), text.as_str().expect("a template is a text"))?;
    }
    templates.parse("t", text)?;
    Session::new(Arc::new(templates)).execute(&Str::from("t"), value(&case["data"]), output)
}

/// Returns the Go value of JSON: see `typed` in the Go program.
pub(crate) fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(truth) => (*truth).into(),
        Json::Number(number) => number.as_i64().map_or_else(|| number.as_f64().expect("a number").into(), Value::int),
        Json::String(text) => text.as_str().into(),
        Json::Array(elements) => List::any(elements.iter().map(value).collect()).into(),
        Json::Object(entries) => match entries.iter().next() {
            Some((name, inner)) if entries.len() == 1 && name.starts_with('$') => typed(&name[1..], inner),
            _ => entries.iter().map(|(key, inner)| (key.as_str(), value(inner))).collect::<Map>().into(),
        },
    }
}

fn typed(name: &str, json: &Json) -> Value {
    let text = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    let int = || text.parse().expect("an int");
    let uint = || text.parse().expect("a uint");
    let float = || text.parse::<f64>().expect("a float");
    let array = || json.as_array().expect("an array");
    match name {
        "int8" => Value::Int(int(), IntKind::Int8),
        "int16" => Value::Int(int(), IntKind::Int16),
        "int32" => Value::Int(int(), IntKind::Int32),
        "int64" => Value::Int(int(), IntKind::Int64),
        "uint" => Value::Uint(uint(), UintKind::Uint),
        "uint8" => Value::Uint(uint(), UintKind::Uint8),
        "uint16" => Value::Uint(uint(), UintKind::Uint16),
        "uint32" => Value::Uint(uint(), UintKind::Uint32),
        "uint64" => Value::Uint(uint(), UintKind::Uint64),
        "float" => Value::Float(float()),
        #[expect(clippy::cast_possible_truncation, reason = "the Go program rounds in the same way")]
        "float32" => Value::Float32(float() as f32),
        "complex" => Value::Complex(float(), -float()),
        "raw" => Value::Str(unhex(&text).into()),
        "bytes" => Value::Bytes(unhex(&text).into()),
        "strings" => List::strings(array().iter().map(|text| text.as_str().expect("a string"))).into(),
        "ints" => List::new(ListType::INT, array().iter().map(value).collect()).into(),
        "values" => match value(json) {
            Value::Map(map) => map.with_type(VALUES).into(),
            other => other,
        },
        "stringMap" => {
            let entries = json.as_object().expect("an object").iter();
            Map::from_entries(MapType::STRING, entries.map(|(key, text)| (key.as_str().into(), value(text))).collect())
                .into()
        }
        "duration" => Value::object(Duration(int())),
        "person" => Value::object(Person::named(&text)),
        other => {
            assert_eq!(other, "point", "there is no such type");
            Value::object(Point)
        }
    }
}

/// Returns the bytes of hexadecimal digits.
pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let digits = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal digits");
    (0..text.len()).step_by(2).map(digits).collect()
}

/// Returns the output that an answer of the Go program holds.
pub(crate) fn answered(answer: &Json) -> Vec<u8> {
    match answer["output_hex"].as_str() {
        Some(text) => unhex(text),
        None => answer["output"].as_str().unwrap_or_default().as_bytes().to_vec(),
    }
}
