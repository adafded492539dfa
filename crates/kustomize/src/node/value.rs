use base64::{
    Engine as _, alphabet,
    engine::{GeneralPurpose, GeneralPurposeConfig},
};

use super::{Entry, Node, Scalar, Style, Tag, fold};
use crate::{
    json,
    scalar::{self, Plain},
};

/// A document as data: what JSON would hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Boolean(bool),
    Number(Number),
    Text(String),
    List(Vec<Value>),
    /// Sorted by the bytes of the keys, unique.
    Map(Vec<(String, Value)>),
}

/// A number as Go's decoder holds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    Integer(i64),
    Unsigned(u64),
    Float(f64),
}

/// Why a document cannot become JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoValue {
    /// A key stands twice in one mapping.
    #[error("mapping key {0:?} already defined")]
    DuplicateKey(String),
    /// A key is no text.
    #[error("key `{0}` is not a text; JSON has only texts as keys")]
    Key(String),
    /// NaN or an infinity.
    #[error("json: unsupported value: {0}")]
    Number(String),
    /// A text is no base64, though its tag says so.
    #[error("!!binary value contains invalid base64 data")]
    Binary,
    /// A text or a key is not read again behind JSON.
    #[error("control characters are not allowed")]
    Control,
    /// kustomize writes the text by indentation and cannot read it again.
    #[error("found a tab character where an indentation space is expected")]
    Tab,
    /// The text does not fit its tag, as after a replacement.
    #[error("cannot decode `{text}` as a {tag}")]
    Tag {
        /// The scalar.
        text: String,
        /// Its tag.
        tag: &'static str,
    },
}

impl Node {
    /// Returns the document as data, read as kustomize reads what it wrote.
    pub(crate) fn into_value(self) -> Result<Value, NoValue> {
        match self {
            Self::Scalar(scalar) => scalar.into_value(),
            Self::Sequence(items) => items.into_iter().map(Node::into_value).collect::<Result<_, _>>().map(Value::List),
            Self::Mapping(entries) => mapping(entries),
        }
    }

    /// Returns the same of a whole document: Go reads its keys as texts whatever they are, and leaves out one that is nothing.
    pub(crate) fn into_document(self) -> Result<Value, NoValue> {
        let Self::Mapping(entries) = self else { return self.into_value() };
        let mut texts = Vec::with_capacity(entries.len());
        for Entry { key, value } in entries {
            let written = key.text.clone();
            match key.into_text()? {
                Some(key) => texts.push((key, value.into_value()?)),
                // kustomize does not find a null again, and adds it once more when it looks for merges.
                None if !written.is_empty() => return Err(NoValue::DuplicateKey(written)),
                None => {}
            }
        }
        sorted(texts)
    }

    /// Returns the node that kustomize has after it made data of it and read that again.
    pub(crate) fn of_value(value: Value) -> Self {
        match value {
            Value::Null => Self::Scalar(Scalar::tagged("null", Tag::Null)),
            Value::Boolean(value) => Self::Scalar(Scalar::tagged(value.to_string(), Tag::Boolean)),
            Value::Number(number) => Self::Scalar(number.scalar()),
            Value::Text(text) => Self::text(text).quoted_as_written(),
            Value::List(items) => Self::Sequence(items.into_iter().map(Self::of_value).collect()),
            Value::Map(entries) => {
                Self::Mapping(entries.into_iter().map(|(key, value)| entry(key, Self::of_value(value))).collect())
            }
        }
    }

    /// Returns the node that kustomize has after it wrote JSON and read that as YAML.
    pub(crate) fn of_json(value: Value) -> Self {
        match value {
            Value::Number(number) => {
                let text = json::number(number);
                let tag = scalar::resolve(&text).tag();
                Self::Scalar(Scalar::tagged(text, tag))
            }
            Value::Text(text) => Self::Scalar(Scalar { style: Style::Quoted, ..Scalar::text(text) }),
            Value::List(items) => Self::Sequence(items.into_iter().map(Self::of_json).collect()),
            Value::Map(entries) => {
                Self::Mapping(entries.into_iter().map(|(key, value)| entry(key, Self::of_json(value))).collect())
            }
            other => Self::of_value(other),
        }
    }

    /// go-yaml v3 quotes what it would read as something else, and what YAML 1.1 would.
    fn quoted_as_written(mut self) -> Self {
        if let Self::Scalar(scalar) = &mut self
            && (!scalar::is_text_in_old_yaml(&scalar.text) || !towpath_yaml::can_be_plain(&scalar.text))
        {
            scalar.style = if scalar.text.contains('\n') { Style::Literal } else { Style::Quoted };
        }
        self
    }
}

impl Number {
    /// Returns the scalar that go-yaml v3 writes for a number that JSON made a float.
    fn scalar(self) -> Scalar {
        match self {
            Self::Integer(value) => Scalar::tagged(value.to_string(), Tag::Integer),
            Self::Unsigned(value) => Scalar::tagged(value.to_string(), Tag::Integer),
            Self::Float(value) => {
                let text = towpath_yaml::format_float(value);
                let tag = scalar::resolve(&text).tag();
                Scalar::tagged(text, tag)
            }
        }
    }
}

