use std::cell::Cell;

use super::{Draft, canonical::canonical, formats, parse::integer, pool::Targets};
use crate::{
    golang::regexp,
    schema::{
        Fault, MAX_FAILURES, MAX_STEPS, Number, cost_of_match,
        document::{Documents, Entry, Kind, Node, NodeId, Text},
        keyword::Keyword as K,
        keywords::Keywords,
    },
};

const MAX_DEPTH: usize = 10_000;

/// What a schema finds in a value, and how near the value came to it.
#[derive(Debug, Default)]
pub(super) struct Found {
    errors: Vec<(String, NodeId)>,
    score: i64,
}

impl Found {
    fn merge(&mut self, other: Self) {
        self.errors.extend(other.errors);
        self.score += other.score;
    }

    fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Key(Text),
    Index(usize),
}

/// A schema and the keywords that count in it.
struct Rules {
    schema: NodeId,
    keys: Keywords,
    draft: Draft,
}

impl Rules {
    fn get(&self, key: K) -> Option<NodeId> {
        let since = match key {
            K::PropertyNames | K::Contains | K::Const => Draft::Six,
            K::If | K::Then | K::Else => Draft::Seven,
            _ => Draft::Four,
        };
        self.keys.get(key).filter(|_| self.draft >= since)
    }
}

pub(super) struct Validator<'d> {
    documents: &'d Documents,
    targets: &'d Targets,
    location: Vec<Step>,
    steps: u64,
    depth: usize,
    failures: Cell<usize>,
    fault: Option<Fault>,
}

impl<'d> Validator<'d> {
    pub(super) fn new(documents: &'d Documents, targets: &'d Targets) -> Self {
        Self {
            documents,
            targets,
            location: Vec::new(),
            steps: documents.steps.get(),
            depth: 0,
            failures: Cell::new(0),
            fault: None,
        }
    }

    pub(super) fn run(mut self, schema: NodeId, draft: Draft, value: NodeId) -> Result<(), Fault> {
        let mut found = Found::default();
        self.apply(schema, draft, self.documents.node(value), &mut found);
        self.documents.steps.set(self.steps);
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let Some((_, first)) = found.errors.first() else { return Ok(()) };
        let text: String = found.errors.iter().map(|(text, _)| format!("- {text}\n")).collect();
        Err(Fault::new(text).at(*first))
    }

    /// Applies a schema on its own.
    fn apart(&mut self, schema: NodeId, draft: Draft, value: Node) -> Found {
        let mut found = Found::default();
        self.apply(schema, draft, value, &mut found);
        found
    }

    fn apart_at(&mut self, schema: NodeId, draft: Draft, value: NodeId, step: Step) -> Found {
        self.location.push(step);
        let found = self.apart(schema, draft, self.documents.node(value));
        self.location.pop();
        found
    }

    fn field(&self) -> String {
        if self.location.is_empty() {
            return "(root)".to_owned();
        }
        let steps = self.location.iter().map(|step| match step {
            Step::Key(key) => self.documents.lossy(*key).into_owned(),
            Step::Index(at) => at.to_string(),
        });
        steps.collect::<Vec<_>>().join(".")
    }

    fn fail(&self, found: &mut Found, schema: NodeId, message: &str) {
        self.failures.set(self.failures.get() + 1);
        found.errors.push((format!("{}: {message}", self.field()), schema));
        found.score -= 2;
    }

    fn apply(&mut self, schema: NodeId, draft: Draft, value: Node, found: &mut Found) {
        self.steps += 1;
        self.depth += 1;
        if self.steps > MAX_STEPS || self.depth > MAX_DEPTH {
            self.fault.get_or_insert_with(|| Fault::new("checking the values takes too many steps"));
        }
        if self.failures.get() > MAX_FAILURES {
            let why = || Fault::new(format!("the values break the schema in more than {MAX_FAILURES} ways"));
            self.fault.get_or_insert_with(why);
        }
        if self.fault.is_none() {
            self.apply_rules(schema, draft, value, found);
        }
        self.depth -= 1;
    }

