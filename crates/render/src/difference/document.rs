//! From texts to the objects that are worth comparing.

use std::collections::HashMap;

use towpath_model::{
    Diagnostic,
    difference::{Identity, Place},
};
use towpath_yaml::{Duplicates, Error, Layout, Profile, build, parse_all};

use super::{
    Manifests,
    secret::hide,
    value::{Value, Values},
};
use crate::object;

/// An object of one side.
#[derive(Debug)]
pub(super) struct Object<'a> {
    pub(super) place: Option<&'a Place>,
    pub(super) identity: Identity,
    /// Its text as it stands in the manifests.
    pub(super) text: &'a str,
    /// What it holds, its secrets hidden.
    pub(super) value: Value,
    /// It is shown as Towpath writes it: it holds secrets, is JSON, or comes out of a list.
    pub(super) rewritten: bool,
    /// It holds a Secret.
    pub(super) secret: bool,
}

/// A document of some manifests, not read yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk<'a> {
    manifests: &'a Manifests,
    text: &'a str,
}

/// Returns the documents of a text, cut at its `---`, which no YAML value can hold at the start of a line.
///
/// A text with directives, which belong to the document behind them, stays whole.
pub(super) fn chunks(manifests: &Manifests) -> Vec<Chunk<'_>> {
    let text = manifests.text.as_str();
    if text.starts_with('%') || text.contains("\n%") {
        return vec![Chunk { manifests, text }];
    }
    let mut chunks = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices("\n---") {
        if text[at + 4..].starts_with([' ', '\t', '\n', '\r']) || at + 4 == text.len() {
            chunks.push(Chunk { manifests, text: &text[start..=at] });
            start = at + 1;
        }
    }
    chunks.push(Chunk { manifests, text: &text[start..] });
    chunks
}

/// Takes documents out of both sides that stand in both, byte for byte.
pub(super) fn take_equal(from: &mut Vec<Chunk<'_>>, to: &mut Vec<Chunk<'_>>) {
    let mut open: HashMap<&str, usize> = HashMap::new();
    for chunk in &*from {
        *open.entry(chunk.text).or_default() += 1;
    }
    let mut paired: HashMap<&str, usize> = HashMap::new();
    to.retain(|chunk| match open.get_mut(chunk.text) {
        Some(count) if *count > 0 => {
            *count -= 1;
            *paired.entry(chunk.text).or_default() += 1;
            false
        }
        _ => true,
    });
    from.retain(|chunk| match paired.get_mut(chunk.text) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    });
}

/// Returns the objects of a document; lists are opened.
pub(super) fn read(chunk: Chunk<'_>) -> Result<Vec<Object<'_>>, Diagnostic> {
    let manifests = chunk.manifests;
    read_text(manifests, chunk.text).map_err(|error| {
        // The place is told in the whole text.
        let mut diagnostic = match read_text(manifests, &manifests.text) {
            Err(error) => error.diagnostic(&manifests.name, &manifests.text),
            Ok(_) => error.diagnostic(&manifests.name, chunk.text),
        };
        if chunk.text.contains("Secret") {
            // Its lines, and messages that quote them, may hold what must not be shown.
            "a document that may hold a Secret cannot be read".clone_into(&mut diagnostic.message);
            diagnostic.causes.clear();
            if let Some(location) = &mut diagnostic.location {
                location.source.clear();
                location.before.clear();
            }
        }
        diagnostic
    })
}

fn read_text<'a>(manifests: &'a Manifests, text: &'a str) -> Result<Vec<Object<'a>>, Error> {
    let mut objects = Vec::new();
    for document in &parse_all(text, Profile::Go2)? {
        let root = document.root();
        if object::is_empty(root) {
            continue;
        }
        let mut value = build(root, Profile::Go2, Duplicates::Usual, &mut Values)?;
        let secret = hide(&mut value);
        let span = root.outer_span();
        let place = manifests.place.as_ref();
        if let Some(items) = take_items(&mut value) {
            objects.extend(items.into_iter().map(|mut value| {
                let secret = hide(&mut value) || secret;
                Object { place, identity: identity(&value), text: "", value, rewritten: true, secret }
            }));
            continue;
        }
        let rewritten = secret || root.resolved().layout() == Some(Layout::Flow);
        let text = &text[span.start..span.end];
        objects.push(Object { place, identity: object::identity(root), text, value, rewritten, secret });
    }
    Ok(objects)
}

/// Returns the objects of a `List`, or of a list of one kind, whose items need not say their kind.
fn take_items(list: &mut Value) -> Option<Vec<Value>> {
    let kind = list.get("kind")?.text()?.strip_suffix("List")?.to_owned();
    let api_version = list.get("apiVersion").cloned();
    let Value::Map(map) = list else { return None };
    let Some(Value::List(items)) = map.get_mut("items") else { return None };
    let is_object = |item: &Value| item.get("kind").is_some() || !kind.is_empty() && item.get("metadata").is_some();
    if !items.iter().all(is_object) {
        return None;
    }
    let mut items = std::mem::take(items);
    for item in &mut items {
        if let Value::Map(item) = item
            && !kind.is_empty()
        {
            item.entry("kind".to_owned()).or_insert_with(|| Value::Text(kind.clone()));
            if let Some(version) = &api_version {
                item.entry("apiVersion".to_owned()).or_insert_with(|| version.clone());
            }
        }
    }
    Some(items)
}

fn identity(value: &Value) -> Identity {
    let text = |value: Option<&Value>| match value {
        Some(Value::Text(text)) => text.clone(),
        Some(other @ (Value::Int(_) | Value::Uint(_) | Value::Float(_) | Value::Bool(_))) => other.to_line(),
        _ => String::new(),
    };
    let metadata = value.get("metadata");
    Identity {
        api_version: text(value.get("apiVersion")),
        kind: text(value.get("kind")),
        namespace: text(metadata.and_then(|metadata| metadata.get("namespace"))),
        name: text(metadata.and_then(|metadata| metadata.get("name"))),
    }
}
