//! From the text of a file to the objects in it.
//!
//! Source: kustomize `kyaml/kio/byteio_reader.go` and `api/resource/factory.go` 0.21.1.

use std::borrow::Cow;

use towpath_model::{Location, Span, TreePath};
use towpath_yaml::{NodeKind, Profile, Style as Written};

use crate::{
    direct::{self, Direct},
    error::{KustomizeError, YamlProblem},
    node::{Entry, Node, Scalar, Style, Tag, Value},
    scalar,
};

/// How many nodes one file may have once aliases are followed.
const MOST_NODES: usize = 2_000_000;

/// How deep nodes may nest once aliases are followed.
const MOST_DEPTH: usize = 1_000;

/// An object of a file, and the line where its document begins.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) node: Node,
    pub(crate) line: usize,
}

/// Returns the first document of a text; an empty text is an error.
pub(crate) fn text(text: &str) -> Result<Node, String> {
    let document = towpath_yaml::parse_first(text, Profile::Go3).map_err(|error| error.to_string())?;
    let document = document.ok_or_else(|| "the text is empty".to_owned())?;
    Converter::default().node(document.root(), 0).map_err(|(problem, _)| problem)
}

/// Returns the objects of a file in order; lists give their items.
pub(crate) fn objects(file: &TreePath, bytes: &[u8]) -> Result<Vec<Object>, KustomizeError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => objects_of_text(file.as_str(), text),
        Err(_) => objects_of_text(file.as_str(), &String::from_utf8_lossy(bytes)),
    }
}

/// Returns the objects of a text; `file` is where it stands.
pub(crate) fn objects_of_text(file: &str, text: &str) -> Result<Vec<Object>, KustomizeError> {
    let text = if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) };
    let pieces = documents(file, &text)?;
    let alone = pieces.len() == 1;
    let mut found = Vec::new();
    let mut converter = Converter::default();
    let (mut line, mut counted) = (1, 0);
    for span in pieces {
        line += memchr::memchr_iter(b'\n', &text.as_bytes()[counted..span.start]).count();
        counted = span.start;
        let Some(node) = converter.document(file, &text, span)? else { continue };
        if node.is_null() {
            continue;
        }
        let kind = node.field("kind").map_or("", Node::as_text);
        let wraps = alone
            && matches!(kind, "List" | "ResourceList")
            && (node.field("items").is_some() || node.field("functionConfig").is_some());
        if wraps {
            found.extend(node.field("items").map_or(&[][..], Node::items).iter().map(|item| (item.clone(), line)));
        } else {
            found.push((node, line));
        }
    }
    let objects = found.into_iter().map(|(node, line)| Object { node, line }).collect();
    without_lists(file, &text, usable(file, &text, objects)?)
}

/// Returns where each document stands: what is between lines that begin with `---`.
fn documents(file: &str, text: &str) -> Result<Vec<Span>, KustomizeError> {
    let mut spans = Vec::new();
    let mut start = 0;
    let mut at = 0;
    let separators = memchr::memmem::Finder::new("\n---");
    while let Some(found) = separators.find(&text.as_bytes()[at..]) {
        let separator = at + found;
        let Some(length) = text[separator + 1..].find('\n') else { break };
        let end = separator + 1 + length + 1;
        let behind = text[separator + 4..end].trim();
        if !behind.is_empty() && !behind.starts_with('#') {
            let message = format!("invalid document separator: {}", text[separator..end].trim());
            let location = Box::new(Location::of(file, text, Span::new(separator + 1, end - 1)));
            return Err(KustomizeError::Object { message, location });
        }
        // The line break before the separator belongs to the document.
        spans.push(Span::new(start, separator + 1));
        start = end;
        // The line break that ends this separator may begin the next.
        at = end;
    }
    spans.push(Span::new(start, text.len()));
    Ok(spans)
}

