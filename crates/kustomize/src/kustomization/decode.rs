use std::collections::BTreeMap;

use towpath_model::{Location, Span};
use towpath_yaml::{Node, NodeKind, Profile, Scalar};

use super::{Pairs, Text};
use crate::error::KustomizeError;

/// How strictly kustomize reads a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Unknown fields are errors, and a number is no text.
    Kustomization,
    /// Unknown fields are errors; numbers and booleans become texts where a text is wanted.
    Strict,
    /// Unknown fields are passed over; numbers and booleans become texts where a text is wanted.
    Loose,
    /// Unknown fields are passed over, and a number is no text.
    Partial,
}

impl Manner {
    fn subject(self) -> &'static str {
        match self {
            Self::Kustomization => "invalid Kustomization: ",
            Self::Strict | Self::Loose | Self::Partial => "",
        }
    }
}

/// Reads the values of one file as Go's JSON decoder would: names in any case, null as nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decoder<'f> {
    pub(crate) file: &'f str,
    pub(crate) text: &'f str,
    pub(crate) manner: Manner,
}

type Result<T> = std::result::Result<T, KustomizeError>;

/// The fields of an object: name as known, value.
pub(crate) type Fields<'d, 'a> = Vec<(&'static str, Node<'d, 'a>)>;

impl Decoder<'_> {
    /// Returns the decoder for what Go embeds: there, what kustomize reads with does not make texts of numbers.
    pub(super) fn of_embedded(self) -> Self {
        Self { manner: if self.manner == Manner::Loose { Manner::Partial } else { self.manner }, ..self }
    }

    /// Returns the decoder for the group, version and kind that Go embeds in a table of fields: no number is a text there.
    pub(crate) fn of_kind(self) -> Self {
        Self { manner: if self.manner == Manner::Strict { Manner::Partial } else { self.manner }, ..self }
    }

    pub(crate) fn location(&self, span: Span) -> Location {
        Location::of(self.file, self.text, span)
    }

    pub(crate) fn error(&self, span: Span, message: String, hints: Vec<String>) -> KustomizeError {
        KustomizeError::Field { message, location: Box::new(self.location(span)), hints }
    }

    fn wrong_type(&self, node: Node<'_, '_>, field: &str, wanted: &str) -> KustomizeError {
        let found = match node.kind() {
            NodeKind::Sequence(_) => "array",
            NodeKind::Mapping(_) => "object",
            _ => match towpath_yaml::resolve(node, Profile::Go2) {
                Ok(Scalar::Bool(_)) => "bool",
                Ok(Scalar::Int(_) | Scalar::Uint(_) | Scalar::Float(_)) => "number",
                _ => "string",
            },
        };
        let hint =
            (wanted == "string" && matches!(found, "bool" | "number")).then(|| "put the value in quotes".to_owned());
        let subject = self.manner.subject();
        let message = format!("{subject}cannot unmarshal {found} into field {field} of type {wanted}");
        self.error(node.span(), message, hint.into_iter().collect())
    }

    /// Returns the fields of an object that are not null, in order; merges are resolved, null is an object without fields.
    pub(crate) fn object<'d, 'a>(
        &self,
        node: Node<'d, 'a>,
        field: &str,
        known: &'static [&'static str],
    ) -> Result<Fields<'d, 'a>> {
        let mut fields = Fields::new();
        for (key, value) in self.entries(node, field)? {
            match known.iter().find(|name| name.eq_ignore_ascii_case(key.text().unwrap_or(""))) {
                // Go leaves as it is what null is read into.
                Some(_) if is_null(value.resolved()) => {}
                Some(name) => fields.push((*name, value)),
                None if matches!(self.manner, Manner::Loose | Manner::Partial) => {}
                None => return Err(self.unknown_field(key, known)),
            }
        }
        Ok(fields)
    }

    fn unknown_field(&self, key: Node<'_, '_>, known: &[&str]) -> KustomizeError {
        let name = key.text().unwrap_or("");
        let near = known.iter().map(|known| (distance(name, known), known)).min();
        let hint = near
            .filter(|(away, known)| *away <= 1 + known.len() / 4)
            .map(|(_, known)| format!("did you mean `{known}`?"));
        let message = format!("{}unknown field {name:?}", self.manner.subject());
        self.error(key.span(), message, hint.into_iter().collect())
    }

    /// Returns the entries of an object in the order of JSON that Go writes: sorted by key, none twice, merges resolved.
    pub(super) fn entries<'d, 'a>(&self, node: Node<'d, 'a>, field: &str) -> Result<Vec<(Node<'d, 'a>, Node<'d, 'a>)>> {
        let node = node.resolved();
        if is_null(node) {
            return Ok(Vec::new());
        }
        if !matches!(node.kind(), NodeKind::Mapping(_)) {
            return Err(self.wrong_type(node, field, "object"));
        }
        let mut known = BTreeMap::new();
        collect(node, &mut known);
        Ok(known.into_values().collect())
    }

    pub(crate) fn list<T>(
        &self,
        node: Node<'_, '_>,
        field: &str,
        mut item: impl FnMut(Node<'_, '_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let node = node.resolved();
        match node.kind() {
            NodeKind::Sequence(items) => items.map(|node| item(node.resolved())).collect(),
            _ if is_null(node) => Ok(Vec::new()),
            _ => Err(self.wrong_type(node, field, "array")),
        }
    }

    pub(crate) fn text(&self, node: Node<'_, '_>, field: &str) -> Result<Text> {
        let node = node.resolved();
        let text = match towpath_yaml::resolve(node, Profile::Go2) {
            Ok(Scalar::Str(text)) => text.into_owned(),
            Ok(Scalar::Binary(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
            Ok(Scalar::Timestamp(_) | Scalar::Merge) => node.text().unwrap_or("").to_owned(),
            Ok(Scalar::Null) if matches!(node.kind(), NodeKind::Scalar(..)) => String::new(),
            Ok(Scalar::Bool(_) | Scalar::Int(_) | Scalar::Uint(_) | Scalar::Float(_))
                if matches!(self.manner, Manner::Strict | Manner::Loose) =>
            {
                key_text(node)
            }
            _ => return Err(self.wrong_type(node, field, "string")),
        };
        Ok(Text { text, span: node.span() })
    }

    pub(crate) fn string(&self, node: Node<'_, '_>, field: &str) -> Result<String> {
        Ok(self.text(node, field)?.text)
    }

    pub(crate) fn texts(&self, node: Node<'_, '_>, field: &str) -> Result<Vec<Text>> {
        self.list(node, field, |item| self.text(item, field))
    }

    pub(crate) fn strings(&self, node: Node<'_, '_>, field: &str) -> Result<Vec<String>> {
        self.list(node, field, |item| self.string(item, field))
    }

    pub(crate) fn boolean(&self, node: Node<'_, '_>, field: &str) -> Result<bool> {
        match towpath_yaml::resolve(node.resolved(), Profile::Go2) {
            Ok(Scalar::Bool(value)) => Ok(value),
            _ if is_null(node.resolved()) => Ok(false),
            _ => Err(self.wrong_type(node.resolved(), field, "bool")),
        }
    }

    pub(crate) fn integer(&self, node: Node<'_, '_>, field: &str) -> Result<i64> {
        match towpath_yaml::resolve(node.resolved(), Profile::Go2) {
            Ok(Scalar::Int(value)) => Ok(value),
            _ if is_null(node.resolved()) => Ok(0),
            _ => Err(self.wrong_type(node.resolved(), field, "int64")),
        }
    }

    pub(crate) fn pairs(&self, node: Node<'_, '_>, field: &str) -> Result<Pairs> {
        let entries = self.entries(node, field)?;
        let pair = |(key, value): (Node<'_, '_>, Node<'_, '_>)| Ok((key_text(key), self.string(value, field)?));
        entries.into_iter().map(pair).collect()
    }
}

/// Collects the entries of a mapping by key: what comes later wins, a merge too.
fn collect<'d, 'a>(mapping: Node<'d, 'a>, into: &mut BTreeMap<String, (Node<'d, 'a>, Node<'d, 'a>)>) {
    for (key, value) in mapping.resolved().entries() {
        if !key.is_merge_key() {
            into.insert(key_text(key), (key, value));
            continue;
        }
        match value.kind() {
            NodeKind::Sequence(items) => {
                items.collect::<Vec<_>>().into_iter().rev().for_each(|item| collect(item, into));
            }
            _ => collect(value, into),
        }
    }
}

/// Returns a key as it becomes one of JSON: YAML 1.1 makes `n` the key `false`.
pub(super) fn key_text(key: Node<'_, '_>) -> String {
    match towpath_yaml::resolve(key, Profile::Go2) {
        Ok(Scalar::Bool(value)) => value.to_string(),
        Ok(Scalar::Int(value)) => value.to_string(),
        Ok(Scalar::Uint(value)) => value.to_string(),
        Ok(Scalar::Float(value)) => towpath_yaml::format_float(value),
        Ok(Scalar::Binary(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
        _ => key.text().unwrap_or("").to_owned(),
    }
}

pub(super) fn is_null(node: Node<'_, '_>) -> bool {
    matches!(node.kind(), NodeKind::Scalar(..)) && matches!(towpath_yaml::resolve(node, Profile::Go2), Ok(Scalar::Null))
}

/// Returns how many letters must be changed, added or taken away to make one name the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(!from.eq_ignore_ascii_case(to));
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