    fn apply_rules(&mut self, schema: NodeId, draft: Draft, value: Node, found: &mut Found) {
        let documents = self.documents;
        if let Some(truth) = documents.boolean(schema) {
            if !truth {
                self.fail(found, schema, "False always fails validation");
            }
            return;
        }
        let rules = Rules { schema, keys: Keywords::of(documents, schema), draft };
        if let Some(target) = rules.get(K::Ref).and_then(|at| self.targets.get(&at)) {
            self.apply(target.0, target.1.unwrap_or(draft), value, found);
            return;
        }
        let Some(kind) = value.kind() else { return };
        let is_integer = self.is_integer(value);
        if let Some(message) = self.wrong_type(&rules, kind, is_integer) {
            self.fail(found, schema, &message);
            return;
        }
        self.combined(&rules, value, found);
        match value {
            Node::Number(text) => self.number(&rules, text, found),
            Node::Array(_) => self.array(&rules, value, found),
            Node::Object(_) => self.object(&rules, value, found),
            _ => {}
        }
        self.common(&rules, value, found);
        match value {
            Node::Str(text) => self.string(&rules, text, found),
            Node::Object(_) => self.properties(&rules, value, found),
            _ => {}
        }
        found.score += 1;
    }

    /// Tells whether a value is a number without a fraction.
    fn is_integer(&self, value: Node) -> bool {
        let Node::Number(text) = value else { return false };
        Number::parse(self.documents.bytes(text)).is_some_and(|number| number.is_integer())
    }

    fn wrong_type(&self, rules: &Rules, kind: Kind, is_integer: bool) -> Option<String> {
        let types = rules.get(K::Type)?;
        let documents = self.documents;
        let names: Vec<_> = match documents.str(types) {
            Some(name) => vec![name],
            None => documents.items(types).iter().filter_map(|name| documents.str(*name)).collect(),
        };
        let has = |name: &str| names.iter().any(|known| known == name);
        if names.is_empty() || has(kind.name()) || (is_integer && has("integer")) {
            return None;
        }
        let wanted = if let [one] = names.as_slice() { one.to_string() } else { format!("[{}]", names.join(",")) };
        let given = if is_integer { "integer" } else { kind.name() };
        Some(format!("Invalid type. Expected: {wanted}, given: {given}"))
    }

