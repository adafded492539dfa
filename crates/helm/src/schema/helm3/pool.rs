use std::collections::HashMap;

use super::Draft;
use crate::{
    golang::{Url, quote},
    schema::{
        Fault,
        document::{Documents, Kind, Node, NodeId},
        keyword::Keyword as K,
    },
};

/// Where references lead, by the node of the reference: the schema, and the draft of its document if it names one.
pub(super) type Targets = HashMap<NodeId, (NodeId, Option<Draft>)>;

/// The schemas that references can name, by their URLs.
pub(super) struct Pool<'d> {
    pub(super) documents: &'d mut Documents,
    known: HashMap<String, (NodeId, Option<Draft>)>,
    /// What a reference means below the identifiers around it.
    absolute: HashMap<NodeId, String>,
    pub(super) targets: Targets,
    /// References that are parsed, or about to be.
    pub(super) parsed: HashMap<String, (NodeId, Option<Draft>)>,
}

impl<'d> Pool<'d> {
    pub(super) fn new(documents: &'d mut Documents) -> Self {
        Self {
            documents,
            known: HashMap::new(),
            absolute: HashMap::new(),
            targets: HashMap::new(),
            parsed: HashMap::new(),
        }
    }

    pub(super) fn into_targets(self) -> Targets {
        self.targets
    }

    /// Takes the chart's schema in and returns its draft.
    pub(super) fn add_root(&mut self, schema: NodeId) -> Result<Draft, Fault> {
        let draft = self.draft(schema)?;
        self.collect(schema, &Url::default(), draft);
        self.known.insert(String::new(), (schema, draft));
        Ok(draft.unwrap_or(Draft::Hybrid))
    }

    /// Returns the draft that a document names.
    fn draft(&self, schema: NodeId) -> Result<Option<Draft>, Fault> {
        match self.documents.kind(schema) {
            Some(Kind::Boolean) => return Ok(None),
            Some(Kind::Object) => {}
            _ => return Err(Fault::new("schema is invalid").at(schema)),
        }
        let Some(node) = self.documents.keyword(schema, K::Schema) else { return Ok(None) };
        let Some(url) = self.documents.str(node) else {
            return Err(Fault::new("$schema must be of type string").at(node));
        };
        let url = parse(&url).map_err(|fault| fault.at(node))?.to_string();
        Ok(match url.as_str() {
            "http://json-schema.org/draft-04/schema" => Some(Draft::Four),
            "http://json-schema.org/draft-06/schema" => Some(Draft::Six),
            "http://json-schema.org/draft-07/schema" => Some(Draft::Seven),
            _ => None,
        })
    }

    /// Finds identifiers, and what references mean below them. What is wrong is passed over here, and found when it is parsed.
    fn collect(&mut self, node: NodeId, base: &Url, draft: Option<Draft>) {
        for at in 0..self.documents.items(node).len() {
            let Some(item) = self.documents.items(node).get(at).copied() else { break };
            self.collect(item, base, draft);
        }
        if self.documents.entries(node).is_empty() {
            return;
        }
        let id = self.documents.keyword(node, K::OldId).or_else(|| self.documents.keyword(node, K::Id));
        let mut own = None;
        if let Some(url) = id.and_then(|id| self.documents.str(id)).and_then(|id| Url::parse(&id).ok()) {
            let url = inherit(base, &url);
            let name = url.to_string();
            if self.known.contains_key(&name) {
                return;
            }
            self.known.insert(name, (node, draft));
            own = Some(url);
        }
        let base = own.as_ref().unwrap_or(base);
        if let Some(reference) = self.documents.keyword(node, K::Ref)
            && let Some(url) = self.documents.str(reference).and_then(|url| Url::parse(&url).ok())
        {
            self.absolute.insert(reference, inherit(base, &url).to_string());
        }
        for at in 0..self.documents.entries(node).len() {
            let Some(entry) = self.documents.entries(node).get(at).copied() else { break };
            match entry.keyword {
                K::Properties | K::Dependencies | K::PatternProperties
                    if self.documents.kind(entry.value) == Some(Kind::Object) =>
                {
                    for at in 0..self.documents.entries(entry.value).len() {
                        let Some(below) = self.documents.entries(entry.value).get(at).copied() else { break };
                        self.collect(below.value, base, draft);
                    }
                }
                K::Const | K::Enum | K::Properties | K::Dependencies | K::PatternProperties => {}
                _ => self.collect(entry.value, base, draft),
            }
        }
    }

