use std::{borrow::Cow, collections::BTreeMap};

use towpath_yaml::{Build, Dialect, Emitter, Profile, sort_keys};

/// What YAML can hold.
#[derive(Debug, Clone)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Str(String),
    List(Vec<Value>),
    Map(BTreeMap<String, Value>),
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(other)) => one == other,
            (Self::Str(one), Self::Str(other)) => one == other,
            (Self::List(one), Self::List(other)) => one == other,
            (Self::Map(one), Self::Map(other)) => one == other,
            // Which kind of number is read follows from its size.
            (one, other) => one.number().is_some() && one.number() == other.number(),
        }
    }
}

impl Value {
    fn number(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Uint(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// Returns a value that follows from the bytes.
    pub fn from_bytes(bytes: &mut &[u8], depth: usize) -> Self {
        let Some((first, rest)) = bytes.split_first() else { return Self::Null };
        *bytes = rest;
        match first % 9 {
            0 => Self::Null,
            1 => Self::Bool(first & 16 != 0),
            2 => Self::Int(i64::from_le_bytes(take(bytes))),
            3 => Self::Uint(u64::from_le_bytes(take(bytes)) | 1 << 63),
            4 => {
                let float = f64::from_le_bytes(take(bytes));
                Self::Float(if float.is_finite() { float } else { 0.5 })
            }
            5 if depth < 12 => Self::List((0..first / 32).map(|_| Self::from_bytes(bytes, depth + 1)).collect()),
            6 if depth < 12 => {
                let entry = |_| (text(bytes), Self::from_bytes(bytes, depth + 1));
                Self::Map((0..first / 32).map(entry).collect())
            }
            _ => Self::Str(text(bytes)),
        }
    }

    /// Returns the text that the emitter makes of it.
    pub fn emit(&self, dialect: Dialect) -> String {
        let mut emitter = Emitter::new(dialect);
        self.write(&mut emitter, dialect);
        emitter.finish()
    }

    fn write(&self, emitter: &mut Emitter, dialect: Dialect) {
        match self {
            Self::Null => emitter.null(),
            Self::Bool(truth) => emitter.bool(*truth),
            Self::Int(number) => emitter.int(*number),
            Self::Uint(number) => emitter.uint(*number),
            Self::Float(number) => emitter.float(*number),
            Self::Str(text) => emitter.str(text),
            Self::List(items) => {
                emitter.start_list();
                items.iter().for_each(|item| item.write(emitter, dialect));
                emitter.end_list();
            }
            Self::Map(map) => {
                emitter.start_map();
                let mut entries: Vec<_> = map.iter().collect();
                let profile = if dialect == Dialect::Go2 { Profile::Go2 } else { Profile::Go3 };
                sort_keys(&mut entries, profile, |entry| entry.0);
                for (key, value) in entries {
                    emitter.str(key);
                    value.write(emitter, dialect);
                }
                emitter.end_map();
            }
        }
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> [u8; N] {
    let mut out = [0; N];
    let length = bytes.len().min(N);
    out[..length].copy_from_slice(&bytes[..length]);
    *bytes = &bytes[length..];
    out
}

/// Returns a text of a length that its first byte tells.
fn text(bytes: &mut &[u8]) -> String {
    let [length] = take(bytes);
    let length = bytes.len().min(usize::from(length));
    let (own, rest) = bytes.split_at(length);
    *bytes = rest;
    String::from_utf8_lossy(own).into_owned()
}

/// Makes values of what is read.
pub struct Maker;

impl Build for Maker {
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
    fn float(&mut self, value: f64) -> Value {
        Value::Float(value)
    }
    fn string(&mut self, value: Cow<'_, str>) -> Value {
        Value::Str(value.into_owned())
    }
    fn list(&mut self, items: Vec<Value>) -> Value {
        Value::List(items)
    }
    fn map(&mut self, _: usize) -> Self::Map {
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
