use towpath_gotmpl::{Map, Str, Value};

use super::effort::{Effort, n_nodes, n_nodes_of};
use crate::{
    HelmError, Profile,
    chart::Instance,
    error::Problem,
    functions::{deep_copy, deep_copy_map},
};

/// What becomes of nulls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A null deletes the key.
    Coalesce,
    /// A null stays, for a later step to act on.
    Merge,
}

pub(super) const GLOBAL: &str = "global";

/// Returns `values` over those of the chart and its subcharts; neither is changed.
///
/// # Errors
/// When the values of a subchart are no table.
pub(crate) fn coalesce_values(
    instance: &Instance<'_>,
    values: &Map,
    mode: Mode,
    effort: &Effort,
) -> Result<Map, HelmError> {
    effort.spend(n_nodes_of(values));
    effort.check()?;
    let copy = if values.is_nil() { Map::any() } else { deep_copy_map(values) };
    coalesce(instance, &copy, mode, effort)?;
    Ok(copy)
}

fn coalesce(instance: &Instance<'_>, values: &Map, mode: Mode, effort: &Effort) -> Result<(), HelmError> {
    with_chart(instance, values, mode, effort);
    effort.check()?;
    for child in &instance.children {
        let name = child.metadata.name.as_str();
        let inner = match values.get(name) {
            None => {
                let inner = Map::any();
                values.insert(name, inner.clone());
                inner
            }
            Some(Value::Map(inner)) if !inner.is_nil() => inner,
            Some(other) => return Err(type_mismatch(name, other)),
        };
        pass_globals(&inner, values, effort);
        coalesce(child, &inner, mode, effort)?;
    }
    Ok(())
}

pub(super) fn type_mismatch(name: &str, found: Value) -> HelmError {
    let shown = towpath_gotmpl::fmt::sprintf(b"%t", &[found]);
    let message = format!("type mismatch on {name}: {}", String::from_utf8_lossy(&shown));
    let hint = format!("`{name}` is a subchart: its values are a table");
    HelmError::Dependencies(Problem::new(message).hint(hint))
}

/// Hands the globals of a chart down to a subchart; those of the parent win.
pub(super) fn pass_globals(child: &Map, parent: &Map, effort: &Effort) {
    let globals = |values: &Map| match values.get(GLOBAL) {
        None => Some(Map::any()),
        Some(Value::Map(globals)) => Some(globals),
        Some(_) => None,
    };
    let (Some(own), Some(passed)) = (globals(child), globals(parent)) else { return };
    effort.spend(passed.len());
    for (key, value) in passed.entries() {
        match (value, own.get(&key)) {
            (Value::Map(value), held) => {
                effort.spend(value.len());
                let copy = shallow_copy(&value);
                match held {
                    None => {}
                    Some(Value::Map(held)) => {
                        coalesce_tables(&copy, &held, Mode::Merge, effort);
                    }
                    Some(_) => continue,
                }
                own.insert(key, copy);
            }
            (_, Some(Value::Map(_))) => {}
            (value, _) => {
                own.insert(key, value);
            }
        }
    }
    child.insert(GLOBAL, own);
}

fn shallow_copy(map: &Map) -> Map {
    Map::from_entries(map.map_type(), map.entries().into_iter().collect())
}

/// Puts the chart's own values below `values`.
fn with_chart(instance: &Instance<'_>, values: &Map, mode: Mode, effort: &Effort) {
    let clean = effort.profile == Profile::Helm4;
    for (key, own) in instance.values.entries() {
        effort.spend(n_nodes(&own));
        if effort.is_spent() {
            return;
        }
        match values.get(&key) {
            Some(Value::Nil) if mode == Mode::Coalesce => remove(values, &key),
            Some(Value::Map(held)) => {
                let Value::Map(own) = deep_copy(&own) else { continue };
                let is_child = instance.children.iter().any(|child| key == child.metadata.name.as_str());
                let mode = if is_child { Mode::Merge } else { mode };
                if clean && mode == Mode::Coalesce {
                    remove_nulls(&own);
                }
                coalesce_tables(&held, &own, mode, effort);
            }
            Some(_) => {}
            None => {
                let own = deep_copy(&own);
                if clean && mode == Mode::Coalesce {
                    match &own {
                        Value::Nil => continue,
                        Value::Map(map) => remove_nulls(map),
                        _ => {}
                    }
                }
                values.insert(key, own);
            }
        }
    }
}

/// Merges `below` into `above`, which wins; `below` may be changed and shared.
pub(crate) fn coalesce_tables(above: &Map, below: &Map, mode: Mode, effort: &Effort) {
    effort.spend(below.len());
    let nulls: Vec<Str> = above.borrow().map_or_else(Vec::new, |above| {
        above.iter().filter(|(_, value)| matches!(value, Value::Nil)).map(|(key, _)| key.clone()).collect()
    });
    let set: Vec<Str> =
        nulls.iter().filter(|key| below.get(key).is_some_and(|value| !matches!(value, Value::Nil))).cloned().collect();
    // Helm 4 lets a null of the upper table take the place of what stands below before it merges.
    if effort.profile == Profile::Helm4 {
        for key in nulls {
            below.insert(key, Value::Nil);
        }
    }
    for (key, value) in below.entries() {
        let deletes = effort.profile == Profile::Helm3 || set.contains(&key);
        match (above.get(&key), value) {
            (Some(Value::Nil), _) if mode == Mode::Coalesce && deletes => remove(above, &key),
            (None, value) => {
                above.insert(key, value);
            }
            (Some(Value::Map(held)), Value::Map(value)) => coalesce_tables(&held, &value, mode, effort),
            _ => {}
        }
    }
}

fn remove(map: &Map, key: &Str) {
    if let Some(mut entries) = map.borrow_mut() {
        entries.remove(key.as_bytes());
    }
}

fn remove_nulls(map: &Map) {
    for (key, value) in map.entries() {
        match value {
            Value::Nil => remove(map, &key),
            Value::Map(inner) => remove_nulls(&inner),
            _ => {}
        }
    }
}
