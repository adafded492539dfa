//! The document tree that transformers change: what is written, with the tag and the quoting that decide what it means.
//!
//! kustomize works on the nodes of its YAML library and writes them as text between steps, so that a number set over a
//! quoted text becomes a text. The tree therefore keeps tag and quoting of each scalar, and [`Node::value`] reads them
//! as that library would read its own output.

mod fold;
mod lookup;
mod matching;
mod set;
mod value;

pub use lookup::Missing;
pub(crate) use matching::Create;
pub(crate) use set::quoted_where_ambiguous;
pub use value::NoValue;
pub(crate) use value::{Number, Value};

/// A node of a document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Scalar(Scalar),
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// One key of a mapping with its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: Scalar,
    pub(crate) value: Node,
}

/// A scalar as it is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    pub(crate) tag: Tag,
    pub(crate) style: Style,
    /// A null that was in the input and stays in the output; on anything else a mark that is gone once it is replaced.
    pub(crate) keep: bool,
    /// Scalars of one resource that are one for kustomize have the same number; 0 is one with nothing.
    pub(crate) shared: u32,
}

/// What a scalar was read as, or is to be read as; `Unset` is decided by the text when it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    Unset,
    Text,
    Integer,
    Float,
    Boolean,
    Null,
    Timestamp,
    Binary,
    Other,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Quoted,
    /// With `|`.
    Literal,
    /// With `>`.
    Folded,
    /// With an explicit tag before it.
    Tagged,
}

/// The three kinds of node, for messages and for the creation of missing fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Scalar,
    Sequence,
    Mapping,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Scalar => "ScalarNode",
            Self::Sequence => "SequenceNode",
            Self::Mapping => "MappingNode",
        }
    }

    /// Returns an empty node of this kind, without a tag.
    pub(crate) fn empty(self) -> Node {
        match self {
            Self::Scalar => Node::Scalar(Scalar::unset(String::new())),
            Self::Sequence => Node::Sequence(Vec::new()),
            Self::Mapping => Node::Mapping(Vec::new()),
        }
    }
}

impl Scalar {
    /// Returns a scalar whose meaning its text decides.
    pub(crate) fn unset(text: impl Into<String>) -> Self {
        Self { text: text.into(), tag: Tag::Unset, style: Style::Plain, keep: false, shared: 0 }
    }

    /// Returns a scalar that is a text whatever it says.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), tag: Tag::Text, style: Style::Plain, keep: false, shared: 0 }
    }

    pub(crate) fn tagged(text: impl Into<String>, tag: Tag) -> Self {
        Self { text: text.into(), tag, style: Style::Plain, keep: false, shared: 0 }
    }

    pub(crate) fn is_null(&self) -> bool {
        self.tag == Tag::Null
    }

    /// Tells whether it is a text for kustomize: tagged so, or without a tag.
    pub(crate) fn is_textual(&self) -> bool {
        matches!(self.tag, Tag::Unset | Tag::Text)
    }
}

impl Entry {
    pub(crate) fn new(key: impl Into<String>, value: Node) -> Self {
        Self { key: Scalar::unset(key), value }
    }
}

impl Node {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Scalar(Scalar::text(text))
    }

    pub(crate) fn unset(text: impl Into<String>) -> Self {
        Self::Scalar(Scalar::unset(text))
    }

    /// Marks all scalars but nulls, so that one that is replaced by its like is another.
    ///
    /// kustomize compares lines and columns when it looks for what a validator changed.
    pub(crate) fn mark(&mut self) {
        match self {
            Self::Scalar(scalar) => scalar.keep |= !scalar.is_null(),
            Self::Sequence(items) => items.iter_mut().for_each(Self::mark),
            Self::Mapping(entries) => entries.iter_mut().for_each(|entry| entry.value.mark()),
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Scalar(_) => Kind::Scalar,
            Self::Sequence(_) => Kind::Sequence,
            Self::Mapping(_) => Kind::Mapping,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Scalar(scalar) if scalar.is_null())
    }

    /// Tells whether it is null, an empty mapping or an empty sequence.
    pub(crate) fn is_null_or_empty(&self) -> bool {
        match self {
            Self::Scalar(scalar) => scalar.is_null(),
            Self::Sequence(items) => items.is_empty(),
            Self::Mapping(entries) => entries.is_empty(),
        }
    }

    /// Returns the text as written; empty for anything but a scalar.
    pub(crate) fn as_text(&self) -> &str {
        match self {
            Self::Scalar(scalar) => &scalar.text,
            _ => "",
        }
    }

    /// Returns the text as written, and an empty text for null.
    pub(crate) fn text_or_empty(&self) -> &str {
        if self.is_null() { "" } else { self.as_text() }
    }

    /// Returns the value of the first field of that name.
    pub(crate) fn field(&self, name: &str) -> Option<&Node> {
        match self {
            Self::Mapping(entries) => entries.iter().find(|entry| entry.key.text == name).map(|entry| &entry.value),
            _ => None,
        }
    }

    pub(crate) fn field_mut(&mut self, name: &str) -> Option<&mut Node> {
        match self {
            Self::Mapping(entries) => {
                entries.iter_mut().find(|entry| entry.key.text == name).map(|entry| &mut entry.value)
            }
            _ => None,
        }
    }

    /// Removes the first field of that name and returns its value.
    pub(crate) fn clear(&mut self, name: &str) -> Option<Node> {
        let Self::Mapping(entries) = self else { return None };
        let at = entries.iter().position(|entry| entry.key.text == name)?;
        Some(entries.remove(at).value)
    }

    pub(crate) fn items(&self) -> &[Node] {
        match self {
            Self::Sequence(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        match self {
            Self::Mapping(entries) => entries,
            _ => &[],
        }
    }
}
