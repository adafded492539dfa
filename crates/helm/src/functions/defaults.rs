use towpath_gotmpl::{List, Map, Signature, Value};

use super::{A, B, Entry};

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
    ("deepCopy", Signature::new(&[A], A), |_, a| Ok(deep_copy(&a[0]))),
    ("mustDeepCopy", Signature::new(&[A], A), |_, a| Ok(deep_copy(&a[0]))),
];

/// Returns a copy that shares no map with `value`.
pub(crate) fn deep_copy(value: &Value) -> Value {
    match value {
        Value::Map(map) if !map.is_nil() => Value::Map(deep_copy_map(map)),
        Value::List(list) if !list.is_nil() => {
            Value::List(List::new(list.list_type(), list.as_slice().iter().map(deep_copy).collect()))
        }
        other => other.clone(),
    }
}

/// Returns a copy of `map` that shares no map with it.
pub(crate) fn deep_copy_map(map: &Map) -> Map {
    let entries = map.entries().into_iter().map(|(key, value)| (key, deep_copy(&value))).collect();
    Map::from_entries(map.map_type(), entries)
}
