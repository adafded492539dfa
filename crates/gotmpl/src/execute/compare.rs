use std::rc::Rc;

use crate::{CallError, Kind, Value, fmt::sprintf};

/// What can be ordered or compared by value.
enum Basic {
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Complex(f64, f64),
    Text(crate::Str),
}

fn basic(value: &Value) -> Option<Basic> {
    Some(match value {
        Value::Bool(truth) => Basic::Bool(*truth),
        Value::Int(number, _) => Basic::Int(*number),
        Value::Uint(number, _) => Basic::Uint(*number),
        Value::Float32(number) => Basic::Float(f64::from(*number)),
        Value::Float(number) => Basic::Float(*number),
        Value::Complex(real, imaginary) => Basic::Complex(*real, *imaginary),
        Value::Str(text) => Basic::Text(text.clone()),
        Value::Object(object) if object.object_type().kind() != Kind::Pointer => basic(&object.underlying()?)?,
        _ => return None,
    })
}

/// Tells whether `first` equals any of `others`.
pub(super) fn equal_any(first: &Value, others: &[Value]) -> Result<bool, CallError> {
    if others.is_empty() {
        return Err("missing argument for comparison".into());
    }
    for other in others {
        if equal(first, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[expect(clippy::float_cmp, reason = "this is what Go compares")]
pub(super) fn equal(one: &Value, other: &Value) -> Result<bool, CallError> {
    match (basic(one), basic(other)) {
        (Some(Basic::Bool(one)), Some(Basic::Bool(other))) => Ok(one == other),
        (Some(Basic::Int(one)), Some(Basic::Int(other))) => Ok(one == other),
        (Some(Basic::Uint(one)), Some(Basic::Uint(other))) => Ok(one == other),
        (Some(Basic::Int(int)), Some(Basic::Uint(uint))) | (Some(Basic::Uint(uint)), Some(Basic::Int(int))) => {
            Ok(u64::try_from(int) == Ok(uint))
        }
        (Some(Basic::Float(one)), Some(Basic::Float(other))) => Ok(one == other),
        (Some(Basic::Complex(a, b)), Some(Basic::Complex(c, d))) => Ok(a == c && b == d),
        (Some(Basic::Text(one)), Some(Basic::Text(other))) => Ok(one == other),
        (None, None) => equal_others(one, other),
        _ if matches!(one, Value::Nil) || matches!(other, Value::Nil) => Ok(false),
        _ => Err(incompatible(one, other)),
    }
}

fn equal_others(one: &Value, other: &Value) -> Result<bool, CallError> {
    let has_nil = matches!(one, Value::Nil) || matches!(other, Value::Nil);
    if one.kind() != other.kind() && !has_nil {
        // The order of these is Go's.
        let (a, b) = (text("%s", one), text("%v", other));
        let (a_type, b_type) = (one.type_name(), other.type_name());
        return Err(format!("non-comparable types {a}: {a_type}, {b_type}: {b}").into());
    }
    if one.is_nil() || other.is_nil() {
        return Ok(one.is_nil() == other.is_nil());
    }
    match (one, other) {
        (Value::Object(one), Value::Object(other)) if !matches!(one.object_type().kind(), Kind::Map | Kind::Slice) => {
            Ok(Rc::ptr_eq(one, other) || one.object_type() == other.object_type() && one.equals(&**other))
        }
        _ => Err(format!("non-comparable type {}: {}", text("%s", other), other.type_name()).into()),
    }
}

fn text(format: &str, value: &Value) -> String {
    String::from_utf8_lossy(&sprintf(format.as_bytes(), std::slice::from_ref(value))).into_owned()
}

fn incompatible(one: &Value, other: &Value) -> CallError {
    format!("incompatible types for comparison: {} and {}", one.type_name(), other.type_name()).into()
}

pub(super) fn less(one: &Value, other: &Value) -> Result<bool, CallError> {
    let invalid = || CallError::new("invalid type for comparison");
    match (basic(one).ok_or_else(invalid)?, basic(other).ok_or_else(invalid)?) {
        (Basic::Int(one), Basic::Int(other)) => Ok(one < other),
        (Basic::Uint(one), Basic::Uint(other)) => Ok(one < other),
        (Basic::Int(one), Basic::Uint(other)) => Ok(u64::try_from(one).map_or(true, |one| one < other)),
        (Basic::Uint(one), Basic::Int(other)) => Ok(u64::try_from(other).is_ok_and(|other| one < other)),
        (Basic::Float(one), Basic::Float(other)) => Ok(one < other),
        (Basic::Text(one), Basic::Text(other)) => Ok(one < other),
        (Basic::Bool(_), Basic::Bool(_)) | (Basic::Complex(..), Basic::Complex(..)) => Err(invalid()),
        _ => Err(incompatible(one, other)),
    }
}

pub(super) fn less_or_equal(one: &Value, other: &Value) -> Result<bool, CallError> {
    Ok(less(one, other)? || equal(one, other)?)
}
