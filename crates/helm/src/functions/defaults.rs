use towpath_gotmpl::{List, Map, Signature, Value};

use super::{A, Answer, B, Entry, fail};
use crate::semver_value::VersionValue;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("default", Signature::variadic(&[A], A, A), |_, a| {
        let given = a.get(1).is_some_and(Value::is_true);
        Ok(std::mem::take(&mut a[usize::from(given)]))
    }),
    ("empty", Signature::new(&[A], B), |_, a| Ok(Value::Bool(!a[0].is_true()))),
    ("coalesce", Signature::variadic(&[], A, A), |_, a| {
        Ok(a.iter().find(|value| value.is_true()).cloned().unwrap_or_default())
    }),
    ("all", Signature::variadic(&[], A, B), |_, a| Ok(Value::Bool(a.iter().all(Value::is_true)))),
    ("any", Signature::variadic(&[], A, B), |_, a| Ok(Value::Bool(a.iter().any(Value::is_true)))),
    ("ternary", Signature::new(&[A, A, B], A), |_, a| {
        let chosen = usize::from(!a[2].is_true());
        Ok(std::mem::take(&mut a[chosen]))
    }),
    ("deepCopy", Signature::new(&[A], A), |_, a| copy(&a[0])),
    ("mustDeepCopy", Signature::new(&[A], A), |_, a| copy(&a[0])),
];

/// How deep a copy goes; a deeper value holds itself.
const MAX_DEPTH: usize = 1_000;

fn copy(value: &Value) -> Answer {
    // The library that Sprig copies with cannot copy nil, but what holds it.
    if matches!(value, Value::Nil) {
        return fail("reflect: call of reflect.Value.Type on zero Value");
    }
    match copied(value, 0) {
        Some(copy) => Ok(copy),
        None => fail(format!("deepCopy of a value that is more than {MAX_DEPTH} deep, or holds itself")),
    }
}

/// Returns a copy that shares no map with `value`, or nothing where that has no end.
fn copied(value: &Value, depth: usize) -> Option<Value> {
    if depth > MAX_DEPTH {
        return None;
    }
    Some(match value {
        Value::Map(map) if !map.is_nil() => {
            let entries = map.borrow()?;
            let copied = entries.iter().map(|(key, value)| Some((key.clone(), copied(value, depth + 1)?)));
            Value::Map(Map::from_entries(map.map_type(), copied.collect::<Option<_>>()?))
        }
        Value::List(list) if !list.is_nil() => {
            let copied = list.as_slice().iter().map(|value| copied(value, depth + 1));
            Value::List(List::new(list.list_type(), copied.collect::<Option<_>>()?))
        }
        // The library that Sprig copies with leaves out fields that are not exported.
        Value::Object(object) if object.as_any().is::<VersionValue>() => VersionValue::empty(),
        other => other.clone(),
    })
}

/// Returns a copy of what YAML or JSON gave, which is never too deep, that shares no map with it.
pub(crate) fn deep_copy(value: &Value) -> Value {
    copied(value, 0).unwrap_or_else(|| value.clone())
}

/// Returns a copy of such a `map` that shares no map with it.
pub(crate) fn deep_copy_map(map: &Map) -> Map {
    match deep_copy(&Value::Map(map.clone())) {
        Value::Map(copy) => copy,
        _ => map.clone(),
    }
}
