use std::collections::VecDeque;

use super::{
    draft::Draft,
    roots::{Resource, Roots, Target},
};
use crate::{
    golang::{quote, regexp},
    schema::{
        Fault,
        document::{Kind, NodeId},
        keyword::Keyword as K,
        keywords::Keywords,
    },
};

/// Schemas that are still to be visited, in the order in which they are found.
struct Queue {
    open: VecDeque<Target>,
    seen: Vec<bool>,
}

impl Queue {
    fn push(&mut self, node: NodeId) {
        if self.seen.len() <= node.index() {
            self.seen.resize(node.index() + 1, false);
        }
        if !std::mem::replace(&mut self.seen[node.index()], true) {
            self.open.push_back(Target::Node(node));
        }
    }
}

impl Roots {
    /// Visits every schema that can be reached from the root: references must lead somewhere, expressions must be such.
    pub(super) fn compile(&mut self, root: usize) -> Result<(), Fault> {
        if std::mem::replace(&mut self.all[root].is_compiled, true) {
            return Ok(());
        }
        let mut queue = Queue { open: VecDeque::new(), seen: Vec::new() };
        queue.push(self.all[root].node);
        while let Some(target) = queue.open.pop_front() {
            match target {
                Target::Node(node) => self.visit(node, &mut queue)?,
                Target::Missing(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    fn visit(&mut self, node: NodeId, queue: &mut Queue) -> Result<(), Fault> {
        let Some(owner) = self.owner(node) else { return Ok(()) };
        let Resource { draft, node: resource, .. } = self.resources[owner];
        queue.push(resource);
        if draft >= Draft::Year2020 && node == resource {
            for name in &self.resources[owner].dynamic_anchors {
                let anchors = self.resources[owner].anchors.iter();
                anchors.filter(|(anchor, _)| anchor == name).for_each(|(_, node)| queue.push(*node));
            }
        }
        if self.documents.kind(node) != Some(Kind::Object) {
            return Ok(());
        }
        let keys = Keywords::of(&self.documents, node);
        let only_ref =
            draft < Draft::Year2019 && keys.get(K::Ref).is_some_and(|at| self.documents.string(at).is_some());
        self.refer(keys.get(K::Ref), owner, queue)?;
        if !only_ref {
            self.visit_old(node, &keys, draft, queue)?;
        }
        if draft >= Draft::Six {
            [K::Contains, K::PropertyNames].into_iter().filter_map(|key| keys.get(key)).for_each(|at| queue.push(at));
        }
        if draft >= Draft::Seven {
            [K::If, K::Then, K::Else].into_iter().filter_map(|key| keys.get(key)).for_each(|at| queue.push(at));
        }
        if draft >= Draft::Year2019 {
            self.refer(keys.get(K::RecursiveRef), owner, queue)?;
            self.push_named(keys.get(K::DependentSchemas), queue);
            let unevaluated = [K::UnevaluatedItems, K::UnevaluatedProperties];
            unevaluated.into_iter().filter_map(|key| keys.get(key)).for_each(|at| queue.push(at));
        }
        if draft >= Draft::Year2020 {
            self.refer(keys.get(K::DynamicRef), owner, queue)?;
            self.push_each(keys.get(K::PrefixItems), queue);
            keys.get(K::Items).into_iter().for_each(|at| queue.push(at));
        }
        Ok(())
    }

    /// Visits the keywords of draft 4.
    fn visit_old(&self, node: NodeId, keys: &Keywords, draft: Draft, queue: &mut Queue) -> Result<(), Fault> {
        for key in [K::AllOf, K::AnyOf, K::OneOf] {
            self.push_each(keys.get(key), queue);
        }
        keys.get(K::Not).into_iter().for_each(|at| queue.push(at));
        if let Some(items) = keys.get(K::Items).filter(|_| draft < Draft::Year2020) {
            if self.documents.kind(items) == Some(Kind::Array) {
                self.push_each(Some(items), queue);
                keys.get(K::AdditionalItems).into_iter().for_each(|at| queue.push(at));
            } else {
                queue.push(items);
            }
        }
        self.push_named(keys.get(K::Properties), queue);
        self.push_named(keys.get(K::PatternProperties), queue);
        if let Some(patterns) = keys.get(K::PatternProperties) {
            for entry in self.documents.entries(patterns) {
                let pattern = self.documents.lossy(entry.key);
                self.check_expression(&pattern, node, "patternProperties")?;
            }
        }
        keys.get(K::AdditionalProperties).into_iter().for_each(|at| queue.push(at));
        for entry in keys.get(K::Dependencies).map_or(&[][..], |at| self.documents.entries(at)) {
            if self.documents.kind(entry.value) != Some(Kind::Array) {
                queue.push(entry.value);
            }
        }
        if let Some(pattern) = keys.get(K::Pattern).and_then(|at| self.documents.str(at)) {
            self.check_expression(&pattern, node, "pattern")?;
        }
        Ok(())
    }

    fn check_expression(&self, expression: &str, node: NodeId, keyword: &str) -> Result<(), Fault> {
        if regexp::check_syntax(expression) {
            return Ok(());
        }
        let Err(error) = regexp::compile(expression, b"") else { return Ok(()) };
        let root = self.owner(node).map_or(0, |owner| self.resources[owner].root);
        let place = format!("{}/{keyword}", self.place(root, node));
        Err(Fault::new(format!("invalid regex {} at {}: {error}", quote(expression), quote(&place))).at(node))
    }

    fn push_each(&self, array: Option<NodeId>, queue: &mut Queue) {
        array.map_or(&[][..], |at| self.documents.items(at)).iter().for_each(|at| queue.push(*at));
    }

    fn push_named(&self, object: Option<NodeId>, queue: &mut Queue) {
        object.map_or(&[][..], |at| self.documents.entries(at)).iter().for_each(|entry| queue.push(entry.value));
    }

    /// Finds where the reference at `node` leads, and visits that too.
    fn refer(&mut self, node: Option<NodeId>, owner: usize, queue: &mut Queue) -> Result<(), Fault> {
        let Some((node, reference)) = node.and_then(|node| Some((node, self.documents.str(node)?.into_owned()))) else {
            return Ok(());
        };
        match self.resolve(owner, &reference).map_err(|fault| fault.at(node))? {
            Target::Node(target) => {
                self.targets.insert(node, target);
                queue.push(target);
            }
            Target::Missing(fault) => queue.open.push_back(Target::Missing(fault.at(node))),
        }
        Ok(())
    }
}
