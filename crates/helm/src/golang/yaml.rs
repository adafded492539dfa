//! YAML as `sigs.k8s.io/yaml` reads and writes it for templates: always by way of JSON.

use std::borrow::Cow;

use towpath_gotmpl::{List, Map, MapType, Object, Str, Value};
use towpath_yaml::{
    Build, Dialect, Document, Duplicates, Emitter, Limits, Profile, build, build_first, compare_keys, decode, sort_keys,
};

use super::{
    Marshal, json,
    time::{DURATION, Time},
    unwritable,
};
use crate::semver_value::VersionValue;

/// As deep as values are written; a deeper one holds itself.
const MAX_DEPTH: usize = 1_000;

/// The most keys, items and collections that one text may have; a megabyte of text has a hundred thousand.
pub(crate) const MOST_NODES: usize = 500_000;

/// What is read of a chart's YAML, and of that of its user.
pub(crate) const LIMITS: Limits = Limits { bytes: 16 << 20, depth: 512, nodes: MOST_NODES };

/// Returns the value of the first document of `text`; every number is a float64, an empty text is nil.
///
/// # Errors
/// Go's message.
pub(crate) fn read(text: &[u8]) -> Result<Value, String> {
    read_as(text, Numbers::Float)
}

/// Returns the value of the first document of `text` with whole numbers kept, as fields of type string show them.
///
/// # Errors
/// Go's message.
pub(crate) fn read_exact(text: &[u8]) -> Result<Value, String> {
    read_as(text, Numbers::Exact)
}

/// Returns the value of a document that is parsed already, with whole numbers kept.
///
/// # Errors
/// Go's message.
pub(crate) fn read_document(document: &Document<'_>) -> Result<Value, String> {
    build(document.root(), Profile::Go2, Duplicates::Usual, &mut Builder { numbers: Numbers::Exact })
        .map_err(|error| format!("error converting YAML to JSON: {error}"))
}

fn read_as(text: &[u8], numbers: Numbers) -> Result<Value, String> {
    let failed = |error: towpath_yaml::Error| format!("error converting YAML to JSON: {error}");
    let text = decode(text).map_err(failed)?;
    Ok(build_first(&text, LIMITS, &mut Builder { numbers }).map_err(failed)?.unwrap_or_default())
}

/// Returns `value` as YAML without the last line break: what `toYaml` gives.
///
/// # Errors
/// Go's message, for what JSON cannot hold.
pub(crate) fn emit(value: &Value) -> Result<String, String> {
    let mut emitter = Emitter::new(Dialect::Go2);
    write(&mut emitter, value, Dialect::Go2, 0).map_err(|error| {
        let step =
            if error.starts_with("yaml: ") { "error converting JSON to YAML" } else { "error marshaling into JSON" };
        format!("{step}: {error}")
    })?;
    Ok(without_last_break(emitter.finish()))
}

/// Returns `value` as YAML with indented lists: what `toYamlPretty` gives. It does not go by way of JSON.
///
/// # Errors
/// When the value holds itself.
pub(crate) fn emit_pretty(value: &Value) -> Result<String, String> {
    let mut emitter = Emitter::new(Dialect::Go3);
    write(&mut emitter, value, Dialect::Go3, 0)?;
    Ok(without_last_break(emitter.finish()))
}

fn without_last_break(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
    }
    text
}

fn write(out: &mut Emitter, value: &Value, dialect: Dialect, depth: usize) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err("json: unsupported value: encountered a cycle via map[string]interface {}".to_owned());
    }
    match value {
        Value::Nil => out.null(),
        Value::Bool(truth) => out.bool(*truth),
        Value::Int(number, _) => out.int(*number),
        Value::Uint(number, _) => out.uint(*number),
        Value::Float(number) => float(out, *number, dialect)?,
        Value::Float32(number) => float(out, f64::from(*number), dialect)?,
        Value::Str(text) => string(out, text, dialect)?,
        Value::Bytes(bytes) if dialect == Dialect::Go2 => {
            let encoded =
                json::encode(&Value::Bytes(bytes.clone()), json::Layout::Raw).map_err(|error| error.to_string())?;
            out.str(String::from_utf8_lossy(&encoded).trim_matches('"'));
        }
        Value::Bytes(bytes) => {
            out.start_list();
            bytes.as_bytes().iter().for_each(|byte| out.int(i64::from(*byte)));
            out.end_list();
        }
        Value::List(list) if list.is_nil() && dialect == Dialect::Go2 => out.null(),
        Value::List(list) => {
            out.start_list();
            for item in list.as_slice() {
                write(out, item, dialect, depth + 1)?;
            }
            out.end_list();
        }
        Value::Map(map) if map.is_nil() && dialect == Dialect::Go2 => out.null(),
        Value::Map(map) => map_entries(out, map.entries(), dialect, depth)?,
        Value::Object(object) => write_object(out, &**object, dialect, depth)?,
        Value::Complex(..) => return Err("json: unsupported type: complex128".to_owned()),
        Value::Func(_) => return Err(format!("json: unsupported type: {}", value.type_name())),
    }
    Ok(())
}

