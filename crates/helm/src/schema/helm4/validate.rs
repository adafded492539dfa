use super::{
    draft::Draft,
    failure::{Failure, Form, quote},
    open::Open,
    pointer,
    roots::Roots,
};
use crate::schema::{
    Fault,
    document::{Documents, Entry, Node, NodeId, Text},
    effort::Effort,
    keyword::Keyword as K,
    keywords::Keywords,
};

/// A value that is held against a schema.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instance {
    pub(super) node: Node,
    /// Where it stands; the names of properties stand nowhere.
    id: Option<NodeId>,
}

/// What a check found: what it left open, or why it failed; no reason is kept where only the verdict is asked for.
pub(super) type Verdict<T> = Result<T, Option<Box<Failure>>>;

#[derive(Debug, Clone, Copy)]
enum Step {
    Key(Text),
    Index(usize),
}

#[derive(Debug)]
pub(super) struct Scope {
    pub(super) schema: NodeId,
    /// The keyword of the reference that led here, or nothing.
    pub(super) keyword: &'static str,
    /// Equal for the schemas that look at one value.
    pub(super) value: usize,
    pub(super) resource: usize,
}

/// One schema while it is applied to one value.
pub(super) struct Frame {
    pub(super) schema: NodeId,
    pub(super) keys: Keywords,
    pub(super) draft: Draft,
    pub(super) value: Instance,
    pub(super) open: Open,
    pub(super) quick: bool,
    failures: Vec<Failure>,
    failed: bool,
}

/// Applies schemas to values.
pub(super) struct Validator<'r> {
    pub(super) roots: &'r Roots,
    pub(super) documents: &'r Documents,
    /// The metaschema, while a schema is checked.
    meta: Option<NodeId>,
    location: Vec<Step>,
    pub(super) scopes: Vec<Scope>,
    pub(super) effort: Effort,
}

impl<'r> Validator<'r> {
    /// Returns what applies the chart's schema to its values.
    pub(super) fn new(roots: &'r Roots) -> Self {
        let documents = &roots.documents;
        Self {
            roots,
            documents,
            meta: None,
            location: Vec::new(),
            scopes: Vec::new(),
            effort: Effort::after(documents.steps.get()),
        }
    }

    /// Returns what applies a metaschema to a schema.
    pub(super) fn for_schema(roots: &'r Roots, meta: NodeId) -> Self {
        Self { meta: Some(meta), ..Self::new(roots) }
    }

    /// Tells whether the value at `value` is as the schema at `schema` wants it.
    ///
    /// # Errors
    /// What is wrong with the value, or why that cannot be told.
    pub(super) fn run(mut self, schema: NodeId, value: NodeId) -> Result<(), Result<Failure, Fault>> {
        let value = Instance { node: self.documents.node(value), id: Some(value) };
        let verdict = match self.run_as(schema, value, true) {
            Ok(()) => Ok(()),
            Err(_) if self.effort.has_given_up() => Err(None),
            Err(_) => self.run_as(schema, value, false),
        };
        self.documents.steps.set(self.effort.steps);
        match (self.effort.fault, verdict) {
            (Some(fault), _) => Err(Err(fault)),
            (None, Err(Some(failure))) => Err(Ok(*failure)),
            (None, Err(None)) => Err(Err(Fault::new("the schema refuses the values, but not when asked why"))),
            (None, Ok(())) => Ok(()),
        }
    }

    fn run_as(&mut self, schema: NodeId, value: Instance, quick: bool) -> Verdict<()> {
        let scope = Scope { schema, keyword: "", value: 0, resource: self.roots.owner(schema).unwrap_or(0) };
        // The name of a property is checked apart from where it stands.
        let location = std::mem::take(&mut self.location);
        let outer = std::mem::take(&mut self.scopes);
        self.scopes.push(scope);
        let verdict = self.apply(schema, value, false, quick).map(|_| ());
        self.scopes = outer;
        self.location = location;
        verdict
    }

    /// Tells whether `schema` takes a name.
    pub(super) fn apply_to_name(&mut self, schema: NodeId, name: Text, quick: bool) -> Verdict<()> {
        self.run_as(schema, Instance { node: Node::Str(name), id: None }, quick)
    }

