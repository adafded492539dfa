//! Replacements inside texts that hold JSON or YAML themselves.

use towpath_yaml::{Dialect, Emitter, format_float};

use crate::{
    json,
    node::{Create, Node, Number, Style, Value},
    read,
};

/// Sets a value inside a text on the way; returns whether there was such a text with that field.
///
/// # Deviation
/// A YAML text with comments, quotes or a layout other than kustomize's is refused: kustomize would keep them.
pub(super) fn set(target: &mut Node, value: &Node, parts: &[String], create: Create) -> Result<bool, String> {
    let Some((way, rest, mut inner)) = text_on_the_way(target, parts) else { return Ok(false) };
    let Ok(found) = inner.matching(rest, create) else { return Ok(false) };
    if found.nodes.is_empty() {
        return Ok(false);
    }
    let Node::Scalar(scalar) = target.at_mut(&way) else { return Ok(false) };
    let original = scalar.text.clone();
    let is_json = original.trim_start().starts_with(['{', '[']);
    if !is_json && read::text(&original).ok().and_then(|node| yaml(&node)).as_deref() != Some(original.trim()) {
        return Err(unsupported(parts));
    }
    if !is_json
        && found.nodes.iter().any(|way| matches!(inner.at(way), Node::Scalar(scalar) if scalar.style != Style::Plain))
    {
        return Err(unsupported(parts));
    }
    for way in found.nodes {
        match inner.at_mut(&way) {
            Node::Scalar(scalar) => value.as_text().clone_into(&mut scalar.text),
            other => *other = value.clone(),
        }
    }
    let text = if is_json {
        // What cannot be written back is no such text for kustomize.
        let Ok(data) = inner.clone().into_value() else { return Ok(false) };
        Some(if original.contains('\n') && original.contains("  ") {
            json::pretty(&data)
        } else {
            json::compact(&data)
        })
    } else {
        yaml(&inner)
    };
    scalar.text = text.ok_or("the text cannot be written back")?;
    Ok(true)
}

fn unsupported(parts: &[String]) -> String {
    format!("a replacement inside YAML with comments or quotes is not supported yet: {}", parts.join("."))
}

/// Returns the way to the first text on a path, the rest of the path, and what the text holds.
fn text_on_the_way<'p>(target: &Node, parts: &'p [String]) -> Option<(Vec<usize>, &'p [String], Node)> {
    (1..parts.len()).find_map(|length| {
        let way = target.locate(&parts[..length]).ok()??;
        let Node::Scalar(scalar) = target.at(&way) else { return None };
        let inner = read::text(&scalar.text).ok()?;
        Some((way, &parts[length..], inner))
    })
}

/// Returns a document as kustomize writes it where nothing but its data is to be kept.
fn yaml(node: &Node) -> Option<String> {
    let mut emitter = Emitter::new(Dialect::Go3Compact);
    emit(node, &mut emitter)?;
    Some(emitter.finish().trim().to_owned())
}

fn emit(node: &Node, emitter: &mut Emitter) -> Option<()> {
    match node {
        Node::Mapping(entries) => {
            emitter.start_map();
            for entry in entries {
                emitter.str(&entry.key.text);
                emit(&entry.value, emitter)?;
            }
            emitter.end_map();
        }
        Node::Sequence(items) => {
            emitter.start_list();
            for item in items {
                emit(item, emitter)?;
            }
            emitter.end_list();
        }
        Node::Scalar(scalar) => match node.clone().into_value().ok()? {
            Value::Null => emitter.null(),
            Value::Boolean(value) => emitter.bool(value),
            // kustomize keeps how a number is written.
            Value::Number(Number::Integer(value)) if value.to_string() == scalar.text => emitter.int(value),
            Value::Number(Number::Unsigned(value)) if value.to_string() == scalar.text => emitter.uint(value),
            Value::Number(Number::Float(value)) if format_float(value) == scalar.text => emitter.float(value),
            Value::Text(text) => emitter.str(&text),
            Value::Number(_) | Value::List(_) | Value::Map(_) => return None,
        },
    }
    Some(())
}
