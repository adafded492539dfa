//! JSON as Go's encoder writes it.

use std::fmt::Write as _;

use towpath_model::{shortest, shortest_plain};

use crate::node::{Number, Value};

/// Returns the compact form.
pub(crate) fn compact(value: &Value) -> String {
    let mut out = String::new();
    write(value, None, &mut out);
    out
}

/// Returns the form with two blanks of indentation.
pub(crate) fn pretty(value: &Value) -> String {
    let mut out = String::new();
    write(value, Some(0), &mut out);
    out
}

fn write(value: &Value, indent: Option<usize>, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&self::number(*number)),
        Value::Text(text) => string(text, out),
        Value::List(items) => {
            let writers = items.iter().map(|item| (None, item));
            collection(('[', ']'), writers, indent, out);
        }
        Value::Map(entries) => {
            let writers = entries.iter().map(|(key, item)| (Some(key.as_str()), item));
            collection(('{', '}'), writers, indent, out);
        }
    }
}

fn collection<'v>(
    (open, close): (char, char),
    items: impl Iterator<Item = (Option<&'v str>, &'v Value)>,
    indent: Option<usize>,
    out: &mut String,
) {
    out.push(open);
    let mut is_empty = true;
    let inner = indent.map(|depth| depth + 1);
    let line = |depth: Option<usize>, out: &mut String| {
        if let Some(depth) = depth {
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
        }
    };
    for (key, item) in items {
        if !is_empty {
            out.push(',');
        }
        is_empty = false;
        line(inner, out);
        if let Some(key) = key {
            string(key, out);
            out.push_str(if indent.is_some() { ": " } else { ":" });
        }
        write(item, inner, out);
    }
    if !is_empty {
        line(indent, out);
    }
    out.push(close);
}

/// Returns a number.
pub(crate) fn number(number: Number) -> String {
    match number {
        Number::Integer(value) => value.to_string(),
        Number::Unsigned(value) => value.to_string(),
        Number::Float(value) if value != 0.0 && !(1e-6..1e21).contains(&value.abs()) => {
            let text = shortest(value);
            let Some((mantissa, exponent)) = text.split_once('e') else { return text };
            let sign = if exponent.starts_with('-') { "" } else { "+" };
            format!("{mantissa}e{sign}{exponent}")
        }
        Number::Float(value) => shortest_plain(value),
    }
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
