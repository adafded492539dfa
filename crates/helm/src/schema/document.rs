use std::{borrow::Cow, num::NonZeroU32, ops::Range};

use towpath_gotmpl::Value;

use super::{Number, keyword::Keyword};
use crate::golang::json;

/// A node of [`Documents`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(NonZeroU32);

/// What a node is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Node {
    Null,
    Bool(bool),
    /// By its text, as JSON writes numbers.
    Number(Text),
    Str(Text),
    Array(Part),
    Object(Part),
    /// What is no JSON, by the name of its type.
    Invalid(Text),
}

/// Bytes of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text(Part);

/// A range of one of the tables.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    start: u32,
    length: u32,
}

/// One key of an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) key: Text,
    mark: u32,
    pub(super) keyword: Keyword,
    pub(super) value: NodeId,
}

/// The kinds of JSON values, in the order in which messages list them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl Node {
    /// Returns the kind; nothing of what is no JSON.
    pub(super) fn kind(self) -> Option<Kind> {
        Some(match self {
            Self::Null => Kind::Null,
            Self::Bool(_) => Kind::Boolean,
            Self::Number(_) => Kind::Number,
            Self::Str(_) => Kind::String,
            Self::Array(_) => Kind::Array,
            Self::Object(_) => Kind::Object,
            Self::Invalid(_) => return None,
        })
    }

    /// Returns the number of elements or entries.
    pub(super) fn length(self) -> usize {
        match self {
            Self::Array(part) | Self::Object(part) => part.length as usize,
            _ => 0,
        }
    }
}

impl Kind {
    /// Returns its name in schemas.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// Schemas, metaschemas and values side by side: all nodes stand in one table and are read in place.
///
/// Objects have each key once: a later one has replaced the earlier, as in Go. Entries keep the order of the text, those of
/// values are sorted.
#[derive(Debug, Default)]
pub(super) struct Documents {
    pub(super) text: Vec<u8>,
    nodes: Vec<Node>,
    places: Vec<u32>,
    items: Vec<NodeId>,
    entries: Vec<Entry>,
    /// The steps that have been taken to check values, those for other charts of the release included.
    pub(super) steps: std::cell::Cell<u64>,
}

impl Part {
    pub(super) fn new(start: usize, end: usize) -> Self {
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self { start: number(start), length: number(end.saturating_sub(start)) }
    }

    fn range(self) -> Range<usize> {
        let start = self.start as usize;
        start..start + self.length as usize
    }
}

impl Text {
    /// Returns the text in `start..end` of the documents' bytes.
    pub(super) fn new(start: usize, end: usize) -> Self {
        Self(Part::new(start, end))
    }
}

impl NodeId {
    /// Returns its place in tables that go along with the nodes.
    pub(super) fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl Documents {
    pub(super) fn node(&self, id: NodeId) -> Node {
        self.nodes.get(id.index()).copied().unwrap_or(Node::Null)
    }

    /// Returns how many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns the offset in its own text at which the node begins.
    pub(super) fn place(&self, id: NodeId) -> usize {
        self.places.get(id.index()).copied().unwrap_or(0) as usize
    }

    pub(super) fn bytes(&self, text: Text) -> &[u8] {
        self.text.get(text.0.range()).unwrap_or_default()
    }

    pub(super) fn lossy(&self, text: Text) -> Cow<'_, str> {
        String::from_utf8_lossy(self.bytes(text))
    }

    /// Returns the bytes of a string.
    pub(super) fn string(&self, id: NodeId) -> Option<&[u8]> {
        if let Node::Str(text) = self.node(id) { Some(self.bytes(text)) } else { None }
    }

    /// Returns the text of a string.
    pub(super) fn str(&self, id: NodeId) -> Option<Cow<'_, str>> {
        self.string(id).map(String::from_utf8_lossy)
    }

    pub(super) fn boolean(&self, id: NodeId) -> Option<bool> {
        if let Node::Bool(truth) = self.node(id) { Some(truth) } else { None }
    }

    /// Returns the number, or nothing where it is none or Go's `big.Rat` does not read it.
    pub(super) fn number(&self, id: NodeId) -> Option<Number> {
        if let Node::Number(text) = self.node(id) { Number::parse(self.bytes(text)) } else { None }
    }

    /// Returns the elements; nothing of what is no array.
    pub(super) fn items(&self, id: NodeId) -> &[NodeId] {
        self.items_of(self.node(id))
    }

    /// As [`Self::items`].
    pub(super) fn items_of(&self, node: Node) -> &[NodeId] {
        if let Node::Array(part) = node { self.items.get(part.range()).unwrap_or_default() } else { &[] }
    }

    /// Returns the entries; nothing of what is no object.
    pub(super) fn entries(&self, id: NodeId) -> &[Entry] {
        self.entries_of(self.node(id))
    }

    /// As [`Self::entries`].
    pub(super) fn entries_of(&self, node: Node) -> &[Entry] {
        if let Node::Object(part) = node { self.entries.get(part.range()).unwrap_or_default() } else { &[] }
    }