    /// Applies another schema to the value of `frame`.
    pub(super) fn apply_here(
        &mut self,
        frame: &mut Frame,
        schema: NodeId,
        keyword: &'static str,
        quick: bool,
    ) -> Verdict<()> {
        let value = self.scopes.last().map_or(0, |scope| scope.value);
        let verdict = self.enter(schema, frame.value, keyword, value, (!frame.open.is_empty(), frame.quick || quick));
        verdict.map(|open| frame.open.merge(&open))
    }

    /// Applies a schema to the value at a key.
    pub(super) fn apply_at_key(&mut self, frame: &Frame, schema: NodeId, entry: &Entry) -> Verdict<()> {
        self.apply_below(frame, schema, entry.value, Step::Key(entry.key))
    }

    /// Applies a schema to an element.
    pub(super) fn apply_at_index(&mut self, frame: &Frame, schema: NodeId, item: NodeId, at: usize) -> Verdict<()> {
        self.apply_below(frame, schema, item, Step::Index(at))
    }

    fn apply_below(&mut self, frame: &Frame, schema: NodeId, id: NodeId, step: Step) -> Verdict<()> {
        let value = self.scopes.last().map_or(0, |scope| scope.value) + 1;
        self.location.push(step);
        let instance = Instance { node: self.documents.node(id), id: Some(id) };
        let verdict = self.enter(schema, instance, "", value, (false, frame.quick));
        self.location.pop();
        verdict.map(|_| ())
    }

    fn enter(
        &mut self,
        schema: NodeId,
        instance: Instance,
        keyword: &'static str,
        value: usize,
        (wants_open, quick): (bool, bool),
    ) -> Verdict<Open> {
        let outer_meta = self.meta;
        let schema = self.swap_metaschema(schema, instance);
        let inherited = self.scopes.last().map_or(0, |scope| scope.resource);
        let resource = self.roots.owner(schema).unwrap_or(inherited);
        self.scopes.push(Scope { schema, keyword, value, resource });
        let verdict = self.apply(schema, instance, wants_open, quick);
        self.scopes.pop();
        self.meta = outer_meta;
        verdict
    }

    /// Returns the metaschema that an embedded schema of another draft wants, in place of the one for the whole.
    fn swap_metaschema(&mut self, schema: NodeId, instance: Instance) -> NodeId {
        if self.meta != Some(schema) {
            return schema;
        }
        let Some(resource) = instance.id.and_then(|id| self.roots.resource_at(id)) else { return schema };
        let url = resource.draft.url();
        let other = self.roots.all.iter().find(|root| root.url == url).map_or(schema, |root| root.node);
        self.meta = Some(other);
        other
    }

    fn apply(&mut self, schema: NodeId, value: Instance, wants_open: bool, quick: bool) -> Verdict<Open> {
        if !self.effort.applies(self.scopes.len()) {
            return Err(None);
        }
        if let Some(truth) = self.truth(schema) {
            let nothing = Open::new(value.node, wants_open, 0);
            return if truth { Ok(nothing) } else { Err(self.failure(schema, quick, || "false schema".to_owned())) };
        }
        if let Some(message) = self.cycle(quick) {
            return Err(self.failure(schema, quick, || message));
        }
        let resource = self.scopes.last().map_or(0, |scope| scope.resource);
        let draft = self.roots.resources.get(resource).map_or(Draft::LATEST, |resource| resource.draft);
        let keys = Keywords::of(self.documents, schema);
        let reference = keys.get(K::Ref).and_then(|at| self.roots.targets.get(&at).copied());
        let only_reference = reference.filter(|_| draft < Draft::Year2019);
        let open = match only_reference {
            Some(_) => Open::new(value.node, wants_open, 0),
            None => Open::of(self.documents, value.node, &keys, draft, wants_open),
        };
        let mut frame = Frame { schema, keys, draft, value, open, quick, failures: Vec::new(), failed: false };
        if let Some(kind) = value.node.kind() {
            self.check_first(&frame, kind, only_reference.is_some())?;
        } else {
            return Err(self.failure(schema, quick, || self.not_json(value)));
        }
        if let Some(target) = only_reference {
            let failed = self.refer(&mut frame, target, "$ref");
            return if failed { Err(frame.failures.pop().map(Box::new)) } else { Ok(frame.open) };
        }
        if let Some(target) = reference {
            self.refer(&mut frame, target, "$ref");
        }
        match value.node {
            Node::Object(_) => self.object(&mut frame),
            Node::Array(_) => self.array(&mut frame),
            Node::Str(text) => self.string(&mut frame, text),
            Node::Number(_) => self.number(&mut frame),
            _ => {}
        }
        if !(frame.quick && frame.failed) {
            if draft >= Draft::Year2019 {
                self.dynamic_references(&mut frame);
            }
            self.conditions(&mut frame);
            if draft >= Draft::Year2019 {
                self.unevaluated(&mut frame);
            }
        }
        self.finish(frame)
    }

