//! Keywords of arrays and objects.

use super::{
    canonical::canonical,
    parse::integer,
    validate::{Found, Rules, Step, Validator},
};
use crate::schema::{
    document::{Entry, Kind, Node, NodeId},
    keyword::Keyword as K,
};

impl Validator<'_> {
    pub(super) fn array(&mut self, rules: &Rules, value: Node, found: &mut Found) {
        let documents = self.documents;
        let (schema, draft, items) = (rules.schema, rules.draft, documents.items_of(value));
        if let Some(wanted) = rules.get(K::Items) {
            self.items(rules, wanted, items, found);
        }
        self.check_length(rules, items.len(), ["Array must have", "items"], [K::MinItems, K::MaxItems], found);
        if rules.get(K::UniqueItems).and_then(|at| documents.boolean(at)) == Some(true) {
            let mut seen = std::collections::HashMap::new();
            for (at, item) in items.iter().enumerate() {
                let text = canonical(documents, documents.node(*item)).unwrap_or_default();
                if let Some(earlier) = seen.insert(text, at) {
                    self.fail(found, schema, &format!("array items[{earlier},{at}] must be unique"));
                }
            }
        }
        if let Some(contains) = rules.get(K::Contains) {
            let mut best: Option<Found> = None;
            let mut matched = false;
            for (at, item) in items.iter().enumerate() {
                let part = self.apart_at(contains, draft, *item, Step::Index(at));
                matched = part.is_valid();
                if matched {
                    break;
                }
                if best.as_ref().is_none_or(|best| part.score > best.score) {
                    best = Some(part);
                }
            }
            if !matched {
                self.fail(found, schema, "At least one of the items must match");
                found.merge(best.unwrap_or_default());
            }
        }
        found.score += 1;
    }

    fn items(&mut self, rules: &Rules, wanted: NodeId, items: &[NodeId], found: &mut Found) {
        let documents = self.documents;
        if documents.kind(wanted) != Some(Kind::Array) {
            for (at, item) in items.iter().enumerate() {
                let part = self.apart_at(wanted, rules.draft, *item, Step::Index(at));
                found.merge(part);
            }
            return;
        }
        let schemas = documents.items(wanted);
        for (at, (item, schema)) in items.iter().zip(schemas).enumerate() {
            let part = self.apart_at(*schema, rules.draft, *item, Step::Index(at));
            found.merge(part);
        }
        let Some(additional) = rules.get(K::AdditionalItems) else { return };
        if schemas.is_empty() || items.len() <= schemas.len() {
            return;
        }
        match documents.boolean(additional) {
            Some(true) => {}
            Some(false) => self.fail(found, rules.schema, "No additional items allowed on array"),
            None => {
                for (at, item) in items.iter().enumerate().skip(schemas.len()) {
                    let part = self.apart_at(additional, rules.draft, *item, Step::Index(at));
                    found.merge(part);
                }
            }
        }
    }

    fn check_length(&self, rules: &Rules, got: usize, words: [&str; 2], keys: [K; 2], found: &mut Found) {
        let got = i64::try_from(got).unwrap_or(i64::MAX);
        let [before, after] = words;
        let count = |key: K| integer(self.documents, rules.get(key)?);
        if let Some(least) = count(keys[0]).filter(|least| got < *least) {
            self.fail(found, rules.schema, &format!("{before} at least {least} {after}"));
        }
        if let Some(most) = count(keys[1]).filter(|most| got > *most) {
            self.fail(found, rules.schema, &format!("{before} at most {most} {after}"));
        }
    }

    pub(super) fn object(&mut self, rules: &Rules, value: Node, found: &mut Found) {
        let documents = self.documents;
        let (schema, draft, entries) = (rules.schema, rules.draft, documents.entries_of(value));
        let bounds = [K::MinProperties, K::MaxProperties];
        self.check_length(rules, entries.len(), ["Must have", "properties"], bounds, found);
        self.effort.work(entries.len() / 64);
        for name in self.each(rules, K::Required).iter().filter_map(|name| documents.string(*name)) {
            if entries.iter().any(|entry| documents.bytes(entry.key) == name) {
                found.score += 1;
            } else {
                self.fail(found, schema, &format!("{} is required", String::from_utf8_lossy(name)));
            }
        }
        self.additional(rules, entries, found);
        if let Some(names) = rules.get(K::PropertyNames) {
            for entry in entries {
                let part = self.apart(names, draft, Node::Str(entry.key));
                if !part.is_valid() {
                    let name = documents.lossy(entry.key);
                    self.fail(found, schema, &format!("Property name of \"{name}\" does not match"));
                    found.merge(part);
                }
            }
        }
        found.score += 1;
    }

    fn additional(&mut self, rules: &Rules, entries: &[Entry], found: &mut Found) {
        let documents = self.documents;
        let additional = rules.get(K::AdditionalProperties);
        let patterns = rules.get(K::PatternProperties).map(|at| documents.sorted_entries(at)).unwrap_or_default();
        if additional.is_none() && patterns.is_empty() {
            return;
        }
        let properties = rules.get(K::Properties);
        for entry in entries {
            let is_known = properties.is_some_and(|at| documents.get_same(at, entry).is_some());
            self.effort.work(properties.map_or(0, |at| documents.entries(at).len() / 64));
            let mut matched = false;
            for pattern in &patterns {
                if self.effort.has_given_up() {
                    return;
                }
                if self.effort.matches(&documents.lossy(pattern.key), documents.bytes(entry.key)) == Some(true) {
                    matched = true;
                    let part = self.apart_at(pattern.value, rules.draft, entry.value, Step::Key(entry.key));
                    found.merge(part);
                }
            }
            if matched {
                found.score += 1;
            }
            let Some(additional) = additional.filter(|_| !is_known && !matched) else { continue };
            match documents.boolean(additional) {
                Some(true) => {}
                Some(false) => {
                    let name = documents.lossy(entry.key);
                    self.fail(found, rules.schema, &format!("Additional property {name} is not allowed"));
                }
                None => {
                    let part = self.apart_at(additional, rules.draft, entry.value, Step::Key(entry.key));
                    found.merge(part);
                }
            }
        }
    }

    pub(super) fn properties(&mut self, rules: &Rules, value: Node, found: &mut Found) {
        let documents = self.documents;
        let Some(properties) = rules.get(K::Properties) else { return };
        for entry in documents.entries_of(value) {
            self.effort.work(documents.entries(properties).len() / 64);
            if let Some(schema) = documents.get_same(properties, entry) {
                self.location.push(Step::Key(entry.key));
                self.apply(schema, rules.draft, documents.node(entry.value), found);
                self.location.pop();
            }
        }
    }
}
