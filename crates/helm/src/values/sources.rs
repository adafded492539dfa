use std::{borrow::Cow, sync::Arc};

use towpath_gotmpl::{Map, MapType, Value};
use towpath_model::Location;

use super::{effort::n_nodes_of, strvals, strvals_literal};
use crate::{HelmError, Profile, error::Problem, golang::json, golang::yaml};

/// Reads the file that a `--set-file` argument names; the error is a message.
pub type ReadFile = Arc<dyn Fn(&str) -> Result<Vec<u8>, String> + Send + Sync>;

/// Where values come from besides the chart, each kind in the order of the command line.
///
/// Helm applies the kinds in the order of these fields, whatever their order on the command line.
#[derive(Clone, Default)]
pub struct ValuesOptions {
    /// `--values`: later files win.
    pub files: Vec<ValuesFile>,
    /// `--set-json`
    pub set_json: Vec<String>,
    /// `--set`
    pub set: Vec<String>,
    /// `--set-string`
    pub set_string: Vec<String>,
    /// `--set-file`
    pub set_file: Vec<String>,
    /// `--set-literal`
    pub set_literal: Vec<String>,
    /// Reads the files of `set_file`; without it they are an error.
    pub read_file: Option<ReadFile>,
}

/// A values file.
#[derive(Debug, Clone)]
pub struct ValuesFile {
    /// As messages name it.
    pub name: String,
    /// Its content.
    pub content: Vec<u8>,
}

impl ValuesOptions {
    /// Returns the values of all sources, merged.
    pub(crate) fn merge(&self, profile: Profile) -> Result<Map, HelmError> {
        let values = Map::any();
        for file in &self.files {
            let read = read_documents(&file.content, profile, &file.name);
            let context = format!("failed to parse {}: ", file.name);
            let read = read.map_err(|problem| HelmError::Values(problem.prefixed(&context)))?;
            merge_into(&values, &read);
        }
        for text in &self.set_json {
            let trimmed = text.trim();
            if profile == Profile::Helm4 && trimmed.starts_with('{') {
                match json::decode(trimmed.as_bytes()) {
                    Ok(Value::Map(read)) => merge_into(&values, &read),
                    _ => {
                        return Err(argument(
                            "--set-json",
                            text,
                            format!("failed parsing --set-json data JSON: {text}"),
                        ));
                    }
                }
            } else if strvals::parse_json(text, &values).is_err() {
                return Err(argument("--set-json", text, format!("failed parsing --set-json data {text}")));
            }
        }
        let failed = |flag: &str, text: &str, error: String| {
            argument(flag, text, format!("failed parsing {flag} data: {error}"))
        };
        for text in &self.set {
            strvals::parse(text, &values).map_err(|error| failed("--set", text, error))?;
        }
        for text in &self.set_string {
            strvals::parse_string(text, &values).map_err(|error| failed("--set-string", text, error))?;
        }
        for text in &self.set_file {
            let read = |path: &str| match &self.read_file {
                Some(read) => read(path),
                None => Err(format!("open {path}: there is no way to read it here")),
            };
            strvals::parse_file(text, &values, &read).map_err(|error| failed("--set-file", text, error))?;
        }
        for text in &self.set_literal {
            strvals_literal::parse(text, &values).map_err(|error| failed("--set-literal", text, error))?;
        }
        Ok(values)
    }
}

/// Returns the values of a YAML text; Helm 4 merges its documents, Helm 3 reads the first.
pub(crate) fn read_documents(content: &[u8], profile: Profile, name: &str) -> Result<Map, Box<Problem>> {
    let one = |text: &[u8], context: &str| -> Result<Map, Box<Problem>> {
        let located = |error: String| {
            Problem::new(format!("{context}{error}"))
                .at(location(content, name))
                .hint("see the file for tabs, quotes and indentation")
        };
        match yaml::read(text).map_err(located)? {
            Value::Map(map) => Ok(map),
            Value::Nil => Ok(Map::nil(MapType::ANY)),
            other => {
                let is = match other {
                    Value::List(_) => "array",
                    Value::Str(_) => "string",
                    Value::Bool(_) => "bool",
                    _ => "number",
                };
                let message = format!(
                    "{context}error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {is} into Go value of type map[string]interface {{}}"
                );
                Err(Problem::new(message).hint("a values file is a table: `key: value` lines"))
            }
        }
    };
    if profile == Profile::Helm3 {
        return one(content, "");
    }
    let mut values = Map::any();
    let mut n_values = 0;
    for document in documents(&whole_lines(content)) {
        let read = one(document, "cannot unmarshal yaml document: ")?;
        n_values += n_nodes_of(&read);
        if n_values > yaml::MOST_NODES {
            let message = format!("the documents hold more than {} keys and values", yaml::MOST_NODES);
            return Err(Problem::new(message).hint("large data belongs into files of their own, which `.Files` reads"));
        }
        if values.is_empty() && !read.is_nil() {
            values = read;
        } else {
            merge_into(&values, &read);
        }
    }
    Ok(values)
}

