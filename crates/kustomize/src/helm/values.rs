use super::ChartValues;
use crate::{
    error::KustomizeError,
    kustomization::Text,
    node::{Node, Style, Tag, Value},
    output::yaml_of,
    patch::strategic,
    read,
    site::Site,
};

/// How `valuesInline` and the values file meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Merge {
    /// What is inline wins.
    InlineWins,
    /// The file wins.
    FileWins,
    /// The file is passed over.
    InlineAlone,
}

impl Merge {
    pub(super) fn of(site: Site<'_>, text: &Text) -> Result<Self, KustomizeError> {
        match text.text.as_str() {
            "" | "override" => Ok(Self::InlineWins),
            "merge" => Ok(Self::FileWins),
            "replace" => Ok(Self::InlineAlone),
            _ => {
                let message = "valuesMerge must be one of [merge override replace]".to_owned();
                Err(site.error(text.span, message, Vec::new()))
            }
        }
    }
}

/// Returns the text of values that are written in the configuration.
pub(super) fn inline(values: &[(String, Value)]) -> String {
    yaml_of(&Value::Map(values.to_vec()))
}

/// Returns the text of a values file and inline values merged.
pub(super) fn merged(file: &ChartValues, values: &[(String, Value)], merge: Merge) -> Result<String, String> {
    let wrong = |what: &str, problem: String| format!("could not {what}: {problem}");
    let text = String::from_utf8_lossy(&file.content);
    let of_file = read::text(&text).map_err(|problem| wrong("parse values file into rnode", problem))?;
    let of_text = Node::of_value(Value::Map(values.to_vec()));
    let (mut target, patch) = if merge == Merge::FileWins { (of_text, of_file) } else { (of_file, of_text) };
    let is_left = strategic::apply(&mut target, patch).map_err(|error| wrong("merge values", error.to_string()))?;
    if !is_left {
        return Ok(yaml_of(&Value::Map(Vec::new())));
    }
    unquote_typed(&mut target);
    let value = target.into_document().map_err(|error| wrong("parse merged values into map", error.to_string()))?;
    Ok(yaml_of(&value))
}

/// Makes each value what its type says: a merged value keeps the quotes of the one before it, but is not written down
/// before it is used.
fn unquote_typed(node: &mut Node) {
    match node {
        Node::Scalar(scalar)
            if matches!(scalar.style, Style::Quoted | Style::Literal)
                && !matches!(scalar.tag, Tag::Text | Tag::Unset) =>
        {
            scalar.style = Style::Plain;
        }
        Node::Scalar(_) => {}
        Node::Sequence(items) => items.iter_mut().for_each(unquote_typed),
        Node::Mapping(entries) => {
            for entry in entries {
                // What was data before has texts as keys, whatever they look like.
                if entry.key.tag == Tag::Unset {
                    (entry.key.tag, entry.key.style) = (Tag::Text, Style::Quoted);
                }
                unquote_typed(&mut entry.value);
            }
        }
    }
}
