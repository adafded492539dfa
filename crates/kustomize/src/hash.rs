//! The suffix that generated objects get from their content.
//!
//! Source: kustomize `api/hasher/hasher.go` 0.21.1.

use sha2::{Digest as _, Sha256};

use crate::{
    error::KustomizeError,
    json,
    node::{NoValue, Node, Value},
    resources::Resources,
};

/// Adds the suffix to the names of the resources that ask for it.
pub(crate) fn add_suffixes(resources: &mut Resources) -> Result<(), KustomizeError> {
    for resource in resources.list.iter_mut().filter(|resource| resource.needs_hash) {
        let suffix = suffix(&resource.node).map_err(|problem| resource.error(problem))?;
        resource.remember_id();
        let name = format!("{}-{suffix}", resource.name());
        resource.set_name(&name);
    }
    Ok(())
}

/// Returns the ten letters for a ConfigMap, a Secret or anything else.
fn suffix(node: &Node) -> Result<String, NoValue> {
    let kind = node.field("kind").map_or("", Node::as_text);
    let value = |name: &str| -> Result<Value, NoValue> {
        match node.field(name) {
            None => Ok(Value::Text(String::new())),
            Some(Node::Scalar(scalar)) => Ok(Value::Text(scalar.text.clone())),
            Some(other) => other.clone().into_value(),
        }
    };
    let text = |text: &str| Value::Text(text.to_owned());
    // The name is no part of it: kustomize asks for a field that no object has.
    let mut fields =
        vec![("kind".to_owned(), text(kind)), ("name".to_owned(), text("")), ("data".to_owned(), value("data")?)];
    let more = if kind == "ConfigMap" {
        "binaryData"
    } else {
        fields.push(("type".to_owned(), value("type")?));
        "stringData"
    };
    if let more_data @ Value::Map(_) = value(more)? {
        fields.push((more.to_owned(), more_data));
    }
    fields.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(letters(&json::compact(&Value::Map(fields))))
}

/// Returns the first ten hexadecimal digits, without those that could make words or be taken for others.
fn letters(content: &str) -> String {
    let digits = hex::encode(Sha256::digest(content.as_bytes()));
    let letter = |digit: char| match digit {
        '0' => 'g',
        '1' => 'h',
        '3' => 'k',
        'a' => 'm',
        'e' => 't',
        other => other,
    };
    digits.chars().take(10).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::suffix;
    use crate::node::{Entry, Node};

    #[test]
    fn an_empty_config_map_has_its_known_suffix() {
        let node = Node::Mapping(vec![Entry::new("kind", Node::text("ConfigMap"))]);
        assert_eq!(suffix(&node).unwrap(), "6ct58987ht");
    }
}
