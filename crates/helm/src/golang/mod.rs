//! What Go's standard library and the libraries of Sprig do, as far as templates can see it: pure functions over texts,
//! numbers and values, independent of charts.

pub(crate) mod cast;
mod decimal;
mod duration;
mod glob;
pub(crate) mod json;
mod marshal;
mod path_match;
pub(crate) mod paths;
pub(crate) mod regexp;
pub(crate) mod time;
pub(crate) mod toml;
mod url;
pub(crate) mod words;
pub(crate) mod yaml;

pub(crate) use decimal::Decimal;
pub(crate) use duration::Duration;
pub(crate) use glob::Glob;
pub(crate) use marshal::{Marshal, unwritable};
pub(crate) use path_match::{BadPattern, path_match};
pub(crate) use url::Url;

/// Returns `text` as Go's `%q` writes it.
pub(crate) fn quote(text: &str) -> String {
    String::from_utf8_lossy(&towpath_gotmpl::fmt::quote(text.as_bytes())).into_owned()
}

/// Returns a float as Go's `%v` and `FormatFloat(number, 'g', -1, 64)` write it: an exponent below 1e-4 and from 1e21 on.
pub(crate) fn float_g(number: f64) -> String {
    String::from_utf8_lossy(&display(&towpath_gotmpl::Value::Float(number))).into_owned()
}

/// Returns a value as Go's `%v` writes it.
pub(crate) fn display(value: &towpath_gotmpl::Value) -> Vec<u8> {
    let mut out = Vec::new();
    towpath_gotmpl::fmt::print_into(&mut out, value);
    out
}
