//! Lists whose elements merge by keys, or by their texts.
//!
//! Source: kustomize `kyaml/yaml/walk/associative_sequence.go` and `kyaml/yaml/fns.go` 0.21.1. Elements without a key,
//! and keys that only one side gives, lead there to results that nobody would design; they are kept, since the bytes
//! must be the same.

use super::{
    directive::{self, Directive},
    keys::{self, Values},
    known::Rule,
    strategic::{self, MergeError, Merged},
};
use crate::node::{Kind, Missing, Node, Scalar};

/// The key of lists of texts: the element itself.
const ITSELF: &str = "";

/// Merges a patch's list into what is there.
pub(super) fn merge(
    target: Option<&mut Node>,
    patch: Option<Node>,
    rule: &Rule<'_>,
    depth: usize,
) -> Result<Merged, MergeError> {
    let target = match target {
        Some(node) if !node.is_null() => node,
        _ => {
            let Some(mut patch) = patch else { return Ok(Merged::Gone) };
            merge_elements(&mut patch, Other::Itself, rule, depth)?;
            return Ok(Merged::Patch(patch));
        }
    };
    let Some(mut patch) = patch else {
        merge_elements(target, Other::Absent, rule, depth)?;
        return Ok(Merged::InPlace);
    };
    if patch.is_null() {
        return Ok(Merged::Gone);
    }
    match directive::take(&mut patch)? {
        Directive::Delete => Ok(Merged::Gone),
        Directive::Replace => {
            merge_elements(&mut patch, Other::Itself, rule, depth)?;
            Ok(Merged::Patch(patch))
        }
        Directive::Merge => {
            merge_elements(target, Other::Patch(patch.items()), rule, depth)?;
            Ok(Merged::InPlace)
        }
    }
}

/// Merges an added list with itself; returns whether it stays.
pub(super) fn merge_with_itself(list: &mut Node, rule: &Rule<'_>, depth: usize) -> Result<bool, MergeError> {
    if directive::take(list)? == Directive::Delete {
        return Ok(false);
    }
    merge_elements(list, Other::Itself, rule, depth)?;
    Ok(true)
}

/// What a list is merged with.
#[derive(Clone, Copy)]
enum Other<'a> {
    Absent,
    Itself,
    Patch(&'a [Node]),
}

fn merge_elements(list: &mut Node, other: Other<'_>, rule: &Rule<'_>, depth: usize) -> Result<(), MergeError> {
    let Node::Sequence(target) = list else { return Ok(()) };
    let patch = match other {
        Other::Patch(items) => items,
        _ => &[],
    };
    let (names, mut values): (&[&str], Vec<Values>) = if rule.keys.is_empty() {
        (&[ITSELF], keys::texts(patch.iter().chain(target.iter())))
    } else {
        (&rule.keys, keys::values(patch.iter().chain(target.iter()), &rule.keys))
    };
    if names.len() > 1 {
        keys::complete(&mut values);
    }
    let mut merged = Vec::new();
    let mut last_names = Vec::new();
    for wanted in &values {
        let (names, wanted) = keys::valid(&values, wanted, names);
        if let Some(node) = merge_element(target, other, patch, rule, (&names, &wanted), depth)? {
            set_element(&mut merged, Some(&node), &names, &wanted)?;
        }
        last_names = names;
    }
    if !values.is_empty() {
        append(&mut merged, target, &last_names)?;
        *target = merged;
    }
    Ok(())
}

