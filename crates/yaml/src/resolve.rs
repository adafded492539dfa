//! What type a scalar has: pure functions of its text, its tag and the profile.

use std::borrow::Cow;

use crate::{Error, Node, NodeKind, Profile, Style, Timestamp, number};

/// A scalar with its type.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar<'t> {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`; in [`Profile::Go2`] also `yes`, `on`, `y` and their opposites.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number above `i64::MAX`.
    Uint(u64),
    /// A number that is not whole, or too large; also `.inf` and `.nan`.
    Float(f64),
    /// A date or a time. [`Profile::Go2`] then goes on with its text, [`Profile::Go3`] with the moment.
    Timestamp(Timestamp),
    /// The key of a merge, `<<`.
    Merge,
    /// Anything else.
    Str(Cow<'t, str>),
    /// The bytes of a `!!binary`.
    Binary(Vec<u8>),
}

const PREFIX: &str = "tag:yaml.org,2002:";

/// Returns the type of a plain scalar without tag.
pub fn resolve_plain(text: &str, profile: Profile) -> Scalar<'_> {
    typed(text, profile, true).unwrap_or(Scalar::Str(Cow::Borrowed(text)))
}

/// Returns the type of a scalar node; other nodes are a null.
///
/// # Errors
/// When its tag and its text do not fit, such as `!!int x`.
pub fn resolve<'d>(node: Node<'d, '_>, profile: Profile) -> Result<Scalar<'d>, Error> {
    let NodeKind::Scalar(text, style) = node.kind() else { return Ok(Scalar::Null) };
    match node.tag() {
        None if style == Style::Plain => Ok(resolve_plain(text, profile)),
        None => Ok(Scalar::Str(Cow::Borrowed(text))),
        // In v3 a lone `!` is no tag; what is quoted stays a string, what is plain finds its type.
        Some("!") if profile == Profile::Go3 && style == Style::Plain => Ok(resolve_plain(text, profile)),
        Some(tag) => tagged(text, tag, profile).map_err(|problem| Error::value(problem, node.span())),
    }
}

fn tagged<'t>(text: &'t str, tag: &str, profile: Profile) -> Result<Scalar<'t>, String> {
    let plain = || Scalar::Str(Cow::Borrowed(text));
    let Some(name) = tag.strip_prefix(PREFIX) else { return Ok(plain()) };
    match name {
        "binary" => {
            let invalid = "!!binary value contains invalid base64 data";
            crate::base64::decode(text).map(Scalar::Binary).ok_or_else(|| invalid.to_owned())
        }
        "bool" | "int" | "float" | "null" | "timestamp" => {
            let value = typed(text, profile, name == "timestamp").unwrap_or_else(plain);
            match (name, &value) {
                ("float", Scalar::Int(int)) => Ok(Scalar::Float(number::float_of(*int))),
                _ if name == value.tag() => Ok(value),
                _ => Err(format!("cannot decode !!{} `{text}` as a !!{name}", value.tag())),
            }
        }
        _ => Ok(plain()),
    }
}

impl Scalar<'_> {
    /// Returns the last part of its YAML tag, such as `int`.
    pub fn tag(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::Uint(_) => "int",
            Self::Float(_) => "float",
            Self::Timestamp(_) => "timestamp",
            Self::Merge => "merge",
            Self::Str(_) => "str",
            Self::Binary(_) => "binary",
        }
    }
}

/// Returns the type of `text` if it is not a string.
fn typed(text: &str, profile: Profile, timestamps: bool) -> Option<Scalar<'static>> {
    let Some(first) = text.bytes().next() else { return Some(Scalar::Null) };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text, profile),
        b'<' if profile == Profile::Go3 && text == "<<" => Some(Scalar::Merge),
        b'.' => match text {
            ".nan" | ".NaN" | ".NAN" => Some(Scalar::Float(f64::NAN)),
            ".inf" | ".Inf" | ".INF" => Some(Scalar::Float(f64::INFINITY)),
            _ => number::parse_float(text).map(Scalar::Float),
        },
        b'+' | b'-' | b'0'..=b'9' => match text {
            "+.inf" | "+.Inf" | "+.INF" => Some(Scalar::Float(f64::INFINITY)),
            "-.inf" | "-.Inf" | "-.INF" => Some(Scalar::Float(f64::NEG_INFINITY)),
            _ => (if timestamps { Timestamp::parse(text).map(Scalar::Timestamp) } else { None })
                .or_else(|| numeric(text, profile)),
        },
        _ => None,
    }
}

fn word(text: &str, profile: Profile) -> Option<Scalar<'static>> {
    match text {
        "true" | "True" | "TRUE" => Some(Scalar::Bool(true)),
        "false" | "False" | "FALSE" => Some(Scalar::Bool(false)),
        "~" | "null" | "Null" | "NULL" => Some(Scalar::Null),
        _ if profile == Profile::Go2 => old_bool(text).map(Scalar::Bool),
        _ => None,
    }
}

/// Returns the boolean that YAML 1.1 sees in `text` and YAML 1.2 does not.
pub(crate) fn old_bool(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn numeric(text: &str, profile: Profile) -> Option<Scalar<'static>> {
    let plain: Cow<'_, str> = if text.contains('_') { text.replace('_', "").into() } else { text.into() };
    if let Some(int) = number::parse_int(&plain, 0) {
        return Some(Scalar::Int(int));
    }
    if let Some(uint) = number::parse_uint(&plain, 0) {
        return Some(Scalar::Uint(uint));
    }
    if let Some(float) = number::parse_float(&plain) {
        return Some(Scalar::Float(float));
    }
    // What is left are prefixes with a sign behind them, such as `0b-1`, which Go takes.
    let prefixes: &[(&str, u32)] = match profile {
        Profile::Go2 => &[("0b", 2)],
        Profile::Go3 => &[("0b", 2), ("0o", 8)],
    };
    for (prefix, radix) in prefixes.iter().copied() {
        if let Some(digits) = plain.strip_prefix(prefix) {
            return number::parse_int(digits, radix)
                .map(Scalar::Int)
                .or_else(|| number::parse_uint(digits, radix).map(Scalar::Uint));
        }
        if let Some(digits) = plain.strip_prefix('-').and_then(|rest| rest.strip_prefix(prefix)) {
            return number::parse_int(&format!("-{digits}"), radix).map(Scalar::Int);
        }
    }
    None
}
