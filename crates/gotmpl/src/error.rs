use std::fmt;

use towpath_model::{Diagnostic, Kind, Location, Span};

use crate::Str;

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The text is not a template.
    Parse,
    /// A template failed while it was executed.
    Execute,
    /// There is no template of the name.
    NoTemplate,
    /// A limit was reached: depth, steps, output or time.
    Limit,
}

/// A place in a template: what was being executed, and where it stands.
#[derive(Debug, Clone)]
pub struct Place {
    /// The name under which the text was parsed: the file.
    pub file: Str,
    /// The whole text of the file.
    pub text: Str,
    /// The name of the template that was executed: the file's, or that of a `define` in it. Empty while parsing.
    pub template: Str,
    /// Line, counted from 1.
    pub line: usize,
    /// Column as Go counts it: in bytes from 0. Nothing for parse errors.
    pub column: Option<usize>,
    /// The node as Go prints it, such as `.Values.a`. Empty while parsing.
    pub node: String,
}

/// Why a template could not be parsed or executed. Its text is Go's, word for word.
#[derive(Debug, Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: ErrorKind,
    place: Option<Place>,
    message: String,
    cause: Option<Error>,
    calls: Vec<Place>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, place: Option<Place>, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, place, message: message.into(), cause: None, calls: Vec::new() }))
    }

    pub(crate) fn with_cause(mut self, cause: Option<Self>) -> Self {
        if cause.as_ref().is_some_and(|cause| cause.kind() == ErrorKind::Limit) {
            self.0.kind = ErrorKind::Limit;
        }
        self.0.cause = cause;
        self
    }

    /// Adds the `template` action it passed through on its way out.
    pub(crate) fn called_from(mut self, place: impl FnOnce() -> Place) -> Self {
        self.0.calls.push(place());
        self
    }

    /// Returns what kind of thing went wrong; a limit stays one however deep it was reached.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns where it happened.
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// Returns its own words, without the place before and the cause behind them.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the error of an inner execution, such as that of an included template.
    pub fn cause(&self) -> Option<&Self> {
        self.0.cause.as_ref()
    }

    /// Returns the innermost error: what really failed.
    pub fn root(&self) -> &Self {
        let mut error = self;
        while let Some(cause) = error.cause() {
            error = cause;
        }
        error
    }

    /// Returns where the templates that were being executed had been called from, outermost first: by `template` actions
    /// and by functions such as `include`.
    pub fn calls(&self) -> Vec<&Place> {
        let mut calls = Vec::new();
        let mut error = self;
        loop {
            calls.extend(error.0.calls.iter().rev());
            let Some(cause) = error.cause() else { return calls };
            calls.extend(error.place());
            error = cause;
        }
    }

    /// Returns the innermost message with its source line; the calls that led there are the causes, innermost first.
    pub fn diagnostic(&self) -> Diagnostic {
        let root = self.root();
        let mut diagnostic = Diagnostic::new(Kind::Usage, root.message());
        let mut calls = self.calls();
        // What ends before it begins stands where it was called.
        let place = root.place().or_else(|| calls.pop());
        if let Some(place) = place {
            diagnostic = diagnostic.at(place.location());
            if !place.node.is_empty() {
                diagnostic = diagnostic.cause(format!("while executing {}", place.node));
            }
        }
        for call in calls.iter().rev() {
            let node = if call.node.is_empty() { String::new() } else { format!(": {}", call.node) };
            diagnostic = diagnostic.cause(format!("called from {call}{node}"));
        }
        diagnostic
    }
}

impl Place {
    /// Returns the place with its source line.
    pub fn location(&self) -> Location {
        let text = self.text.to_string_lossy();
        let line_start = self
            .line
            .checked_sub(2)
            .map_or(0, |newline| text.match_indices('\n').nth(newline).map_or(text.len(), |(at, _)| at + 1));
        let start = line_start + self.column.unwrap_or(0);
        // Go places `.a.b` at its second name; people look for the first.
        let is_node = |at: &usize| text.get(*at..).is_some_and(|text| text.starts_with(&self.node));
        let start = (line_start..=start).rev().take(self.node.len().max(1)).find(is_node).unwrap_or(start);
        Location::of(&self.file.to_string_lossy(), &text, Span::new(start, start + self.node.len()))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        self.column.map_or(Ok(()), |column| write!(f, ":{column}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("template: ")?;
        if let Some(place) = self.place() {
            write!(f, "{place}: ")?;
            if place.column.is_some() {
                let name = crate::fmt::quote(place.template.as_bytes());
                write!(f, "executing {} at <{}>: ", String::from_utf8_lossy(&name), place.node)?;
            }
        }
        f.write_str(self.message())?;
        self.cause().map_or(Ok(()), |cause| fmt::Display::fmt(cause, f))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause().map(|cause| cause as _)
    }
}

impl From<&Error> for Diagnostic {
    fn from(error: &Error) -> Self {
        error.diagnostic()
    }
}