/// Drops empty objects; an object without kind or name is an error.
fn usable(file: &str, text: &str, objects: Vec<Object>) -> Result<Vec<Object>, KustomizeError> {
    let mut result = Vec::with_capacity(objects.len());
    for object in objects {
        if object.node.is_null_or_empty() {
            continue;
        }
        check(&object.node).map_err(|message| {
            let location = Box::new(line_location(file, text, object.line));
            KustomizeError::Object { message, location }
        })?;
        result.push(object);
    }
    Ok(result)
}

pub(crate) fn line_location(file: &str, text: &str, line: usize) -> Location {
    let mut start = 0;
    for (index, content) in text.split_inclusive('\n').enumerate() {
        if index + 1 >= line && !content.trim().is_empty() && !content.starts_with(['#', '-']) {
            return Location::of(file, text, Span::new(start, start + content.trim_end().len()));
        }
        start += content.len();
    }
    Location::of(file, text, Span::new(text.len(), text.len()))
}

/// Checks that an object has what each resource must have.
pub(crate) fn check(node: &Node) -> Result<(), String> {
    let present = |node: Option<&Node>| node.is_some_and(|node| !node.is_null_or_empty());
    let metadata = node.field("metadata").filter(|node| !node.is_null_or_empty());
    let meta = |name: &str| metadata.and_then(|metadata| metadata.field(name)).filter(|node| !node.is_null_or_empty());
    let has_metadata = ["name", "namespace", "labels", "annotations"].into_iter().any(|name| meta(name).is_some());
    let has_type = present(node.field("apiVersion")) || present(node.field("kind"));
    if !has_type && !has_metadata {
        return Err("missing Resource metadata".to_owned());
    }
    if let Some(Node::Sequence(items)) = meta("annotations")
        && items.len() % 2 == 1
    {
        // kustomize looks for names and values in turn, and ends with a fault of its own.
        return Err("an annotation has no value".to_owned());
    }
    let kind = node.field("kind").map_or("", Node::text_or_empty);
    let shown = || {
        let text = |node: Option<&Node>| node.map_or("", Node::text_or_empty).to_owned();
        let map = |name: &str| {
            let mut pairs: Vec<String> = meta(name)
                .map_or(&[][..], Node::entries)
                .iter()
                .map(|entry| format!("{}:{}", entry.key.text, entry.value.text_or_empty()))
                .collect();
            pairs.sort_unstable();
            pairs.join(" ")
        };
        let (api_version, name, namespace) =
            (text(node.field("apiVersion")), text(meta("name")), text(meta("namespace")));
        let (labels, annotations) = (map("labels"), map("annotations"));
        format!("{{{{{api_version} {kind}}} {{{{{name} {namespace}}} map[{labels}] map[{annotations}]}}}}")
    };
    if kind.is_empty() {
        return Err(format!("missing kind in object {}", shown()));
    }
    if !kind.ends_with("List") && meta("name").is_none_or(|name| name.as_text().is_empty()) {
        return Err(format!("missing metadata.name in object {}", shown()));
    }
    Ok(())
}

/// Puts the items of lists behind the other objects.
fn without_lists(file: &str, text: &str, objects: Vec<Object>) -> Result<Vec<Object>, KustomizeError> {
    let mut queue = std::collections::VecDeque::from(objects);
    let mut result = Vec::with_capacity(queue.len());
    while let Some(object) = queue.pop_front() {
        let kind = object.node.field("kind").map_or("", Node::as_text).to_owned();
        if !kind.ends_with("List") || object.node.field("items").is_none() {
            result.push(object);
            continue;
        }
        let problem = |message: String| KustomizeError::Object {
            message,
            location: Box::new(line_location(file, text, object.line)),
        };
        let value = object.node.into_document().map_err(|error| problem(error.to_string()))?;
        let items = match value {
            Value::Map(fields) => fields.into_iter().find(|(name, _)| name == "items").map(|(_, items)| items),
            _ => None,
        };
        match items {
            Some(Value::List(items)) => {
                let inner = items.into_iter().map(|item| Object { node: Node::of_json(item), line: object.line });
                queue.extend(usable(file, text, inner.collect())?);
            }
            None | Some(Value::Null) => {}
            _ => return Err(problem(format!("expected array in {kind}/items"))),
        }
    }
    Ok(result)
}

