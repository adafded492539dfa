use regex::Regex;

use super::{
    Entry, Kind, Missing, Node,
    lookup::{Steps, element},
};
use crate::read;

/// Whether missing parts of a path are made, and what stands at its end then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Create {
    No,
    Leaf(Kind),
}

/// What a path led to.
#[derive(Debug, Default)]
pub(crate) struct Matches {
    /// The ways to the nodes found, in document order.
    pub(crate) nodes: Vec<Steps>,
    /// How many were found inside texts that hold YAML; kustomize finds these and leaves them as they are.
    pub(crate) inside_texts: usize,
}

impl Node {
    /// Returns every node that a path of fields, indexes, `*` and `[field=regular expression]` leads to.
    ///
    /// Source: kustomize `kyaml/yaml/match.go` 0.21.1.
    pub(crate) fn matching(&mut self, parts: &[String], create: Create) -> Result<Matches, Missing> {
        let mut matches = Matches::default();
        walk(self, parts, create, &mut Vec::new(), &mut matches)?;
        Ok(matches)
    }
}

fn walk(node: &mut Node, parts: &[String], create: Create, way: &mut Steps, out: &mut Matches) -> Result<(), Missing> {
    let Some((part, rest)) = parts.split_first() else {
        out.nodes.push(way.clone());
        return Ok(());
    };
    if let Ok(index) = part.parse::<usize>() {
        return walk_index(node, index, rest, create, way, out);
    }
    if let Some((name, value)) = element(part)? {
        return walk_elements(node, (name, value), rest, create, way, out);
    }
    if part == "*" {
        for index in 0..node.sequence()?.len() {
            descend(node, index, rest, create, way, out)?;
        }
        return Ok(());
    }
    walk_field(node, part, rest, create, way, out)
}

fn descend(
    node: &mut Node,
    step: usize,
    rest: &[String],
    create: Create,
    way: &mut Steps,
    out: &mut Matches,
) -> Result<(), Missing> {
    way.push(step);
    let result = walk(node.child_mut(step), rest, create, way, out);
    way.pop();
    result
}

fn walk_index(
    node: &mut Node,
    index: usize,
    rest: &[String],
    create: Create,
    way: &mut Steps,
    out: &mut Matches,
) -> Result<(), Missing> {
    let len = node.sequence()?.len();
    if index == len
        && let Create::Leaf(leaf) = create
        && let Node::Sequence(items) = node
    {
        items.push(kind_for(rest.first().map(String::as_str), leaf).empty());
    } else if index >= len {
        return Err(Missing::Index { index, len });
    }
    descend(node, index, rest, create, way, out)
}

fn walk_elements(
    node: &mut Node,
    (name, pattern): (&str, &str),
    rest: &[String],
    create: Create,
    way: &mut Steps,
    out: &mut Matches,
) -> Result<(), Missing> {
    let regex = Regex::new(pattern).map_err(|error| Missing::Regex(error.to_string()))?;
    let before = (out.nodes.len(), out.inside_texts);
    for index in 0..node.sequence()?.len() {
        let item = node.child(index);
        let text = if name.is_empty() { Some(item.as_text()) } else { item.field(name).map(Node::as_text) };
        if text.is_some_and(|text| regex.is_match(text.trim())) {
            let rest = if name.is_empty() { &[] } else { rest };
            descend(node, index, rest, create, way, out)?;
        }
    }
    if create == Create::No || (out.nodes.len(), out.inside_texts) != before || !regex.is_match(pattern) {
        return Ok(());
    }
    let Node::Sequence(items) = node else { return Ok(()) };
    let value = Node::unset(pattern);
    items.push(if name.is_empty() { value } else { Node::Mapping(vec![Entry::new(name, value)]) });
    let last = items.len() - 1;
    descend(node, last, if name.is_empty() { &[] } else { rest }, create, way, out)
}

fn walk_field(
    node: &mut Node,
    name: &str,
    rest: &[String],
    create: Create,
    way: &mut Steps,
    out: &mut Matches,
) -> Result<(), Missing> {
    if node.is_null() && create == Create::No {
        return Ok(());
    }
    let found = match &*node {
        Node::Mapping(entries) => entries.iter().position(|entry| entry.key.text == name),
        other if other.is_null() => None,
        other => return Err(Missing::wrong_kind(Kind::Mapping, other)),
    };
    let step = match (found, create) {
        (Some(step), _) => step,
        (None, Create::No) => return Ok(()),
        (None, Create::Leaf(leaf)) => {
            node.set_field(name, Some(kind_for(rest.first().map(String::as_str), leaf).empty()))?;
            node.entries().len() - 1
        }
    };
    if let (Node::Scalar(scalar), false) = (node.child(step), rest.is_empty()) {
        let mut inner = read::text(&scalar.text).map_err(Missing::Text)?;
        let mut inside = Matches::default();
        walk(&mut inner, rest, create, &mut Vec::new(), &mut inside)?;
        out.inside_texts += inside.nodes.len() + inside.inside_texts;
        return Ok(());
    }
    descend(node, step, rest, create, way, out)
}

/// Returns what must stand before the next part of a path.
pub(super) fn kind_for(next: Option<&str>, leaf: Kind) -> Kind {
    match next {
        None | Some("") => leaf,
        Some(part) if part.parse::<usize>().is_ok() || (part.starts_with('[') && part.ends_with(']')) => Kind::Sequence,
        Some(_) => Kind::Mapping,
    }
}
