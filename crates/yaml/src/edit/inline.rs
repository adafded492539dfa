//! Scalars as they stand in the middle of a line.

use super::NewValue;
use crate::{
    Dialect, Profile, Scalar, Style,
    emit::{analysis, escape, is_base60},
    number::is_yaml_float,
    resolve::{old_bool, resolve_plain},
};

/// Where a scalar stands, which decides what it may hold without quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    Block,
    Flow,
}

/// Returns `value` on one line, in the quotes of `style` if they can hold it.
pub(super) fn write(value: NewValue<'_>, style: Style, context: Context) -> String {
    match value {
        NewValue::Int(value) => value.to_string(),
        NewValue::Bool(value) => value.to_string(),
        NewValue::Str(text) => string(text, style, context),
    }
}

/// Returns a key on one line, without quotes if it can stand so.
pub(super) fn key(text: &str, context: Context) -> String {
    string(text, Style::Plain, context)
}

fn string(text: &str, style: Style, context: Context) -> String {
    let best = analysis::analyse(text, Dialect::Go2);
    let single = best.flow != analysis::Flow::DoubleQuoted && !best.multiline;
    match style {
        Style::SingleQuoted if single => format!("'{}'", text.replace('\'', "''")),
        Style::Plain | Style::Literal | Style::Folded if stands_plain(text, best, context) => text.to_owned(),
        _ => escape(text),
    }
}

fn stands_plain(text: &str, best: analysis::Analysis, context: Context) -> bool {
    let is_string = |profile| matches!(resolve_plain(text, profile), Scalar::Str(_));
    best.flow == analysis::Flow::Plain
        && !text.is_empty()
        && text != "<<"
        && text != "="
        && is_string(Profile::Go2)
        && is_string(Profile::Go3)
        && old_bool(text).is_none()
        && !is_base60(text)
        // Go takes `12e4567` for a string because it is too large for a number; other readers take it for infinity.
        && !is_yaml_float(text)
        && (context == Context::Block || stands_in_flow(text))
}

/// Returns whether nothing in `text` ends a plain scalar in a flow collection; the colon of a digest does not.
fn stands_in_flow(text: &str) -> bool {
    let colon_ends = text.split(':').skip(1).any(|behind| !behind.starts_with(|c: char| c.is_ascii_alphanumeric()));
    !colon_ends && !text.contains([',', '?', '[', ']', '{', '}'])
}
