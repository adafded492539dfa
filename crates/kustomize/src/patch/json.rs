//! JSON patches (RFC 6902), as the library that kustomize uses applies them: indexes may be negative.

use crate::node::{Number, Value};

/// One operation of a JSON patch.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Operation {
    op: String,
    path: Option<String>,
    from: Option<String>,
    value: Value,
}

/// Why an operation does not apply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OperationError {
    /// The operation has no path.
    #[error("{0} operation failed to decode path: missing value")]
    NoPath(String),
    /// What holds the place does not exist.
    #[error("{op} operation does not apply: doc is missing {what}: {path}: missing value")]
    Missing {
        /// The operation.
        op: String,
        /// `path` or `key`.
        what: &'static str,
        /// The path as written.
        path: String,
    },
    /// The place cannot be used.
    #[error("error in {op} for path: '{path}': {problem}")]
    Place {
        /// The operation.
        op: String,
        /// The path as written.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// A `test` found something else.
    #[error("testing value {0} failed: test failed")]
    Test(String),
    /// The operations copy more than anyone wants.
    #[error("the operations copy more than {0} values")]
    Copies(usize),
    /// No operation of RFC 6902.
    #[error("Unexpected kind: {0}")]
    Unknown(String),
}

/// Returns the operations if the data is a JSON patch: a list of objects.
pub(crate) fn operations(data: &Value) -> Option<Vec<Operation>> {
    let Value::List(items) = data else { return None };
    items.iter().map(operation).collect()
}

fn operation(data: &Value) -> Option<Operation> {
    let fields = match data {
        Value::Map(fields) => fields.as_slice(),
        // An operation without anything, which cannot be done.
        Value::Null => &[],
        _ => return None,
    };
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let text = |name: &str| match field(name) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    Some(Operation {
        op: text("op").unwrap_or_else(|| "unknown".to_owned()),
        path: text("path"),
        from: text("from"),
        value: field("value").cloned().unwrap_or(Value::Null),
    })
}

/// How many values the `copy` operations of one patch may copy.
const MOST_COPIED: usize = 2_000_000;

/// Applies the operations in order; all numbers become floats, as JSON has no others.
pub(crate) fn apply(document: &mut Value, operations: &[Operation]) -> Result<(), OperationError> {
    let mut left = MOST_COPIED;
    for operation in operations {
        operation.apply(document, &mut left)?;
    }
    make_floats(document);
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "JSON numbers are floats to the program that is followed here")]
fn make_floats(value: &mut Value) {
    match value {
        Value::Number(Number::Integer(number)) => *value = Value::Number(Number::Float(*number as f64)),
        Value::Number(Number::Unsigned(number)) => *value = Value::Number(Number::Float(*number as f64)),
        Value::List(items) => items.iter_mut().for_each(make_floats),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, value)| make_floats(value)),
        _ => {}
    }
}

impl Operation {
    fn apply(&self, document: &mut Value, left: &mut usize) -> Result<(), OperationError> {
        match self.op.as_str() {
            "add" => self.add(document, self.path()?, self.value.clone()),
            "remove" => self.remove(document, self.path()?).map(|_| ()),
            "replace" => self.replace(document),
            "move" => {
                let value = self.remove(document, self.from()?)?;
                self.add(document, self.path()?, value)
            }
            "copy" => {
                let value = self.get(document, self.from()?)?.cloned().unwrap_or(Value::Null);
                *left = left.checked_sub(size(&value)).ok_or(OperationError::Copies(MOST_COPIED))?;
                self.add(document, self.path()?, value)
            }
            "test" => self.test(document),
            other => Err(OperationError::Unknown(other.to_owned())),
        }
    }

