//! What schemas are called: their drafts, identifiers and anchors, found by a walk through a document.

use std::borrow::Cow;

use super::{
    draft::{Below, Draft, below},
    pointer,
    roots::{Resource, Roots, join},
};
use crate::{
    golang::{Url, quote},
    schema::{
        Fault,
        document::{Documents, NodeId},
        keyword::Keyword,
    },
};

impl Roots {
    /// Finds the resources and anchors at `node` and below it.
    pub(super) fn collect(
        &mut self,
        root: usize,
        node: NodeId,
        base: Option<usize>,
        fallback: Draft,
    ) -> Result<(), Fault> {
        if self.owner(node).is_some() {
            return Ok(());
        }
        let words = Words::of(&self.documents, node);
        let mut draft = match words.schema {
            Some(schema) => self.draft(schema, fallback, base.is_none().then_some(root))?,
            None => fallback,
        };
        let mut has_schema = words.schema.is_some();
        let mut id = words.id(&self.documents, draft);
        if id.is_empty() && base.is_some() {
            (draft, has_schema) = (fallback, false);
            id = words.id(&self.documents, draft);
        }
        let id = id.into_owned();
        let base = if !id.is_empty() || base.is_none() {
            let own = if has_schema { draft } else { fallback };
            self.add_resource(root, node, base, &id, own)?
        } else {
            base.unwrap_or(0)
        };
        self.collect_anchors(node, base, &words)?;
        self.set_owner(node, base);
        let own = self.resources[base].draft;
        for at in 0..self.documents.entries(node).len() {
            let Some(entry) = self.documents.entries(node).get(at).copied() else { continue };
            let Some(below) = below(entry.keyword, draft) else { continue };
            let is_one = match below {
                Below::One => true,
                Below::OneOrEach => {
                    self.collect(root, entry.value, Some(base), own)?;
                    false
                }
                _ => false,
            };
            if is_one {
                self.collect(root, entry.value, Some(base), own)?;
                continue;
            }
            for at in 0.. {
                let child = if below == Below::Named {
                    self.documents.entries(entry.value).get(at).map(|entry| entry.value)
                } else {
                    self.documents.items(entry.value).get(at).copied()
                };
                let Some(child) = child else { break };
                self.collect(root, child, Some(base), own)?;
            }
        }
        Ok(())
    }

    fn add_resource(
        &mut self,
        root: usize,
        node: NodeId,
        base: Option<usize>,
        id: &str,
        draft: Draft,
    ) -> Result<usize, Fault> {
        let url = base.map_or(self.all[root].url.as_str(), |base| &self.resources[base].id);
        let id = if id.is_empty() {
            url.to_owned()
        } else {
            let joined = join(url, id);
            let place = || self.place(root, node);
            joined.map_err(|_| Fault::new(format!("error in parsing id at {}", quote(&place()))).at(node))?.0
        };
        if let Some(twin) = self.all[root].resources.iter().find(|at| self.resources[**at].id == id) {
            let (url, twin) = (&self.all[root].url, self.resources[*twin].node);
            return Err(Fault::new(format!(
                "duplicate id {} in {} at {} and {}",
                quote(&id),
                quote(url),
                quote(&self.pointer(root, node)),
                quote(&self.pointer(root, twin)),
            ))
            .at(node));
        }
        let index = self.resources.len();
        self.resources.push(Resource { node, id, draft, root, anchors: Vec::new(), dynamic_anchors: Vec::new() });
        self.all[root].resources.push(index);
        Ok(index)
    }

    fn collect_anchors(&mut self, node: NodeId, resource: usize, words: &Words) -> Result<(), Fault> {
        let draft = self.resources[resource].draft;
        let root = self.resources[resource].root;
        if draft < Draft::Year2019 {
            let id = if draft == Draft::Four { words.old_id } else { words.id };
            let Some(id) = id.filter(|_| !words.has_ref).and_then(|id| self.documents.str(id)) else { return Ok(()) };
            let Some((_, fragment)) = id.split_once('#') else { return Ok(()) };
            let fragment = pointer::decode(fragment).map_err(|_| {
                Fault::new(format!("error in parsing anchor at {}", quote(&self.place(root, node)))).at(node)
            })?;
            if !fragment.is_empty() && !fragment.starts_with('/') {
                self.add_anchor(node, resource, fragment)?;
            }
            return Ok(());
        }
        if let Some(anchor) = words.anchor.and_then(|anchor| self.documents.str(anchor)).map(Cow::into_owned) {
            self.add_anchor(node, resource, anchor)?;
        }
        if draft >= Draft::Year2020
            && let Some(anchor) = words.dynamic_anchor.and_then(|anchor| self.documents.str(anchor))
        {
            let anchor = anchor.into_owned();
            self.resources[resource].dynamic_anchors.push(anchor.clone());
            self.add_anchor(node, resource, anchor)?;
        }
        Ok(())
    }

