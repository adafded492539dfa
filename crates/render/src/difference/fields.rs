//! Two values, field by field.

use std::{collections::BTreeSet, fmt::Write as _};

use towpath_model::difference::{FieldChange, FieldEdit, Side};

use super::{
    elements::{Alignment, align},
    lines::lines,
    value::Value,
};

/// Lines around a change within a text of several lines.
const CONTEXT: usize = 2;

/// Returns the fields in which `new` differs from `old`, sorted by path within each mapping.
pub(super) fn fields(old: &Value, new: &Value) -> Vec<FieldChange> {
    let mut walk = Walk { path: String::new(), changes: Vec::new() };
    walk.compare(old, new);
    walk.changes
}

/// Returns an object that stands on `side` alone.
pub(super) fn one_sided(value: &Value, side: Side) -> Vec<FieldChange> {
    let text = value_text(value);
    let edit = if side == Side::New { FieldEdit::Added(text) } else { FieldEdit::Removed(text) };
    vec![FieldChange { path: String::new(), edit }]
}

struct Walk {
    path: String,
    changes: Vec<FieldChange>,
}

impl Walk {
    fn compare(&mut self, old: &Value, new: &Value) {
        match (old, new) {
            _ if old == new => {}
            (Value::Map(a), Value::Map(b)) => {
                for key in a.keys().chain(b.keys()).collect::<BTreeSet<_>>() {
                    self.either(&key_step(key, self.path.is_empty()), a.get(key), b.get(key));
                }
            }
            (Value::List(a), Value::List(b)) => self.lists(a, b),
            (Value::Text(a), Value::Text(b)) if a.contains('\n') || b.contains('\n') => {
                let lines = lines(a, b, CONTEXT);
                if lines.hunks.is_empty() {
                    self.set(old, new);
                } else {
                    self.push(FieldEdit::Text(lines.hunks));
                }
            }
            _ => self.set(old, new),
        }
    }

    fn set(&mut self, old: &Value, new: &Value) {
        let (before, after) = match (old, new) {
            (Value::Hidden(..), Value::Hidden(..)) => ("(redacted, before)".to_owned(), "(redacted, after)".to_owned()),
            _ => (old.to_line(), new.to_line()),
        };
        self.push(FieldEdit::Set { before, after });
    }

    fn either(&mut self, step: &str, old: Option<&Value>, new: Option<&Value>) {
        let length = self.path.len();
        self.path += step;
        match (old, new) {
            (Some(old), Some(new)) => self.compare(old, new),
            (Some(old), None) => self.push(FieldEdit::Removed(value_text(old))),
            (None, Some(new)) => self.push(FieldEdit::Added(value_text(new))),
            (None, None) => {}
        }
        self.path.truncate(length);
    }

    fn lists(&mut self, old: &[Value], new: &[Value]) {
        let Alignment { pairs, order } = align(old, new);
        for pair in pairs {
            self.either(&pair.step, pair.old.map(|at| &old[at]), pair.new.map(|at| &new[at]));
        }
        if let Some((before, after)) = order {
            self.push(FieldEdit::Order { before, after });
        }
    }

    fn push(&mut self, edit: FieldEdit) {
        self.changes.push(FieldChange { path: self.path.clone(), edit });
    }
}

/// Returns a value as it is shown alone: a collection as YAML in lines, unless it is only one, a text as it is.
fn value_text(value: &Value) -> String {
    match value {
        Value::Map(_) | Value::List(_) => {
            let yaml = value.to_yaml();
            if yaml.trim_end().contains('\n') { yaml } else { value.to_line() }
        }
        Value::Text(text) if text.trim_end().contains('\n') => text.clone(),
        scalar => scalar.to_line(),
    }
}

/// Returns the step to a key: `.name`, or `["app.kubernetes.io/name"]` where it would be read as several.
fn key_step(key: &str, is_first: bool) -> String {
    let simple =
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$'));
    let mut step = String::new();
    let _ = match (simple, is_first) {
        (true, true) => write!(step, "{key}"),
        (true, false) => write!(step, ".{key}"),
        (false, _) => write!(step, "[{}]", serde_json::Value::from(key)),
    };
    step
}
