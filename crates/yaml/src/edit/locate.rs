//! From a pointer to a place in the tree.

use std::collections::HashSet;

use super::EditError;
use crate::{Document, Node, NodeKind, Profile, Scalar, resolve};

/// What a pointer leads to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'d, 'a> {
    /// A scalar that is there.
    Scalar(Node<'d, 'a>),
    /// A mapping that has not the key with this number on the way.
    Missing(Node<'d, 'a>, usize),
    /// A null where a mapping should be, and the number of the first key that it should have.
    Null(Node<'d, 'a>, usize),
}

/// Returns the parts of a JSON pointer.
pub(super) fn segments(pointer: &str) -> Result<Vec<String>, EditError> {
    match pointer.strip_prefix('/') {
        Some(rest) => Ok(rest.split('/').map(|part| part.replace("~1", "/").replace("~0", "~")).collect()),
        None => Err(EditError::Pointer(pointer.to_owned())),
    }
}

/// Returns the pointer with these parts.
pub(super) fn pointer(path: &[String]) -> String {
    path.iter().map(|part| format!("/{}", part.replace('~', "~0").replace('/', "~1"))).collect()
}

/// Returns where `path` leads in `document`.
pub(super) fn find<'d, 'a>(document: &'d Document<'a>, path: &[String]) -> Result<Place<'d, 'a>, EditError> {
    let repeated = repeated_nodes(document);
    let mut node = document.root();
    for (number, segment) in path.iter().enumerate() {
        let way = &path[..number];
        refuse_alias(node, way, &repeated)?;
        node = match node.kind() {
            NodeKind::Mapping(_) => match entry(node, segment, &path[..=number])? {
                Some(value) => value,
                None => return Ok(Place::Missing(node, number)),
            },
            NodeKind::Sequence(mut items) => {
                let item = segment.parse::<usize>().ok().and_then(|index| items.nth(index));
                item.ok_or_else(|| mismatch(node, &path[..number], "a list without this item", "a mapping"))?
            }
            _ if matches!(resolve(node, Profile::Go2), Ok(Scalar::Null)) => return Ok(Place::Null(node, number)),
            _ => return Err(mismatch(node, way, "a scalar", "a mapping")),
        };
    }
    refuse_alias(node, path, &repeated)?;
    match node.kind() {
        NodeKind::Scalar(..) => Ok(Place::Scalar(node)),
        NodeKind::Sequence(_) => Err(mismatch(node, path, "a list", "a scalar")),
        _ => Err(mismatch(node, path, "a mapping", "a scalar")),
    }
}

/// Returns the value of the entry `key`, which may stand once.
pub(super) fn entry<'d, 'a>(
    mapping: Node<'d, 'a>,
    key: &str,
    way: &[String],
) -> Result<Option<Node<'d, 'a>>, EditError> {
    let mut found = mapping.entries().filter(|(name, _)| name.text() == Some(key));
    let value = found.next().map(|(_, value)| value);
    match found.next() {
        Some((second, _)) => Err(EditError::Twice { pointer: pointer(way), span: second.span() }),
        None => Ok(value),
    }
}

fn mismatch(node: Node<'_, '_>, way: &[String], found: &'static str, expected: &'static str) -> EditError {
    let pointer = if way.is_empty() { "/".to_owned() } else { pointer(way) };
    EditError::Mismatch { pointer, found, expected, span: node.span() }
}

fn refuse_alias(node: Node<'_, '_>, way: &[String], repeated: &HashSet<u32>) -> Result<(), EditError> {
    if let NodeKind::Alias(name, _) = node.kind() {
        return Err(EditError::Alias { pointer: pointer(way), name: name.to_owned(), span: node.span() });
    }
    if repeated.contains(&node.id()) {
        let name = node.anchor().unwrap_or_default().to_owned();
        return Err(EditError::Shared { pointer: pointer(way), name, span: node.outer_span() });
    }
    Ok(())
}

/// Returns the nodes that an alias stands for somewhere in `document`.
fn repeated_nodes(document: &Document<'_>) -> HashSet<u32> {
    document.aliases().map(|(_, target)| target.id()).collect()
}
