//! TOML as Helm's `toToml` writes it.
//!
//! Source: the encoder of `BurntSushi/toml` 1.6.0: direct keys before tables, both sorted; tables below the first level
//! indented by two spaces.

use towpath_gotmpl::{Str, Value};

use super::{LOCAL_DATE, LOCAL_DATETIME, LOCAL_TIME};
use crate::{
    Profile,
    golang::{Marshal, time::Time},
};

/// A value that TOML has no form for; Display is the library's message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct TomlError(String);

/// How deep tables may nest.
const MAX_DEPTH: usize = 1_000;

/// Returns `value` as a TOML document.
pub(crate) fn encode(value: &Value, profile: Profile) -> Result<Vec<u8>, TomlError> {
    let mut writer = Writer { out: Vec::new(), profile };
    match plain(value) {
        Plain::Table(entries) => writer.table(&mut Vec::new(), &entries)?,
        Plain::Nothing => match value {
            Value::Nil => return Err(TomlError("reflect: call of reflect.Value.Type on zero Value".to_owned())),
            Value::List(_) => writer.out.extend_from_slice(b"[]"),
            Value::Func(_) => return Err(TomlError("unsupported type for key '': func".to_owned())),
            _ => {}
        },
        Plain::Array(items) if is_table_array(&items)? => {
            return Err(TomlError("toml: top-level values must be Go maps or structs".to_owned()));
        }
        _ => writer.inline(value, 0)?,
    }
    Ok(writer.out)
}

/// A value by what TOML makes of it.
enum Plain {
    Nothing,
    Literal(Vec<u8>),
    Float(f64),
    Array(Vec<Value>),
    Table(Vec<(Str, Value)>),
}

fn plain(value: &Value) -> Plain {
    match value {
        Value::Nil | Value::Complex(..) | Value::Func(_) => Plain::Nothing,
        Value::Bool(truth) => Plain::Literal(truth.to_string().into()),
        Value::Int(number, _) => Plain::Literal(number.to_string().into()),
        Value::Uint(number, _) => Plain::Literal(number.to_string().into()),
        Value::Float(number) => Plain::Float(*number),
        Value::Float32(number) => Plain::Float(f64::from(*number)),
        Value::Str(text) => Plain::Literal(quoted(text)),
        Value::Bytes(bytes) => Plain::Array(bytes.as_bytes().iter().map(|byte| Value::int(i64::from(*byte))).collect()),
        Value::List(list) if list.is_nil() => Plain::Nothing,
        Value::List(list) => Plain::Array(list.as_slice().to_vec()),
        Value::Map(map) if map.is_nil() => Plain::Nothing,
        Value::Map(map) => Plain::Table(map.entries()),
        Value::Object(object) => match (object.as_any().downcast_ref(), Marshal::of(&**object)) {
            (Some(time), _) => Plain::Literal(moment(time).into()),
            (_, Marshal::Value(value)) => plain(&value),
            (_, Marshal::Fields(fields)) => Plain::Table(fields),
            (_, Marshal::Unsupported | Marshal::Failed(_)) => Plain::Nothing,
        },
    }
}

/// Returns a date and time; where it was read without a zone, it is written without one.
fn moment(time: &Time) -> String {
    let (_, zone) = time.zone.offset_at(time.seconds);
    time.format(match zone.as_str() {
        LOCAL_DATETIME => "2006-01-02T15:04:05.999999999",
        LOCAL_DATE => "2006-01-02",
        LOCAL_TIME => "15:04:05.999999999",
        _ => "2006-01-02T15:04:05.999999999Z07:00",
    })
}

struct Writer {
    out: Vec<u8>,
    profile: Profile,
}

impl Writer {
    fn table(&mut self, path: &mut Vec<Str>, entries: &[(Str, Value)]) -> Result<(), TomlError> {
        if path.len() > MAX_DEPTH {
            return Err(TomlError("toml: tables nest too deep".to_owned()));
        }
        let (mut direct, mut tables) = (Vec::new(), Vec::new());
        for (key, value) in entries {
            let is_table = match plain(value) {
                Plain::Table(_) => true,
                Plain::Array(items) => is_table_array(&items)?,
                _ => false,
            };
            if is_table { &mut tables } else { &mut direct }.push((key, value));
        }
        for (key, value) in direct {
            path.push(key.clone());
            self.entry(path, value)?;
            path.pop();
        }
        for (key, value) in tables {
            path.push(key.clone());
            if let Plain::Table(entries) = plain(value) {
                if path.len() == 1 {
                    self.newline();
                }
                self.header(path, "[", "]");
                self.table(path, &entries)?;
            } else {
                self.entry(path, value)?;
            }
            path.pop();
        }
        Ok(())
    }

