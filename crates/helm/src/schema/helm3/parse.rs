use super::{
    Draft,
    canonical::canonical,
    pool::{self, Pool},
};
use crate::{
    golang::regexp,
    schema::{
        Fault, Number,
        document::{Documents, Entry, Kind, Node, NodeId},
        keyword::Keyword as K,
        keywords::Keywords,
    },
};

const KNOWN: [&str; 7] = ["array", "boolean", "integer", "number", "null", "object", "string"];

/// How deep schemas may lead to each other.
const MAX_DEPTH: usize = 10_000;

/// Looks for what is wrong with a schema, in the order in which the library does.
pub(super) struct Parser<'p, 'd> {
    pool: &'p mut Pool<'d>,
    depth: usize,
}

fn expected(what: &str, given: &str) -> Fault {
    Fault::new(format!("Invalid type. Expected: {what}, given: {given}"))
}

impl<'p, 'd> Parser<'p, 'd> {
    pub(super) fn new(pool: &'p mut Pool<'d>) -> Self {
        Self { pool, depth: 0 }
    }

    fn documents(&self) -> &Documents {
        self.pool.documents
    }

    fn kind(&self, node: NodeId) -> Option<Kind> {
        self.documents().kind(node)
    }

    fn is_schema(&self, node: NodeId) -> bool {
        matches!(self.kind(node), Some(Kind::Object | Kind::Boolean))
    }

