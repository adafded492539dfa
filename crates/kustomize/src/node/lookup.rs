use super::{Entry, Kind, Node, matching::kind_for};

/// Why a path could not be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// A part of the path needs another kind of node.
    #[error("wrong node kind: expected {expected} but got {found}")]
    WrongKind {
        /// What the path needs.
        expected: &'static str,
        /// What stands there.
        found: &'static str,
    },
    /// A list has too few elements.
    #[error("index {index} specified but only {len} elements found")]
    Index {
        /// The index asked for.
        index: usize,
        /// How many elements there are.
        len: usize,
    },
    /// `[…]` without `=`.
    #[error("list path element must contain fieldName=fieldValue for element to match")]
    Element,
    /// Nothing stands between two `/`.
    #[error("cannot set or create an empty field name")]
    NoName,
    /// `*` where one value is wanted.
    #[error("wildcard is not supported in this path")]
    Wildcard,
    /// The value of `[name=value]` is no regular expression.
    #[error("error parsing regexp: {0}")]
    Regex(String),
    /// A text on the way is not YAML.
    #[error("the text on the way is not YAML: {0}")]
    Text(String),
}

impl Missing {
    pub(crate) fn wrong_kind(expected: Kind, found: &Node) -> Self {
        Self::WrongKind { expected: expected.name(), found: found.kind().name() }
    }
}

/// The way from a node to one below it: indexes of children.
pub(crate) type Steps = Vec<usize>;

impl Node {
    /// Returns the way to the node that `parts` name: fields, indexes, `-` for the last element, `[field=value]`.
    pub(crate) fn locate(&self, parts: &[String]) -> Result<Option<Steps>, Missing> {
        let mut node = self;
        let mut steps = Steps::with_capacity(parts.len());
        for part in parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
            let Some(step) = node.step(part)? else { return Ok(None) };
            node = node.child(step);
            steps.push(step);
        }
        Ok(Some(steps))
    }

    /// Returns the same way as [`Node::locate`] and makes what is missing, but no element of a list by its index.
    ///
    /// Source: kustomize `kyaml/yaml/fns.go` 0.21.1, `PathGetter`.
    pub(crate) fn locate_or_create(&mut self, parts: &[String], leaf: Kind) -> Result<Option<Steps>, Missing> {
        let parts: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
        let mut steps = Steps::with_capacity(parts.len());
        for (at, part) in parts.iter().enumerate() {
            let node = self.at_mut(&steps);
            let step = match node.step(part)? {
                Some(step) => step,
                None => match node.create_child(part, parts.get(at + 1).copied(), leaf)? {
                    Some(step) => step,
                    None => return Ok(None),
                },
            };
            steps.push(step);
        }
        Ok(Some(steps))
    }

    fn create_child(&mut self, part: &str, next: Option<&str>, leaf: Kind) -> Result<Option<usize>, Missing> {
        if self.is_null() || part == "-" || part.parse::<usize>().is_ok() {
            return Ok(None);
        }
        if let (Some((name, value)), Self::Sequence(items)) = (element(part)?, &mut *self) {
            let value = Self::unset(value);
            items.push(if name.is_empty() { value } else { Self::Mapping(vec![Entry::new(name, value)]) });
            return Ok(Some(items.len() - 1));
        }
        self.set_field(part, Some(kind_for(next, leaf).empty()))?;
        Ok(self.entries().len().checked_sub(1))
    }

    /// Returns the node that `parts` name, or nothing.
    pub(crate) fn lookup(&self, parts: &[String]) -> Result<Option<&Node>, Missing> {
        Ok(self.locate(parts)?.map(|steps| self.at(&steps)))
    }

    pub(crate) fn at(&self, steps: &[usize]) -> &Node {
        steps.iter().fold(self, |node, step| node.child(*step))
    }

    pub(crate) fn at_mut(&mut self, steps: &[usize]) -> &mut Node {
        steps.iter().fold(self, |node, step| node.child_mut(*step))
    }

    fn step(&self, part: &str) -> Result<Option<usize>, Missing> {
        if self.is_null() {
            return Ok(None);
        }
        if let Ok(index) = part.parse::<usize>() {
            return Ok((index < self.sequence()?.len()).then_some(index));
        }
        if part == "-" {
            return Ok(self.sequence()?.len().checked_sub(1));
        }
        if part == "*" {
            return Err(Missing::Wildcard);
        }
        if let Some((name, value)) = element(part)? {
            let matches = |item: &Node| match (name.is_empty(), item) {
                (true, item) => item.as_text() == value,
                (false, item) => item.field(name).is_some_and(|field| field.as_text() == value),
            };
            return Ok(self.sequence()?.iter().position(matches));
        }
        match self {
            Self::Mapping(entries) => Ok(entries.iter().position(|entry| entry.key.text == part)),
            other => Err(Missing::wrong_kind(Kind::Mapping, other)),
        }
    }

    pub(crate) fn sequence(&self) -> Result<&[Node], Missing> {
        match self {
            Self::Sequence(items) => Ok(items),
            Self::Scalar(scalar) if scalar.is_null() => Ok(&[]),
            other => Err(Missing::wrong_kind(Kind::Sequence, other)),
        }
    }

    pub(crate) fn child(&self, step: usize) -> &Node {
        match self {
            Self::Sequence(items) => &items[step],
            Self::Mapping(entries) => &entries[step].value,
            Self::Scalar(_) => self,
        }
    }

    pub(crate) fn child_mut(&mut self, step: usize) -> &mut Node {
        match self {
            Self::Sequence(items) => &mut items[step],
            Self::Mapping(entries) => &mut entries[step].value,
            Self::Scalar(_) => self,
        }
    }
}

/// Returns name and value of `[name=value]`, or nothing for any other part.
pub(super) fn element(part: &str) -> Result<Option<(&str, &str)>, Missing> {
    let Some(inner) = part.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else { return Ok(None) };
    inner.split_once('=').map(Some).ok_or(Missing::Element)
}
