use towpath_gotmpl::{Map, Session, Value};

use super::arguments::map;

/// Whose value stays where both maps have one that is not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Winner {
    Destination,
    Source,
}

/// As deep as maps are followed; a deeper one holds itself.
const MAX_DEPTH: usize = 500;

/// Merges the later maps into the first, which every holder of it sees, and returns it.
///
/// What is zero, empty or false in the destination counts as unset. Maps of the sources are not copied: the result shares
/// them. Source: `dario.cat/mergo` 1.0.1 as Sprig calls it.
pub(super) fn merge(session: &mut Session, maps: &[Value], winner: Winner) -> Value {
    let destination = maps.first().map_or_else(Map::any, map);
    let destination = if destination.is_nil() { Map::any() } else { destination };
    for source in maps.iter().skip(1).map(map) {
        into(session, &destination, &source, winner, 0);
    }
    destination.into()
}

fn into(session: &mut Session, destination: &Map, source: &Map, winner: Winner, depth: usize) {
    if destination.is_same(source) || depth > MAX_DEPTH {
        return;
    }
    for (key, value) in source.entries() {
        let held = destination.get(&key);
        match (&value, &held) {
            (Value::Nil, _) => {
                if winner == Winner::Source {
                    session.changes(destination);
                    destination.insert(key, Value::Nil);
                }
                continue;
            }
            (Value::Map(value), Some(Value::Map(held))) => {
                if !held.is_nil() {
                    into(session, held, value, winner, depth + 1);
                }
                if !held.is_empty() {
                    continue;
                }
            }
            _ => {}
        }
        if winner == Winner::Source || held.is_none_or(|held| is_empty(&held)) {
            session.changes(destination);
            destination.insert(key, value);
        }
    }
}

/// What the library takes for unset.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(_) | Value::Func(_) => value.is_nil(),
        value => !value.is_true(),
    }
}