    /// Parses the schema at `node` and all that it leads to.
    pub(super) fn schema(&mut self, node: NodeId, draft: Draft) -> Result<(), Fault> {
        if draft >= Draft::Six && self.kind(node) == Some(Kind::Boolean) {
            return Ok(());
        }
        if self.kind(node) != Some(Kind::Object) {
            return Err(Fault::new("Expected: valid schema, given: Invalid JSON").at(node));
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::new("schemas lead to each other too deeply").at(node));
        }
        let result = self.keywords(node, draft);
        self.depth -= 1;
        result.map_err(|fault| fault.at(node))
    }

    fn keywords(&mut self, node: NodeId, draft: Draft) -> Result<(), Fault> {
        let keys = Keywords::of(self.documents(), node);
        self.names(&keys, draft)?;
        if let Some(definitions) = keys.get(K::Definitions) {
            self.definitions(definitions, draft)?;
        }
        for (key, name) in [(K::Title, "title"), (K::Description, "description"), (K::Ref, "$ref")] {
            if keys.get(key).is_some_and(|at| self.kind(at) != Some(Kind::String)) {
                return Err(expected("string", name));
            }
        }
        if let Some(reference) = keys.get(K::Ref)
            && self.refer(reference, draft)?
        {
            return Ok(());
        }
        self.types(&keys)?;
        if let Some(properties) = keys.get(K::Properties) {
            if self.kind(properties) != Some(Kind::Object) {
                return Err(Fault::new("properties must be of type object"));
            }
            for entry in self.documents().sorted_entries(properties) {
                self.schema(entry.value, draft)?;
            }
        }
        self.additional(keys.get(K::AdditionalProperties), "additionalProperties", draft)?;
        self.patterns(&keys, draft)?;
        if let Some(names) = keys.get(K::PropertyNames).filter(|_| draft >= Draft::Six) {
            if !self.is_schema(names) {
                return Err(expected("valid schema", "patternProperties"));
            }
            self.schema(names, draft)?;
        }
        self.dependencies(&keys, draft)?;
        self.items(&keys, draft)?;
        self.additional(keys.get(K::AdditionalItems), "additionalItems", draft)?;
        self.numbers(&keys, draft)?;
        self.texts(&keys)?;
        self.counts(&keys, (K::MinProperties, "minProperties"), (K::MaxProperties, "maxProperties"))?;
        self.required(&keys)?;
        self.count(&keys, K::MinItems, "minItems")?;
        self.count(&keys, K::MaxItems, "maxItems")?;
        if keys.get(K::UniqueItems).is_some_and(|at| self.kind(at) != Some(Kind::Boolean)) {
            return Err(Fault::new("uniqueItems must be of a boolean"));
        }
        if let Some(contains) = keys.get(K::Contains).filter(|_| draft >= Draft::Six) {
            self.schema(contains, draft)?;
        }
        self.choices(&keys, draft)?;
        self.combined(&keys, draft)
    }

    fn names(&self, keys: &Keywords, draft: Draft) -> Result<(), Fault> {
        let (key, name) = match draft {
            Draft::Four => (K::OldId, "id"),
            Draft::Hybrid if keys.get(K::OldId).is_some() => (K::OldId, "id"),
            _ => (K::Id, "$id"),
        };
        let Some(id) = keys.get(key) else { return Ok(()) };
        match self.documents().str(id) {
            Some(id) => pool::parse(&id).map(|_| ()),
            None => Err(expected("string", name)),
        }
    }

    fn definitions(&mut self, definitions: NodeId, draft: Draft) -> Result<(), Fault> {
        let wrong = || expected("array of schemas", "definitions");
        match self.kind(definitions) {
            Some(Kind::Object) => {}
            Some(Kind::Boolean) => {
                return Err(Fault::new(
                    "unable to validate schema: interface conversion: interface {} is bool, not map[string]interface {}",
                ));
            }
            _ => return Err(wrong()),
        }
        for entry in self.documents().sorted_entries(definitions) {
            if !self.is_schema(entry.value) {
                return Err(wrong());
            }
            self.schema(entry.value, draft)?;
        }
        Ok(())
    }

    /// Parses what a reference leads to; tells whether it did so now.
    fn refer(&mut self, node: NodeId, draft: Draft) -> Result<bool, Fault> {
        let Some(reference) = self.pool.reference(node) else { return Ok(false) };
        let reference = pool::parse(&reference).map_err(|fault| fault.at(node))?.to_string();
        if let Some(known) = self.pool.parsed.get(&reference).copied() {
            self.pool.targets.insert(node, known);
            return Ok(false);
        }
        let (target, named) = self.pool.get(&reference).map_err(|fault| fault.at(node))?;
        self.pool.parsed.insert(reference, (target, named));
        self.pool.targets.insert(node, (target, named));
        if !self.is_schema(target) {
            return Err(Fault::new("valid schema must be of type object").at(node));
        }
        self.schema(target, named.unwrap_or(draft))?;
        Ok(true)
    }

    fn types(&self, keys: &Keywords) -> Result<(), Fault> {
        let Some(types) = keys.get(K::Type) else { return Ok(()) };
        let documents = self.documents();
        let names = match documents.node(types) {
            Node::Str(_) => vec![types],
            Node::Array(_) => documents.items(types).to_vec(),
            _ => return Err(expected("string/array of strings", "type").at(types)),
        };
        let mut seen = Vec::new();
        for name in names {
            let Some(text) = documents.str(name) else {
                // Go's numbers are texts to its reflection, and then no strings.
                let crash = "unable to validate schema: interface conversion: interface {} is json.Number, not string";
                let wrong = || expected("string/array of strings", "type");
                let is_number = self.kind(name) == Some(Kind::Number);
                return Err(if is_number { Fault::new(crash) } else { wrong() }.at(types));
            };
            let name = text;
            if !KNOWN.contains(&name.as_ref()) {
                return Err(Fault::new(format!(
                    "has a primitive type that is NOT VALID -- given: /{name}/ Expected valid values are:[{}]",
                    KNOWN.join(" ")
                ))
                .at(types));
            }
            if seen.contains(&name) {
                return Err(Fault::new(format!("{name} type is duplicated")).at(types));
            }
            seen.push(name);
        }
        Ok(())
    }

    fn additional(&mut self, node: Option<NodeId>, name: &str, draft: Draft) -> Result<(), Fault> {
        match node.map(|node| (node, self.kind(node))) {
            None | Some((_, Some(Kind::Boolean))) => Ok(()),
            Some((node, Some(Kind::Object))) => self.schema(node, draft),
            Some((node, _)) => Err(expected("boolean/valid schema", name).at(node)),
        }
    }

    fn patterns(&mut self, keys: &Keywords, draft: Draft) -> Result<(), Fault> {
        let Some(patterns) = keys.get(K::PatternProperties) else { return Ok(()) };
        if self.kind(patterns) != Some(Kind::Object) {
            return Err(expected("valid schema", "patternProperties").at(patterns));
        }
        for entry in self.documents().sorted_entries(patterns) {
            let pattern = self.documents().lossy(entry.key).into_owned();
            if !regexp::check_syntax(&pattern) {
                return Err(Fault::new(format!("Invalid regex pattern '{pattern}'")).at(patterns));
            }
            self.schema(entry.value, draft)?;
        }
        Ok(())
    }

    fn dependencies(&mut self, keys: &Keywords, draft: Draft) -> Result<(), Fault> {
        let Some(dependencies) = keys.get(K::Dependencies) else { return Ok(()) };
        if self.kind(dependencies) != Some(Kind::Object) {
            return Err(Fault::new("dependencies must be of type object").at(dependencies));
        }
        let wrong = |entry: &Entry| Fault::new("dependency must be of type schema or array of strings").at(entry.value);
        for entry in self.documents().sorted_entries(dependencies) {
            match self.kind(entry.value) {
                Some(Kind::Array) => {
                    let documents = self.documents();
                    if documents.items(entry.value).iter().any(|name| documents.string(*name).is_none()) {
                        return Err(wrong(&entry));
                    }
                }
                Some(Kind::Object | Kind::Boolean) => self.schema(entry.value, draft)?,
                _ => return Err(wrong(&entry)),
            }
        }
        Ok(())
    }

    fn items(&mut self, keys: &Keywords, draft: Draft) -> Result<(), Fault> {
        let Some(items) = keys.get(K::Items) else { return Ok(()) };
        let wrong = || expected("valid schema/array of schemas", "items");
        match self.kind(items) {
            Some(Kind::Object | Kind::Boolean) => self.schema(items, draft),
            Some(Kind::Array) => {
                for item in self.documents().items(items).to_vec() {
                    if !self.is_schema(item) {
                        return Err(wrong().at(item));
                    }
                    self.schema(item, draft)?;
                }
                Ok(())
            }
            _ => Err(wrong().at(items)),
        }
    }

    fn numbers(&self, keys: &Keywords, draft: Draft) -> Result<(), Fault> {
        let documents = self.documents();
        if let Some(step) = keys.get(K::MultipleOf) {
            let number = documents.number(step).ok_or_else(|| expected("number", "multipleOf").at(step))?;
            if !number.is_positive() {
                return Err(Fault::new("multipleOf must be strictly greater than 0").at(step));
            }
        }
        for (limit, name, exclusive, exclusive_name) in [
            (K::Minimum, "minimum", K::ExclusiveMinimum, "exclusiveMinimum"),
            (K::Maximum, "maximum", K::ExclusiveMaximum, "exclusiveMaximum"),
        ] {
            if let Some(at) = keys.get(limit).filter(|at| documents.number(*at).is_none()) {
                return Err(Fault::new(format!("{name} must be of a number")).at(at));
            }
            let Some(at) = keys.get(exclusive) else { continue };
            let (is_bool, is_number) = (self.kind(at) == Some(Kind::Boolean), self.kind(at) == Some(Kind::Number));
            let wanted = match draft {
                Draft::Four => "boolean",
                Draft::Hybrid => "boolean/number",
                _ => "number",
            };
            if !(is_bool && draft != Draft::Six && draft != Draft::Seven || is_number && draft != Draft::Four) {
                return Err(expected(wanted, exclusive_name).at(at));
            }
            if is_bool && keys.get(limit).is_none() {
                return Err(Fault::new(format!("{exclusive_name} cannot be used without {name}")).at(at));
            }
        }
        Ok(())
    }

    fn texts(&self, keys: &Keywords) -> Result<(), Fault> {
        let documents = self.documents();
        let least = self.count(keys, K::MinLength, "minLength")?;
        let most = self.count(keys, K::MaxLength, "maxLength")?;
        if least.zip(most).is_some_and(|(least, most)| least > most) {
            return Err(Fault::new("minLength cannot be greater than maxLength"));
        }
        if let Some(at) = keys.get(K::Pattern) {
            let pattern = documents.str(at).ok_or_else(|| Fault::new("pattern must be of a string").at(at))?;
            if !regexp::check_syntax(&pattern) {
                return Err(Fault::new("pattern must be a valid regex").at(at));
            }
        }
        match keys.get(K::Format).filter(|at| self.kind(*at) != Some(Kind::String)) {
            Some(at) => Err(Fault::new("format must be of type string").at(at)),
            None => Ok(()),
        }
    }

    fn counts(&self, keys: &Keywords, least: (K, &str), most: (K, &str)) -> Result<(), Fault> {
        let (low, high) = (self.count(keys, least.0, least.1)?, self.count(keys, most.0, most.1)?);
        if low.zip(high).is_some_and(|(low, high)| low > high) {
            return Err(Fault::new(format!("{} cannot be greater than {}", least.1, most.1)));
        }
        Ok(())
    }

    /// Returns the integer at a keyword.
    fn count(&self, keys: &Keywords, key: K, name: &str) -> Result<Option<i64>, Fault> {
        let Some(at) = keys.get(key) else { return Ok(None) };
        match integer(self.documents(), at) {
            None => Err(Fault::new(format!("{name} must be of an integer")).at(at)),
            Some(number) if number < 0 => Err(Fault::new(format!("{name} must be greater than or equal to 0")).at(at)),
            number => Ok(number),
        }
    }

    fn required(&self, keys: &Keywords) -> Result<(), Fault> {
        let Some(at) = keys.get(K::Required) else { return Ok(()) };
        let documents = self.documents();
        if self.kind(at) != Some(Kind::Array) {
            return Err(Fault::new("required must be of an array").at(at));
        }
        let mut seen = Vec::new();
        for name in documents.items(at) {
            let Some(name) = documents.string(*name) else {
                return Err(Fault::new("required items must be string").at(at));
            };
            if seen.contains(&name) {
                return Err(Fault::new("required items must be unique").at(at));
            }
            seen.push(name);
        }
        Ok(())
    }

    fn choices(&self, keys: &Keywords, draft: Draft) -> Result<(), Fault> {
        let documents = self.documents();
        let text = |at: NodeId| canonical(documents, documents.node(at)).map_err(|why| Fault::new(why).at(at));
        if let Some(at) = keys.get(K::Const).filter(|_| draft >= Draft::Six) {
            text(at)?;
        }
        let Some(at) = keys.get(K::Enum) else { return Ok(()) };
        if self.kind(at) != Some(Kind::Array) {
            return Err(Fault::new("enum must be of an array").at(at));
        }
        let mut seen = std::collections::HashSet::new();
        for item in documents.items(at) {
            if !seen.insert(text(*item)?) {
                return Err(Fault::new("enum items must be unique").at(at));
            }
        }
        Ok(())
    }

    fn combined(&mut self, keys: &Keywords, draft: Draft) -> Result<(), Fault> {
        for (key, name) in [(K::OneOf, "oneOf"), (K::AnyOf, "anyOf"), (K::AllOf, "anyOf")] {
            let Some(at) = keys.get(key) else { continue };
            if self.kind(at) != Some(Kind::Array) {
                return Err(Fault::new(format!("{name} must be of an array")).at(at));
            }
            for schema in self.documents().items(at).to_vec() {
                self.schema(schema, draft)?;
            }
        }
        for (key, name) in [(K::Not, "not"), (K::If, "if"), (K::Then, "then"), (K::Else, "else")] {
            let Some(at) = keys.get(key).filter(|_| key == K::Not || draft >= Draft::Seven) else { continue };
            if !self.is_schema(at) {
                return Err(Fault::new(format!("{name} must be of an object")).at(at));
            }
            self.schema(at, draft)?;
        }
        Ok(())
    }
}

/// Returns the integer at a node: digits alone count, `1.0` does not.
pub(super) fn integer(documents: &Documents, node: NodeId) -> Option<i64> {
    let Node::Number(text) = documents.node(node) else { return None };
    let text = documents.lossy(text);
    Number::parse(text.as_bytes()).filter(Number::is_integer)?;
    text.parse().ok()
}
