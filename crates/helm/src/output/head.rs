use std::collections::BTreeMap;

use towpath_gotmpl::{Map, Str, Value};
use towpath_model::Span;

use super::quick_head;
use crate::{Profile, golang::yaml};

/// What Helm reads of a document: the rest only has to be YAML.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) annotations: BTreeMap<String, String>,
}

/// Reads the head of a document.
///
/// # Errors
/// Go's message, and where the YAML breaks.
pub(super) fn read(document: &str, profile: Profile) -> Result<Head, (String, Option<Span>)> {
    quick_head::read(document).map_or_else(|| read_fully(document, profile), Ok)
}

/// Reads the head from the values of the whole document, as Helm does.
pub(super) fn read_fully(document: &str, profile: Profile) -> Result<Head, (String, Option<Span>)> {
    let value = yaml::read_exact(document.as_bytes()).map_err(|error| (error, place(document)))?;
    let package = if profile == Profile::Helm4 { "util" } else { "releaseutil" };
    let fields = match value {
        Value::Map(fields) => fields,
        Value::Nil => return Ok(Head::default()),
        other => return Err((mismatch(&other, &format!("value of type {package}.SimpleHead")), None)),
    };
    let of = if profile == Profile::Helm4 { "" } else { "SimpleHead" };
    head(&fields, of).map_err(|error| (error, None))
}

/// `of` is what the release of Go calls the struct in its messages.
fn head(fields: &Map, of: &str) -> Result<Head, String> {
    let mut head = Head { api_version: text(fields, "apiVersion", &format!("{of}.apiVersion"))?, ..Head::default() };
    head.kind = text(fields, "kind", &format!("{of}.kind"))?;
    let metadata = match fields.get("metadata") {
        None | Some(Value::Nil) => return Ok(head),
        Some(Value::Map(metadata)) => metadata,
        Some(other) => return Err(mismatch(&other, &format!("struct field {of}.metadata of type struct"))),
    };
    head.name = text(&metadata, "name", &format!("{of}.metadata.name"))?;
    match metadata.get("annotations") {
        None | Some(Value::Nil) => {}
        Some(Value::Map(annotations)) => {
            for (key, value) in annotations.entries() {
                let key = key.to_string_lossy().into_owned();
                // Helm 3 leaves the key out, which is what one looks for.
                let value = scalar(&value, || format!("{of}.metadata.annotations.{key}"))?;
                head.annotations.insert(key, value);
            }
        }
        Some(other) => {
            return Err(mismatch(&other, &format!("struct field {of}.metadata.annotations of type map[string]string")));
        }
    }
    Ok(head)
}

fn text(fields: &Map, key: impl Into<Str>, field: &str) -> Result<String, String> {
    fields.get(key.into()).map_or(Ok(String::new()), |value| scalar(&value, || field.to_owned()))
}

fn scalar(value: &Value, field: impl FnOnce() -> String) -> Result<String, String> {
    Ok(match value {
        Value::Nil => String::new(),
        Value::Str(text) => text.to_string_lossy().into_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number, _) => number.to_string(),
        Value::Uint(number, _) => number.to_string(),
        Value::Float(number) => crate::golang::float_g(*number),
        other => return Err(mismatch(other, &format!("struct field {} of type string", field()))),
    })
}

fn mismatch(value: &Value, wanted: &str) -> String {
    let is = match value {
        Value::Map(_) => "object",
        Value::List(_) => "array",
        Value::Str(_) => "string",
        Value::Bool(_) => "bool",
        _ => "number",
    };
    format!("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {is} into Go {wanted}")
}

fn read_first(document: &str) -> Result<Option<towpath_yaml::Document<'_>>, towpath_yaml::Error> {
    towpath_yaml::Reader::with_limits(document, towpath_yaml::Profile::Go2, yaml::LIMITS)?.next_document()
}

fn place(document: &str) -> Option<Span> {
    let parsed = read_first(document);
    parsed.err().map(|error| error.span())
}
