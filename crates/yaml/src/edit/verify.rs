//! Checks an edit by reading its result again.

use super::{
    EditError, NewValue,
    locate::{self, Place, pointer},
};
use crate::{Document, Node, NodeKind, Profile, Scalar, parse_all, resolve};

/// Returns whether a scalar has `value` in both profiles.
pub(super) fn holds(node: Node<'_, '_>, value: NewValue<'_>) -> bool {
    [Profile::Go2, Profile::Go3].into_iter().all(|profile| match (resolve(node, profile), value) {
        (Ok(Scalar::Str(text)), NewValue::Str(wanted)) => text == wanted,
        (Ok(Scalar::Int(int)), NewValue::Int(wanted)) => int == wanted,
        (Ok(Scalar::Bool(bool)), NewValue::Bool(wanted)) => bool == wanted,
        _ => false,
    })
}

/// Checks that `edited` differs from `before` in nothing but the node at `path`, and that this has `value`.
pub(super) fn only_that_changed(
    before: &[Document<'_>],
    edited: &str,
    number: usize,
    path: &[String],
    value: NewValue<'_>,
) -> Result<(), EditError> {
    let refused = || EditError::Unsafe { pointer: pointer(path) };
    let after = parse_all(edited, Profile::Go2).map_err(|_| refused())?;
    let made = matches!(locate::find(after.get(number).ok_or_else(refused)?, path)?, Place::Scalar(node) if holds(node, value));
    let as_many = after.len() == before.len().max(1);
    let others = before.iter().zip(&after).enumerate().all(|(index, (old, new))| {
        let path = if index == number { Some(path) } else { None };
        same(old.root(), new.root(), path)
    });
    if made && as_many && others { Ok(()) } else { Err(refused()) }
}

/// Returns whether two nodes are equal but for what stands at `path`; without a path they must be equal.
fn same(old: Node<'_, '_>, new: Node<'_, '_>, path: Option<&[String]>) -> bool {
    if old.anchor() != new.anchor() || old.tag() != new.tag() {
        return false;
    }
    if path.is_some_and(<[String]>::is_empty) {
        return matches!((old.kind(), new.kind()), (NodeKind::Scalar(..), NodeKind::Scalar(..)));
    }
    match (old.kind(), new.kind()) {
        (NodeKind::Scalar(a, style), NodeKind::Scalar(b, other)) => a == b && style == other,
        (NodeKind::Alias(a, _), NodeKind::Alias(b, _)) => a == b,
        (NodeKind::Sequence(a), NodeKind::Sequence(b)) => {
            let index = path.and_then(|path| path[0].parse::<usize>().ok());
            a.len() == b.len()
                && a.zip(b)
                    .enumerate()
                    .all(|(at, (a, b))| same(a, b, path.filter(|_| index == Some(at)).map(|path| &path[1..])))
        }
        (NodeKind::Mapping(a), NodeKind::Mapping(b)) => {
            let key = path.map(|path| path[0].as_str());
            let known = a.clone().any(|(name, _)| key.is_some() && name.text() == key);
            b.len() == a.len() + usize::from(key.is_some() && !known)
                && a.zip(b).all(|((a_key, a), (b_key, b))| {
                    let here = key.is_some() && a_key.text() == key;
                    same(a_key, b_key, None) && same(a, b, path.filter(|_| here).map(|path| &path[1..]))
                })
        }
        // A null that became a mapping has nothing else in it, or the pointer would not have found its scalar alone.
        (NodeKind::Scalar(..), NodeKind::Mapping(_)) => {
            path.is_some() && matches!(resolve(old, Profile::Go2), Ok(Scalar::Null)) && is_chain(new, path)
        }
        _ => false,
    }
}

/// Returns whether `node` is nothing but the mappings that lead along `path`.
fn is_chain(node: Node<'_, '_>, path: Option<&[String]>) -> bool {
    let Some([first, rest @ ..]) = path else { return matches!(node.kind(), NodeKind::Scalar(..)) };
    let mut entries = node.entries();
    entries.len() == 1
        && entries
            .next()
            .is_some_and(|(key, value)| key.text() == Some(first) && (rest.is_empty() || is_chain(value, Some(rest))))
}