/// Merges the element that `wanted` names; returns nothing where none is left.
fn merge_element(
    target: &mut Vec<Node>,
    other: Other<'_>,
    patch: &[Node],
    rule: &Rule<'_>,
    (names, wanted): (&[&str], &Values),
    depth: usize,
) -> Result<Option<Node>, MergeError> {
    let (lookup_names, lookup) = keys::valid(std::slice::from_ref(wanted), wanted, names);
    let place = find(target, &lookup_names, &lookup);
    let mut in_place = None;
    let mut result = if matches!(other, Other::Itself) {
        match place {
            Some(at) if strategic::stays(&mut target[at], rule.element, depth + 1)? => {
                in_place = Some(at);
                Some(target[at].clone())
            }
            _ => None,
        }
    } else {
        let from_patch = find(patch, &lookup_names, &lookup).map(|at| patch[at].clone());
        let there = place.map(|at| &mut target[at]);
        match strategic::merge(there, from_patch, rule.element, depth + 1)? {
            Merged::Gone => None,
            Merged::Patch(node) => Some(node),
            Merged::InPlace => {
                in_place = place;
                place.map(|at| target[at].clone())
            }
        }
    };
    let is_gone = |node: &Node| node.is_null() || matches!(node, Node::Mapping(entries) if entries.is_empty());
    if result.as_ref().is_none_or(is_gone) {
        for _ in names {
            set_element(target, None, names, wanted)?;
        }
        return Ok(None);
    }
    if let Some(node) = &mut result {
        for (name, value) in names.iter().zip(wanted) {
            if node.field(name).is_some() || value.is_empty() {
                continue;
            }
            if name.is_empty() {
                node.set_scalar(Scalar::unset(value.as_str()))?;
            } else {
                node.set_field(name, Some(Node::unset(value.as_str())))?;
            }
            if let Some(at) = in_place {
                target[at] = node.clone();
            }
        }
    }
    Ok(result)
}

/// Puts what was there behind what was merged; an element that is in both stays at its merged place.
fn append(merged: &mut Vec<Node>, target: &[Node], names: &[&str]) -> Result<(), MergeError> {
    for element in target {
        if names.first().is_none_or(|name| name.is_empty()) {
            set_element(merged, Some(element), &[ITSELF], &vec![element.as_text().to_owned()])?;
            continue;
        }
        let mut values = Values::new();
        for name in names {
            match element {
                Node::Mapping(_) => {}
                other if other.is_null() => {}
                other => return Err(Missing::wrong_kind(Kind::Mapping, other).into()),
            }
            match element.field(name) {
                Some(value) => values.push(value.as_text().to_owned()),
                None => merged.push(element.clone()),
            }
        }
        if names.len() > 1 {
            set_element(merged, None, names, &values)?;
        }
        set_element(merged, Some(element), names, &values)?;
    }
    Ok(())
}

/// Replaces the elements that have these values, removes them where nothing is given, appends where none has them.
fn set_element(
    list: &mut Vec<Node>,
    element: Option<&Node>,
    names: &[&str],
    values: &Values,
) -> Result<(), MergeError> {
    let names = if names.is_empty() { &[ITSELF] } else { names };
    let by_field = !names[0].is_empty() && values.first().is_some_and(|value| !value.is_empty());
    let mut result = Vec::with_capacity(list.len() + 1);
    let mut is_there = false;
    for item in std::mem::take(list) {
        if item.is_null() || matches!(&item, Node::Mapping(entries) if entries.is_empty()) {
            continue;
        }
        if by_field && !matches!(item, Node::Mapping(_)) {
            result.push(item);
            continue;
        }
        let mut fits = false;
        for (at, name) in names.iter().enumerate() {
            if let Some(value) = values.get(at) {
                fits = has_value(&item, name, value)?;
            }
            if !fits {
                break;
            }
        }
        if !fits {
            if !values.is_empty() {
                result.push(item);
            }
            continue;
        }
        is_there = true;
        if let Some(element) = element {
            result.push(element.clone());
        }
    }
    if let (Some(element), false) = (element, is_there) {
        result.push(element.clone());
    }
    *list = result;
    Ok(())
}

/// Tells whether a field has a value; an empty value fits every field that is there.
fn has_value(item: &Node, name: &str, value: &str) -> Result<bool, MergeError> {
    if item.is_null() {
        return Ok(false);
    }
    match (item, name.is_empty()) {
        (Node::Scalar(_), true) => Ok(item.text_or_empty() == value),
        (Node::Mapping(_), false) => {
            Ok(item.field(name).is_some_and(|field| value.is_empty() || field.as_text() == value))
        }
        (other, true) => Err(Missing::wrong_kind(Kind::Scalar, other).into()),
        (other, false) => Err(Missing::wrong_kind(Kind::Mapping, other).into()),
    }
}

fn find(list: &[Node], names: &[&str], values: &Values) -> Option<usize> {
    if names.first().is_none_or(|name| name.is_empty()) {
        let wanted = values.first().map_or("", String::as_str);
        return list.iter().position(|item| item.as_text() == wanted);
    }
    if names.len() != values.len() {
        return None;
    }
    let fits = |item: &Node| {
        names.iter().zip(values).all(|(name, value)| item.field(name).is_some_and(|field| field.as_text() == value))
    };
    list.iter().position(fits)
}
