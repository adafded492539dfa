use std::{borrow::Cow, collections::BTreeMap};

use towpath_yaml::{Build, Dialect, Emitter};

/// What a document holds, however it is written: keys have no order, numbers and strings no form.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(String),
    List(Vec<Value>),
    Map(BTreeMap<String, Value>),
    /// A value of a Secret, which is compared and never shown, and what is shown in its place.
    Hidden(Box<Value>, &'static str),
}

impl Value {
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(map) => map.get(key),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns it as YAML in blocks, with sorted keys; the last line has its newline.
    pub(super) fn to_yaml(&self) -> String {
        let mut emitter = Emitter::new(Dialect::Go3Compact);
        self.emit(&mut emitter);
        emitter.finish()
    }

    /// Returns it as YAML on one line.
    pub(super) fn to_line(&self) -> String {
        match self {
            Self::List(items) => format!("[{}]", items.iter().map(Self::to_line).collect::<Vec<_>>().join(", ")),
            Self::Map(map) => {
                let entries = map.iter().map(|(key, value)| format!("{}: {}", text_on_line(key), value.to_line()));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
            }
            Self::Text(text) => text_on_line(text),
            scalar => scalar.to_yaml().trim_end().to_owned(),
        }
    }

    fn emit(&self, emitter: &mut Emitter) {
        match self {
            Self::Null => emitter.null(),
            Self::Bool(value) => emitter.bool(*value),
            Self::Int(value) => emitter.int(*value),
            Self::Uint(value) => emitter.uint(*value),
            Self::Float(value) => emitter.float(*value),
            Self::Text(text) => emitter.str(text),
            Self::Hidden(_, shown) => emitter.str(shown),
            Self::List(items) => {
                emitter.start_list();
                for item in items {
                    item.emit(emitter);
                }
                emitter.end_list();
            }
            Self::Map(map) => {
                emitter.start_map();
                for (key, value) in map {
                    emitter.str(key);
                    value.emit(emitter);
                }
                emitter.end_map();
            }
        }
    }
}

fn text_on_line(text: &str) -> String {
    let has_flow_signs = text.contains([',', '[', ']', '{', '}', '\n']);
    let plain = if has_flow_signs { String::new() } else { Value::Text(text.to_owned()).to_yaml() };
    match plain.trim_end_matches('\n') {
        "" => serde_json::Value::from(text).to_string(),
        line if line.contains('\n') => serde_json::Value::from(text).to_string(),
        line => line.to_owned(),
    }
}

/// Makes [`Value`]s of a document.
pub(super) struct Values;

impl Build for Values {
    type Value = Value;
    type Map = BTreeMap<String, Value>;

    fn null(&mut self) -> Value {
        Value::Null
    }

    fn bool(&mut self, value: bool) -> Value {
        Value::Bool(value)
    }

    fn int(&mut self, value: i64) -> Value {
        Value::Int(value)
    }

    fn uint(&mut self, value: u64) -> Value {
        Value::Uint(value)
    }

    #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
    fn float(&mut self, value: f64) -> Value {
        // In JSON `1.0` and `1` are the same number.
        if value.fract() == 0.0 && value.abs() < 9e15 { Value::Int(value as i64) } else { Value::Float(value) }
    }

    fn string(&mut self, value: Cow<'_, str>) -> Value {
        Value::Text(value.into_owned())
    }

    fn list(&mut self, items: Vec<Value>) -> Value {
        Value::List(items)
    }

    fn map(&mut self, _size: usize) -> Self::Map {
        BTreeMap::new()
    }

    fn insert(&mut self, map: &mut Self::Map, key: Cow<'_, str>, value: Value) -> bool {
        map.insert(key.into_owned(), value).is_some()
    }

    fn contains(&self, map: &Self::Map, key: &str) -> bool {
        map.contains_key(key)
    }

    fn finish(&mut self, map: Self::Map) -> Value {
        Value::Map(map)
    }
}
