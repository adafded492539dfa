//! Values: from files and `--set` arguments, and how they meet those of the charts.

mod coalesce;
mod shared;
mod sources;
mod strvals;
mod strvals_literal;

use towpath_gotmpl::{Map, MapType, Value};

pub(crate) use coalesce::{Mode, coalesce_tables, coalesce_values};
pub(crate) use shared::coalesce_shared;
pub(crate) use sources::read_documents;
pub use sources::{ReadFile, ValuesFile, ValuesOptions};

/// `common.Values` in Helm 4, `chartutil.Values` in Helm 3: what `.Values` is.
pub(crate) const VALUES4: &MapType =
    &MapType { name: "common.Values", element: towpath_gotmpl::Type::Any, is_defined: true };
/// As [`VALUES4`], by its name in Helm 3.
pub(crate) const VALUES3: &MapType =
    &MapType { name: "chartutil.Values", element: towpath_gotmpl::Type::Any, is_defined: true };

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
