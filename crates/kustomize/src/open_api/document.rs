use std::{borrow::Cow, collections::BTreeMap};

use super::Own;
use crate::{
    data,
    node::Value,
    schema::{self, Schema},
};

/// An OpenAPI document that a kustomization file names.
#[derive(Debug)]
pub(crate) struct Document {
    root: Value,
    /// Names of definitions by (apiVersion, kind).
    kinds: BTreeMap<(String, String), String>,
    /// Whether a kind stands in namespaces, by (apiVersion, kind).
    namespaced: BTreeMap<(String, String), bool>,
}

/// A schema in a document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'d> {
    document: &'d Document,
    own: Own,
    schema: &'d Value,
}

/// How many references may lead to each other.
const MOST_REFERENCES: usize = 100;

impl Document {
    /// Reads a document in JSON or YAML.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("unexpected end of JSON input".to_owned());
        }
        let root = if text.starts_with('{') { data::from_json(text)? } else { data::from_yaml(text)? };
        let mut document = Self { root, kinds: BTreeMap::new(), namespaced: BTreeMap::new() };
        document.index()?;
        Ok(document)
    }

    fn index(&mut self) -> Result<(), String> {
        for name in ["definitions", "paths"] {
            if !matches!(field(&self.root, name), None | Some(Value::Map(_) | Value::Null)) {
                return Err(format!("`{name}` is no object"));
            }
        }
        if !matches!(self.root, Value::Map(_) | Value::Null) {
            return Err("the document is no object".to_owned());
        }
        for (name, definition) in entries(field(&self.root, "definitions")) {
            if let Some(Value::List(kinds)) = field(definition, "x-kubernetes-group-version-kind") {
                self.kinds.extend(kinds.iter().filter_map(type_of).map(|kind| (kind, name.clone())));
            }
        }
        for (path, item) in entries(field(&self.root, "paths")) {
            let kind = field(item, "get").and_then(|get| field(get, "x-kubernetes-group-version-kind"));
            let Some(kind) = kind.and_then(type_of) else { continue };
            if path.contains("namespaces/{namespace}") {
                self.namespaced.insert(kind, true);
            } else {
                self.namespaced.entry(kind).or_insert(false);
            }
        }
        Ok(())
    }

    pub(super) fn of_kind(&self, api_version: &str, kind: &str, own: Own) -> Option<Part<'_>> {
        let name = self.kinds.get(&(api_version.to_owned(), kind.to_owned()))?;
        Some(Part { document: self, own, schema: field(field(&self.root, "definitions")?, name)? })
    }

    pub(super) fn is_cluster_scoped(&self, api_version: &str, kind: &str) -> bool {
        self.namespaced.get(&(api_version.to_owned(), kind.to_owned())) == Some(&false)
    }

    fn at(&self, pointer: &str) -> Option<&Value> {
        let mut parts = pointer.split('/').map(|part| part.replace("~1", "/").replace("~0", "~"));
        parts.try_fold(&self.root, |value, part| field(value, &part))
    }
}

impl<'d> Part<'d> {
    /// Follows references, also to kustomize's own document where that counts; nothing where one leads nowhere.
    fn resolved(self, mut schema: &'d Value) -> Option<Schema<'d>> {
        for _ in 0..MOST_REFERENCES {
            let reference = text(schema, "$ref").unwrap_or_default();
            if reference.is_empty() {
                return Some(Schema::Given(Self { schema, ..self }));
            }
            let pointer = reference.strip_prefix("#/")?;
            let given = self.document.at(pointer);
            let own = || pointer.strip_prefix("definitions/").and_then(schema::of_definition);
            match (self.own, given) {
                (Own::Last, _) if own().is_some() => return own(),
                (Own::First, None) => return own(),
                (_, given) => schema = given?,
            }
        }
        None
    }

    /// Returns what is known about a field.
    pub(crate) fn field(self, name: &str) -> Option<Schema<'d>> {
        let own = field(self.schema, "properties").and_then(|properties| field(properties, name));
        let other = || field(self.schema, "additionalProperties").filter(|value| matches!(value, Value::Map(_)));
        self.resolved(own.or_else(other)?)
    }

    /// Returns the merge keys of a list that is merged.
    pub(crate) fn merge_keys(self) -> Option<Cow<'d, [&'d str]>> {
        if !text(self.schema, "x-kubernetes-patch-strategy")?.split(',').any(|strategy| strategy == "merge") {
            return None;
        }
        let keys = match field(self.schema, "x-kubernetes-list-map-keys") {
            Some(Value::List(keys)) => keys.iter().filter_map(as_text).collect(),
            _ => text(self.schema, "x-kubernetes-patch-merge-key").into_iter().collect(),
        };
        Some(Cow::Owned(keys))
    }

    /// Returns what is known about the elements of a list.
    pub(crate) fn element(self) -> Option<Schema<'d>> {
        let is_array = match field(self.schema, "type")? {
            Value::List(types) => matches!(types.as_slice(), [only] if as_text(only) == Some("array")),
            only => as_text(only) == Some("array"),
        };
        let items = field(self.schema, "items").filter(|items| is_array && matches!(items, Value::Map(_)))?;
        self.resolved(items)
    }
}

fn type_of(value: &Value) -> Option<(String, String)> {
    let (version, kind) = (text(value, "version")?, text(value, "kind")?);
    let api_version = match text(value, "group") {
        Some(group) if !group.is_empty() => format!("{group}/{version}"),
        _ => version.to_owned(),
    };
    Some((api_version, kind.to_owned()))
}

fn field<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let Value::Map(entries) = value else { return None };
    entries.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok().map(|at| &entries[at].1)
}

fn entries(value: Option<&Value>) -> &[(String, Value)] {
    match value {
        Some(Value::Map(entries)) => entries,
        _ => &[],
    }
}

fn as_text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    as_text(field(value, name)?)
}
