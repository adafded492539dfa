use std::collections::HashMap;

use super::{
    Number,
    document::{Documents, Node, NodeId},
};

/// Deeper values are taken to differ; no reader of ours makes any.
const MAX_DEPTH: usize = 10_000;

/// Tells whether two values are equal as JSON: numbers by value, objects whatever the order of their keys.
pub(super) fn equal(documents: &Documents, one: Node, other: Node) -> bool {
    equal_below(documents, one, other, 0)
}

fn equal_below(documents: &Documents, one: Node, other: Node, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    let same =
        |one: NodeId, other: NodeId| equal_below(documents, documents.node(one), documents.node(other), depth + 1);
    match (one, other) {
        (Node::Null, Node::Null) => true,
        (Node::Bool(one), Node::Bool(other)) => one == other,
        (Node::Str(one), Node::Str(other)) => documents.bytes(one) == documents.bytes(other),
        (Node::Number(one), Node::Number(other)) => {
            match (Number::parse(documents.bytes(one)), Number::parse(documents.bytes(other))) {
                (Some(one), Some(other)) => one == other,
                _ => false,
            }
        }
        (Node::Array(_), Node::Array(_)) => {
            let (one, other) = (documents.items_of(one), documents.items_of(other));
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(*one, *other))
        }
        (Node::Object(_), Node::Object(_)) => {
            let (ours, theirs) = (documents.entries_of(one), documents.entries_of(other));
            if ours.len() != theirs.len() {
                return false;
            }
            let mut by_key: HashMap<&[u8], NodeId> = HashMap::with_capacity(theirs.len());
            by_key.extend(theirs.iter().map(|entry| (documents.bytes(entry.key), entry.value)));
            let twin = |key: &[u8]| by_key.get(key).copied();
            ours.iter().all(|entry| twin(documents.bytes(entry.key)).is_some_and(|other| same(entry.value, other)))
        }
        _ => false,
    }
}

/// Returns the first element that equals an earlier one, after that one.
pub(super) fn duplicates(documents: &Documents, items: &[NodeId]) -> Option<(usize, usize)> {
    let mut seen: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
    for (at, item) in items.iter().enumerate() {
        let node = documents.node(*item);
        let mut key = Vec::new();
        fingerprint(documents, node, &mut key, 0);
        let twins = seen.entry(key).or_default();
        let twin = twins.iter().find(|twin| equal(documents, documents.node(items[**twin]), node));
        if let Some(twin) = twin {
            return Some((*twin, at));
        }
        twins.push(at);
    }
    None
}

/// Writes bytes that are equal for equal values, and mostly differ for others.
fn fingerprint(documents: &Documents, node: Node, out: &mut Vec<u8>, depth: usize) {
    match node {
        Node::Null => out.push(b'n'),
        Node::Bool(truth) => out.push(if truth { b't' } else { b'f' }),
        Node::Number(text) => {
            out.push(b'#');
            if let Some(number) = Number::parse(documents.bytes(text)) {
                out.extend_from_slice(&number.to_f64().to_be_bytes());
            }
        }
        Node::Str(text) => {
            out.push(b'"');
            out.extend_from_slice(documents.bytes(text));
        }
        Node::Array(_) | Node::Object(_) => {
            out.push(if matches!(node, Node::Array(_)) { b'[' } else { b'{' });
            out.extend_from_slice(&node.length().to_be_bytes());
            if depth > 512 {
                return;
            }
            for item in documents.items_of(node) {
                fingerprint(documents, documents.node(*item), out, depth + 1);
            }
            let mut entries = documents.entries_of(node).to_vec();
            entries.sort_by(|one, other| documents.bytes(one.key).cmp(documents.bytes(other.key)));
            for entry in entries {
                out.push(b':');
                out.extend_from_slice(documents.bytes(entry.key));
                fingerprint(documents, documents.node(entry.value), out, depth + 1);
            }
        }
        Node::Invalid(_) => out.push(b'?'),
    }
}