    /// Returns what a path leads to; a missing field of what is there is nothing, all else is an error.
    fn get<'a>(&self, document: &'a mut Value, path: &str) -> Result<Option<&'a Value>, OperationError> {
        let (holder, key) = holder(document, path).ok_or_else(|| self.missing("path", path))?;
        match holder {
            Value::Map(entries) => Ok(entries.iter().find(|(name, _)| *name == key).map(|(_, value)| value)),
            Value::List(items) => {
                let at = index(&key, items.len()).map_err(|problem| self.place(path, problem))?;
                Ok(items.get(at))
            }
            _ => Err(self.missing("path", path)),
        }
    }

    fn path(&self) -> Result<&str, OperationError> {
        self.path.as_deref().ok_or_else(|| OperationError::NoPath(self.op.clone()))
    }

    fn from(&self) -> Result<&str, OperationError> {
        self.from.as_deref().ok_or_else(|| OperationError::NoPath(self.op.clone()))
    }

    fn missing(&self, what: &'static str, path: &str) -> OperationError {
        let path = if what == "path" { format!("{path:?}") } else { path.to_owned() };
        OperationError::Missing { op: self.op.clone(), what, path }
    }

    fn place(&self, path: &str, problem: String) -> OperationError {
        OperationError::Place { op: self.op.clone(), path: path.to_owned(), problem }
    }

    fn add(&self, document: &mut Value, path: &str, value: Value) -> Result<(), OperationError> {
        let (holder, key) = holder(document, path).ok_or_else(|| self.missing("path", path))?;
        match holder {
            Value::Map(entries) => put(entries, key, value),
            Value::List(items) if key == "-" => items.push(value),
            Value::List(items) => {
                let at = index(&key, items.len() + 1).map_err(|problem| self.place(path, problem))?;
                items.insert(at, value);
            }
            _ => return Err(self.missing("path", path)),
        }
        Ok(())
    }

    fn remove(&self, document: &mut Value, path: &str) -> Result<Value, OperationError> {
        let (holder, key) = holder(document, path).ok_or_else(|| self.missing("path", path))?;
        match holder {
            Value::Map(entries) => match entries.iter().position(|(name, _)| *name == key) {
                Some(at) => Ok(entries.remove(at).1),
                None => Err(self.place(path, format!("Unable to remove nonexistent key: {key}: missing value"))),
            },
            Value::List(items) => {
                let at = index(&key, items.len()).map_err(|problem| self.place(path, problem))?;
                Ok(items.remove(at))
            }
            _ => Err(self.missing("path", path)),
        }
    }

    fn replace(&self, document: &mut Value) -> Result<(), OperationError> {
        let path = self.path()?;
        if path.is_empty() {
            return match &self.value {
                Value::Map(_) => {
                    *document = self.value.clone();
                    Ok(())
                }
                _ => Err(self.place(path, "replace operation value must be object or array".to_owned())),
            };
        }
        let (holder, key) = holder(document, path).ok_or_else(|| self.missing("path", path))?;
        match holder {
            // A missing key is made, as the library does it.
            Value::Map(entries) => put(entries, key, self.value.clone()),
            Value::List(items) => {
                let at = index(&key, items.len()).map_err(|_| self.missing("key", path))?;
                items[at] = self.value.clone();
            }
            _ => return Err(self.missing("path", path)),
        }
        Ok(())
    }

    fn test(&self, document: &mut Value) -> Result<(), OperationError> {
        let path = self.path()?;
        let passes = if path.is_empty() {
            same(document, &self.value)
        } else {
            same(self.get(document, path)?.unwrap_or(&Value::Null), &self.value)
        };
        if passes { Ok(()) } else { Err(OperationError::Test(path.to_owned())) }
    }
}

/// Returns how many values a value holds, itself too; long texts count as several.
fn size(value: &Value) -> usize {
    match value {
        Value::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|(_, value)| size(value)).sum::<usize>(),
        Value::Text(text) => 1 + text.len() / 32,
        _ => 1,
    }
}

/// Tells whether two values are the same JSON: numbers by their value.
fn same(a: &Value, b: &Value) -> bool {
    let (mut a, mut b) = (a.clone(), b.clone());
    make_floats(&mut a);
    make_floats(&mut b);
    a == b
}

fn put(entries: &mut Vec<(String, Value)>, key: String, value: Value) {
    match entries.binary_search_by(|(name, _)| name.cmp(&key)) {
        Ok(at) => entries[at].1 = value,
        Err(at) => entries.insert(at, (key, value)),
    }
}

fn index(key: &str, len: usize) -> Result<usize, String> {
    let parsed: i64 = key.parse().map_err(|_| format!("strconv.Atoi: parsing {key:?}: invalid syntax"))?;
    let len_signed = i64::try_from(len).unwrap_or(i64::MAX);
    let from_start = if parsed < 0 { parsed + len_signed } else { parsed };
    match usize::try_from(from_start) {
        Ok(at) if at < len => Ok(at),
        _ => Err(format!("Unable to access invalid index: {key}: invalid index referenced")),
    }
}

fn unescape(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

/// Returns what holds the last part of a path, with that part.
fn holder<'a>(document: &'a mut Value, path: &str) -> Option<(&'a mut Value, String)> {
    let (before, last) = path.rsplit_once('/')?;
    let mut value = document;
    for part in before.split('/').skip(1) {
        value = match value {
            Value::Map(entries) => {
                let key = unescape(part);
                entries.iter_mut().find(|(name, _)| *name == key).map(|(_, value)| value)?
            }
            Value::List(items) => {
                let at = index(part, items.len()).ok()?;
                items.get_mut(at)?
            }
            _ => return None,
        };
    }
    Some((value, unescape(last)))
}
