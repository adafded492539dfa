//! What a plain scalar means to the two generations of Go's YAML package, in the terms of this crate.

use towpath_yaml::{Profile, Scalar};

use crate::node::{Number, Tag};

/// A plain scalar as it is read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Plain {
    Null,
    Boolean(bool),
    Number(Number),
    /// In the form in which Go writes it to JSON.
    Timestamp(String),
    Merge,
    Text,
}

impl Plain {
    pub(crate) fn tag(&self) -> Tag {
        match self {
            Self::Null => Tag::Null,
            Self::Boolean(_) => Tag::Boolean,
            Self::Number(Number::Float(_)) => Tag::Float,
            Self::Number(_) => Tag::Integer,
            Self::Timestamp(_) => Tag::Timestamp,
            Self::Merge => Tag::Other,
            Self::Text => Tag::Text,
        }
    }
}

/// Returns what go-yaml v3 reads: of the words only `true`, `false` and `null` are no texts.
pub(crate) fn resolve(text: &str) -> Plain {
    match towpath_yaml::resolve_plain(text, Profile::Go3) {
        Scalar::Null => Plain::Null,
        Scalar::Bool(value) => Plain::Boolean(value),
        Scalar::Int(value) => Plain::Number(Number::Integer(value)),
        Scalar::Uint(value) => Plain::Number(Number::Unsigned(value)),
        Scalar::Float(value) => Plain::Number(Number::Float(value)),
        Scalar::Timestamp(moment) => Plain::Timestamp(moment.to_string()),
        Scalar::Merge => Plain::Merge,
        Scalar::Str(_) | Scalar::Binary(_) => Plain::Text,
    }
}

/// Tells whether go-yaml v2 reads a text, where `yes`, `on` and `y` are booleans.
pub(crate) fn is_text_in_old_yaml(text: &str) -> bool {
    matches!(towpath_yaml::resolve_plain(text, Profile::Go2), Scalar::Str(_) | Scalar::Merge)
}
