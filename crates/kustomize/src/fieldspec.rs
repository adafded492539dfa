//! Field specs: where in which kinds a transformer works.

use crate::{
    id::{Gvk, ResId},
    node::{Kind, Missing, Node, Tag},
    path::Parts,
};

/// A place in the resources of some kinds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FieldSpec {
    pub(crate) gvk: Gvk,
    /// Names of fields between `/`; lists stand for each of their elements.
    pub(crate) path: String,
    pub(crate) create: bool,
}

/// Why a field spec does not apply to a resource.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("considering field '{path}' of object {object}: {problem}")]
pub struct FieldError {
    /// The path of the field spec.
    pub path: String,
    /// The resource.
    pub object: String,
    /// What is wrong.
    pub problem: String,
}

/// What is made where a field spec asks for a missing field.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Leaf {
    /// Nothing is made.
    None,
    Scalar(Tag),
    Mapping,
}

impl FieldSpec {
    pub(crate) fn new(path: &str, create: bool, group: &str, version: &str, kind: &str) -> Self {
        Self { gvk: Gvk::new(group, version, kind), path: path.to_owned(), create }
    }

    /// Calls `set` for each node at the path, if the resource is of the kind.
    pub(crate) fn apply(
        &self,
        node: &mut Node,
        leaf: Leaf,
        set: &mut dyn FnMut(&mut Node) -> Result<(), String>,
    ) -> Result<(), FieldError> {
        let text = |name: &str| node.field(name).map_or("", Node::as_text);
        if !self.gvk.selects(text("apiVersion"), text("kind")) {
            return Ok(());
        }
        self.apply_to_any(node, leaf, set)
    }

    /// Calls `set` for each node at the path, whatever kind the resource is of.
    pub(crate) fn apply_to_any(
        &self,
        node: &mut Node,
        leaf: Leaf,
        set: &mut dyn FnMut(&mut Node) -> Result<(), String>,
    ) -> Result<(), FieldError> {
        let leaf = if self.create { leaf } else { Leaf::None };
        walk(node, Parts::of(&self.path), leaf, set).map_err(|problem| {
            let text = |name: &str| node.field(name).map_or("", Node::as_text);
            let object = ResId {
                gvk: Gvk::parse(text("apiVersion"), text("kind")),
                name: metadata(node, "name").to_owned(),
                namespace: metadata(node, "namespace").to_owned(),
            };
            FieldError { path: self.path.clone(), object: object.to_string(), problem }
        })
    }

    /// Tells whether `other` names the same field for kinds that this one has.
    fn covers(&self, other: &Self) -> bool {
        self.path == other.path && self.gvk.is_selected(&other.gvk)
    }
}

fn metadata<'n>(node: &'n Node, name: &str) -> &'n str {
    node.field("metadata").and_then(|metadata| metadata.field(name)).map_or("", Node::as_text)
}

/// Two field specs for one field disagree whether it is made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("conflicting fieldspecs: `{path}` is made where it is missing, and is not")]
pub struct Conflict {
    /// The path that both name.
    pub path: String,
}

/// Adds the specs that are not there yet.
pub(crate) fn merge(into: &mut Vec<FieldSpec>, more: &[FieldSpec]) -> Result<(), Conflict> {
    for spec in more {
        match into.iter().find(|known| known.covers(spec)) {
            Some(known) if known.create != spec.create => return Err(Conflict { path: spec.path.clone() }),
            Some(_) => {}
            None => into.push(spec.clone()),
        }
    }
    Ok(())
}

fn walk(
    node: &mut Node,
    parts: Parts<'_>,
    leaf: Leaf,
    set: &mut dyn FnMut(&mut Node) -> Result<(), String>,
) -> Result<(), String> {
    let Some((part, rest)) = parts.split_first() else { return set(node) };
    match node {
        node if node.is_null() => Ok(()),
        Node::Sequence(items) => {
            for item in items {
                walk(item, parts, leaf, set)?;
            }
            Ok(())
        }
        Node::Mapping(_) => match prepare(node, &part, rest.is_empty(), leaf).map_err(|error| error.to_string())? {
            Some(field) => walk(field, rest, leaf, set),
            None => Ok(()),
        },
        Node::Scalar(_) => Err("expected sequence or mapping node".to_owned()),
    }
}

/// Checks that a part of a path names a field: what would name an element has no place in a mapping.
fn check_field(name: &str, mapping: &Node) -> Result<(), Missing> {
    match name.as_bytes() {
        [] => Err(Missing::NoName),
        [b'*'] => Err(Missing::Wildcard),
        [b'-'] | [b'[', .., b']'] => Err(Missing::wrong_kind(Kind::Sequence, mapping)),
        [b'0'..=b'9' | b'+' | b'-', ..] if name.parse::<i64>().is_ok() => {
            Err(Missing::wrong_kind(Kind::Sequence, mapping))
        }
        _ => Ok(()),
    }
}

/// Returns the field, made if it is missing and to be made; null becomes what should stand there.
fn prepare<'n>(node: &'n mut Node, part: &str, is_last: bool, leaf: Leaf) -> Result<Option<&'n mut Node>, Missing> {
    let (name, means_list) = part.strip_suffix("[]").map_or((part, false), |name| (name, true));
    check_field(name, node)?;
    let kind = match (leaf, means_list) {
        (_, true) => Some((Kind::Sequence, Tag::Unset)),
        (Leaf::None, false) => None,
        (Leaf::Scalar(tag), false) if is_last => Some((Kind::Scalar, tag)),
        _ => Some((Kind::Mapping, Tag::Unset)),
    };
    let creates = !means_list && !matches!(leaf, Leaf::None);
    if node.field(name).is_none() {
        match kind {
            Some((kind, _)) if creates => node.set_field(name, Some(kind.empty()))?,
            _ => return Ok(None),
        }
    }
    let field = node.field_mut(name);
    Ok(field.map(|field| {
        if let (true, Some((kind, tag))) = (field.is_null(), kind) {
            match (kind, &mut *field) {
                (Kind::Scalar, Node::Scalar(scalar)) => scalar.tag = tag,
                _ => *field = kind.empty(),
            }
        }
        field
    }))
}