/// Merges the second map into the first, which shares no table with others; the second wins, tables are merged.
fn merge_into(first: &Map, second: &Map) {
    for (key, value) in second.entries() {
        match (value, first.get(&key)) {
            (Value::Map(value), Some(Value::Map(held))) => merge_into(&held, &value),
            (value, _) => {
                first.insert(key, value);
            }
        }
    }
}

/// Returns a text whose every line ends with a line feed alone, the last one, too: so Helm 4 reads values.
///
/// Source: `LineReader` in apimachinery's `pkg/util/yaml`.
fn whole_lines(content: &[u8]) -> Cow<'_, [u8]> {
    let is_whole = content.last().is_none_or(|last| *last == b'\n');
    if is_whole && memchr::memmem::find(content, b"\r\n").is_none() {
        return Cow::Borrowed(content);
    }
    let mut lines = Vec::with_capacity(content.len() + 1);
    let mut start = 0;
    for at in memchr::memmem::find_iter(content, b"\r\n") {
        lines.extend_from_slice(&content[start..at]);
        start = at + 1;
    }
    lines.extend_from_slice(&content[start..]);
    if !is_whole {
        lines.push(b'\n');
    }
    Cow::Owned(lines)
}

/// Returns the documents between lines that are `---`, which may carry a comment.
fn documents(content: &[u8]) -> Vec<&[u8]> {
    let (mut found, mut start) = (Vec::new(), 0);
    let begins_line = |at: &usize| *at == 0 || content[at - 1] == b'\n';
    for at in memchr::memmem::find_iter(content, b"---").filter(begins_line) {
        let line = content[at..].split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
        let rest = String::from_utf8_lossy(&line[3..]);
        if at > start && (rest.trim().is_empty() || rest.trim_start().starts_with('#')) {
            found.push(&content[start..at]);
            start = at + line.len();
        }
    }
    if start < content.len() {
        found.push(&content[start..]);
    }
    found
}

/// Returns where a YAML text breaks.
fn location(content: &[u8], name: &str) -> Option<Location> {
    let text = towpath_yaml::decode(content).ok()?;
    let mut reader = towpath_yaml::Reader::with_limits(&text, towpath_yaml::Profile::Go2, yaml::LIMITS).ok()?;
    let error = loop {
        match reader.next_document() {
            Ok(Some(_)) => {}
            Ok(None) => return None,
            Err(error) => break error,
        }
    };
    Some(Location::of(name, &text, error.span()))
}

fn argument(flag: &str, text: &str, message: String) -> HelmError {
    HelmError::Values(Problem::new(message).hint(format!("check the argument of {flag}: `{text}`")))
}

#[cfg(test)]
mod tests {
    use towpath_gotmpl::Str;

    use super::*;

    #[test]
    fn helm_4_ends_the_last_line_of_values() {
        for (text, in_helm4, in_helm3) in [
            ("a: |\n  x", "x\n", "x"),
            ("a: |\r\n  x\r\n   ", "x\n \n", "x\n "),
            ("a: |\n  x\n", "x\n", "x\n"),
            ("b: 1\n---\na: |\n  x", "x\n", ""),
        ] {
            for (profile, expected) in [(Profile::Helm4, in_helm4), (Profile::Helm3, in_helm3)] {
                let values = read_documents(text.as_bytes(), profile, "values.yaml").unwrap();
                let found = values.get("a").map_or(Str::default(), |value| value.as_str().unwrap());
                assert_eq!(found, *expected, "{text:?} {profile:?}");
            }
        }
    }
}
