//! What must not be shown, and how it is told that it changed.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::value::Value;

const REDACTED: &str = "(redacted)";

/// Hides the values of every Secret in `value`, wherever in it the Secret stands, and returns whether there is one; what
/// merely refers to a Secret is none.
///
/// Hidden are `data` and `stringData`, whatever they hold, and annotations that keep the whole object, as
/// `kubectl apply` and other tools write them.
pub(super) fn hide(value: &mut Value) -> bool {
    let kind = value.get("kind").and_then(Value::text).unwrap_or_default();
    let (is_secret, is_list) = (kind == "Secret", kind == "SecretList");
    match value {
        Value::List(items) => items.iter_mut().fold(false, |found, item| hide(item) | found),
        Value::Map(map) if is_secret => hide_secret(map),
        Value::Map(map) => {
            if is_list && let Some(Value::List(items)) = map.get_mut("items") {
                for item in items {
                    if let Value::Map(item) = item {
                        hide_secret(item);
                    }
                }
            }
            map.values_mut().fold(is_list, |found, value| hide(value) | found)
        }
        _ => false,
    }
}

fn hide_secret(map: &mut BTreeMap<String, Value>) -> bool {
    let mut found = map.contains_key("apiVersion");
    for field in ["data", "stringData"] {
        found |= map.contains_key(field);
        match map.get_mut(field) {
            Some(Value::Map(values)) => values.values_mut().for_each(hide_whole),
            Some(Value::Null) | None => {}
            Some(other) => hide_whole(other),
        }
    }
    if let Some(Value::Map(metadata)) = map.get_mut("metadata")
        && let Some(Value::Map(annotations)) = metadata.get_mut("annotations")
    {
        annotations.values_mut().filter(|annotation| keeps_an_object(annotation)).for_each(hide_whole);
    }
    found
}

fn hide_whole(value: &mut Value) {
    if matches!(value, Value::Hidden(..)) {
        return;
    }
    let whole = std::mem::replace(value, Value::Null);
    *value = Value::Hidden(Box::new(whole), REDACTED);
}

/// Returns whether an annotation may keep what it stands on: as JSON or YAML, or packed with gzip, in base64.
fn keeps_an_object(annotation: &Value) -> bool {
    match annotation {
        Value::Text(text) => text.contains(['{', '\n']) || text.trim_start().starts_with("H4sI"),
        Value::List(_) | Value::Map(_) => true,
        _ => false,
    }
}

/// Says of hidden values that stand at the same place in both whether they are the same.
pub(super) fn mark(old: &mut Value, new: &mut Value) {
    match (old, new) {
        (Value::Hidden(a, before), Value::Hidden(b, after)) if a != b => {
            *before = "(redacted, before)";
            *after = "(redacted, after)";
        }
        (Value::Map(old), Value::Map(new)) => {
            for (key, value) in old {
                if let Some(other) = new.get_mut(key) {
                    mark(value, other);
                }
            }
        }
        (Value::List(old), Value::List(new)) => {
            for (value, other) in old.iter_mut().zip(new) {
                mark(value, other);
            }
        }
        _ => {}
    }
}

/// Adds the texts that `value` hides to `found`, also with and without base64.
pub(super) fn hidden_texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Hidden(inner, _) => texts(inner, found),
        Value::List(items) => items.iter().for_each(|item| hidden_texts(item, found)),
        Value::Map(map) => map.values().for_each(|value| hidden_texts(value, found)),
        _ => {}
    }
}

fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::List(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Map(map) => map.values().for_each(|value| texts(value, found)),
        Value::Null | Value::Bool(_) => {}
        Value::Text(text) => {
            found.push(text.clone());
            found.push(STANDARD.encode(text));
            let packed: String = text.split_whitespace().collect();
            found.extend(STANDARD.decode(packed).ok().and_then(|bytes| String::from_utf8(bytes).ok()));
        }
        scalar => found.push(scalar.to_line()),
    }
}

/// Hides values that hold one of `texts`, in an object that took over from a Secret, or the other way round.
pub(super) fn hide_texts(value: &mut Value, texts: &[String]) {
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| hide_texts(item, texts)),
        Value::Map(map) => {
            for (key, value) in map {
                if !matches!(key.as_str(), "apiVersion" | "kind" | "metadata") {
                    hide_texts(value, texts);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Hidden(..) => {}
        scalar => {
            let shown = scalar.text().map_or_else(|| scalar.to_line(), str::to_owned);
            let holds = |text: &String| shown == *text || text.len() > 3 && shown.contains(text);
            if !shown.is_empty() && texts.iter().any(holds) {
                hide_whole(scalar);
            }
        }
    }
}