impl Scalar {
    fn into_value(self) -> Result<Value, NoValue> {
        match (self.style, self.tag) {
            (Style::Plain, Tag::Unset) if !self.text.contains('\n') => plain(scalar::resolve(&self.text), self.text),
            (Style::Folded | Style::Literal, Tag::Unset | Tag::Text) if fold::is_unreadable(&self.text) => {
                Err(NoValue::Tab)
            }
            (Style::Folded, _) => Self { text: fold::refolded(self.text), style: Style::Quoted, ..self }.into_value(),
            (Style::Plain | Style::Quoted | Style::Literal, Tag::Unset | Tag::Text)
            | (Style::Tagged, Tag::Text | Tag::Other) => Ok(Value::Text(self.text)),
            (Style::Tagged, tag) => self.converted(tag),
            (style, tag) => {
                let resolved = scalar::resolve(&self.text);
                match (resolved.tag() == tag, style) {
                    (true, Style::Quoted | Style::Literal) => Ok(Value::Text(self.text)),
                    (true, _) => plain(resolved, self.text),
                    (false, _) => self.converted(tag),
                }
            }
        }
    }

    /// Tells whether it is a text, whatever it says.
    fn is_text(&self) -> bool {
        match (self.style, self.tag) {
            (Style::Plain, Tag::Unset) if !self.text.contains('\n') => {
                matches!(scalar::resolve(&self.text), Plain::Merge | Plain::Text)
            }
            (_, Tag::Text) | (Style::Plain | Style::Quoted | Style::Literal | Style::Folded, Tag::Unset) => true,
            (Style::Plain, Tag::Other) => self.text == "<<",
            // Nothing is written in quotes where it is a key.
            (_, Tag::Null) => self.text.is_empty(),
            _ => false,
        }
    }

    /// Returns what a key is as a text; nothing for null.
    fn into_text(self) -> Result<Option<String>, NoValue> {
        if self.is_text() {
            return Ok(Some(self.text));
        }
        let written = self.text.clone();
        let is_binary = self.tag == Tag::Binary;
        match self.into_value() {
            Ok(Value::Null) => Ok(None),
            Ok(Value::Text(text)) if is_binary => Ok(Some(text)),
            Ok(_) | Err(NoValue::Number(_)) => Ok(Some(written)),
            Err(error) => Err(error),
        }
    }

    /// Returns what the text is under an explicit tag.
    fn converted(self, tag: Tag) -> Result<Value, NoValue> {
        let name = match tag {
            Tag::Unset | Tag::Text | Tag::Other => return Ok(Value::Text(self.text)),
            Tag::Binary => {
                return binary(&self.text).map(Value::Text).ok_or(NoValue::Binary);
            }
            Tag::Integer => "!!int",
            Tag::Float => "!!float",
            Tag::Boolean => "!!bool",
            Tag::Null => "!!null",
            Tag::Timestamp => "!!timestamp",
        };
        let resolved = scalar::resolve(&self.text);
        match (tag, &resolved) {
            (Tag::Float, Plain::Number(_)) => plain(resolved, self.text),
            _ if resolved.tag() == tag => plain(resolved, self.text),
            _ => Err(NoValue::Tag { text: self.text, tag: name }),
        }
    }
}

/// Returns an entry whose key is a text, whatever it says.
fn entry(key: String, value: Node) -> Entry {
    Entry { key: Scalar::text(key), value }
}

/// Go does not look at the bits that the last digit has too many.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// Returns what base64 stands for; nothing where it is none.
fn binary(text: &str) -> Option<String> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let bytes = BASE64.decode(digits).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn plain(resolved: Plain, text: String) -> Result<Value, NoValue> {
    Ok(match resolved {
        Plain::Null => Value::Null,
        Plain::Boolean(value) => Value::Boolean(value),
        Plain::Number(Number::Float(value)) if !value.is_finite() => {
            let name = if value.is_nan() {
                "NaN"
            } else if value > 0.0 {
                "+Inf"
            } else {
                "-Inf"
            };
            return Err(NoValue::Number(name.to_owned()));
        }
        Plain::Number(number) => Value::Number(number),
        Plain::Timestamp(text) => Value::Text(text),
        Plain::Merge | Plain::Text => Value::Text(text),
    })
}

fn mapping(entries: Vec<Entry>) -> Result<Value, NoValue> {
    let mut texts: Vec<(String, Value)> = Vec::with_capacity(entries.len());
    for entry in entries {
        if !entry.key.is_text() {
            return Err(NoValue::Key(entry.key.text));
        }
        texts.push((entry.key.text, entry.value.into_value()?));
    }
    sorted(texts)
}

fn sorted(mut result: Vec<(String, Value)>) -> Result<Value, NoValue> {
    result.sort_by(|(a, _), (b, _)| a.cmp(b));
    match result.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(NoValue::DuplicateKey(pair[0].0.clone())),
        None => Ok(Value::Map(result)),
    }
}
