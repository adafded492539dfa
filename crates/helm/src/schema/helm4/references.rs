//! References: where they lead, and where they lead in a circle.

use super::{
    draft::Draft,
    failure::Form,
    pointer,
    validate::{Frame, Validator},
};
use crate::schema::{document::NodeId, keyword::Keyword as K};

impl Validator<'_> {
    /// Returns the message where the same schema looks at the same value already.
    pub(super) fn cycle(&self, quick: bool) -> Option<String> {
        let (last, above) = self.scopes.split_last()?;
        let earlier = above.iter().rposition(|scope| scope.value != last.value).map_or(0, |at| at + 1);
        let twin = above[earlier..].iter().rposition(|scope| scope.schema == last.schema)? + earlier;
        if quick {
            return Some(String::new());
        }
        let root = self.roots.resources.get(last.resource).map_or(0, |resource| resource.root);
        Some(format!(
            "both {} and {} resolve to {} causing reference cycle",
            self.keywords_to(self.scopes.len() - 1),
            self.keywords_to(twin),
            crate::golang::quote(&self.roots.place(root, last.schema))
        ))
    }

    /// Returns the keywords that led to a scope, as a pointer.
    fn keywords_to(&self, scope: usize) -> String {
        let place = |at: usize| {
            let scope = &self.scopes[at];
            let root = self.roots.resources.get(scope.resource).map_or(0, |resource| resource.root);
            self.roots.place(root, scope.schema)
        };
        let mut out = String::new();
        for at in 1..=scope {
            if self.scopes[at].keyword.is_empty() {
                out.push_str(place(at).get(place(at - 1).len()..).unwrap_or_default());
            } else {
                out.push_str(&format!("/{}", self.scopes[at].keyword));
            }
        }
        out
    }

    /// Applies what a reference leads to; tells whether that failed.
    pub(super) fn refer(&mut self, frame: &mut Frame, target: NodeId, keyword: &'static str) -> bool {
        let Err(failure) = self.apply_here(frame, target, keyword, false) else { return false };
        let causes = failure.map_or_else(Vec::new, |failure| failure.into_parts());
        self.add(frame, Form::Reference, causes, || "validation failed".to_owned());
        true
    }

    pub(super) fn dynamic_references(&mut self, frame: &mut Frame) {
        if let Some(at) = frame.keys.get(K::RecursiveRef)
            && let Some(mut target) = self.roots.targets.get(&at).copied()
        {
            if self.has_recursive_anchor(target) {
                let outermost = self.scopes.iter().find(|scope| {
                    let resource = self.roots.resources.get(scope.resource);
                    resource.is_some_and(|resource| self.has_recursive_anchor(resource.node))
                });
                target = outermost.map_or(target, |scope| scope.schema);
            }
            self.refer(frame, target, "$recursiveRef");
        }
        if let Some(at) = frame.keys.get(K::DynamicRef).filter(|_| frame.draft >= Draft::Year2020)
            && let Some(mut target) = self.roots.targets.get(&at).copied()
        {
            let reference = self.documents.str(at).unwrap_or_default();
            let fragment = reference.split_once('#').and_then(|(_, fragment)| pointer::decode(fragment).ok());
            let anchor = fragment.filter(|fragment| !fragment.is_empty() && !fragment.starts_with('/'));
            let own = self.documents.keyword(target, K::DynamicAnchor).and_then(|at| self.documents.str(at));
            if let Some(anchor) = anchor.filter(|anchor| own.is_some_and(|own| own == anchor.as_str())) {
                target = self.outermost_anchor(&anchor).unwrap_or(target);
            }
            self.refer(frame, target, "$dynamicRef");
        }
    }

    fn has_recursive_anchor(&self, schema: NodeId) -> bool {
        let anchor = self.documents.keyword(schema, K::RecursiveAnchor);
        anchor.and_then(|at| self.documents.boolean(at)) == Some(true)
            && self.roots.owner(schema).is_some_and(|owner| self.roots.resources[owner].draft >= Draft::Year2019)
    }

    fn outermost_anchor(&self, name: &str) -> Option<NodeId> {
        self.scopes.iter().find_map(|scope| {
            let resource = self.roots.resources.get(scope.resource)?;
            let is_dynamic = resource.draft >= Draft::Year2020 && resource.dynamic_anchors.iter().any(|at| at == name);
            let anchor = resource.anchors.iter().find(|(anchor, _)| is_dynamic && anchor == name);
            anchor.map(|(_, node)| *node)
        })
    }
}
