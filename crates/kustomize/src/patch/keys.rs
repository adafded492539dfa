//! The values of merge keys, by which elements of two lists are taken as one.

use crate::node::Node;

/// One element's value of each merge key; empty where the element has none.
pub(super) type Values = Vec<String>;

/// Returns each combination of values once, in the order of the elements.
pub(super) fn values<'a>(elements: impl Iterator<Item = &'a Node>, names: &[&str]) -> Vec<Values> {
    let value = |element: &Node, name: &str| match element.field(name) {
        Some(field) if !field.is_null_or_empty() => field.as_text().to_owned(),
        _ => String::new(),
    };
    unique(elements.map(|element| names.iter().map(|name| value(element, name)).collect()))
}

/// Returns the elements of a list of texts, each once.
pub(super) fn texts<'a>(elements: impl Iterator<Item = &'a Node>) -> Vec<Values> {
    unique(elements.map(|element| vec![element.as_text().to_owned()]))
}

fn unique(all: impl Iterator<Item = Values>) -> Vec<Values> {
    let mut seen = std::collections::HashSet::new();
    all.filter(|values| seen.insert(values.clone())).collect()
}

/// Gives combinations that share a value, and do not contradict each other, the values of both.
pub(super) fn complete(all: &mut [Values]) {
    for i in 0..all.len() {
        let own = all[i].clone();
        for j in 0..all.len() {
            if let Some(both) = joined(&own, &all[j]) {
                all[i].clone_from(&both);
                all[j] = both;
            }
        }
    }
}

fn joined(a: &Values, b: &Values) -> Option<Values> {
    let mut shares = false;
    let mut result = Values::with_capacity(a.len());
    for (a, b) in a.iter().zip(b) {
        if a == b {
            shares = true;
        } else if !a.is_empty() && !b.is_empty() {
            return None;
        }
        result.push(if a.is_empty() { b.clone() } else { a.clone() });
    }
    shares.then_some(result)
}

/// Returns the keys that any combination gives, with the values of `wanted` for them; all keys where none gives any.
pub(super) fn valid<'k>(all: &[Values], wanted: &Values, names: &[&'k str]) -> (Vec<&'k str>, Values) {
    let given = |at: usize| all.iter().any(|values| values.get(at).is_some_and(|value| !value.is_empty()));
    if !(0..names.len()).any(given) {
        return (names.to_vec(), wanted.clone());
    }
    let names_given = names.iter().enumerate().filter(|(at, _)| given(*at)).map(|(_, name)| *name).collect();
    let values = wanted.iter().enumerate().filter(|(at, value)| !value.is_empty() || given(*at));
    (names_given, values.map(|(_, value)| value.clone()).collect())
}
