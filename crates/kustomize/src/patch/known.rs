use std::borrow::Cow;

use crate::{
    node::Node,
    open_api::Kinds,
    schema::{MergedList, Schema},
};

/// What is known about a place in a document.
#[derive(Clone, Copy)]
pub(super) struct Known<'s> {
    kinds: &'s Kinds,
    schema: Option<Schema<'s>>,
}

/// How a list is merged.
pub(super) struct Rule<'s> {
    /// The fields that name an element; none for lists of texts.
    pub(super) keys: Cow<'s, [&'s str]>,
    pub(super) element: Known<'s>,
}

impl<'s> Known<'s> {
    pub(super) fn nothing(kinds: &'s Kinds) -> Self {
        Self { kinds, schema: None }
    }

    /// Returns what is known about an object: that of its place, or else of the kind that it names.
    pub(super) fn or_of_object(self, node: Option<&Node>) -> Self {
        let found = self.schema.or_else(|| {
            let node = node?;
            let text = |name: &str| node.field(name).map(Node::text_or_empty).filter(|text| !text.is_empty());
            self.kinds.of_kind(text("apiVersion")?, text("kind")?)
        });
        Self { schema: found, ..self }
    }

    pub(super) fn field(self, name: &str) -> Self {
        Self { schema: self.schema.and_then(|schema| schema.field(name)), ..self }
    }

    /// Returns how the list is merged, or nothing where it is replaced.
    pub(super) fn merged_list(self) -> Option<Rule<'s>> {
        let MergedList { keys, element } = self.schema?.merged_list()?;
        Some(Rule { keys, element: Self { schema: element, ..self } })
    }
}
