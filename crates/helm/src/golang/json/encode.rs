use base64::{Engine as _, engine::general_purpose::STANDARD};
use towpath_gotmpl::{Kind, Object, Value};
use towpath_model::{shortest, shortest_plain};

use super::JsonError;
use crate::{
    Profile,
    golang::{Marshal, unwritable},
};

/// How the text is laid out and escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// On one line, `<`, `>` and `&` escaped.
    Compact,
    /// Indented by two spaces, `<`, `>` and `&` escaped.
    Pretty,
    /// On one line, nothing but what JSON demands escaped.
    Raw,
}

/// As deep as Go goes before it looks for cycles; a deeper value is taken for one.
const MAX_DEPTH: usize = 1_000;

/// Returns `value` as JSON.
pub(crate) fn encode(value: &Value, layout: Layout) -> Result<Vec<u8>, JsonError> {
    encode_as(value, layout, Profile::Helm4)
}

/// Returns `value` as JSON as the profile's Go writes it.
pub(crate) fn encode_as(value: &Value, layout: Layout, profile: Profile) -> Result<Vec<u8>, JsonError> {
    let mut writer = Writer { out: Vec::with_capacity(64), layout, depth: 0, profile };
    writer.value(value)?;
    Ok(writer.out)
}

/// Returns a float as Go's JSON writes it: shortest digits, an exponent below 1e-6 and from 1e21 on.
pub(crate) fn number_text(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = shortest(number);
        return match text.split_once('e') {
            Some((digits, exponent)) if exponent.starts_with('-') => format!("{digits}e{exponent}"),
            Some((digits, exponent)) => format!("{digits}e+{exponent}"),
            None => text,
        };
    }
    if number == 0.0 && number.is_sign_negative() { "-0".to_owned() } else { shortest_plain(number) }
}

struct Writer {
    out: Vec<u8>,
    layout: Layout,
    depth: usize,
    profile: Profile,
}

impl Writer {
    fn value(&mut self, value: &Value) -> Result<(), JsonError> {
        match value {
            Value::Nil => self.text("null"),
            Value::Bool(truth) => self.text(if *truth { "true" } else { "false" }),
            Value::Int(number, _) => self.text(&number.to_string()),
            Value::Uint(number, _) => self.text(&number.to_string()),
            Value::Float32(number) => self.float(f64::from(*number), &format!("{number}"))?,
            Value::Float(number) => self.float(*number, &number_text(*number))?,
            Value::Complex(..) => return Err(JsonError("json: unsupported type: complex128".to_owned())),
            Value::Str(text) => self.string(text.as_bytes()),
            Value::Bytes(bytes) => {
                let text = STANDARD.encode(bytes.as_bytes());
                self.string(text.as_bytes());
            }
            Value::List(list) if list.is_nil() => self.text("null"),
            Value::List(list) => {
                let items = list.as_slice().iter();
                self.sequence(b'[', b']', items, Self::value)?;
            }
            Value::Map(map) if map.is_nil() => self.text("null"),
            Value::Map(map) => {
                let entries = map.entries();
                self.sequence(b'{', b'}', entries.iter(), |writer, (key, value)| writer.pair(key.as_bytes(), value))?;
            }
            Value::Object(object) => self.object(&**object)?,
            Value::Func(_) => {
                return Err(JsonError(format!("json: unsupported type: {}", value.type_name())));
            }
        }
        Ok(())
    }

    fn object(&mut self, object: &dyn Object) -> Result<(), JsonError> {
        if object.is_nil() {
            self.text("null");
            return Ok(());
        }
        match Marshal::of(object) {
            Marshal::Value(value) => self.value(&value),
            Marshal::Fields(fields) => {
                self.sequence(b'{', b'}', fields.iter(), |writer, (key, value)| writer.pair(key.as_bytes(), value))
            }
            Marshal::Unsupported if object.object_type().kind() == Kind::Func => {
                Err(JsonError(format!("json: unsupported type: {}", object.object_type())))
            }
            Marshal::Failed(problem) => Err(JsonError(unwritable(object.object_type(), problem, self.profile))),
            Marshal::Unsupported => {
                self.text("{}");
                Ok(())
            }
        }
    }

    fn pair(&mut self, key: &[u8], value: &Value) -> Result<(), JsonError> {
        self.string(key);
        self.text(if self.layout == Layout::Pretty { ": " } else { ":" });
        self.value(value)
    }

    fn sequence<T>(
        &mut self,
        open: u8,
        close: u8,
        items: impl ExactSizeIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(JsonError(
                "json: unsupported value: encountered a cycle via map[string]interface {}".to_owned(),
            ));
        }
        let empty = items.len() == 0;
        self.out.push(open);
        for (n, item) in items.enumerate() {
            if n > 0 {
                self.out.push(b',');
            }
            self.line();
            write(self, item)?;
        }
        self.depth -= 1;
        if !empty {
            self.line();
        }
        self.out.push(close);
        Ok(())
    }

    fn line(&mut self) {
        if self.layout == Layout::Pretty {
            self.out.push(b'\n');
            self.out.resize(self.out.len() + 2 * self.depth, b' ');
        }
    }

    fn float(&mut self, number: f64, text: &str) -> Result<(), JsonError> {
        if number.is_finite() {
            self.text(text);
            return Ok(());
        }
        let name = match (number.is_nan(), number > 0.0) {
            (true, _) => "NaN",
            (_, true) => "+Inf",
            _ => "-Inf",
        };
        Err(JsonError(format!("json: unsupported value: {name}")))
    }

    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn string(&mut self, bytes: &[u8]) {
        self.out.push(b'"');
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                self.character(c);
            }
            for _ in 0..chunk.invalid().len() {
                self.text(if self.profile == Profile::Helm4 { "\u{fffd}" } else { "\\ufffd" });
            }
        }
        self.out.push(b'"');
    }

    fn character(&mut self, c: char) {
        match c {
            '"' => self.text("\\\""),
            '\\' => self.text("\\\\"),
            '\n' => self.text("\\n"),
            '\r' => self.text("\\r"),
            '\t' => self.text("\\t"),
            '\u{8}' => self.text("\\b"),
            '\u{c}' => self.text("\\f"),
            '<' | '>' | '&' if self.layout != Layout::Raw => self.text(&format!("\\u{:04x}", u32::from(c))),
            '\u{0}'..='\u{1f}' | '\u{2028}' | '\u{2029}' => self.text(&format!("\\u{:04x}", u32::from(c))),
            c => self.text(c.encode_utf8(&mut [0; 4])),
        }
    }
}
