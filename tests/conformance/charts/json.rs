//! YAML as the JSON that Helm makes of it.

use std::borrow::Cow;

use serde_json::{Map, Value};
use towpath_yaml::Build;

/// Makes JSON of a document.
pub(crate) struct Values;

impl Build for Values {
    type Value = Value;
    type Map = Map<String, Value>;

    fn null(&mut self) -> Value {
        Value::Null
    }

    fn bool(&mut self, value: bool) -> Value {
        value.into()
    }

    fn int(&mut self, value: i64) -> Value {
        value.into()
    }

    fn uint(&mut self, value: u64) -> Value {
        value.into()
    }

    fn float(&mut self, value: f64) -> Value {
        value.into()
    }

    fn string(&mut self, value: Cow<'_, str>) -> Value {
        value.into_owned().into()
    }

    fn list(&mut self, items: Vec<Value>) -> Value {
        items.into()
    }

    fn map(&mut self, _: usize) -> Map<String, Value> {
        Map::new()
    }

    fn insert(&mut self, map: &mut Map<String, Value>, key: Cow<'_, str>, value: Value) -> bool {
        map.insert(key.into_owned(), value).is_some()
    }

    fn contains(&self, map: &Map<String, Value>, key: &str) -> bool {
        map.contains_key(key)
    }

    fn finish(&mut self, map: Map<String, Value>) -> Value {
        Value::Object(map)
    }
}