#[derive(Default)]
struct Converter {
    nodes: usize,
}

type Problem = (String, Span);

impl Converter {
    fn document(&mut self, file: &str, text: &str, span: Span) -> Result<Option<Node>, KustomizeError> {
        let piece = &text[span.start..span.end];
        match direct::document(piece, MOST_NODES.saturating_sub(self.nodes)) {
            Direct::Document(node) => return Ok(Some(node)),
            Direct::Nothing => return Ok(None),
            Direct::Unknown => {}
        }
        let shifted = |inner: Span| Span::new(inner.start + span.start, inner.end + span.start);
        let document = towpath_yaml::parse_first(piece, Profile::Go3).map_err(|error| {
            let mut diagnostic = error.diagnostic(file, piece);
            diagnostic.location = Some(Box::new(Location::of(file, text, shifted(error.span()))));
            KustomizeError::Yaml(Box::new(YamlProblem { file: file.to_owned(), error, diagnostic }))
        })?;
        let Some(document) = document else { return Ok(None) };
        self.node(document.root(), 0).map(Some).map_err(|(message, inner)| KustomizeError::Object {
            message,
            location: Box::new(Location::of(file, text, shifted(inner))),
        })
    }

    fn node(&mut self, node: towpath_yaml::Node<'_, '_>, depth: usize) -> Result<Node, Problem> {
        self.nodes += 1;
        if self.nodes > MOST_NODES || depth > MOST_DEPTH {
            return Err(("document contains excessive aliasing".to_owned(), node.span()));
        }
        match node.kind() {
            NodeKind::Alias(_, target) => self.node(target, depth + 1),
            NodeKind::Scalar(text, style) => Ok(Node::Scalar(scalar_of(node, text, style))),
            NodeKind::Sequence(items) => {
                items.map(|item| self.node(item, depth + 1)).collect::<Result<_, _>>().map(Node::Sequence)
            }
            NodeKind::Mapping(_) => self.mapping(node, depth),
        }
    }

    fn mapping(&mut self, node: towpath_yaml::Node<'_, '_>, depth: usize) -> Result<Node, Problem> {
        let mut own: Vec<Entry> = Vec::with_capacity(node.entries().len());
        let mut merged = Vec::new();
        let mut merge = None;
        for (key, value) in node.entries() {
            if key.is_merge_key() {
                if merge.replace(value).is_some() {
                    return Err(("duplicate merge key".to_owned(), key.span()));
                }
                // A mapping that is merged with itself gains nothing.
                if value.resolved().span() != node.span() {
                    self.merged(value, depth, &mut merged)?;
                }
                continue;
            }
            if key.text() == Some("<<") {
                // kustomize takes it away like a merge, whatever its quotes.
                continue;
            }
            let Node::Scalar(name) = self.node(key, depth + 1)? else {
                return Err(("a key must be a text".to_owned(), key.span()));
            };
            own.push(Entry { key: name, value: self.node(value, depth + 1)? });
        }
        let written = own.len();
        for entry in merged {
            match own.iter().position(|known| known.key.text == entry.key.text) {
                Some(at) if at < written => {}
                Some(at) => own[at] = entry,
                None => own.push(entry),
            }
        }
        Ok(Node::Mapping(own))
    }

    /// Collects what a merge key brings, weakest first.
    fn merged(
        &mut self,
        value: towpath_yaml::Node<'_, '_>,
        depth: usize,
        into: &mut Vec<Entry>,
    ) -> Result<(), Problem> {
        match value.kind() {
            NodeKind::Mapping(_) => {
                if let Node::Mapping(entries) = self.node(value, depth + 1)? {
                    into.extend(entries);
                }
                Ok(())
            }
            NodeKind::Alias(_, target) if matches!(target.kind(), NodeKind::Mapping(_)) => {
                self.merged(target, depth, into)
            }
            NodeKind::Alias(..) => {
                Err(("invalid map merge: received alias for a non-map value".to_owned(), value.span()))
            }
            NodeKind::Sequence(items) => {
                for item in items.collect::<Vec<_>>().into_iter().rev() {
                    if matches!(item.kind(), NodeKind::Sequence(_)) {
                        return Err(("invalid map merge: received a nested sequence".to_owned(), item.span()));
                    }
                    self.merged(item, depth, into)?;
                }
                Ok(())
            }
            NodeKind::Scalar(..) => {
                Err(("map merge requires map or sequence of maps as the value".to_owned(), value.span()))
            }
        }
    }
}