    /// Returns the text of the reference at a node, made absolute.
    pub(super) fn reference(&self, node: NodeId) -> Option<String> {
        let text = self.documents.str(node)?;
        Some(self.absolute.get(&node).cloned().unwrap_or_else(|| text.into_owned()))
    }

    /// Returns the schema that a reference names.
    pub(super) fn get(&mut self, reference: &str) -> Result<(NodeId, Option<Draft>), Fault> {
        if let Some(known) = self.known.get(reference) {
            return Ok(*known);
        }
        let mut url = parse(reference)?;
        let fragment = std::mem::take(&mut url.fragment);
        let document = url.to_string();
        if let Some((root, draft)) = self.known.get(&document).copied() {
            let found = self.follow(root, &fragment)?;
            self.known.insert(reference.to_owned(), (found, draft));
            return Ok((found, draft));
        }
        let is_canonical = if url.scheme == "file" {
            url.path.starts_with('/')
        } else {
            !url.scheme.is_empty() && !url.host.is_empty()
        };
        if !is_canonical {
            return Err(Fault::new(format!("Reference {reference} must be canonical")));
        }
        let (name, draft) = match document.strip_prefix("http://json-schema.org/") {
            Some("draft-04/schema") => (include_str!("../metaschemas/draft-04.json"), Draft::Four),
            Some("draft-06/schema") => (include_str!("../metaschemas/draft-06.json"), Draft::Six),
            Some("draft-07/schema") => (include_str!("../metaschemas/draft-07.json"), Draft::Seven),
            _ => {
                let why = format!("{document}: schemas outside of values.schema.json are not read");
                return Err(Fault::new(why).hint(
                    "copy what it refers to into `definitions` of values.schema.json, and refer to `#/definitions/NAME`",
                ));
            }
        };
        let (root, _) = self.documents.read(name.as_bytes()).map_err(|_| Fault::new("a metaschema is damaged"))?;
        self.collect(root, &url, Some(draft));
        self.known.insert(document, (root, Some(draft)));
        Ok((self.follow(root, &fragment)?, Some(draft)))
    }

    /// Follows a JSON pointer; what is none leads to the whole.
    fn follow(&self, root: NodeId, pointer: &str) -> Result<NodeId, Fault> {
        let mut node = root;
        for token in pointer.strip_prefix('/').into_iter().flat_map(|pointer| pointer.split('/')) {
            node = match self.documents.node(node) {
                Node::Object(_) => {
                    let key = token.replace("~1", "/").replace("~0", "~");
                    let found = self.documents.get(node, key.as_bytes());
                    found.ok_or_else(|| Fault::new(format!("Object has no key '{key}'")))?
                }
                Node::Array(_) => {
                    let items = self.documents.items(node);
                    let digits = token.strip_prefix(['+', '-']).unwrap_or(token);
                    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                        return Err(Fault::new(format!("Invalid array index '{token}'")));
                    }
                    let index = token.parse::<i64>().unwrap_or(i64::MAX);
                    let found = usize::try_from(index).ok().and_then(|index| items.get(index).copied());
                    let out = || format!("Out of bound array[0,{}] index '{index}'", items.len());
                    found.ok_or_else(|| Fault::new(out()))?
                }
                _ => return Err(Fault::new(format!("Invalid token reference '{token}'"))),
            };
        }
        Ok(node)
    }
}

/// Returns a URL as seen from another, whose fragment does not count.
fn inherit(base: &Url, url: &Url) -> Url {
    Url { fragment: String::new(), ..base.clone() }.resolve(url)
}

/// Returns the parts of a URL.
pub(super) fn parse(url: &str) -> Result<Url, Fault> {
    Url::parse(url).map_err(|why| Fault::new(format!("parse {}: {why}", quote(url))))
}
