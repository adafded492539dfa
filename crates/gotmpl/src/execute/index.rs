use super::{Slot, builtin::prepare};
use crate::{CallError, Str, Type, UintKind, Value};

/// Returns `item[index][index]…`; a map gives the zero value of its elements for a key it does not have.
pub(super) fn index(item: Value, indexes: &[Value]) -> Result<Value, CallError> {
    if matches!(item, Value::Nil) {
        return Err("index of untyped nil".into());
    }
    indexes.iter().try_fold(item, |item, index| element(&item, index))
}

fn element(item: &Value, index: &Value) -> Result<Value, CallError> {
    match item {
        Value::Str(text) | Value::Bytes(text) => {
            let at = position(index, text.len())?;
            let what = if matches!(item, Value::Str(_)) { "string" } else { "slice" };
            let byte = text.as_bytes().get(at).ok_or_else(|| out_of_range(what))?;
            Ok(Value::Uint(u64::from(*byte), UintKind::Uint8))
        }
        Value::List(list) => {
            let at = position(index, list.len())?;
            list.as_slice().get(at).cloned().ok_or_else(|| out_of_range("slice"))
        }
        Value::Map(map) => {
            let key = prepare(index.clone(), Type::String)?.as_str().unwrap_or_default();
            Ok(map.at(&key).unwrap_or_else(|| Value::zero(map.map_type().element)))
        }
        Value::Nil => Err("index of nil pointer".into()),
        Value::Object(object) if object.is_nil() => Err("index of nil pointer".into()),
        Value::Object(object) => match object.underlying() {
            Some(underlying) => element(&underlying, index),
            None => Err(not_possible("index", item)),
        },
        item => Err(not_possible("index", item)),
    }
}

fn not_possible(what: &str, item: &Value) -> CallError {
    format!("can't {what} item of type {}", item.pointed_type_name()).into()
}

/// An index right behind the end passes Go's own check and fails in its reflection.
fn out_of_range(what: &str) -> CallError {
    format!("reflect: {what} index out of range").into()
}

fn position(index: &Value, capacity: usize) -> Result<usize, CallError> {
    let number = match index {
        Value::Int(number, _) => *number,
        Value::Uint(number, _) => number.cast_signed(),
        Value::Nil => return Err("cannot index slice/array with nil".into()),
        other => return Err(format!("cannot index slice/array with type {}", other.type_name()).into()),
    };
    usize::try_from(number)
        .ok()
        .filter(|at| *at <= capacity)
        .ok_or_else(|| format!("index out of range: {number}").into())
}

/// Returns `item[from:to]`.
pub(super) fn slice(item: &Value, indexes: &[Slot]) -> Result<Value, CallError> {
    if matches!(item, Value::Nil) {
        return Err("slice of untyped nil".into());
    }
    if indexes.len() > 3 {
        return Err(format!("too many slice indexes: {}", indexes.len()).into());
    }
    let (length, capacity) = match item {
        Value::Str(_) if indexes.len() == 3 => return Err("cannot 3-index slice a string".into()),
        Value::Str(text) | Value::Bytes(text) => (text.len(), text.len()),
        Value::List(list) => (list.len(), list.capacity()),
        Value::Object(object) if object.is_nil() => return Err("slice of nil pointer".into()),
        item => return Err(not_possible("slice", item)),
    };
    let mut bounds = [0, length, capacity];
    for (bound, index) in bounds.iter_mut().zip(indexes) {
        if index.in_interface {
            return Err("cannot index slice/array with type interface {}".into());
        }
        *bound = position(&index.value, capacity)?;
    }
    let [from, to, end] = bounds;
    for (low, high) in [(from, to), (to, end)] {
        if low > high {
            return Err(format!("invalid slice index: {low} > {high}").into());
        }
    }
    Ok(match item {
        Value::Str(text) => Value::Str(Str::new(&text.as_bytes()[from..to])),
        Value::Bytes(bytes) => Value::Bytes(Str::new(&bytes.as_bytes()[from..to])),
        Value::List(list) => Value::List(list.slice(from, to)),
        other => other.clone(),
    })
}

/// Returns the length of what has one.
pub(super) fn length(item: &Slot) -> Result<Value, CallError> {
    match item.value.length() {
        Some(length) => Ok(Value::int(i64::try_from(length).unwrap_or(i64::MAX))),
        None if item.is_missing() => Err("reflect: call of reflect.Value.Type on zero Value".into()),
        None if item.value.is_nil() => Err("len of nil pointer".into()),
        None => Err(format!("len of type {}", item.value.pointed_type_name()).into()),
    }
}