    fn finish(&self, mut frame: Frame) -> Verdict<Open> {
        if !frame.failed {
            return Ok(frame.open);
        }
        if frame.failures.len() < 2 {
            return Err(frame.failures.pop().map(Box::new));
        }
        let at = self.pointer();
        let message = "validation failed".to_owned();
        let causes = frame.failures;
        Err(Some(Box::new(Failure { form: Form::Group, at, message, causes, schema: frame.schema })))
    }

    /// Tells what a schema says without looking: `true`, `false` and `{}` do.
    fn truth(&self, schema: NodeId) -> Option<bool> {
        match self.documents.node(schema) {
            Node::Bool(truth) => Some(truth),
            Node::Object(_) if self.documents.entries(schema).is_empty() => Some(true),
            _ => None,
        }
    }

    fn not_json(&self, value: Instance) -> String {
        let Node::Invalid(name) = value.node else { return String::new() };
        format!("invalid jsonType {}", self.documents.lossy(name))
    }

    /// Tells whether formats count.
    pub(super) fn asserts_formats(&self, frame: &Frame) -> bool {
        self.meta.is_some() || frame.draft < Draft::Year2019
    }

    fn pointer(&self) -> String {
        let mut out = String::new();
        for step in &self.location {
            out.push('/');
            match step {
                Step::Key(key) => out.push_str(&pointer::escape(&self.documents.lossy(*key))),
                Step::Index(at) => out.push_str(&at.to_string()),
            }
        }
        out
    }

    /// Returns a failure, or nothing where only the verdict is asked for.
    pub(super) fn failure(
        &self,
        schema: NodeId,
        quick: bool,
        message: impl FnOnce() -> String,
    ) -> Option<Box<Failure>> {
        (!quick).then(|| {
            self.effort.fails();
            let (at, message) = (self.pointer(), message());
            Box::new(Failure { form: Form::Plain, at, message, causes: Vec::new(), schema })
        })
    }

    /// Notes what is wrong with the value of `frame`.
    pub(super) fn fail(&self, frame: &mut Frame, message: impl FnOnce() -> String) {
        self.add(frame, Form::Plain, Vec::new(), message);
    }

    /// Notes what is wrong, and what caused it.
    pub(super) fn add(&self, frame: &mut Frame, form: Form, causes: Vec<Failure>, message: impl FnOnce() -> String) {
        frame.failed = true;
        if !frame.quick {
            self.effort.fails();
            let (at, message) = (self.pointer(), message());
            frame.failures.push(Failure { form, at, message, causes, schema: frame.schema });
        }
    }

    /// Returns the message about a property's name.
    pub(super) fn name_message(&self, name: Text) -> String {
        format!("invalid propertyName {}", quote(&self.documents.lossy(name)))
    }
}

impl Frame {
    /// Notes the failure of a part.
    pub(super) fn note(&mut self, verdict: Verdict<()>) {
        if let Err(failure) = verdict {
            self.failed = true;
            self.failures.extend(failure.map(|failure| *failure));
        }
    }

    /// Tells that the verdict stands and no more is asked for.
    pub(super) fn is_decided(&self) -> bool {
        self.quick && self.failed
    }
}