/// Writes a text, unless JSON would carry a character into YAML that may not stand there.
fn string(out: &mut Emitter, text: &Str, dialect: Dialect) -> Result<(), String> {
    if dialect != Dialect::Go2 && text.to_str().is_none() {
        out.binary(text.as_bytes());
        return Ok(());
    }
    let text = &*text.to_string_lossy();
    let is_refused = |c: char| matches!(c, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    if dialect == Dialect::Go2 && !text.is_ascii() | text.contains('\u{7f}') && text.contains(is_refused) {
        return Err("yaml: control characters are not allowed".to_owned());
    }
    out.str(text);
    Ok(())
}

fn map_entries(
    out: &mut Emitter,
    mut entries: Vec<(Str, Value)>,
    dialect: Dialect,
    depth: usize,
) -> Result<(), String> {
    let profile = if dialect == Dialect::Go2 { Profile::Go2 } else { Profile::Go3 };
    sort(&mut entries, profile);
    out.start_map();
    for (key, value) in &entries {
        string(out, key, dialect)?;
        write(out, value, dialect, depth + 1)?;
    }
    out.end_map();
    Ok(())
}

/// Sorts by go-yaml's order of keys; most maps are already, and need no list of keys beside them.
fn sort(entries: &mut Vec<(Str, Value)>, profile: Profile) {
    let compare = |one: &Str, other: &Str| compare_keys(&one.to_string_lossy(), &other.to_string_lossy(), profile);
    if entries.is_sorted_by(|(one, _), (other, _)| compare(one, other).is_le()) {
        return;
    }
    let keyed = entries.drain(..).map(|entry| (entry.0.to_string_lossy().into_owned(), entry));
    let mut keyed: Vec<(String, (Str, Value))> = keyed.collect();
    sort_keys(&mut keyed, profile, |(key, _)| key.as_str());
    entries.extend(keyed.into_iter().map(|(_, entry)| entry));
}

fn write_object(out: &mut Emitter, object: &dyn Object, dialect: Dialect, depth: usize) -> Result<(), String> {
    if object.is_nil() {
        out.null();
        return Ok(());
    }
    if dialect != Dialect::Go2 {
        return write_struct(out, object, dialect, depth);
    }
    match Marshal::of(object) {
        Marshal::Value(value) => write(out, &value, dialect, depth + 1),
        Marshal::Fields(fields) => map_entries(out, fields, dialect, depth),
        // Only in Helm 4 is there a function that tells of it.
        Marshal::Failed(problem) => Err(unwritable(object.object_type(), problem, crate::Profile::Helm4)),
        Marshal::Unsupported => map_entries(out, Vec::new(), dialect, depth),
    }
}

/// Writes an object as Go's YAML does that knows nothing of JSON: times, texts, data, fields in lower case.
fn write_struct(out: &mut Emitter, object: &dyn Object, dialect: Dialect, depth: usize) -> Result<(), String> {
    if let Some(time) = object.as_any().downcast_ref::<Time>() {
        out.plain(&time.format("2006-01-02T15:04:05.999999999Z07:00"));
        return Ok(());
    }
    let is_text = object.object_type() == DURATION || object.as_any().is::<VersionValue>();
    if let Some(text) = object.text().filter(|_| is_text) {
        return write(out, &Value::Str(text), dialect, depth + 1);
    }
    if let Some(underlying) = object.underlying() {
        return write(out, &underlying, dialect, depth + 1);
    }
    out.start_map();
    let is_visible = |name: &str| name.starts_with(|c: char| c.is_ascii_uppercase());
    for (name, value) in object.fields().into_iter().filter(|(name, _)| is_visible(name)) {
        out.str(&name.to_ascii_lowercase());
        write(out, &value, dialect, depth + 1)?;
    }
    out.end_map();
    Ok(())
}

/// JSON writes whole floats without a point, and YAML then reads them as integers.
fn float(out: &mut Emitter, number: f64, dialect: Dialect) -> Result<(), String> {
    if dialect != Dialect::Go2 {
        out.float(number);
        return Ok(());
    }
    if !number.is_finite() {
        let name = if number.is_nan() {
            "NaN"
        } else if number > 0.0 {
            "+Inf"
        } else {
            "-Inf"
        };
        return Err(format!("json: unsupported value: {name}"));
    }
    let text = json::number_text(number);
    if let Ok(whole) = text.parse::<i64>() {
        out.int(whole);
    } else if let Ok(whole) = text.parse::<u64>() {
        out.uint(whole);
    } else {
        out.float(number);
    }
    Ok(())
}

/// What becomes of whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numbers {
    Float,
    Exact,
}

struct Builder {
    numbers: Numbers,
}

impl Build for Builder {
    type Value = Value;
    /// In the order of the text; the last of equal keys counts.
    type Map = Vec<(Str, Value)>;

    fn null(&mut self) -> Value {
        Value::Nil
    }

    fn bool(&mut self, value: bool) -> Value {
        Value::Bool(value)
    }

    #[expect(clippy::cast_precision_loss, reason = "Go's JSON reader makes every number a float64")]
    fn int(&mut self, value: i64) -> Value {
        if self.numbers == Numbers::Exact { Value::int64(value) } else { Value::Float(value as f64) }
    }

    #[expect(clippy::cast_precision_loss, reason = "Go's JSON reader makes every number a float64")]
    fn uint(&mut self, value: u64) -> Value {
        if self.numbers == Numbers::Exact {
            Value::Uint(value, towpath_gotmpl::UintKind::Uint64)
        } else {
            Value::Float(value as f64)
        }
    }

    fn float(&mut self, value: f64) -> Value {
        Value::Float(value)
    }

    fn string(&mut self, value: Cow<'_, str>) -> Value {
        Value::Str(value.into())
    }

    fn list(&mut self, items: Vec<Value>) -> Value {
        Value::List(List::any(items))
    }

    fn map(&mut self, size: usize) -> Self::Map {
        Vec::with_capacity(size)
    }

    fn insert(&mut self, map: &mut Self::Map, key: Cow<'_, str>, value: Value) -> bool {
        map.push((key.into(), value));
        false
    }

    fn contains(&self, map: &Self::Map, key: &str) -> bool {
        map.iter().any(|(known, _)| known == key)
    }

    fn finish(&mut self, map: Self::Map) -> Value {
        Value::Map(Map::from_entries(MapType::ANY, map.into_iter().collect()))
    }
}
