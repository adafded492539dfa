//! A quick look that finds most schemas in order. Where it is in doubt, the metaschema itself decides, and finds the words.

use super::draft::Draft;
use crate::{
    golang::regexp,
    schema::{
        document::{Documents, Entry, Kind, NodeId},
        keyword::Keyword as K,
    },
};

/// Tells that the schema at `node` is surely valid against the metaschema of its draft; false means that it may be.
pub(super) fn is_sound(documents: &Documents, node: NodeId, draft: Draft) -> bool {
    Look { documents, draft, depth: 0 }.schema(node)
}

/// Deeper schemas are left to the metaschema.
const MAX_DEPTH: usize = 1_000;

struct Look<'d> {
    documents: &'d Documents,
    draft: Draft,
    depth: usize,
}

impl Look<'_> {
    fn kind(&self, node: NodeId) -> Option<Kind> {
        self.documents.kind(node)
    }

    fn schema(&mut self, node: NodeId) -> bool {
        match self.kind(node) {
            Some(Kind::Boolean) => return self.draft >= Draft::Six,
            Some(Kind::Object) => {}
            _ => return false,
        }
        self.depth += 1;
        let documents = self.documents;
        let sound = self.depth <= MAX_DEPTH && documents.entries(node).iter().all(|entry| self.keyword(entry, node));
        self.depth -= 1;
        sound
    }

    fn keyword(&mut self, entry: &Entry, schema: NodeId) -> bool {
        let value = entry.value;
        let old = self.draft == Draft::Four;
        match entry.keyword {
            // Not in every draft, but harmless where it is unknown.
            K::Other | K::Default | K::Const => true,
            K::Title | K::Description | K::Comment | K::Format | K::ContentEncoding | K::ContentMediaType => {
                self.kind(value) == Some(Kind::String)
            }
            K::Schema => self.documents.str(value).is_some_and(|url| Draft::of(&url).is_some()),
            K::Ref => self.documents.string(value).is_some_and(is_plain_reference),
            K::Type => self.types(value),
            K::Enum => self.enumeration(value),
            K::MultipleOf => self.documents.number(value).is_some_and(|number| number.is_positive()),
            K::ExclusiveMaximum | K::ExclusiveMinimum if old => {
                let partner = if entry.keyword == K::ExclusiveMaximum { K::Maximum } else { K::Minimum };
                self.kind(value) == Some(Kind::Boolean) && self.documents.keyword(schema, partner).is_some()
            }
            K::Maximum | K::Minimum | K::ExclusiveMaximum | K::ExclusiveMinimum => {
                self.documents.number(value).is_some()
            }
            K::MaxLength
            | K::MinLength
            | K::MaxItems
            | K::MinItems
            | K::MaxProperties
            | K::MinProperties
            | K::MaxContains
            | K::MinContains => {
                self.documents.number(value).is_some_and(|number| number.is_integer() && !number.is_negative())
            }
            K::Pattern => self.documents.str(value).is_some_and(|pattern| regexp::check_syntax(&pattern)),
            K::UniqueItems | K::ReadOnly | K::WriteOnly | K::Deprecated => self.kind(value) == Some(Kind::Boolean),
            K::Examples => self.kind(value) == Some(Kind::Array),
            K::Required => self.names(value, old),
            K::Properties | K::Definitions | K::Defs | K::DependentSchemas => self.named_schemas(value),
            K::PatternProperties => {
                let documents = self.documents;
                let mut keys = documents.entries(value).iter().map(|entry| documents.lossy(entry.key));
                keys.all(|key| regexp::check_syntax(&key)) && self.named_schemas(value)
            }
            K::Dependencies => {
                let documents = self.documents;
                self.kind(value) == Some(Kind::Object)
                    && documents.entries(value).iter().all(|entry| match self.kind(entry.value) {
                        Some(Kind::Array) => self.names(entry.value, old),
                        _ => self.schema(entry.value),
                    })
            }
            K::AdditionalProperties | K::AdditionalItems => {
                self.kind(value) == Some(Kind::Boolean) || self.schema(value)
            }
            K::Items if self.kind(value) == Some(Kind::Array) => self.draft < Draft::Year2020 && self.schemas(value),
            K::Items
            | K::Not
            | K::Contains
            | K::PropertyNames
            | K::If
            | K::Then
            | K::Else
            | K::UnevaluatedItems
            | K::UnevaluatedProperties
            | K::ContentSchema => self.schema(value),
            K::AllOf | K::AnyOf | K::OneOf | K::PrefixItems => self.schemas(value),
            K::OldId => !old,
            K::Id
            | K::Anchor
            | K::RecursiveRef
            | K::RecursiveAnchor
            | K::DynamicRef
            | K::DynamicAnchor
            | K::Vocabulary
            | K::DependentRequired => false,
        }
    }

    fn named_schemas(&mut self, value: NodeId) -> bool {
        let documents = self.documents;
        self.kind(value) == Some(Kind::Object) && documents.entries(value).iter().all(|entry| self.schema(entry.value))
    }

    fn schemas(&mut self, value: NodeId) -> bool {
        let items = self.documents.items(value);
        !items.is_empty() && items.iter().all(|item| self.schema(*item))
    }

    /// Tells that `value` is an array of different strings.
    fn names(&self, value: NodeId, old: bool) -> bool {
        let items = self.documents.items(value);
        let text = |node: &NodeId| self.documents.string(*node);
        let differs = |at: usize, node: &NodeId| items[..at].iter().all(|before| text(before) != text(node));
        self.kind(value) == Some(Kind::Array)
            && !(old && items.is_empty())
            && items.len() <= 100
            && items.iter().enumerate().all(|(at, node)| text(node).is_some() && differs(at, node))
    }

    fn types(&self, value: NodeId) -> bool {
        let known = |name: &[u8]| {
            matches!(name, b"array" | b"boolean" | b"integer" | b"null" | b"number" | b"object" | b"string")
        };
        let items = self.documents.items(value);
        match self.documents.string(value) {
            Some(name) => known(name),
            None => {
                !items.is_empty()
                    && self.names(value, false)
                    && items.iter().all(|item| self.documents.string(*item).is_some_and(known))
            }
        }
    }

    fn enumeration(&self, value: NodeId) -> bool {
        let items = self.documents.items(value);
        if self.draft >= Draft::Year2019 {
            return self.kind(value) == Some(Kind::Array);
        }
        self.names(value, true) || (items.len() == 1 && self.kind(value) == Some(Kind::Array))
    }
}

/// Tells that Go's `url.Parse` takes the text and finds nothing to unescape.
fn is_plain_reference(text: &[u8]) -> bool {
    let (first, rest) = text.split_at(text.iter().position(|byte| *byte == b'#').unwrap_or(text.len()));
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~/$".contains(byte);
    first.iter().all(plain) && rest.get(1..).is_none_or(|fragment| fragment.iter().all(plain))
}
