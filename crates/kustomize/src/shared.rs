//! Scalars that kustomize holds as one.
//!
//! Where it adds a label or annotation to several fields of a resource, it puts one node into all of them: what changes
//! the value in one field later changes it in the others, also selectors. The same value has to come out here.

use crate::{
    node::{Node, Scalar},
    resource::Resource,
};

/// Scalars that are one, with the value that they have.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    number: u32,
    value: Scalar,
}

impl Resource {
    /// Returns the number for scalars that are made together.
    pub(crate) fn next_shared(&mut self) -> u32 {
        self.n_shared += 1;
        self.n_shared
    }

    /// Writes down that several scalars were made as one.
    pub(crate) fn share(&mut self, number: u32, value: &Scalar) {
        self.shared.push(Shared { number, value: value.clone() });
    }

    /// Makes the annotations one with nothing else.
    pub(crate) fn part_annotations(&mut self) {
        if let (false, Some(metadata)) = (self.shared.is_empty(), self.node.field_mut("metadata"))
            && let Some(annotations) = metadata.field_mut("annotations")
        {
            walk(annotations, &mut |scalar| scalar.shared = 0);
        }
    }

    /// Gives scalars that are one the value that one of them got.
    pub(crate) fn spread(&mut self) {
        if self.shared.is_empty() {
            return;
        }
        let mut changed: Vec<Shared> = Vec::new();
        walk(&mut self.node, &mut |scalar| {
            let known = self.shared.iter().find(|shared| shared.number == scalar.shared);
            if known.is_some_and(|known| known.value.text != scalar.text || known.value.tag != scalar.tag) {
                changed.retain(|other| other.number != scalar.shared);
                changed.push(Shared { number: scalar.shared, value: scalar.clone() });
            }
        });
        if changed.is_empty() {
            return;
        }
        walk(&mut self.node, &mut |scalar| {
            if let Some(new) = changed.iter().find(|new| new.number == scalar.shared) {
                scalar.text.clone_from(&new.value.text);
                scalar.tag = new.value.tag;
            }
        });
        for new in changed {
            self.shared.retain(|known| known.number != new.number);
            self.shared.push(new);
        }
    }
}

fn walk(node: &mut Node, visit: &mut dyn FnMut(&mut Scalar)) {
    match node {
        Node::Scalar(scalar) if scalar.shared != 0 => visit(scalar),
        Node::Scalar(_) => {}
        Node::Sequence(items) => items.iter_mut().for_each(|item| walk(item, visit)),
        Node::Mapping(entries) => entries.iter_mut().for_each(|entry| walk(&mut entry.value, visit)),
    }
}

impl Node {
    /// Returns a copy that is one with nothing.
    pub(crate) fn unshared(&self) -> Self {
        let mut copy = self.clone();
        walk(&mut copy, &mut |scalar| scalar.shared = 0);
        copy
    }
}