    fn entry(&mut self, path: &mut Vec<Str>, value: &Value) -> Result<(), TomlError> {
        match plain(value) {
            Plain::Array(items) if is_table_array(&items)? => {
                for item in &items {
                    let Plain::Table(entries) = plain(item) else { continue };
                    self.newline();
                    self.header(path, "[[", "]]");
                    self.table(path, &entries)?;
                }
            }
            Plain::Nothing | Plain::Table(_) => {}
            _ => {
                let key = path.last().map(key_text).unwrap_or_default();
                self.out.extend_from_slice(&[indent(path).as_bytes(), &key, b" = "].concat());
                self.inline(value, 0)?;
                self.newline();
            }
        }
        Ok(())
    }

    fn inline(&mut self, value: &Value, depth: usize) -> Result<(), TomlError> {
        if depth > MAX_DEPTH {
            return Err(TomlError("toml: arrays nest too deep".to_owned()));
        }
        match plain(value) {
            Plain::Nothing => {}
            Plain::Literal(text) => self.out.extend_from_slice(&text),
            Plain::Float(number) => self.out.extend_from_slice(float(number, self.profile).as_bytes()),
            Plain::Array(items) => {
                is_table_array(&items)?;
                self.out.push(b'[');
                for (n, item) in items.iter().enumerate() {
                    if n > 0 {
                        self.out.extend_from_slice(b", ");
                    }
                    self.inline(item, depth + 1)?;
                }
                self.out.push(b']');
            }
            Plain::Table(entries) => {
                let is_table = |value: &Value| matches!(plain(value), Plain::Table(_));
                let (tables, direct): (Vec<_>, Vec<_>) = entries.iter().partition(|(_, value)| is_table(value));
                self.out.push(b'{');
                let count = entries.len();
                for (n, (key, value)) in direct.into_iter().chain(tables).enumerate() {
                    if matches!(plain(value), Plain::Nothing) {
                        continue;
                    }
                    self.out.extend_from_slice(&[key_text(key).as_slice(), b" = "].concat());
                    self.inline(value, depth + 1)?;
                    if n + 1 < count {
                        self.out.extend_from_slice(b", ");
                    }
                }
                self.out.push(b'}');
            }
        }
        Ok(())
    }

    fn header(&mut self, path: &[Str], open: &str, close: &str) {
        let name = path.iter().map(key_text).collect::<Vec<_>>().join(&b'.');
        self.out.extend_from_slice(&[indent(path).as_bytes(), open.as_bytes(), &name, close.as_bytes()].concat());
        self.newline();
    }

    /// A line break, but not at the very start.
    fn newline(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
    }
}

fn is_table_array(items: &[Value]) -> Result<bool, TomlError> {
    let mut tables = !items.is_empty();
    for item in items {
        match plain(item) {
            Plain::Nothing => return Err(TomlError("toml: cannot encode array with nil element".to_owned())),
            Plain::Table(_) => {}
            _ => tables = false,
        }
    }
    Ok(tables)
}

fn indent(path: &[Str]) -> String {
    "  ".repeat(path.len().saturating_sub(1))
}

fn key_text(key: &Str) -> Vec<u8> {
    let bytes = key.as_bytes();
    let bare =
        !bytes.is_empty() && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if bare { bytes.to_vec() } else { quoted(key) }
}

/// Returns a text in quotes; bytes that are no UTF-8 stay as they are.
fn quoted(text: &Str) -> Vec<u8> {
    let mut out = vec![b'"'];
    for byte in text.as_bytes() {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x8 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0xc => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..=0x1f | 0x7f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            byte => out.push(*byte),
        }
    }
    out.push(b'"');
    out
}

/// Returns a float in its shortest form, with a point or an exponent; the older library writes no exponent.
fn float(number: f64, profile: Profile) -> String {
    if number.is_nan() {
        return if number.is_sign_negative() { "-nan" } else { "nan" }.to_owned();
    }
    if number.is_infinite() {
        return if number < 0.0 { "-inf" } else { "inf" }.to_owned();
    }
    let text = match profile {
        Profile::Helm4 => crate::golang::float_g(number),
        Profile::Helm3 => number.to_string(),
    };
    if text.contains(['e', '.']) { text } else { format!("{text}.0") }
}
