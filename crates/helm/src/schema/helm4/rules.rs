use super::{
    draft::Draft,
    failure::{self, Form, quote, quote_all},
    formats,
    validate::{Frame, Validator, Verdict},
};
use crate::schema::{
    Number,
    document::{Entry, Kind, Node, NodeId, Text},
    equal,
    keyword::Keyword as K,
};

/// How many choices are listed.
const MAX_SHOWN: usize = 10_000;

const TYPES: [&str; 7] = ["null", "boolean", "number", "integer", "string", "array", "object"];

impl Validator<'_> {
    /// Checks what ends the check when it fails: type, const, enum, format.
    pub(super) fn check_first(&mut self, frame: &Frame, kind: Kind, only_reference: bool) -> Verdict<()> {
        let documents = self.documents;
        let (keys, value, draft) = (&frame.keys, frame.value.node, frame.draft);
        let n_choices = keys.get(K::Enum).map_or(0, |at| documents.items(at).len());
        self.effort.work(n_choices / 2);
        let fail = |message: &dyn Fn() -> String| Err(self.failure(frame.schema, frame.quick, message));
        if let Some(wanted) = keys.get(K::Type).filter(|_| !only_reference) {
            let names: Vec<&[u8]> = match documents.string(wanted) {
                Some(name) => vec![name],
                None => documents.items(wanted).iter().filter_map(|name| documents.string(*name)).collect(),
            };
            let known = |name: &&str| names.contains(&name.as_bytes());
            let is_one = names.contains(&kind.name().as_bytes())
                || (kind == Kind::Number && names.contains(&b"integer".as_slice()) && self.is_integer(value));
            if !is_one && TYPES.iter().any(known) {
                let wanted: Vec<&str> = TYPES.iter().copied().filter(known).collect();
                return fail(&|| format!("got {}, want {}", kind.name(), wanted.join(" or ")));
            }
        }
        if let Some(wanted) = keys.get(K::Const).filter(|_| draft >= Draft::Six)
            && !equal(documents, value, documents.node(wanted))
        {
            return fail(&|| match documents.node(wanted) {
                Node::Array(_) | Node::Object(_) => "'const' failed".to_owned(),
                _ => format!("value must be {}", self.display(wanted)),
            });
        }
        if only_reference {
            return Ok(());
        }
        if let Some(wanted) = keys.get(K::Enum).filter(|at| documents.kind(*at) == Some(Kind::Array)) {
            let choices = documents.items(wanted);
            if !choices.iter().any(|choice| equal(documents, value, documents.node(*choice))) {
                return fail(&|| self.enum_message(choices));
            }
        }
        if let Some(format) = keys.get(K::Format).filter(|_| self.asserts_formats(frame))
            && let (Some(format), Node::Str(text)) = (documents.str(format), value)
            && let Err(error) = formats::check(&format, &documents.lossy(text))
        {
            let shown = documents.lossy(text);
            return fail(&|| format!("{} is not valid {format}: {error}", quote(&shown)));
        }
        Ok(())
    }

    fn is_integer(&self, value: Node) -> bool {
        let Node::Number(text) = value else { return false };
        let bytes = self.documents.bytes(text);
        bytes.iter().all(u8::is_ascii_digit) || Number::parse(bytes).is_some_and(|number| number.is_integer())
    }

    fn enum_message(&self, choices: &[NodeId]) -> String {
        if choices.len() > MAX_SHOWN
            || choices.iter().any(|choice| matches!(self.documents.node(*choice), Node::Array(_) | Node::Object(_)))
        {
            return "'enum' failed".to_owned();
        }
        let shown: Vec<String> = choices.iter().map(|choice| self.display(*choice)).collect();
        match shown.as_slice() {
            [one] => format!("value must be {one}"),
            many => format!("value must be one of {}", many.join(", ")),
        }
    }

    /// Returns a value that is no collection, as messages show it.
    fn display(&self, node: NodeId) -> String {
        match self.documents.node(node) {
            Node::Null => "<nil>".to_owned(),
            Node::Bool(truth) => truth.to_string(),
            Node::Number(text) => self.documents.lossy(text).into_owned(),
            Node::Str(text) => quote(&self.documents.lossy(text)),
            _ => "value".to_owned(),
        }
    }

    /// Returns the integer at a keyword.
    pub(super) fn count(&self, frame: &Frame, keyword: K) -> Option<i64> {
        self.documents.number(frame.keys.get(keyword)?)?.to_wrapped_i64()
    }

    /// Checks a number of things against the keywords that bound it.
    fn check_count(&self, frame: &mut Frame, got: usize, least: (K, &str), most: (K, &str)) {
        let got = i64::try_from(got).unwrap_or(i64::MAX);
        let words =
            |name: &str, want: i64| format!("{name}: got {}, want {}", failure::integer(got), failure::integer(want));
        if let Some(want) = self.count(frame, least.0).filter(|want| got < *want) {
            self.fail(frame, || words(least.1, want));
        }
        if let Some(want) = self.count(frame, most.0).filter(|want| got > *want) {
            self.fail(frame, || words(most.1, want));
        }
    }

    /// Returns those of the names in the array at `wanted` that the object lacks.
    fn missing(&self, object: &[Entry], wanted: NodeId) -> Vec<String> {
        let documents = self.documents;
        let has = |name: &[u8]| object.iter().any(|entry| documents.bytes(entry.key) == name);
        let names = documents.items(wanted).iter().filter_map(|name| documents.string(*name));
        names.filter(|name| !has(name)).map(|name| String::from_utf8_lossy(name).into_owned()).collect()
    }

    pub(super) fn object(&mut self, frame: &mut Frame) {
        let documents = self.documents;
        let entries = documents.entries_of(frame.value.node);
        let bounds = ((K::MinProperties, "minProperties"), (K::MaxProperties, "maxProperties"));
        self.check_count(frame, entries.len(), bounds.0, bounds.1);
        if let Some(wanted) = frame.keys.get(K::Required) {
            self.effort.work(entries.len() / 64);
            let missing = self.missing(entries, wanted);
            match missing.as_slice() {
                [] => {}
                [one] => self.fail(frame, || format!("missing property {}", quote(one))),
                many => self.fail(frame, || format!("missing properties {}", quote_all(many))),
            }
        }
        if frame.is_decided() {
            return;
        }
        if let Some(dependencies) = frame.keys.get(K::Dependencies) {
            for dependency in documents.sorted_entries(dependencies) {
                if documents.kind(dependency.value) == Some(Kind::Array) {
                    self.dependent_names(frame, entries, &dependency);
                } else if entries.iter().any(|entry| documents.bytes(entry.key) == documents.bytes(dependency.key)) {
                    let verdict = self.apply_here(frame, dependency.value, "", false);
                    frame.note(verdict);
                }
            }
        }
        self.properties(frame, entries);
        if let Some(names) = frame.keys.get(K::PropertyNames).filter(|_| frame.draft >= Draft::Six) {
            for entry in entries {
                if let Err(failure) = self.apply_to_name(names, entry.key, frame.quick) {
                    let causes = failure.map_or_else(Vec::new, |failure| failure.into_parts());
                    let message = || self.name_message(entry.key);
                    self.add(frame, Form::Plain, causes, message);
                }
            }
        }
        if frame.draft < Draft::Year2019 {
            return;
        }
        if let Some(dependencies) = frame.keys.get(K::DependentSchemas) {
            for dependency in documents.sorted_entries(dependencies) {
                if entries.iter().any(|entry| documents.bytes(entry.key) == documents.bytes(dependency.key)) {
                    let verdict = self.apply_here(frame, dependency.value, "", false);
                    frame.note(verdict);
                }
            }
        }
        if let Some(dependencies) = frame.keys.get(K::DependentRequired) {
            for dependency in documents.sorted_entries(dependencies) {
                self.dependent_names(frame, entries, &dependency);
            }
        }
    }

    fn dependent_names(&mut self, frame: &mut Frame, entries: &[Entry], dependency: &Entry) {
        let documents = self.documents;
        let name = documents.bytes(dependency.key);
        if !entries.iter().any(|entry| documents.bytes(entry.key) == name) {
            return;
        }
        let missing = self.missing(entries, dependency.value);
        if !missing.is_empty() {
            let name = quote(&documents.lossy(dependency.key));
            self.fail(frame, || format!("properties {} required, if {name} exists", quote_all(&missing)));
        }
    }

    fn properties(&mut self, frame: &mut Frame, entries: &[Entry]) {
        let documents = self.documents;
        let properties = frame.keys.get(K::Properties);
        let patterns = frame.keys.get(K::PatternProperties).map(|at| documents.sorted_entries(at)).unwrap_or_default();
        let additional = frame.keys.get(K::AdditionalProperties);
        if properties.is_none() && patterns.is_empty() && additional.is_none() {
            return;
        }
        let mut refused = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            if frame.is_decided() {
                return;
            }
            let mut evaluated = false;
            if let Some(properties) = properties {
                self.effort.work(documents.entries(properties).len() / 64);
                if let Some(schema) = documents.get_same(properties, entry) {
                    evaluated = true;
                    let verdict = self.apply_at_key(frame, schema, entry);
                    frame.note(verdict);
                }
            }
            for pattern in &patterns {
                if self.effort.has_given_up() {
                    return;
                }
                if self.effort.matches(&documents.lossy(pattern.key), documents.bytes(entry.key)) == Some(true) {
                    evaluated = true;
                    let verdict = self.apply_at_key(frame, pattern.value, entry);
                    frame.note(verdict);
                }
            }
            if let Some(additional) = additional.filter(|_| !evaluated) {
                evaluated = true;
                match documents.boolean(additional) {
                    Some(true) => {}
                    Some(false) => refused.push(documents.lossy(entry.key)),
                    None => {
                        let verdict = self.apply_at_key(frame, additional, entry);
                        frame.note(verdict);
                    }
                }
            }
            if evaluated {
                frame.open.close(at);
            }
        }
        if !refused.is_empty() {
            self.fail(frame, || format!("additional properties {} not allowed", quote_all(&refused)));
        }
    }

    pub(super) fn string(&mut self, frame: &mut Frame, text: Text) {
        let bytes = self.documents.bytes(text);
        if frame.keys.get(K::MinLength).is_some() || frame.keys.get(K::MaxLength).is_some() {
            let broken = |chunk: std::str::Utf8Chunk<'_>| chunk.valid().chars().count() + chunk.invalid().len();
            let length = bytes.utf8_chunks().map(broken).sum();
            self.check_count(frame, length, (K::MinLength, "minLength"), (K::MaxLength, "maxLength"));
        }
        if let Some(pattern) = frame.keys.get(K::Pattern).and_then(|at| self.documents.str(at))
            && self.effort.matches(&pattern, bytes) == Some(false)
        {
            let shown = self.documents.lossy(text);
            self.fail(frame, || format!("{} does not match pattern {}", quote(&shown), quote(&pattern)));
        }
    }

    pub(super) fn number(&mut self, frame: &mut Frame) {
        let keys = [K::Minimum, K::Maximum, K::ExclusiveMinimum, K::ExclusiveMaximum, K::MultipleOf];
        if keys.iter().all(|key| frame.keys.get(*key).is_none()) {
            return;
        }
        let Node::Number(text) = frame.value.node else { return };
        let limit = |key: K| self.documents.number(frame.keys.get(key)?);
        let is_true = |key: K| frame.keys.get(key).and_then(|at| self.documents.boolean(at)) == Some(true);
        let (mut minimum, mut maximum) = (limit(K::Minimum), limit(K::Maximum));
        let below = if is_true(K::ExclusiveMinimum) { minimum.take() } else { limit(K::ExclusiveMinimum) };
        let above = if is_true(K::ExclusiveMaximum) { maximum.take() } else { limit(K::ExclusiveMaximum) };
        let step = limit(K::MultipleOf);
        if [&minimum, &maximum, &below, &above, &step].iter().all(|limit| limit.is_none()) {
            return;
        }
        let Some(got) = Number::parse(self.documents.bytes(text)) else {
            let why = "unable to validate schema: runtime error: invalid memory address or nil pointer dereference";
            self.effort.give_up(why);
            return;
        };
        let mut check = |name: &str, want: Option<Number>, is_wrong: &dyn Fn(&Number) -> bool| {
            if let Some(want) = want.filter(is_wrong) {
                let (got, want) = (failure::float(got.to_f64()), failure::float(want.to_f64()));
                self.fail(frame, || format!("{name}: got {got}, want {want}"));
            }
        };
        check("minimum", minimum, &|want| got < *want);
        check("maximum", maximum, &|want| got > *want);
        check("exclusiveMinimum", below, &|want| got <= *want);
        check("exclusiveMaximum", above, &|want| got >= *want);
        check("multipleOf", step, &|want| !got.is_multiple_of(want));
    }

    pub(super) fn unevaluated(&mut self, frame: &mut Frame) {
        let documents = self.documents;
        let schema = match frame.value.node {
            Node::Object(_) => frame.keys.get(K::UnevaluatedProperties),
            Node::Array(_) => frame.keys.get(K::UnevaluatedItems),
            _ => None,
        };
        let Some(schema) = schema else { return };
        for (at, entry) in documents.entries_of(frame.value.node).iter().enumerate() {
            if frame.open.contains(at) {
                let verdict = self.apply_at_key(frame, schema, entry);
                frame.note(verdict);
            }
        }
        for (at, item) in documents.items_of(frame.value.node).iter().enumerate() {
            if frame.open.contains(at) {
                let verdict = self.apply_at_index(frame, schema, *item, at);
                frame.note(verdict);
            }
        }
        frame.open.clear();
    }

    /// Checks the bounds of an array's length.
    pub(super) fn check_length(&self, frame: &mut Frame, length: usize) {
        self.check_count(frame, length, (K::MinItems, "minItems"), (K::MaxItems, "maxItems"));
    }
}
