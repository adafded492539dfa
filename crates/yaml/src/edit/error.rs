use towpath_model::{Diagnostic, Kind, Location, Span};

use crate::Error;

/// Why a text is not edited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text is no YAML.
    #[error(transparent)]
    Yaml(#[from] Error),
    /// The pointer is none.
    #[error("pointer `{0}` does not begin with `/`")]
    Pointer(String),
    /// It is not said which document is meant.
    #[error("the file has {0} documents; say which one is meant")]
    SeveralDocuments(usize),
    /// There is no document with this number.
    #[error("the file has {documents} documents, and none with the number {number}")]
    NoDocument {
        /// The number that was asked for, from 0.
        number: usize,
        /// How many there are.
        documents: usize,
    },
    /// The pointer leads through an alias or ends at one.
    #[error("`{pointer}` is the alias `*{name}`")]
    Alias {
        /// As far as it leads.
        pointer: String,
        /// The alias.
        name: String,
        /// Where it stands.
        span: Span,
    },
    /// An alias repeats the node, so that it would change in two places.
    #[error("`{pointer}` has the anchor `&{name}` and is repeated by `*{name}`")]
    Shared {
        /// As far as it leads.
        pointer: String,
        /// The anchor.
        name: String,
        /// Where it stands.
        span: Span,
    },
    /// A key on the way stands twice in its mapping.
    #[error("key `{pointer}` stands twice")]
    Twice {
        /// The key, with the way to it.
        pointer: String,
        /// Where it stands the second time.
        span: Span,
    },
    /// The pointer leads into a scalar, to a collection, or to an item that a list has not.
    #[error("`{pointer}` is {found}, not {expected}")]
    Mismatch {
        /// As far as it leads.
        pointer: String,
        /// What stands there.
        found: &'static str,
        /// What was looked for.
        expected: &'static str,
        /// Where it stands.
        span: Span,
    },
    /// The node is written in a way that leaves no room for the value.
    #[error("`{pointer}` cannot be edited without changing other bytes")]
    Unsafe {
        /// The pointer.
        pointer: String,
    },
}

impl EditError {
    /// Returns it as a usage error with the place in `text`, which is the content of `file`.
    pub fn diagnostic(&self, file: &str, text: &str) -> Diagnostic {
        if let Self::Yaml(error) = self {
            return error.diagnostic(file, text);
        }
        let diagnostic = Diagnostic::new(Kind::Usage, self.to_string());
        let at = |span: &Span| Location::of(file, text, *span);
        match self {
            Self::Alias { span, name, .. } => diagnostic
                .at(at(span))
                .hint(format!("edit the node with the anchor `&{name}`, or write the value out here")),
            Self::Shared { span, .. } => {
                diagnostic.at(at(span)).hint("write the value out in both places, or edit it by hand")
            }
            Self::Twice { span, .. } => diagnostic.at(at(span)).hint("remove one of the two"),
            Self::Mismatch { span, .. } => diagnostic.at(at(span)),
            _ => diagnostic,
        }
    }
}
