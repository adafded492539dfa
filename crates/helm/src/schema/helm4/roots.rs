use std::collections::HashMap;

use super::{
    draft::{Draft, metaschema},
    pointer, sound,
    validate::Validator,
};
use crate::{
    golang::{Url, quote},
    schema::{
        Fault,
        document::{Documents, NodeId},
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
    pub(super) resources: Vec<usize>,
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

    pub(super) fn set_owner(&mut self, node: NodeId, resource: usize) {
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

/// Returns the URL and the decoded fragment of `reference` as seen from `base`.
pub(super) fn join(base: &str, reference: &str) -> Result<(String, String), Fault> {
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