/// Returns a scalar without a tag as it was read.
pub(crate) fn scalar(text: Cow<'_, str>, written: Written) -> Scalar {
    let (tag, style) = match written {
        Written::Plain => (scalar::resolve(&text).tag(), Style::Plain),
        Written::Folded => (Tag::Text, Style::Folded),
        Written::Literal => (Tag::Text, Style::Literal),
        _ => (Tag::Text, Style::Quoted),
    };
    Scalar { text: text.into_owned(), tag, style, keep: false, shared: 0 }
}

/// Tells whether a scalar is a timestamp with a time of day.
pub(crate) fn is_clock_time(scalar: &Scalar) -> bool {
    scalar.tag == Tag::Timestamp && scalar.text.contains(':')
}

fn scalar_of(node: towpath_yaml::Node<'_, '_>, text: &str, written: Written) -> Scalar {
    match node.tag() {
        None | Some("!") => {
            let mut scalar = self::scalar(Cow::Borrowed(text), written);
            // kustomize writes what has a colon, and nothing, in quotes there, and what it reads then is a text.
            let is_nothing = scalar.text.is_empty() && scalar.style == Style::Plain;
            if (is_clock_time(&scalar) || is_nothing) && node.is_in_flow() {
                scalar.style = Style::Quoted;
            }
            scalar
        }
        Some(tag) => {
            let tag = named_tag(tag);
            let style = match (tag, written) {
                // Written by indentation it is a text with or without the tag.
                (Tag::Text, Written::Folded) => Style::Folded,
                (Tag::Text, Written::Literal) => Style::Literal,
                _ => Style::Tagged,
            };
            Scalar { text: text.to_owned(), tag, style, keep: false, shared: 0 }
        }
    }
}

fn named_tag(tag: &str) -> Tag {
    match tag.strip_prefix("tag:yaml.org,2002:") {
        Some("str") => Tag::Text,
        Some("int") => Tag::Integer,
        Some("float") => Tag::Float,
        Some("bool") => Tag::Boolean,
        Some("null") => Tag::Null,
        Some("timestamp") => Tag::Timestamp,
        Some("binary") => Tag::Binary,
        _ => Tag::Other,
    }
}

/// Returns the document of a configuration file, read as YAML 1.1; nothing for an empty file.
///
/// It can be walked without care: what JSON cannot hold is refused, and so are aliases of what they stand in.
pub(crate) fn configuration<'a>(
    file: &str,
    text: &'a str,
) -> Result<Option<towpath_yaml::Document<'a>>, KustomizeError> {
    let document = towpath_yaml::parse_first(text, Profile::Go2).map_err(|error| unreadable(file, text, error))?;
    if let Some(document) = &document {
        crate::data::check(document.root()).map_err(|error| unreadable(file, text, error))?;
    }
    Ok(document)
}

/// Returns the same; a key that stands twice in one mapping is an error.
pub(crate) fn strict_configuration<'a>(
    file: &str,
    text: &'a str,
) -> Result<Option<towpath_yaml::Document<'a>>, KustomizeError> {
    let document = configuration(file, text)?;
    if let Some(document) = &document {
        crate::data::check_unique(document.root()).map_err(|error| unreadable(file, text, error))?;
    }
    Ok(document)
}

fn unreadable(file: &str, text: &str, error: towpath_yaml::Error) -> KustomizeError {
    let diagnostic = error.diagnostic(file, text);
    KustomizeError::Yaml(Box::new(YamlProblem { file: file.to_owned(), error, diagnostic }))
}
