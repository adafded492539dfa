use super::{Draft, pool::Targets};
use crate::schema::{
    Fault, Number,
    document::{Documents, Kind, Node, NodeId, Text},
    effort::Effort,
    keyword::Keyword as K,
    keywords::Keywords,
};

/// What a schema finds in a value, and how near the value came to it.
#[derive(Debug, Default)]
pub(super) struct Found {
    errors: Vec<(String, NodeId)>,
    pub(super) score: i64,
}

impl Found {
    pub(super) fn merge(&mut self, other: Self) {
        self.errors.extend(other.errors);
        self.score += other.score;
    }

    pub(super) fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Key(Text),
    Index(usize),
}

/// A schema and the keywords that count in it.
pub(super) struct Rules {
    pub(super) schema: NodeId,
    keys: Keywords,
    pub(super) draft: Draft,
}

impl Rules {
    pub(super) fn get(&self, key: K) -> Option<NodeId> {
        let since = match key {
            K::PropertyNames | K::Contains | K::Const => Draft::Six,
            K::If | K::Then | K::Else => Draft::Seven,
            _ => Draft::Four,
        };
        self.keys.get(key).filter(|_| self.draft >= since)
    }
}

pub(super) struct Validator<'d> {
    pub(super) documents: &'d Documents,
    targets: &'d Targets,
    pub(super) location: Vec<Step>,
    depth: usize,
    pub(super) effort: Effort,
}

impl<'d> Validator<'d> {
    pub(super) fn new(documents: &'d Documents, targets: &'d Targets) -> Self {
        Self { documents, targets, location: Vec::new(), depth: 0, effort: Effort::after(documents.steps.get()) }
    }

    pub(super) fn run(mut self, schema: NodeId, draft: Draft, value: NodeId) -> Result<(), Fault> {
        let mut found = Found::default();
        self.apply(schema, draft, self.documents.node(value), &mut found);
        self.documents.steps.set(self.effort.steps);
        if let Some(fault) = self.effort.fault {
            return Err(fault);
        }
        let Some((_, first)) = found.errors.first() else { return Ok(()) };
        let text: String = found.errors.iter().map(|(text, _)| format!("- {text}\n")).collect();
        Err(Fault::new(text).at(*first))
    }

    /// Applies a schema on its own.
    pub(super) fn apart(&mut self, schema: NodeId, draft: Draft, value: Node) -> Found {
        let mut found = Found::default();
        self.apply(schema, draft, value, &mut found);
        found
    }

    pub(super) fn apart_at(&mut self, schema: NodeId, draft: Draft, value: NodeId, step: Step) -> Found {
        self.location.push(step);
        let found = self.apart(schema, draft, self.documents.node(value));
        self.location.pop();
        found
    }

    pub(super) fn field(&self) -> String {
        if self.location.is_empty() {
            return "(root)".to_owned();
        }
        let steps = self.location.iter().map(|step| match step {
            Step::Key(key) => self.documents.lossy(*key).into_owned(),
            Step::Index(at) => at.to_string(),
        });
        steps.collect::<Vec<_>>().join(".")
    }

    pub(super) fn fail(&self, found: &mut Found, schema: NodeId, message: &str) {
        self.effort.fails();
        found.errors.push((format!("{}: {message}", self.field()), schema));
        found.score -= 2;
    }

    pub(super) fn apply(&mut self, schema: NodeId, draft: Draft, value: Node, found: &mut Found) {
        self.depth += 1;
        if self.effort.applies(self.depth) {
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

    pub(super) fn each(&self, rules: &Rules, key: K) -> &'d [NodeId] {
        rules.get(key).map_or(&[], |at| self.documents.items(at))
    }
}
