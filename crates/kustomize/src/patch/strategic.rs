//! Strategic merge patches.
//!
//! Source: kustomize `kyaml/yaml/walk` and `kyaml/yaml/merge2` 0.21.1, whose ways are kept where they surprise: fields
//! that both sides have keep the quoting of the old value, and the elements of a patch come before those that were there.

use super::{
    directive::{self, Directive, UnknownDirective},
    known::Known,
    list,
};
use crate::{
    node::{Kind, Missing, Node},
    open_api,
};

/// Why a strategic merge patch does not apply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// The patch has another kind of node than the resource.
    #[error(transparent)]
    Kind(#[from] Missing),
    /// `$patch` says something unknown.
    #[error(transparent)]
    Directive(#[from] UnknownDirective),
    /// The patch nests too deep.
    #[error("the patch nests deeper than {0} levels")]
    Depth(usize),
}

/// Where a merged node is: changed in place, taken from the patch, or gone.
#[derive(Debug)]
pub(super) enum Merged {
    InPlace,
    Patch(Node),
    Gone,
}

const MOST_DEPTH: usize = 1000;

/// Applies `patch` to `target`; returns whether anything is left of it.
pub(crate) fn apply(target: &mut Node, patch: Node) -> Result<bool, MergeError> {
    match merge(Some(target), Some(patch), Known::nothing(&open_api::kinds()), 0)? {
        Merged::InPlace => Ok(true),
        Merged::Patch(node) => {
            *target = node;
            Ok(true)
        }
        Merged::Gone => Ok(false),
    }
}

/// Merges a patch into what is there; either may be absent.
pub(super) fn merge(
    target: Option<&mut Node>,
    patch: Option<Node>,
    known: Known<'_>,
    depth: usize,
) -> Result<Merged, MergeError> {
    if depth > MOST_DEPTH {
        return Err(MergeError::Depth(MOST_DEPTH));
    }
    let there = |node: &Node| !node.is_null();
    let target_kind = target.as_deref().filter(|node| there(node)).map(Node::kind);
    let patch_kind = patch.as_ref().filter(|node| there(node)).map(Node::kind);
    if let (Some(expected), Some(found)) = (target_kind, patch_kind)
        && expected != found
    {
        return Err(Missing::WrongKind { expected: expected.name(), found: found.name() }.into());
    }
    let known = known.or_of_object(target.as_deref()).or_of_object(patch.as_ref());
    match target_kind.or(patch_kind) {
        Some(Kind::Mapping) | None => merge_mapping(target, patch, known, depth),
        Some(Kind::Sequence) => match known.merged_list() {
            Some(rule) => list::merge(target, patch, &rule, depth),
            None => Ok(replaced(target, patch)),
        },
        Some(Kind::Scalar) => Ok(replaced(target, patch)),
    }
}

fn replaced(target: Option<&mut Node>, patch: Option<Node>) -> Merged {
    match (target, patch) {
        (_, Some(patch)) => Merged::Patch(patch),
        (Some(_), None) => Merged::InPlace,
        (None, None) => Merged::Gone,
    }
}

fn merge_mapping(
    target: Option<&mut Node>,
    patch: Option<Node>,
    known: Known<'_>,
    depth: usize,
) -> Result<Merged, MergeError> {
    let Some(target) = target else { return added(patch, known, depth) };
    if target.is_null() {
        if patch.is_some() {
            return added(patch, known, depth);
        }
        // A null that somebody wrote stays; an empty value is dropped.
        if let Node::Scalar(scalar) = target
            && !scalar.text.is_empty()
        {
            scalar.keep = true;
        }
        return Ok(Merged::InPlace);
    }
    match patch {
        Some(patch) if patch.is_null() => Ok(Merged::Gone),
        Some(mut patch) => match directive::take(&mut patch)? {
            Directive::Delete => Ok(Merged::Gone),
            Directive::Replace => {
                merge_with_itself(&mut patch, known, depth)?;
                Ok(Merged::Patch(patch))
            }
            Directive::Merge => {
                merge_fields(target, patch, known, depth)?;
                Ok(Merged::InPlace)
            }
        },
        None => {
            merge_fields(target, Node::Mapping(Vec::new()), known, depth)?;
            Ok(Merged::InPlace)
        }
    }
}

/// Returns what a patch adds where nothing was.
fn added(patch: Option<Node>, known: Known<'_>, depth: usize) -> Result<Merged, MergeError> {
    let Some(mut patch) = patch else { return Ok(Merged::Gone) };
    if directive::take(&mut patch) == Ok(Directive::Delete) {
        return Ok(Merged::Gone);
    }
    merge_with_itself(&mut patch, known, depth)?;
    Ok(Merged::Patch(patch))
}

fn merge_fields(target: &mut Node, patch: Node, known: Known<'_>, depth: usize) -> Result<(), MergeError> {
    let Node::Mapping(entries) = patch else { return Ok(()) };
    let mut names: Vec<String> = target.entries().iter().chain(&entries).map(|entry| entry.key.text.clone()).collect();
    names.sort_unstable();
    names.dedup();
    let mut patch = Node::Mapping(entries);
    check_named(&names, target)?;
    for name in names {
        let value = patch.clear(&name);
        let below = known.field(&name);
        match merge(target.field_mut(&name), value, below, depth + 1)? {
            Merged::Patch(node) => target.set_field(&name, Some(node))?,
            Merged::Gone => target.set_field(&name, None)?,
            Merged::InPlace => target.touch_field(&name),
        }
    }
    Ok(())
}

/// A field without a name cannot be set; the names are sorted.
fn check_named(names: &[String], mapping: &Node) -> Result<(), Missing> {
    match names.first() {
        Some(name) if name.is_empty() => Err(Missing::wrong_kind(Kind::Scalar, mapping)),
        _ => Ok(()),
    }
}

/// What is added is merged with itself: its own directives count, and nulls below it are dropped.
pub(super) fn merge_with_itself(node: &mut Node, known: Known<'_>, depth: usize) -> Result<(), MergeError> {
    if depth > MOST_DEPTH {
        return Err(MergeError::Depth(MOST_DEPTH));
    }
    let known = known.or_of_object(Some(node));
    let mut names: Vec<String> = node.entries().iter().map(|entry| entry.key.text.clone()).collect();
    names.sort_unstable();
    names.dedup();
    check_named(&names, node)?;
    for name in names {
        let Some(child) = node.field_mut(&name) else { continue };
        let below = known.field(&name);
        if stays(child, below, depth + 1)? {
            node.touch_field(&name);
        } else {
            node.clear(&name);
        }
    }
    Ok(())
}

/// Merges what is below an added node with itself; returns whether it stays.
pub(super) fn stays(child: &mut Node, known: Known<'_>, depth: usize) -> Result<bool, MergeError> {
    if child.is_null() {
        return Ok(false);
    }
    match child {
        Node::Mapping(_) => {
            if directive::take(child)? == Directive::Delete {
                return Ok(false);
            }
            merge_with_itself(child, known, depth)?;
            Ok(true)
        }
        Node::Sequence(_) => match known.merged_list() {
            Some(rule) => list::merge_with_itself(child, &rule, depth),
            None => Ok(true),
        },
        Node::Scalar(_) => Ok(true),
    }
}
