use std::{borrow::Cow, fmt};

use towpath_model::{Diagnostic, Kind, Location, Span};

/// Why a text cannot be read; shown, it is what Go prints, word for word.
///
/// Source: go.yaml.in/yaml v2.4 and v3.0, sigs.k8s.io/yaml v1.6.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The text is no YAML.
    #[error("yaml: {}{problem}", GoLine(*line))]
    Syntax {
        /// What is wrong, in libyaml's words.
        problem: Cow<'static, str>,
        /// The line that Go prints, which is often one less than where the problem stands; 0 where it prints none.
        line: usize,
        /// Where it stands.
        span: Span,
    },
    /// A node cannot be made a value: a tag that does not fit, an alias inside itself, a merge of no mapping.
    #[error("yaml: {problem}")]
    Value {
        /// What is wrong.
        problem: String,
        /// The node.
        span: Span,
    },
    /// Keys that stand twice in a mapping.
    #[error("yaml: unmarshal errors:\n  {}", problems.join("\n  "))]
    Duplicate {
        /// One a key, with its line.
        problems: Vec<String>,
        /// The key as the first of them reads.
        key: String,
        /// Where the first of them stands.
        span: Span,
    },
    /// A value that YAML has and JSON has not: NaN and the infinities.
    #[error("json: unsupported value: {value}")]
    NotJson {
        /// The value as Go prints it.
        value: &'static str,
        /// Where it stands.
        span: Span,
    },
    /// A key that cannot be the key of a JSON object.
    #[error("{problem}")]
    Key {
        /// What is wrong.
        problem: String,
        /// The key.
        span: Span,
    },
    /// The text is larger than is read.
    #[error("yaml: document of {bytes} bytes is larger than {most} bytes")]
    Size {
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        most: usize,
    },
    /// Collections stand deeper in each other than is read.
    #[error("yaml: collections nest deeper than {most} levels")]
    Depth {
        /// How deep they may nest.
        most: usize,
        /// The first that stands too deep.
        span: Span,
    },
    /// A document has more keys, values and collections than are read.
    #[error("yaml: document has more than {most} keys and values")]
    Nodes {
        /// How many it may have.
        most: usize,
        /// The first that is too much.
        span: Span,
    },
}

/// The line number as it stands in Go's messages.
struct GoLine(usize);

impl fmt::Display for GoLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 { Ok(()) } else { write!(f, "line {}: ", self.0) }
    }
}

impl Error {
    /// The scanner's problem, found at `at` in what began at `context`.
    pub(crate) fn scan(problem: Cow<'static, str>, line: usize, context: usize, at: usize) -> Self {
        // What never ends is better shown where it begins.
        let opening =
            ["could not find expected ':'", "found unexpected end of stream", "found unexpected document indicator"];
        let start = if opening.contains(&problem.as_ref()) { context } else { at };
        Self::Syntax { problem, line, span: Span::new(start, start + 1) }
    }

    pub(crate) fn parse(problem: &'static str, line: usize, at: usize) -> Self {
        Self::Syntax { problem: Cow::Borrowed(problem), line, span: Span::new(at, at + 1) }
    }

    pub(crate) fn value(problem: impl Into<String>, span: Span) -> Self {
        Self::Value { problem: problem.into(), span }
    }

    /// Returns where it stands; the start of the text where it concerns the whole.
    pub fn span(&self) -> Span {
        match self {
            Self::Syntax { span, .. }
            | Self::Value { span, .. }
            | Self::Duplicate { span, .. }
            | Self::NotJson { span, .. }
            | Self::Key { span, .. }
            | Self::Depth { span, .. }
            | Self::Nodes { span, .. } => *span,
            Self::Size { .. } => Span::default(),
        }
    }

    /// Returns it as a usage error with the place in `text`, which is the content of `file`.
    pub fn diagnostic(&self, file: &str, text: &str) -> Diagnostic {
        let message = match self {
            Self::Syntax { problem, .. } => problem.to_string(),
            Self::Value { problem, .. } | Self::Key { problem, .. } => problem.clone(),
            Self::Duplicate { key, .. } => format!("key `{key}` stands twice in this mapping"),
            Self::NotJson { value, .. } => format!("value {value} cannot be written as JSON"),
            Self::Size { .. } | Self::Depth { .. } | Self::Nodes { .. } => self.to_string().split_off("yaml: ".len()),
        };
        let mut diagnostic = Diagnostic::new(Kind::Usage, message).at(Location::of(file, text, self.span()));
        if let Some(hint) = self.hint(text) {
            diagnostic = diagnostic.hint(hint);
        }
        diagnostic
    }

    fn hint(&self, text: &str) -> Option<&'static str> {
        let Self::Syntax { problem, span, .. } = self else { return None };
        let start = span.start.min(text.len());
        let line_start = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
        let indentation = text[line_start..].trim_start_matches([' ', '-']);
        if problem.contains("tab character") || indentation.starts_with('\t') {
            return Some("YAML does not allow tabs for indentation; use spaces");
        }
        match problem.as_ref() {
            "mapping values are not allowed in this context" => {
                Some("check the indentation; a value that holds `: ` must be quoted")
            }
            "found character that cannot start any token" => {
                Some("a value that begins with this character must be quoted")
            }
            "found unexpected end of stream" => Some("the quote that begins here is never closed"),
            "did not find expected key" | "did not find expected '-' indicator" | "could not find expected ':'" => {
                Some("check the indentation of this line and of the one before it")
            }
            _ => None,
        }
    }
}
