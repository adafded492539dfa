use std::{borrow::Cow, collections::HashMap};

use super::{
    draft::{Below, Draft, below, metaschema},
    pointer, sound,
    validate::Validator,
};
use crate::{
    golang::{Url, quote},
    schema::{
        Fault,
        document::{Documents, NodeId},
        keyword::Keyword,
    },
};

/// A schema with an identifier of its own, or the root of a document.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) node: NodeId,
    pub(super) id: String,
    pub(super) draft: Draft,
    pub(super) root: usize,
    pub(super) anchors: Vec<(String, NodeId)>,
    pub(super) dynamic_anchors: Vec<String>,
}

/// A document with schemas.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) url: String,
    pub(super) node: NodeId,
    resources: Vec<usize>,
    /// Whether every schema that can be reached is checked and its references are known.
    pub(super) is_compiled: bool,
}

/// All documents that take part: the chart's schema, its values, and metaschemas once they are needed.
#[derive(Debug, Default)]
pub(super) struct Roots {
    pub(super) documents: Documents,
    pub(super) all: Vec<Root>,
    pub(super) resources: Vec<Resource>,
    /// Of each schema the index of its resource, counted from 1; 0 for nodes that are no schema.
    owners: Vec<u32>,
    /// Where references lead, by the node that holds the reference.
    pub(super) targets: HashMap<NodeId, NodeId>,
}

/// Where a reference leads.
pub(super) enum Target {
    Node(NodeId),
    /// To nothing, which is an error once the schema is reached.
    Missing(Fault),
}

impl Roots {
    /// Returns the resource that the schema at `node` belongs to.
    pub(super) fn owner(&self, node: NodeId) -> Option<usize> {
        let owner = self.owners.get(node.index()).copied().unwrap_or(0);
        (owner as usize).checked_sub(1)
    }

    fn set_owner(&mut self, node: NodeId, resource: usize) {
        if self.owners.len() <= node.index() {
            self.owners.resize(self.documents.len().max(node.index() + 1), 0);
        }
        self.owners[node.index()] = u32::try_from(resource + 1).unwrap_or(u32::MAX);
    }

    /// Takes the document at `node` in, and checks it against its metaschema.
    pub(super) fn add(&mut self, url: &str, node: NodeId) -> Result<usize, Fault> {
        let root = self.all.len();
        self.all.push(Root { url: url.to_owned(), node, resources: Vec::new(), is_compiled: false });
        self.collect(root, node, None, Draft::LATEST)?;
        if !url.starts_with("http://json-schema.org/") && !url.starts_with("https://json-schema.org/") {
            self.check(node)?;
        }
        Ok(root)
    }

    /// Returns the document at a URL, loading it where it is a metaschema.
    pub(super) fn load(&mut self, url: &str) -> Result<usize, Fault> {
        if let Some(known) = self.all.iter().position(|root| root.url == url) {
            return Ok(known);
        }
        let text = match metaschema(url) {
            Some(text) => text,
            None if url.starts_with("urn:") => "true",
            None => return Err(cannot_load(url)),
        };
        let (node, _) =
            self.documents.read(text.as_bytes()).map_err(|_| Fault::new(format!("metaschema {url} is damaged")))?;
        self.add(url, node)
    }

