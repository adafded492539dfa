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

/// Returns the error of a template that failed, in Helm's words.
pub(super) fn execute(name: &str, error: Error, profile: Profile) -> HelmError {
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
    failure(message, error, own_words, Vec::new())
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
