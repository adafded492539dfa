//! `vars`: values of fields put in place of `$(NAME)`.
//!
//! Source: kustomize `api/filters/refvar` and `api/internal/accumulator` 0.21.1.

use std::collections::BTreeMap;

use crate::{
    accumulator::Accumulator,
    error::KustomizeError,
    fieldspec::Leaf,
    kustomization::Var,
    node::{Node, Number, Scalar, Tag, Value},
    path,
    resource::Resource,
};

/// What stands for a variable: a scalar, or nothing for values that cannot be put into a text.
type Values = BTreeMap<String, Option<Scalar>>;

/// Puts all variables in.
pub(crate) fn resolve(all: &mut Accumulator) -> Result<(), KustomizeError> {
    let mut values = Values::new();
    for var in &all.vars {
        values.insert(var.name.clone(), value(var, &all.resources.list)?);
    }
    if values.is_empty() {
        return Ok(());
    }
    let config = std::sync::Arc::clone(&all.config);
    for resource in &mut all.resources.list {
        for spec in &config.var_reference {
            spec.apply(&mut resource.node, Leaf::None, &mut |node| replace_in(node, &values))
                .map_err(|error| resource.error(error))?;
        }
    }
    Ok(())
}

fn value(var: &Var, resources: &[Resource]) -> Result<Option<Scalar>, KustomizeError> {
    let Some(resource) = resources.iter().find(|resource| resource.vars.contains(&var.name)) else {
        let problem = format!("var '{}' cannot be mapped to a field in the set of known resources", var.name);
        return Err(KustomizeError::Resources(problem));
    };
    let missing = || {
        let problem = format!("field specified in var '{}' not found in corresponding resource", var.name);
        resource.error(problem)
    };
    let parts = indexes_apart(path::split_with_brackets(&var.field_path, '.'));
    let node = resource.node.lookup(&parts).ok().flatten().ok_or_else(missing)?;
    let Node::Scalar(scalar) = node else { return Ok(None) };
    let fits = match scalar.tag {
        Tag::Integer => scalar.text.parse::<i64>().is_ok(),
        Tag::Float => scalar.text.parse::<f64>().is_ok(),
        _ => true,
    };
    if !fits {
        return Err(missing());
    }
    let tag = match scalar.tag {
        tag @ (Tag::Integer | Tag::Float | Tag::Boolean) => tag,
        _ => Tag::Text,
    };
    let text = match (tag, scalar_value(scalar)) {
        (Tag::Float, Some(Value::Number(Number::Float(value)))) => format!("{value}"),
        (Tag::Boolean, _) => scalar.text.to_ascii_lowercase(),
        _ => scalar.text.clone(),
    };
    Ok(Some(Scalar::tagged(text, tag)))
}

fn scalar_value(scalar: &Scalar) -> Option<Value> {
    Node::Scalar(scalar.clone()).into_value().ok()
}

/// Makes `name[0]` two parts.
fn indexes_apart(parts: Vec<String>) -> Vec<String> {
    let mut result = Vec::with_capacity(parts.len());
    for part in parts {
        let indexed = part.strip_suffix(']').and_then(|rest| rest.rsplit_once('['));
        match indexed.filter(|(_, index)| !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit())) {
            Some((name, index)) => {
                let index = index.to_owned();
                if !name.is_empty() {
                    result.push(name.to_owned());
                }
                result.push(index);
            }
            None => result.push(part),
        }
    }
    result
}

fn replace_in(node: &mut Node, values: &Values) -> Result<(), String> {
    match node {
        Node::Scalar(scalar) => {
            if scalar.is_textual() {
                *scalar = replaced(&scalar.text, values);
            }
            Ok(())
        }
        Node::Mapping(entries) => {
            for entry in entries {
                if !entry.key.is_textual() {
                    return Err(format!("invalid map key: value='{}'", entry.key.text));
                }
                if let Node::Scalar(scalar) = &mut entry.value
                    && scalar.is_textual()
                {
                    *scalar = replaced(&scalar.text, values);
                }
            }
            Ok(())
        }
        Node::Sequence(items) => items.iter_mut().try_for_each(|item| match item {
            Node::Scalar(scalar) if scalar.is_textual() => {
                *scalar = replaced(&scalar.text, values);
                Ok(())
            }
            _ => Err("invalid value type expect a string".to_owned()),
        }),
    }
}

/// Returns a text with its variables replaced; one that is a single variable takes its type too.
fn replaced(text: &str, values: &Values) -> Scalar {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        result.push_str(before);
        let name = after.strip_prefix('(').and_then(|inner| inner.split_once(')'));
        match (name, after.chars().next()) {
            (Some((name, behind)), _) => {
                match values.get(name).and_then(Option::as_ref) {
                    Some(value) if text.len() == name.len() + 3 => return value.clone(),
                    Some(value) => result.push_str(&value.text),
                    None => result.push_str(&format!("$({name})")),
                }
                rest = behind;
            }
            (None, Some('$')) => {
                result.push('$');
                rest = &after[1..];
            }
            (None, Some(c)) => {
                result.push('$');
                result.push(c);
                rest = &after[c.len_utf8()..];
            }
            (None, None) => {
                result.push('$');
                rest = after;
            }
        }
    }
    result.push_str(rest);
    Scalar::text(result)
}
