//! Coalescing for a look at the result: what need not change is shared with the charts instead of copied.

use towpath_gotmpl::{Map, Value};

use super::coalesce::{GLOBAL, Mode, coalesce_tables, pass_globals, type_mismatch};
use super::effort::{Effort, n_nodes_of};
use crate::{HelmError, Profile, chart::Instance, functions::deep_copy_map};

/// Returns what [`super::coalesce_values`] returns, for reading only: its tables may be those of the charts.
///
/// Globals are copied, since Helm hands tables of one chart's globals to others and goes on changing them.
///
/// # Errors
/// When the values of a subchart are no table.
pub(crate) fn coalesce_shared(
    instance: &Instance<'_>,
    values: &Map,
    mode: Mode,
    effort: &Effort,
) -> Result<Map, HelmError> {
    let own = own_table(values, effort);
    coalesce(instance, &own, mode, effort)?;
    Ok(own)
}

/// Returns a table of its own with these entries, and with globals of its own.
fn own_table(values: &Map, effort: &Effort) -> Map {
    effort.spend(values.len());
    let own = shallow_copy(values);
    if let Some(Value::Map(globals)) = own.get(GLOBAL) {
        effort.spend(n_nodes_of(&globals));
        own.insert(GLOBAL, deep_copy_map(&globals));
    }
    own
}

fn shallow_copy(map: &Map) -> Map {
    Map::from_entries(map.map_type(), map.borrow().map(|entries| entries.clone()).unwrap_or_default())
}

/// Coalesces into `values`, whose entries may be shared but for the globals.
fn coalesce(instance: &Instance<'_>, values: &Map, mode: Mode, effort: &Effort) -> Result<(), HelmError> {
    effort.spend(instance.values.len());
    with_chart(instance, values, mode, effort);
    effort.check()?;
    for child in &instance.children {
        let name = child.metadata.name.as_str();
        let inner = match values.get(name) {
            None => Map::any(),
            Some(Value::Map(inner)) if !inner.is_nil() => own_table(&inner, effort),
            Some(other) => return Err(type_mismatch(name, other)),
        };
        values.insert(name, inner.clone());
        pass_globals(&inner, values, effort);
        coalesce(child, &inner, mode, effort)?;
    }
    Ok(())
}

fn with_chart(instance: &Instance<'_>, values: &Map, mode: Mode, effort: &Effort) {
    let clean = effort.profile == Profile::Helm4 && mode == Mode::Coalesce;
    for (key, own) in instance.values.entries() {
        match (values.get(&key), own) {
            (Some(Value::Nil), _) if mode == Mode::Coalesce => {
                values.remove(&key);
            }
            (Some(Value::Map(held)), Value::Map(own)) => {
                let is_child = instance.children.iter().any(|child| key == child.metadata.name.as_str());
                let mode = if is_child { Mode::Merge } else { mode };
                let own = if clean && mode == Mode::Coalesce { without_nulls(&own) } else { own };
                if key == GLOBAL {
                    coalesce_tables(&held, &deep_copy_map(&own), mode, effort);
                } else {
                    values.insert(key, merged(&held, &own, mode, effort));
                }
            }
            (Some(_), _) => {}
            (None, Value::Nil) if clean => {}
            (None, Value::Map(own)) => {
                let own = if clean { without_nulls(&own) } else { own };
                let own = if key == GLOBAL { deep_copy_map(&own) } else { own };
                values.insert(key, own);
            }
            (None, own) => {
                values.insert(key, own);
            }
        }
    }
}

/// Returns what [`coalesce_tables`] makes of `above`, and changes neither.
fn merged(above: &Map, below: &Map, mode: Mode, effort: &Effort) -> Map {
    effort.spend(above.len() + below.len());
    let result = shallow_copy(above);
    for (key, value) in below.entries() {
        match (above.get(&key), value) {
            (None, value) => {
                result.insert(key, value);
            }
            (Some(Value::Map(held)), Value::Map(value)) => {
                result.insert(key, merged(&held, &value, mode, effort));
            }
            // Helm 4 lets a null stand that meets a null.
            (Some(Value::Nil), value)
                if mode == Mode::Coalesce && (effort.profile == Profile::Helm3 || !matches!(value, Value::Nil)) =>
            {
                result.remove(&key);
            }
            _ => {}
        }
    }
    result
}

/// Returns `map` without nulls at any depth: itself where there are none.
fn without_nulls(map: &Map) -> Map {
    if !has_nulls(map) {
        return map.clone();
    }
    let kept = map.entries().into_iter().filter_map(|(key, value)| match value {
        Value::Nil => None,
        Value::Map(inner) => Some((key, Value::Map(without_nulls(&inner)))),
        other => Some((key, other)),
    });
    Map::from_entries(map.map_type(), kept.collect())
}

fn has_nulls(map: &Map) -> bool {
    map.borrow().is_some_and(|entries| {
        entries.values().any(|value| match value {
            Value::Nil => true,
            Value::Map(inner) => has_nulls(inner),
            _ => false,
        })
    })
}
