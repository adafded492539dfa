//! Keywords that hold several schemas against one value.

use super::{
    Draft,
    validate::{Found, Rules, Validator},
};
use crate::schema::{
    document::{Kind, Node, NodeId},
    keyword::Keyword as K,
};

impl Validator<'_> {
    pub(super) fn combined(&mut self, rules: &Rules, value: Node, found: &mut Found) {
        let (schema, draft) = (rules.schema, rules.draft);
        let any = self.each(rules, K::AnyOf);
        if !any.is_empty() {
            let (valid, best) = self.best(any, draft, value, true);
            if valid == 0 {
                self.fail(found, schema, "Must validate at least one schema (anyOf)");
                found.merge(best);
            }
        }
        let one = self.each(rules, K::OneOf);
        if !one.is_empty() {
            let (valid, best) = self.best(one, draft, value, false);
            if valid != 1 {
                self.fail(found, schema, "Must validate one and only one schema (oneOf)");
            }
            if valid == 0 {
                found.merge(best);
            }
        }
        let all = self.each(rules, K::AllOf);
        let mut valid = 0;
        for schema in all {
            let part = self.apart(*schema, draft, value);
            valid += usize::from(part.is_valid());
            found.merge(part);
        }
        if valid != all.len() {
            self.fail(found, schema, "Must validate all the schemas (allOf)");
        }
        if let Some(not) = rules.get(K::Not)
            && self.apart(not, draft, value).is_valid()
        {
            self.fail(found, schema, "Must not validate the schema (not)");
        }
        self.dependencies(rules, value, found);
        if let Some(condition) = rules.get(K::If) {
            let holds = self.apart(condition, draft, value).is_valid();
            let (next, message) = if holds {
                (K::Then, "Must validate \"then\" as \"if\" was valid")
            } else {
                (K::Else, "Must validate \"else\" as \"if\" was not valid")
            };
            if let Some(next) = rules.get(next) {
                let part = self.apart(next, draft, value);
                if !part.is_valid() {
                    self.fail(found, schema, message);
                    found.merge(part);
                }
            }
        }
        found.score += 1;
    }

    /// Returns how many schemas take the value, and what the nearest of those before the first that does finds.
    fn best(&mut self, schemas: &[NodeId], draft: Draft, value: Node, stop: bool) -> (usize, Found) {
        let (mut valid, mut best): (usize, Option<Found>) = (0, None);
        for schema in schemas {
            let part = self.apart(*schema, draft, value);
            if part.is_valid() {
                valid += 1;
                if stop {
                    break;
                }
            } else if valid == 0 && best.as_ref().is_none_or(|best| part.score > best.score) {
                best = Some(part);
            }
        }
        (valid, best.unwrap_or_default())
    }

    fn dependencies(&mut self, rules: &Rules, value: Node, found: &mut Found) {
        let documents = self.documents;
        let Some(dependencies) = rules.get(K::Dependencies) else { return };
        let entries = documents.entries_of(value);
        for entry in entries {
            let Some(dependency) = documents.get_same(dependencies, entry) else { continue };
            if documents.kind(dependency) != Some(Kind::Array) {
                self.apply(dependency, rules.draft, value, found);
                continue;
            }
            for name in documents.items(dependency).iter().filter_map(|name| documents.string(*name)) {
                if !entries.iter().any(|entry| documents.bytes(entry.key) == name) {
                    let name = String::from_utf8_lossy(name);
                    self.fail(found, rules.schema, &format!("Has a dependency on {name}"));
                }
            }
        }
    }
}
