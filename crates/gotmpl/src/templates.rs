use std::sync::Arc;

use foldhash::HashMap;

use crate::{
    Error, Functions, Str,
    parse::{
        self,
        code::{Code, Template},
    },
};

/// What a map gives for a key it does not have: Go's option `missingkey`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingKey {
    /// No value, printed `<no value>`.
    #[default]
    Invalid,
    /// The zero value of the map's element type.
    Zero,
    /// An error.
    Error,
}

/// A text, parsed: what many sets of templates and many threads can share, under whatever names they give it.
#[derive(Debug, Clone)]
pub struct Parsed(Arc<Code>);

impl Parsed {
    /// Parses `text` for these functions; `name` stands in the messages of errors alone.
    ///
    /// # Errors
    /// When the text is not a template.
    pub fn new(name: &Str, text: &Str, functions: &Arc<Functions>) -> Result<Self, Error> {
        parse::parse(name, text, functions).map(|code| Self(Arc::new(code)))
    }
}

/// Templates by name, compiled: what many threads execute at once.
#[derive(Debug, Clone)]
pub struct Templates {
    name: Str,
    functions: Arc<Functions>,
    missing_key: MissingKey,
    ranges_over_integers: bool,
    by_name: HashMap<Str, Arc<Template>>,
}

impl Templates {
    /// Returns an empty set; `name` is that of Go's `template.New(name)`, which some messages hold.
    pub fn new(name: impl Into<Str>, functions: impl Into<Arc<Functions>>, missing_key: MissingKey) -> Self {
        let by_name = HashMap::default();
        Self { name: name.into(), functions: functions.into(), missing_key, ranges_over_integers: true, by_name }
    }

    /// Parses `text` as the template `name` and adds it with all it defines; a later definition replaces an earlier one,
    /// unless it is blank.
    ///
    /// # Errors
    /// When the text is not a template.
    pub fn parse(&mut self, name: impl Into<Str>, text: impl Into<Str>) -> Result<(), Error> {
        let name = name.into();
        let parsed = Parsed::new(&name, &text.into(), &self.functions)?;
        self.add(&name, &parsed)
    }

    /// Adds a parsed text as the template `name` with all it defines, as [`Self::parse`] does.
    ///
    /// # Errors
    /// When the text itself defines a template of this name.
    pub fn add(&mut self, name: &Str, parsed: &Parsed) -> Result<(), Error> {
        for template in parse::templates(name, &parsed.0)? {
            if !template.is_blank || !self.by_name.contains_key(&template.name) {
                self.by_name.insert(template.name.clone(), Arc::new(template));
            }
        }
        Ok(())
    }

    /// Tells whether there is a template `name`.
    pub fn contains(&self, name: impl AsRef<[u8]>) -> bool {
        self.by_name.contains_key(name.as_ref())
    }

    /// Returns the names of all templates, sorted.
    pub fn names(&self) -> Vec<&Str> {
        let mut names: Vec<_> = self.by_name.keys().collect();
        names.sort();
        names
    }

    /// Returns the name of the set.
    pub fn name(&self) -> &Str {
        &self.name
    }

    /// Returns the functions.
    pub fn functions(&self) -> &Arc<Functions> {
        &self.functions
    }

    /// Returns the set with `range` as it was before Go 1.24: integers are no sequences.
    #[must_use]
    pub fn without_integer_ranges(mut self) -> Self {
        self.ranges_over_integers = false;
        self
    }

    pub(crate) fn ranges_over_integers(&self) -> bool {
        self.ranges_over_integers
    }

    /// Returns what a missing key gives.
    pub fn missing_key(&self) -> MissingKey {
        self.missing_key
    }

    pub(crate) fn get(&self, name: &[u8]) -> Option<&Arc<Template>> {
        self.by_name.get(name)
    }
}
