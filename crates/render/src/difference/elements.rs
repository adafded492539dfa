//! Which element of an old list is which of the new one.

use std::collections::HashMap;

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::value::Value;

/// Fields that tell the elements of a list apart, as Kubernetes merges lists by them; the first that fits is taken.
///
/// Source: `x-kubernetes-patch-merge-key` and `x-kubernetes-list-map-keys` in Kubernetes' OpenAPI.
const KEYS: [&[&str]; 13] = [
    &["name"],
    &["containerPort", "protocol"],
    &["port", "protocol"],
    &["key"],
    &["mountPath"],
    &["devicePath"],
    &["ip"],
    &["uid"],
    &["type"],
    &["topologyKey"],
    &["host"],
    &["path"],
    &["id"],
];

/// An old element, a new one, or both, and the step to it in a path.
pub(super) struct Pair {
    pub(super) step: String,
    pub(super) old: Option<usize>,
    pub(super) new: Option<usize>,
}

/// The elements of two lists beside each other.
pub(super) struct Alignment {
    /// Those that may differ: in the old order, then those that are new.
    pub(super) pairs: Vec<Pair>,
    /// The keys of the elements that both have, before and after, where their order differs.
    pub(super) order: Option<(String, String)>,
}

/// Aligns two lists by what tells their elements apart; where nothing does, by what is the same in both.
pub(super) fn align(old: &[Value], new: &[Value]) -> Alignment {
    for fields in KEYS {
        if let (Some(a), Some(b)) = (keys(old, fields), keys(new, fields)) {
            return by_key(fields[0], &a, &b);
        }
    }
    in_sequence(old, new)
}

/// Returns what tells each element apart by `fields`, if each has it and no two have the same.
fn keys(items: &[Value], fields: &[&str]) -> Option<Vec<String>> {
    let (first, rest) = fields.split_first()?;
    let mut keys = Vec::with_capacity(items.len());
    for item in items {
        let mut key = match item.get(first)? {
            Value::Map(_) | Value::List(_) | Value::Hidden(..) | Value::Null => return None,
            scalar => scalar.to_line(),
        };
        for field in rest {
            // Without a protocol a port is one of TCP.
            match item.get(field).and_then(Value::text) {
                Some("TCP") | None => {}
                Some(other) => key = format!("{key},{field}={other}"),
            }
        }
        keys.push(key);
    }
    let mut sorted: Vec<&String> = keys.iter().collect();
    sorted.sort_unstable();
    sorted.windows(2).all(|pair| pair[0] != pair[1]).then_some(keys)
}

fn by_key(field: &str, old: &[String], new: &[String]) -> Alignment {
    let places: HashMap<&String, usize> = new.iter().enumerate().map(|(at, key)| (key, at)).collect();
    let known: HashMap<&String, usize> = old.iter().enumerate().map(|(at, key)| (key, at)).collect();
    let step = |key: &String| format!("[{field}={key}]");
    let mut pairs: Vec<Pair> = old
        .iter()
        .enumerate()
        .map(|(at, key)| Pair { step: step(key), old: Some(at), new: places.get(key).copied() })
        .collect();
    let added = new.iter().enumerate().filter(|(_, key)| !known.contains_key(key));
    pairs.extend(added.map(|(at, key)| Pair { step: step(key), old: None, new: Some(at) }));
    let before: Vec<&str> = old.iter().filter(|key| places.contains_key(key)).map(String::as_str).collect();
    let after: Vec<&str> = new.iter().filter(|key| known.contains_key(key)).map(String::as_str).collect();
    let order = (before != after).then(|| (format!("[{}]", before.join(", ")), format!("[{}]", after.join(", "))));
    Alignment { pairs, order }
}

fn in_sequence(old: &[Value], new: &[Value]) -> Alignment {
    // Their form for debugging also tells hidden values apart; it goes nowhere else.
    let texts = |items: &[Value]| items.iter().map(|item| format!("{item:?}")).collect::<Vec<_>>();
    let (before, after) = (texts(old), texts(new));
    let mut pairs = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &before, &after) {
        if op.tag() == DiffTag::Equal {
            continue;
        }
        let (mut olds, mut news) = (op.old_range(), op.new_range());
        loop {
            let (old, new) = (olds.next(), news.next());
            let Some(at) = new.or(old) else { break };
            pairs.push(Pair { step: format!("[{at}]"), old, new });
        }
    }
    Alignment { pairs, order: None }
}