    fn each(&self, rules: &Rules, key: K) -> &'d [NodeId] {
        rules.get(key).map_or(&[], |at| self.documents.items(at))
    }

    fn combined(&mut self, rules: &Rules, value: Node, found: &mut Found) {
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

    fn common(&mut self, rules: &Rules, value: Node, found: &mut Found) {
        let documents = self.documents;
        let text = |node: Node| canonical(documents, node).unwrap_or_default();
        if let Some(wanted) = rules.get(K::Const) {
            let wanted = text(documents.node(wanted));
            if text(value) != wanted {
                self.fail(found, rules.schema, &format!("{} does not match: {wanted}", self.field()));
            }
        }
        let choices = self.each(rules, K::Enum);
        if !choices.is_empty() {
            let value = text(value);
            self.work(choices.len());
            if !choices.iter().any(|choice| text(documents.node(*choice)) == value) {
                let shown = choices.iter().take(MAX_FAILURES).map(|choice| text(documents.node(*choice)));
                let shown = shown.collect::<Vec<_>>().join(", ");
                let message = format!("{} must be one of the following: {shown}", self.field());
                self.fail(found, rules.schema, &message);
            }
        }
        found.score += 1;
    }

    fn array(&mut self, rules: &Rules, value: Node, found: &mut Found) {
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

    fn object(&mut self, rules: &Rules, value: Node, found: &mut Found) {
        let documents = self.documents;
        let (schema, draft, entries) = (rules.schema, rules.draft, documents.entries_of(value));
        let bounds = [K::MinProperties, K::MaxProperties];
        self.check_length(rules, entries.len(), ["Must have", "properties"], bounds, found);
        self.steps += entries.len() as u64 / 64;
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

    /// Counts work that is done without applying a schema.
    fn work(&mut self, steps: usize) {
        self.steps = self.steps.saturating_add(steps as u64);
        if self.steps > MAX_STEPS {
            self.fault.get_or_insert_with(|| Fault::new("checking the values takes too many steps"));
        }
    }

    /// Tells whether an expression matches a text; not where it is none.
    fn matches(&mut self, expression: &str, text: &[u8]) -> Option<bool> {
        if self.fault.is_some() {
            return None;
        }
        self.work(cost_of_match(expression, text));
        if self.fault.is_some() {
            return None;
        }
        regexp::compile(expression, text).ok().map(|expression| expression.is_match(text))
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
            self.steps += properties.map_or(0, |at| documents.entries(at).len() as u64 / 64);
            let mut matched = false;
            for pattern in &patterns {
                if self.fault.is_some() {
                    return;
                }
                if self.matches(&documents.lossy(pattern.key), documents.bytes(entry.key)) == Some(true) {
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

    fn properties(&mut self, rules: &Rules, value: Node, found: &mut Found) {
        let documents = self.documents;
        let Some(properties) = rules.get(K::Properties) else { return };
        for entry in documents.entries_of(value) {
            self.steps += documents.entries(properties).len() as u64 / 64;
            if let Some(schema) = documents.get_same(properties, entry) {
                self.location.push(Step::Key(entry.key));
                self.apply(schema, rules.draft, documents.node(entry.value), found);
                self.location.pop();
            }
        }
    }

    fn string(&mut self, rules: &Rules, text: Text, found: &mut Found) {
        let documents = self.documents;
        let bytes = documents.bytes(text);
        if rules.get(K::MinLength).is_some() || rules.get(K::MaxLength).is_some() {
            let length = String::from_utf8_lossy(bytes).chars().count();
            let length = i64::try_from(length).unwrap_or(i64::MAX);
            let count = |key: K| integer(documents, rules.get(key)?);
            if let Some(least) = count(K::MinLength).filter(|least| length < *least) {
                let message = format!("String length must be greater than or equal to {least}");
                self.fail(found, rules.schema, &message);
            }
            if let Some(most) = count(K::MaxLength).filter(|most| length > *most) {
                self.fail(found, rules.schema, &format!("String length must be less than or equal to {most}"));
            }
        }
        if let Some(pattern) = rules.get(K::Pattern).and_then(|at| documents.str(at))
            && self.matches(&pattern, bytes) == Some(false)
        {
            self.fail(found, rules.schema, &format!("Does not match pattern '{pattern}'"));
        }
        if let Some(format) = rules.get(K::Format).and_then(|at| documents.str(at))
            && formats::is_of(&format, &documents.lossy(text)) == Some(false)
        {
            self.fail(found, rules.schema, &format!("Does not match format '{format}'"));
        }
        found.score += 1;
    }

    fn number(&mut self, rules: &Rules, text: Text, found: &mut Found) {
        let documents = self.documents;
        found.score += 1;
        let limit = |key: K| documents.number(rules.get(key)?);
        let is_true = |key: K| rules.get(key).and_then(|at| documents.boolean(at)) == Some(true);
        let (mut minimum, mut maximum) = (limit(K::Minimum), limit(K::Maximum));
        let below = if is_true(K::ExclusiveMinimum) { minimum.take() } else { limit(K::ExclusiveMinimum) };
        let above = if is_true(K::ExclusiveMaximum) { maximum.take() } else { limit(K::ExclusiveMaximum) };
        if let Some(got) = Number::parse(documents.bytes(text)) {
            let mut check = |words: &str, want: Option<Number>, is_wrong: &dyn Fn(&Number) -> bool| {
                if let Some(want) = want.filter(is_wrong) {
                    self.fail(found, rules.schema, &format!("Must be {words} {}", want.to_big_float_text()));
                }
            };
            check("a multiple of", limit(K::MultipleOf), &|want| !got.is_multiple_of(want));
            check("less than or equal to", maximum, &|want| got > *want);
            check("less than", above, &|want| got >= *want);
            check("greater than or equal to", minimum, &|want| got < *want);
            check("greater than", below, &|want| got <= *want);
        }
        if let Some(format) = rules.get(K::Format).and_then(|at| documents.str(at))
            && formats::is_of(&format, "").is_some()
        {
            self.fail(found, rules.schema, &format!("Does not match format '{format}'"));
        }
    }
}