    /// Finds the resources and anchors at `node` and below it.
    fn collect(&mut self, root: usize, node: NodeId, base: Option<usize>, fallback: Draft) -> Result<(), Fault> {
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

    /// Checks the schema at `node` against the metaschema of its draft.
    fn check(&mut self, node: NodeId) -> Result<(), Fault> {
        let Some(owner) = self.owner(node) else { return Ok(()) };
        let Resource { draft, root, .. } = self.resources[owner];
        let drafts = self.all[root].resources.iter().map(|at| self.resources[*at].draft);
        if drafts.clone().all(|other| other == draft) && sound::is_sound(&self.documents, node, draft) {
            return Ok(());
        }
        let loaded = self.load(draft.url())?;
        self.compile(loaded)?;
        let mut wanted = vec![draft];
        for other in self.all[root].resources.iter().map(|at| self.resources[*at].draft).collect::<Vec<_>>() {
            if !wanted.contains(&other) {
                let other_root = self.load(other.url())?;
                self.compile(other_root)?;
                wanted.push(other);
            }
        }
        let meta = self.all[loaded].node;
        let result = Validator::for_schema(self, meta).run(meta, node);
        result.map_err(|failure| {
            let words = match failure {
                Ok(failure) => failure.to_text(&format!("{}#", draft.url())),
                Err(fault) => return fault,
            };
            let place = quote(&self.place(root, node));
            Fault::new(format!("{place} is not valid against metaschema: {words}")).at(node)
        })
    }

    /// Returns where a reference leads that stands in a schema of `resource`.
    pub(super) fn resolve(&mut self, resource: usize, reference: &str) -> Result<Target, Fault> {
        let (url, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let decoded = pointer::decode(fragment)
            .map_err(|error| Fault::new(format!("error in parsing {}: {error}", quote(reference))))?;
        if url.is_empty() {
            return self.resolve_fragment(resource, &decoded);
        }
        let (url, _) = join(&self.resources[resource].id, url)?;
        let root = self.resources[resource].root;
        let found = if self.all[root].url == url {
            self.all[root].resources.first().copied()
        } else {
            self.all[root].resources.iter().copied().find(|at| self.resources[*at].id == url)
        };
        let found = if let Some(found) = found {
            found
        } else {
            let loaded = self.load(&url)?;
            self.all[loaded].resources.first().copied().unwrap_or(resource)
        };
        self.resolve_fragment(found, &decoded)
    }

    fn resolve_fragment(&mut self, resource: usize, fragment: &str) -> Result<Target, Fault> {
        let Resource { node, root, .. } = self.resources[resource];
        if !fragment.is_empty() && !fragment.starts_with('/') {
            let known = self.resources[resource].anchors.iter().find(|(anchor, _)| anchor == fragment);
            return known.map(|(_, node)| Target::Node(*node)).ok_or_else(|| {
                let reference = format!("{}#{}", self.resources[resource].id, pointer::encode(fragment));
                let url = &self.all[root].url;
                Fault::new(format!("anchor in {} not found in schema {}", quote(&reference), quote(url)))
            });
        }
        let place = || format!("{}#{}", self.all[root].url, pointer::encode(&(self.pointer(root, node) + fragment)));
        let (mut found, mut owner) = (node, resource);
        for token in fragment.split('/').skip(1) {
            let Some(token) = pointer::unescape(token) else {
                return Ok(Target::Missing(Fault::new(format!("invalid json-pointer {}", quote(&place())))));
            };
            let index = || token.strip_prefix('+').unwrap_or(&token).parse::<usize>().ok();
            let next = self
                .documents
                .get(found, token.as_bytes())
                .or_else(|| self.documents.items(found).get(index()?).copied());
            let Some(next) = next else {
                return Ok(Target::Missing(Fault::new(format!("json-pointer in {} not found", quote(&place())))));
            };
            found = next;
            owner = self.owner(found).unwrap_or(owner);
        }
        if self.owner(found).is_none() {
            let draft = self.resources[owner].draft;
            self.collect(root, found, Some(owner), draft)?;
            self.check(found)?;
        }
        Ok(Target::Node(found))
    }

    /// Returns the resource of `root` at the schema `node`.
    pub(super) fn resource_at(&self, node: NodeId) -> Option<&Resource> {
        let owner = self.owner(node)?;
        self.resources.get(owner).filter(|resource| resource.node == node)
    }

    /// Returns the JSON pointer of a node of a document.
    pub(super) fn pointer(&self, root: usize, node: NodeId) -> String {
        pointer::find(&self.documents, self.all[root].node, node).unwrap_or_default()
    }

    /// Returns the URL of a node of a document.
    pub(super) fn place(&self, root: usize, node: NodeId) -> String {
        format!("{}#{}", self.all[root].url, pointer::encode(&self.pointer(root, node)))
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

/// Returns the URL and the decoded fragment of `reference` as seen from `base`.
fn join(base: &str, reference: &str) -> Result<(String, String), Fault> {
    let wrong = |text: &str, error: &str| Fault::new(format!("error in parsing {}: {error}", quote(text)));
    let parse = |text: &str| Url::parse(text).map_err(|error| wrong(text, &format!("parse {}: {error}", quote(text))));
    let (url, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let fragment = pointer::decode(fragment).map_err(|error| wrong(reference, &error))?;
    Ok((parse(base)?.resolve(&parse(url)?).to_string(), fragment))
}

fn cannot_load(url: &str) -> Fault {
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    let why = match scheme {
        "http" | "https" | "file" => "schemas outside of values.schema.json are not read".to_owned(),
        _ => format!("no URLLoader registered for {}", quote(url)),
    };
    Fault::new(format!("failing loading {}: {why}", quote(url)))
        .hint("copy what it refers to into `$defs` of values.schema.json, and refer to `#/$defs/NAME`")
}
