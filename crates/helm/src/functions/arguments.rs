use std::borrow::Cow;

use towpath_gotmpl::{CallError, Kind, Map, Str, Value};

/// What Go says when a function looks at the type of nil.
pub(super) const NIL_POINTER: &str = "runtime error: invalid memory address or nil pointer dereference";

/// Returns the string of an argument whose parameter is a string.
pub(super) fn text(value: &Value) -> Str {
    match value {
        Value::Str(text) => text.clone(),
        other => other.as_str().unwrap_or_default(),
    }
}

/// Returns the text of an argument whose parameter is a string, as UTF-8.
pub(super) fn utf8(value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string_lossy().into_owned(),
        other => other.as_str().unwrap_or_default().to_string_lossy().into_owned(),
    }
}

/// Returns the number of an argument whose parameter is an integer.
pub(super) fn int(value: &Value) -> i64 {
    match value {
        Value::Int(number, _) => *number,
        Value::Object(object) => object.underlying().map_or(0, |value| int(&value)),
        _ => 0,
    }
}

/// Returns the map of an argument whose parameter is a map; nil is the nil map.
pub(super) fn map(value: &Value) -> Map {
    match value {
        Value::Map(map) => map.clone(),
        Value::Object(object) => match object.underlying() {
            Some(Value::Map(map)) => map,
            _ => Map::nil(towpath_gotmpl::MapType::ANY),
        },
        _ => Map::nil(towpath_gotmpl::MapType::ANY),
    }
}

/// Returns the elements of a slice.
///
/// # Errors
/// `complaint` and the kind of what is no slice; Go's nil pointer error for nil.
pub(super) fn elements<'v>(value: &'v Value, complaint: &str) -> Result<Cow<'v, [Value]>, CallError> {
    match value {
        Value::List(list) => Ok(Cow::Borrowed(list.as_slice())),
        Value::Bytes(bytes) => Ok(Cow::Owned(
            bytes
                .as_bytes()
                .iter()
                .map(|byte| Value::Uint(u64::from(*byte), towpath_gotmpl::UintKind::Uint8))
                .collect(),
        )),
        Value::Nil => Err(CallError::new(NIL_POINTER)),
        other if other.kind() == Kind::Slice => match other {
            Value::Object(object) => match object.underlying() {
                Some(Value::List(list)) => Ok(Cow::Owned(list.as_slice().to_vec())),
                _ => Err(CallError::new(format!("{complaint}{}", other.kind()))),
            },
            _ => Err(CallError::new(format!("{complaint}{}", other.kind()))),
        },
        other => Err(CallError::new(format!("{complaint}{}", other.kind()))),
    }
}

/// Returns a value as Sprig's `toString` shows it: `%v`, but bytes as text.
pub(super) fn shown(value: &Value) -> Str {
    plain(value).unwrap_or_else(|| crate::golang::display(value).into())
}

/// Returns a text or bytes as they are; a file that is not there is a nil slice of bytes.
pub(super) fn plain(value: &Value) -> Option<Str> {
    match value {
        Value::Str(text) | Value::Bytes(text) => Some(text.clone()),
        Value::List(list) if list.is_nil() && list.list_type().is_bytes() => Some(Str::default()),
        _ => None,
    }
}
