use crate::{
    golang::json::{self, Layout},
    schema::document::{Documents, Node, NodeId},
};
use towpath_gotmpl::{List, Map, MapType, Value};

/// Returns a value as Go writes it after reading it once: sorted keys, numbers as floats.
///
/// # Errors
/// Go's message where a number is no float.
pub(super) fn canonical(documents: &Documents, node: Node) -> Result<String, String> {
    let text = json::encode(&value(documents, node)?, Layout::Compact).map_err(|error| error.0)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn value(documents: &Documents, node: Node) -> Result<Value, String> {
    let below = |id: NodeId| value(documents, documents.node(id));
    Ok(match node {
        Node::Null => Value::Nil,
        Node::Bool(truth) => Value::Bool(truth),
        Node::Str(text) | Node::Invalid(text) => Value::str(documents.bytes(text)),
        Node::Number(text) => {
            let text = documents.lossy(text);
            let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
            let why = || format!("json: cannot unmarshal number {text} into Go value of type float64");
            Value::Float(number.ok_or_else(why)?)
        }
        Node::Array(_) => {
            Value::List(List::any(documents.items_of(node).iter().map(|item| below(*item)).collect::<Result<_, _>>()?))
        }
        Node::Object(_) => {
            let map = Map::new(MapType::ANY);
            for entry in documents.entries_of(node) {
                map.insert(documents.bytes(entry.key), below(entry.value)?);
            }
            Value::Map(map)
        }
    })
}