    /// Returns the entries in the order of their keys.
    pub(super) fn sorted_entries(&self, id: NodeId) -> Vec<Entry> {
        let mut entries = self.entries(id).to_vec();
        entries.sort_by(|one, other| self.bytes(one.key).cmp(self.bytes(other.key)));
        entries
    }

    /// Returns the value at `key`.
    pub(super) fn get(&self, id: NodeId, key: &[u8]) -> Option<NodeId> {
        self.find(self.entries(id), key).map(|entry| entry.value)
    }

    /// Returns the value at the key of an entry of another object.
    pub(super) fn get_same(&self, id: NodeId, other: &Entry) -> Option<NodeId> {
        let key = self.bytes(other.key);
        let found = self.entries(id).iter().find(|entry| entry.mark == other.mark && self.bytes(entry.key) == key);
        found.map(|entry| entry.value)
    }

    fn find<'e>(&self, entries: &'e [Entry], key: &[u8]) -> Option<&'e Entry> {
        let mark = mark(key);
        entries.iter().find(|entry| entry.mark == mark && self.bytes(entry.key) == key)
    }

    /// Returns the value at a keyword.
    pub(super) fn keyword(&self, id: NodeId, keyword: Keyword) -> Option<NodeId> {
        self.entries(id).iter().find(|entry| entry.keyword == keyword).map(|entry| entry.value)
    }

    /// Returns the kind of a value; nothing of what is no JSON.
    pub(super) fn kind(&self, id: NodeId) -> Option<Kind> {
        self.node(id).kind()
    }

    /// Adds a node whose text begins at `place`.
    pub(super) fn push(&mut self, node: Node, place: usize) -> NodeId {
        self.nodes.push(node);
        self.places.push(u32::try_from(place).unwrap_or(u32::MAX));
        let count = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        NodeId(NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN))
    }

    /// Adds an array of `items`.
    pub(super) fn push_array(&mut self, items: &[NodeId], place: usize) -> NodeId {
        let start = self.items.len();
        self.items.extend_from_slice(items);
        self.push(Node::Array(Part::new(start, self.items.len())), place)
    }

    /// Adds an object; of equal keys the last one counts.
    pub(super) fn push_object(&mut self, entries: &mut [Entry], place: usize) -> NodeId {
        let start = self.entries.len();
        if has_twins(entries) {
            for (at, entry) in entries.iter().enumerate() {
                let later = &entries[at + 1..];
                if self.find(later, self.bytes(entry.key)).is_none() {
                    self.entries.push(*entry);
                }
            }
        } else {
            self.entries.extend_from_slice(entries);
        }
        self.push(Node::Object(Part::new(start, self.entries.len())), place)
    }

    /// Returns the entry of a key whose bytes stand in the documents already.
    pub(super) fn entry(&self, key: Text, value: NodeId) -> Entry {
        let bytes = self.bytes(key);
        Entry { key, mark: mark(bytes), keyword: Keyword::of(bytes), value }
    }

    /// Adds a value of a chart.
    pub(super) fn add_value(&mut self, value: &Value) -> NodeId {
        match value {
            Value::Nil => self.push(Node::Null, 0),
            Value::Bool(truth) => self.push(Node::Bool(*truth), 0),
            Value::Int(number, _) => self.add_number(&number.to_string()),
            Value::Uint(number, _) => self.add_number(&number.to_string()),
            Value::Float(number) if number.is_finite() => self.add_number(&json::number_text(*number)),
            Value::Str(text) => {
                let text = self.add_text(text.as_bytes());
                self.push(Node::Str(text), 0)
            }
            Value::List(list) if list.is_nil() => self.push(Node::Null, 0),
            Value::List(list) => {
                let items: Vec<NodeId> = list.as_slice().iter().map(|item| self.add_value(item)).collect();
                self.push_array(&items, 0)
            }
            Value::Map(map) => {
                let mut entries = Vec::with_capacity(map.len());
                for (key, value) in map.borrow().iter().flat_map(|content| content.iter()) {
                    let key = self.add_text(key.as_bytes());
                    let value = self.add_value(value);
                    entries.push(self.entry(key, value));
                }
                self.push_object(&mut entries, 0)
            }
            other => {
                let name = self.add_text(other.type_name().as_bytes());
                self.push(Node::Invalid(name), 0)
            }
        }
    }

    fn add_number(&mut self, text: &str) -> NodeId {
        let text = self.add_text(text.as_bytes());
        self.push(Node::Number(text), 0)
    }

    fn add_text(&mut self, bytes: &[u8]) -> Text {
        let start = self.text.len();
        self.text.extend_from_slice(bytes);
        Text::new(start, self.text.len())
    }
}

/// Tells whether two keys may be equal.
fn has_twins(entries: &[Entry]) -> bool {
    if entries.len() > 32 {
        let mut marks: Vec<u32> = entries.iter().map(|entry| entry.mark).collect();
        marks.sort_unstable();
        return marks.windows(2).any(|pair| pair[0] == pair[1]);
    }
    let twin = |at: usize, entry: &Entry| entries[..at].iter().any(|before| before.mark == entry.mark);
    entries.iter().enumerate().any(|(at, entry)| twin(at, entry))
}

/// Returns a number by which most different keys differ.
fn mark(key: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    key.iter().fold(0x811c_9dc5, step)
}
