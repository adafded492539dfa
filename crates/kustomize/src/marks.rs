//! What a build remembers of a resource, as the annotations in which kustomize keeps it.
//!
//! They are seen by patches: one that writes below `metadata/annotations` finds it there, and one that replaces all
//! annotations makes kustomize forget some of them. So they are written for the time of such a patch, and read back after it.

use crate::{
    node::{Entry, Kind, Node, Scalar, Style, Tag},
    origin::Note,
    resource::Resource,
};

const NAMES: &str = "internal.config.kubernetes.io/previousNames";
const NAMESPACES: &str = "internal.config.kubernetes.io/previousNamespaces";
const KINDS: &str = "internal.config.kubernetes.io/previousKinds";
const PREFIXES: &str = "internal.config.kubernetes.io/prefixes";
const SUFFIXES: &str = "internal.config.kubernetes.io/suffixes";
const HASH: &str = "internal.config.kubernetes.io/needsHashSuffix";
const ALL: &[&str] = &[NAMES, NAMESPACES, KINDS, PREFIXES, SUFFIXES, HASH, Note::ORIGIN, Note::TRANSFORMATIONS];

/// What a patch that takes annotations away makes kustomize forget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forgets {
    /// What `buildMetadata` writes down: kustomize restores the rest behind a JSON patch.
    Notes,
    /// That, and the names that the resource had.
    Everything,
}

impl Resource {
    fn marks(&self) -> Vec<(&'static str, String)> {
        let mut marks = Vec::new();
        if !self.previous.is_empty() {
            let joined = |part: fn(&crate::resource::Previous) -> &str| {
                self.previous.iter().map(part).collect::<Vec<_>>().join(",")
            };
            marks.push((KINDS, joined(|previous| &previous.kind)));
            marks.push((NAMES, joined(|previous| &previous.name)));
            marks.push((NAMESPACES, joined(|previous| &previous.namespace)));
        }
        for (mark, texts) in [(PREFIXES, &self.prefixes), (SUFFIXES, &self.suffixes)] {
            if !texts.is_empty() {
                marks.push((mark, texts.join(",")));
            }
        }
        if self.needs_hash {
            marks.push((HASH, "enabled".to_owned()));
        }
        if let Some(note) = &self.note {
            marks.push((Note::ORIGIN, note.to_yaml()));
        }
        if !self.transformations.is_empty() {
            marks.push((Note::TRANSFORMATIONS, Note::list_to_yaml(&self.transformations)));
        }
        marks
    }

    /// Tells whether kustomize has had to write annotations where they are a list, at which it ends with a fault of its own.
    pub(crate) fn has_no_place_for_marks(&self) -> bool {
        let annotations = self.node.field("metadata").and_then(|metadata| metadata.field("annotations"));
        matches!(annotations, Some(Node::Sequence(_))) && !self.marks().is_empty()
    }

    /// Writes the annotations; they replace those that the input has under their names.
    pub(crate) fn write_marks(&mut self) {
        let marks = self.marks();
        if marks.is_empty() {
            return;
        }
        let Some(annotations) = made(&mut self.node, "metadata").and_then(|metadata| made(metadata, "annotations"))
        else {
            return;
        };
        for (mark, text) in marks {
            annotations.clear(mark);
            if let Node::Mapping(entries) = annotations {
                let scalar = Scalar { text, tag: Tag::Text, style: Style::Quoted, keep: false, shared: 0 };
                entries.push(Entry::new(mark, Node::Scalar(scalar)));
            }
        }
    }

    /// Takes the annotations away again; what is no longer there is forgotten.
    pub(crate) fn read_marks(&mut self, forgets: Forgets) {
        for (mark, _) in self.marks() {
            if self.annotation(mark).is_some() {
                continue;
            }
            match (mark, forgets) {
                (Note::ORIGIN, _) => self.note = None,
                (Note::TRANSFORMATIONS, _) => self.transformations.clear(),
                (_, Forgets::Notes) => {}
                (NAMES | NAMESPACES | KINDS, _) => self.previous.clear(),
                (PREFIXES, _) => self.prefixes.clear(),
                (SUFFIXES, _) => self.suffixes.clear(),
                (_, _) => self.needs_hash = false,
            }
        }
        let Some(metadata) = self.node.field_mut("metadata") else { return };
        let Some(annotations) = metadata.field_mut("annotations") else { return };
        let before = annotations.entries().len();
        for mark in ALL {
            annotations.clear(mark);
        }
        if before > 0 && annotations.entries().is_empty() {
            metadata.clear("annotations");
        }
    }

    fn annotation(&self, name: &str) -> Option<&Node> {
        self.node.field("metadata")?.field("annotations")?.field(name)
    }
}

/// Returns a mapping's field that is a mapping, made where it is missing or null.
fn made<'n>(node: &'n mut Node, name: &str) -> Option<&'n mut Node> {
    if node.field(name).is_none_or(Node::is_null) {
        node.clear(name);
        node.set_field(name, Some(Kind::Mapping.empty())).ok()?;
    }
    node.field_mut(name).filter(|field| matches!(field, Node::Mapping(_)))
}

/// Tells whether a strategic merge patch can take annotations away that it does not name, or cannot be merged with any.
pub(crate) fn can_be_lost(patch: &Node) -> bool {
    let replaces = |node: &Node| node.kind() != Kind::Mapping || node.field("$patch").is_some();
    let Some(metadata) = patch.field("metadata") else { return false };
    replaces(metadata) || metadata.field("annotations").is_some_and(replaces)
}
