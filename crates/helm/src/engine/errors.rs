use towpath_gotmpl::{Error, ErrorKind};

use crate::{HelmError, Profile, error::TemplateFailure};

/// Stands before a chart's own message inside an error.
pub(crate) const FAILURE_START: &str = "HELM_ERR_START";
/// Stands behind it.
pub(crate) const FAILURE_END: &str = "HELM_ERR_END";

/// Returns the error of a template that could not be parsed, in Helm's words.
pub(super) fn parse(name: &str, error: Error) -> HelmError {
    let text = error.to_string();
    let tokens: Vec<&str> = text.split(": ").collect();
    let message = match tokens.as_slice() {
        [_, location, .., last] => format!("parse error at ({location}): {last}"),
        [_, location] => format!("parse error at ({location}): {location}"),
        _ => format!("parse error in ({name}): {text}"),
    };
    failure(message, error, None, Vec::new())
}

/// Returns the error of a template that failed, in Helm's words; `chart` is the path of the root chart.
pub(super) fn execute(name: &str, error: Error, profile: Profile, chart: &str) -> HelmError {
    let text = error.to_string();
    let own_words = own_words(&text);
    let mut tokens = text.splitn(3, ": ").skip(1);
    let message = match (tokens.next(), tokens.next()) {
        _ if error.kind() == ErrorKind::NoTemplate && error.place().is_none() => text,
        (Some(location), Some(_)) => match (&own_words, profile) {
            (Some(words), _) => format!("execution error at ({location}): {words}"),
            (None, Profile::Helm3) => in_older_words(text),
            (None, Profile::Helm4) => traced(&error).unwrap_or(text),
        },
        _ => format!("execution error in ({name}): {text}"),
    };
    let hints = hints(&error, chart);
    failure(message, error, own_words, hints)
}

fn failure(message: String, error: Error, own_words: Option<String>, hints: Vec<String>) -> HelmError {
    HelmError::Template(Box::new(TemplateFailure { message, error, own_words, hints }))
}

/// The Go of Helm 3 does not name the types that cannot be compared.
fn in_older_words(mut text: String) -> String {
    const COMPARISON: &str = "incompatible types for comparison";
    if let Some(at) = text.rfind(COMPARISON) {
        text.truncate(at + COMPARISON.len());
    }
    text
}

/// Returns what the chart itself says with `required` or `fail`.
fn own_words(text: &str) -> Option<String> {
    let start = text.find(FAILURE_START)? + FAILURE_START.len();
    let end = text.rfind(FAILURE_END).filter(|end| *end >= start)?;
    Some(text[start..end].to_owned())
}

/// Returns Helm 4's form with one place a line; nothing where a function's own error ends the chain, which Helm shows raw.
fn traced(error: &Error) -> Option<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut current = Some(error);
    while let Some(error) = current {
        let message = error.message();
        let cause = error.cause();
        if let Some(rest) = message.strip_prefix("error calling ") {
            let only_calls = rest.split_once(": ").is_some_and(|(_, rest)| rest.is_empty());
            if !only_calls || cause.is_none() {
                return None;
            }
        } else if cause.is_some() {
            return None;
        }
        let message = message.split(" template:").next().unwrap_or(message);
        let entry = match error.place() {
            None => format!("{error}\n"),
            Some(place) if place.column.is_some() => {
                let name = crate::golang::quote(&place.template.to_string_lossy());
                let message = message.trim_end();
                format!("{place}\n  executing {name} at <{}>:\n    {message}\n", place.node)
            }
            Some(place) => format!("{place}\n  {message}\n"),
        };
        if lines.last() != Some(&entry) {
            lines.push(entry);
        }
        current = cause;
    }
    Some(lines.concat().trim().to_owned())
}

/// Names the value that is missing and the file that can set it.
fn hints(error: &Error, chart: &str) -> Vec<String> {
    let root = error.root();
    let (Some(place), message) = (root.place(), root.message()) else { return Vec::new() };
    let Some(field) = message.strip_prefix("nil pointer evaluating interface {}.") else { return Vec::new() };
    let Some(at) = place.node.find(".Values.") else {
        return vec![format!("what stands before `.{field}` in `{}` is null or not set", place.node)];
    };
    let path = place.node[at + ".Values.".len()..].split(|c: char| c.is_whitespace() || c == ')' || c == '|').next();
    let path = path.unwrap_or_default();
    let Some(parent) = path.find(&format!(".{field}")).map(|end| &path[..end]) else { return Vec::new() };
    let file = place.file.to_string_lossy();
    // Below a subchart the parent's values file names the subchart first.
    let owner: String = file
        .strip_prefix(chart)
        .unwrap_or(&file)
        .split("/charts/")
        .skip(1)
        .map(|rest| format!("{}.", rest.split('/').next().unwrap_or_default()))
        .collect();
    vec![format!(
        "`{owner}{parent}` is null or not set: add it to values.yaml or to a values file, or guard it with `with`"
    )]
}