    fn add_anchor(&mut self, node: NodeId, resource: usize, anchor: String) -> Result<(), Fault> {
        let known = self.resources[resource].anchors.iter().find(|(known, _)| *known == anchor).map(|(_, node)| *node);
        match known {
            Some(other) if other == node => {}
            Some(other) => {
                let root = self.resources[resource].root;
                return Err(Fault::new(format!(
                    "duplicate anchor {} in {} at {} and {}",
                    quote(&anchor),
                    quote(&self.all[root].url),
                    quote(&self.pointer(root, other)),
                    quote(&self.pointer(root, node)),
                ))
                .at(node));
            }
            None => self.resources[resource].anchors.push((anchor, node)),
        }
        Ok(())
    }

    /// Returns the draft that the value of `$schema` names.
    fn draft(&mut self, schema: NodeId, fallback: Draft, root: Option<usize>) -> Result<Draft, Fault> {
        let mut seen: Vec<String> = Vec::new();
        let (mut node, mut root) = (schema, root);
        loop {
            let Some(text) = self.documents.str(node) else { return Ok(fallback) };
            if let Some(draft) = Draft::of(&text) {
                return Ok(draft);
            }
            let url = text.split('#').next().unwrap_or_default().to_owned();
            if let Err(error) = Url::parse(&url) {
                let place = root.map_or_else(String::new, |root| format!("{}#", self.all[root].url));
                let error = format!("parse {}: {error}", quote(&url));
                return Err(Fault::new(format!("invalid $schema in {}: {error}", quote(&place))).at(node));
            }
            if root.is_some_and(|root| self.all[root].url == url) {
                return Err(Fault::new(format!("draft {} is not supported", quote(&url))).at(node));
            }
            if seen.contains(&url) {
                return Err(Fault::new(format!("cycle in resolving $schema in {}", quote(&url))).at(node));
            }
            let loaded = self.load(&url).map_err(|fault| fault.at(node))?;
            seen.push(url);
            root = Some(loaded);
            match self.documents.keyword(self.all[loaded].node, Keyword::Schema) {
                Some(schema) => node = schema,
                None => return Ok(fallback),
            }
        }
    }
}

/// The keywords of a schema that say what it is called.
#[derive(Debug, Default)]
struct Words {
    schema: Option<NodeId>,
    id: Option<NodeId>,
    old_id: Option<NodeId>,
    anchor: Option<NodeId>,
    dynamic_anchor: Option<NodeId>,
    has_ref: bool,
}

impl Words {
    fn of(documents: &Documents, node: NodeId) -> Self {
        let mut words = Self::default();
        for entry in documents.entries(node) {
            let text = documents.string(entry.value).map(|_| entry.value);
            match entry.keyword {
                Keyword::Schema => words.schema = text,
                Keyword::Id => words.id = text,
                Keyword::OldId => words.old_id = text,
                Keyword::Anchor => words.anchor = text,
                Keyword::DynamicAnchor => words.dynamic_anchor = text,
                Keyword::Ref => words.has_ref = true,
                _ => {}
            }
        }
        words
    }

    /// Returns the identifier without its fragment; empty where there is none.
    fn id<'d>(&self, documents: &'d Documents, draft: Draft) -> Cow<'d, str> {
        if draft < Draft::Year2019 && self.has_ref {
            return Cow::Borrowed("");
        }
        let id = if draft.id() == Keyword::OldId { self.old_id } else { self.id };
        let text = id.and_then(|id| documents.str(id)).unwrap_or_default();
        match text.find('#') {
            Some(at) => Cow::Owned(text[..at].to_owned()),
            None => text,
        }
    }
}
