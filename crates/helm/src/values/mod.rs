//! Values: from files and `--set` arguments, and how they meet those of the charts.

mod coalesce;
mod effort;
mod methods;
mod shared;
mod sources;
mod strvals;
mod strvals_literal;

use towpath_gotmpl::{Map, Value};

pub(crate) use coalesce::{Mode, coalesce_tables, coalesce_values};
pub(crate) use effort::{Effort, n_nodes_of};
pub(crate) use methods::{VALUES3, VALUES4};
pub(crate) use shared::coalesce_shared;
pub(crate) use sources::read_documents;
pub use sources::{ReadFile, ValuesFile, ValuesOptions};

/// Returns the table at a dotted path.
pub(crate) fn table(values: &Map, path: &str) -> Option<Map> {
    let mut current = values.clone();
    for key in path.split('.') {
        match current.get(key)? {
            Value::Map(map) => current = map,
            _ => return None,
        }
    }
    Some(current)
}

/// Returns what is no table at a dotted path.
pub(crate) fn value_at(values: &Map, path: &str) -> Option<Value> {
    let (parent, key) = match path.rsplit_once('.') {
        Some((parent, key)) => (table(values, parent)?, key),
        None => (values.clone(), path),
    };
    parent.get(key).filter(|value| !matches!(value, Value::Map(_)))
}
