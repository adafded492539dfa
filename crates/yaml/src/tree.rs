use std::borrow::Cow;

use towpath_model::Span;

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// How a collection is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// By indentation.
    Block,
    /// In `[…]` or `{…}`; also the single pair in `[key: value]`.
    Flow,
}

/// One document of a text: a tree of nodes that know where they stand.
#[derive(Debug, Clone)]
pub struct Document<'a> {
    pub(crate) nodes: Vec<Data<'a>>,
    pub(crate) children: Vec<u32>,
    pub(crate) span: Span,
}

#[derive(Debug, Clone)]
pub(crate) struct Data<'a> {
    pub(crate) content: Content<'a>,
    pub(crate) properties: Option<Box<Properties<'a>>>,
    pub(crate) outer: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The line of `outer`, from 0.
    pub(crate) line: u32,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Properties<'a> {
    pub(crate) anchor: Option<&'a str>,
    pub(crate) tag: Option<Cow<'a, str>>,
}

#[derive(Debug, Clone)]
pub(crate) enum Content<'a> {
    Scalar { text: Cow<'a, str>, style: Style },
    Sequence { first: u32, end: u32, layout: Layout },
    Mapping { first: u32, end: u32, layout: Layout },
    Alias { name: &'a str, target: u32 },
}

/// A node of a document; a cheap handle.
#[derive(Clone, Copy)]
pub struct Node<'d, 'a> {
    document: &'d Document<'a>,
    id: u32,
}

/// What a node is, to match on.
#[derive(Debug, Clone)]
pub enum NodeKind<'d, 'a> {
    /// A single value; its text has quotes, escapes and folds resolved, its type is not.
    Scalar(&'d str, Style),
    /// A list.
    Sequence(Items<'d, 'a>),
    /// A list of pairs in the order of the text; keys may repeat.
    Mapping(Entries<'d, 'a>),
    /// `*name`, with the node that it stands for.
    Alias(&'a str, Node<'d, 'a>),
}

impl<'a> Document<'a> {
    /// Returns the node that everything hangs from; an empty document has an empty plain scalar.
    pub fn root(&self) -> Node<'_, 'a> {
        Node { document: self, id: 0 }
    }

    /// Returns all aliases with what they stand for, in the order of the text.
    pub fn aliases(&self) -> impl Iterator<Item = (Node<'_, 'a>, Node<'_, 'a>)> {
        let root = self.root();
        (0..).zip(&self.nodes).filter_map(move |(id, data)| match data.content {
            Content::Alias { target, .. } => Some((root.with(id), root.with(target))),
            _ => None,
        })
    }

    /// Returns where it stands: from its `---` or its first node to the end of its last.
    pub fn span(&self) -> Span {
        self.span
    }
}

impl<'d, 'a> Node<'d, 'a> {
    fn data(self) -> &'d Data<'a> {
        &self.document.nodes[self.id as usize]
    }

    fn with(self, id: u32) -> Self {
        Self { id, ..self }
    }

    /// Returns what it is.
    pub fn kind(self) -> NodeKind<'d, 'a> {
        let list = |first: u32, end: u32| &self.document.children[first as usize..end as usize];
        match &self.data().content {
            Content::Scalar { text, style } => NodeKind::Scalar(text, *style),
            Content::Sequence { first, end, .. } => NodeKind::Sequence(Items { owner: self, left: list(*first, *end) }),
            Content::Mapping { first, end, .. } => NodeKind::Mapping(Entries { owner: self, left: list(*first, *end) }),
            Content::Alias { name, target } => NodeKind::Alias(name, self.with(*target)),
        }
    }

    /// Returns it, or what it stands for where it is an alias.
    #[must_use]
    pub fn resolved(self) -> Self {
        match self.kind() {
            NodeKind::Alias(_, target) => target,
            _ => self,
        }
    }

    /// Returns the text of a scalar, also through an alias.
    pub fn text(self) -> Option<&'d str> {
        match self.resolved().kind() {
            NodeKind::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// Returns the items of a sequence, also through an alias; nothing where it is none.
    pub fn items(self) -> Items<'d, 'a> {
        match self.resolved().kind() {
            NodeKind::Sequence(items) => items,
            _ => Items { owner: self, left: &[] },
        }
    }

    /// Returns the pairs of a mapping, also through an alias; nothing where it is none. `<<` is a key like any other here.
    pub fn entries(self) -> Entries<'d, 'a> {
        match self.resolved().kind() {
            NodeKind::Mapping(entries) => entries,
            _ => Entries { owner: self, left: &[] },
        }
    }

    /// Returns the value of the last entry of a mapping whose key has the text `key`.
    pub fn get(self, key: &str) -> Option<Self> {
        self.entries().filter(|(k, _)| k.text() == Some(key)).last().map(|(_, value)| value)
    }

    /// Returns the node to which a JSON pointer such as `/spec/containers/0/image` leads, also through aliases.
    pub fn at(self, pointer: &str) -> Option<Self> {
        if pointer.is_empty() {
            return Some(self);
        }
        pointer.strip_prefix('/')?.split('/').try_fold(self, |node, part| match node.resolved().kind() {
            NodeKind::Sequence(mut items) => items.nth(part.parse().ok()?),
            _ => node.get(&part.replace("~1", "/").replace("~0", "~")),
        })
    }

    /// Returns where its content stands, quotes and brackets included, anchor and tag not.
    ///
    /// A block collection ends with its last node; a block scalar ends behind its last line. An empty scalar has an
    /// empty span.
    pub fn span(self) -> Span {
        Span::new(self.data().start as usize, self.data().end as usize)
    }

    /// Returns where it stands with its anchor and tag.
    pub fn outer_span(self) -> Span {
        Span::new(self.data().outer as usize, self.data().end as usize)
    }

    /// Returns the line where its anchor, its tag or its content begins, counted from 1.
    pub fn line(self) -> usize {
        self.data().line as usize + 1
    }

    /// Returns the name in `&name`.
    pub fn anchor(self) -> Option<&'a str> {
        self.data().properties.as_ref().and_then(|properties| properties.anchor)
    }

    /// Returns the full tag: `tag:yaml.org,2002:str` for `!!str`, `!x` for `!x`.
    pub fn tag(self) -> Option<&'d str> {
        self.data().properties.as_ref().and_then(|properties| properties.tag.as_deref())
    }

    /// Returns how a collection is written; nothing for scalars and aliases.
    pub fn layout(self) -> Option<Layout> {
        match self.data().content {
            Content::Sequence { layout, .. } | Content::Mapping { layout, .. } => Some(layout),
            _ => None,
        }
    }

    /// Returns whether it is the key of a merge, `<<` without quotes.
    pub fn is_merge_key(self) -> bool {
        match self.kind() {
            NodeKind::Scalar("<<", style) => match self.tag() {
                None => style == Style::Plain,
                Some(tag) => matches!(tag, "!" | "tag:yaml.org,2002:merge"),
            },
            _ => false,
        }
    }

    /// Returns the collection that it stands in; nothing for the root.
    pub(crate) fn parent(self) -> Option<Self> {
        // The nodes are in the order of the text, so the innermost collection that has it comes last before it.
        (0..self.id).rev().map(|id| self.with(id)).find(|node| match node.data().content {
            Content::Sequence { first, end, .. } | Content::Mapping { first, end, .. } => {
                self.document.children[first as usize..end as usize].contains(&self.id)
            }
            _ => false,
        })
    }

    /// Returns whether a flow collection holds it, at any depth.
    pub fn is_in_flow(self) -> bool {
        self.parent().is_some_and(|parent| parent.layout() == Some(Layout::Flow) || parent.is_in_flow())
    }

    /// Returns the node that ends last in a block collection; another node is its own.
    pub(crate) fn last_leaf(self) -> Self {
        let last = match self.kind() {
            NodeKind::Mapping(entries) if self.layout() == Some(Layout::Block) => {
                entries.last().map(|(_, value)| value)
            }
            NodeKind::Sequence(items) if self.layout() == Some(Layout::Block) => items.last(),
            _ => None,
        };
        last.map_or(self, Self::last_leaf)
    }

    /// Returns the name of an alias; empty for other nodes.
    pub(crate) fn alias_name(self) -> &'a str {
        match self.data().content {
            Content::Alias { name, .. } => name,
            _ => "",
        }
    }

    /// Returns a number that no other node of the document has.
    pub(crate) fn id(self) -> u32 {
        self.id
    }
}

impl std::fmt::Debug for Node<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind() {
            NodeKind::Scalar(text, _) => std::fmt::Debug::fmt(text, f),
            NodeKind::Sequence(items) => f.debug_list().entries(items).finish(),
            NodeKind::Mapping(entries) => f.debug_map().entries(entries).finish(),
            NodeKind::Alias(name, _) => write!(f, "*{name}"),
        }
    }
}

/// The items of a sequence, in order.
#[derive(Clone)]
pub struct Items<'d, 'a> {
    owner: Node<'d, 'a>,
    left: &'d [u32],
}

impl<'d, 'a> Iterator for Items<'d, 'a> {
    type Item = Node<'d, 'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let (first, rest) = self.left.split_first()?;
        self.left = rest;
        Some(self.owner.with(*first))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left.len(), Some(self.left.len()))
    }
}

impl ExactSizeIterator for Items<'_, '_> {}

/// The pairs of a mapping, in order: (key, value).
#[derive(Clone)]
pub struct Entries<'d, 'a> {
    owner: Node<'d, 'a>,
    left: &'d [u32],
}

impl<'d, 'a> Iterator for Entries<'d, 'a> {
    type Item = (Node<'d, 'a>, Node<'d, 'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let ([key, value], rest) = self.left.split_first_chunk()?;
        self.left = rest;
        Some((self.owner.with(*key), self.owner.with(*value)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left.len() / 2, Some(self.left.len() / 2))
    }
}

impl ExactSizeIterator for Entries<'_, '_> {}

impl std::fmt::Debug for Items<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl std::fmt::Debug for Entries<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.clone()).finish()
    }
}
