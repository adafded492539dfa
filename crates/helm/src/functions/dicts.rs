use towpath_gotmpl::{CallError, List, Map, Signature, Value};

use super::{
    A, Answer, B, Entry, LIST, M, S, STRINGS,
    arguments::{map, plain, text},
    fail, merge,
};
use crate::engine::State;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("dict", Signature::variadic(&[], A, M), |session, a| {
        let dict = Map::any();
        for pair in a.chunks_mut(2) {
            let value = pair.get_mut(1).map_or_else(|| Value::from(""), std::mem::take);
            let key = match plain(&pair[0]) {
                Some(key) => key,
                None => State::of(session)?.key(&pair[0]),
            };
            dict.insert(key, value);
        }
        Ok(dict.into())
    }),
    ("get", Signature::new(&[M, S], A), |_, a| Ok(map(&a[0]).get(text(&a[1])).unwrap_or_else(|| "".into()))),
    ("set", Signature::new(&[M, S, A], M), |s, a| {
        let dict = map(&a[0]);
        if dict.is_nil() {
            return fail("assignment to entry in nil map");
        }
        s.changes(&dict);
        if dict.insert(text(&a[1]), a[2].clone()).is_none() {
            s.charge(ENTRY)?;
        }
        Ok(dict.into())
    }),
    ("unset", Signature::new(&[M, S], M), |s, a| {
        let dict = map(&a[0]);
        s.changes(&dict);
        if let Some(mut entries) = dict.borrow_mut() {
            entries.remove(text(&a[1]).as_bytes());
        }
        Ok(dict.into())
    }),
    ("hasKey", Signature::new(&[M, S], B), |_, a| Ok(Value::Bool(map(&a[0]).contains(text(&a[1]))))),
    ("pluck", Signature::variadic(&[S], M, LIST), |_, a| {
        let key = text(&a[0]);
        Ok(List::any(a[1..].iter().filter_map(|dict| map(dict).get(&key)).collect()).into())
    }),
    ("keys", Signature::variadic(&[], M, STRINGS), |_, a| {
        Ok(List::strings(a.iter().flat_map(|dict| map(dict).keys())).into())
    }),
    ("values", Signature::new(&[M], LIST), |_, a| {
        Ok(List::any(map(&a[0]).entries().into_iter().map(|(_, value)| value).collect()).into())
    }),
    ("pick", Signature::variadic(&[M], S, M), |_, a| {
        let (dict, picked) = (map(&a[0]), Map::any());
        for key in a[1..].iter().map(text) {
            if let Some(value) = dict.get(&key) {
                picked.insert(key, value);
            }
        }
        Ok(picked.into())
    }),
    ("omit", Signature::variadic(&[M], S, M), |_, a| {
        let omitted: Vec<_> = a[1..].iter().map(text).collect();
        let kept = map(&a[0]).entries().into_iter().filter(|(key, _)| !omitted.contains(key));
        Ok(kept.collect::<Map>().into())
    }),
    ("merge", Signature::variadic(&[M], M, A), |s, a| Ok(merge::merge(s, a, merge::Winner::Destination))),
    ("mustMerge", Signature::variadic(&[M], M, A), |s, a| Ok(merge::merge(s, a, merge::Winner::Destination))),
    ("mergeOverwrite", Signature::variadic(&[M], M, A), |s, a| Ok(merge::merge(s, a, merge::Winner::Source))),
    ("mustMergeOverwrite", Signature::variadic(&[M], M, A), |s, a| Ok(merge::merge(s, a, merge::Winner::Source))),
    ("dig", Signature::variadic(&[], A, A), |_, a| dig(a)),
];

/// What a new entry of a map takes.
const ENTRY: usize = 2 * size_of::<Value>() + 16;

fn dig(arguments: &[Value]) -> Answer {
    let [path @ .., fallback, dict] = arguments else { return fail("dig needs at least three arguments") };
    if path.is_empty() {
        return fail("dig needs at least three arguments");
    }
    let mut dict = plain_map(dict)?;
    let mut keys = Vec::with_capacity(path.len());
    for key in path {
        let Value::Str(key) = key else { return fail(conversion(key, "string")) };
        keys.push(key);
    }
    let Some((last, steps)) = keys.split_last() else { return Ok(Value::Nil) };
    for key in steps {
        match dict.get(key) {
            None => return Ok(fallback.clone()),
            Some(next) => dict = plain_map(&next)?,
        }
    }
    Ok(dict.get(last).unwrap_or_else(|| fallback.clone()))
}

/// Go's type assertion takes no other type, not even one that is defined over it.
fn plain_map(value: &Value) -> Result<Map, CallError> {
    match value {
        Value::Map(map) if map.map_type().name == towpath_gotmpl::MapType::ANY.name => Ok(map.clone()),
        other => fail(conversion(other, "map[string]interface {}")),
    }
}

fn conversion(value: &Value, wanted: &str) -> String {
    let is = if matches!(value, Value::Nil) { "nil" } else { value.type_name() };
    format!("interface conversion: interface {{}} is {is}, not {wanted}")
}
