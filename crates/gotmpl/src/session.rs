use std::{any::Any, sync::Arc};

use foldhash::HashMap;

use crate::{
    Error, ErrorKind, Limits, Map, MissingKey, Str, Templates, Value,
    execute::{Run, Slot},
    fmt::quote,
    limits::Used,
    parse::{
        self,
        code::{Symbol, Template},
    },
    stack::Gauge,
};

pub(crate) const TOO_DEEP: &str = "templates are nested too deeply for the stack";

/// How many texts given to [`Session::evaluate`] are kept parsed.
const MOST_PARSED: usize = 4096;

/// A nested execution takes about as long as so many actions.
const STEPS: u64 = 4;

/// Buffers of more bytes are given back to the system.
const MOST_LENT: usize = 1 << 20;

/// One thread's execution of templates: what functions get as a handle, with the caller's own state inside.
pub struct Session {
    templates: Arc<Templates>,
    pub(crate) limits: Limits,
    state: Box<dyn Any>,
    pub(crate) budget: Option<Box<dyn FnMut() -> bool>>,
    /// What the texts being evaluated define, innermost last.
    scopes: Vec<Scope>,
    parsed: HashMap<Str, (Str, Scope)>,
    pub(crate) variables: Vec<(Symbol, Slot)>,
    buffers: Vec<Vec<Value>>,
    outputs: Vec<Vec<u8>>,
    gauge: Gauge,
    depth: usize,
    /// How many of the nested executions give their output to a function.
    pub(crate) captured: usize,
    pub(crate) used: Used,
    /// What the texts in `parsed` take.
    parsed_bytes: usize,
    has_changed: bool,
}

/// The templates of one text; the last is that of the text itself.
type Scope = Arc<[Arc<Template>]>;

impl Session {
    /// Returns a session over `templates` with the default limits.
    pub fn new(templates: Arc<Templates>) -> Self {
        let limits = Limits::default();
        Self {
            templates,
            limits,
            state: Box::new(()),
            budget: None,
            scopes: Vec::new(),
            parsed: HashMap::default(),
            variables: Vec::new(),
            buffers: Vec::new(),
            outputs: Vec::new(),
            gauge: Gauge::new(limits.stack),
            depth: 0,
            captured: 0,
            used: Used::default(),
            parsed_bytes: 0,
            has_changed: false,
        }
    }

    /// Sets the limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the caller's state, which functions reach by [`Self::state`].
    #[must_use]
    pub fn with_state(mut self, state: impl Any) -> Self {
        self.state = Box::new(state);
        self
    }

    /// Sets what is asked every 1024 steps whether to go on; it ends executions by the clock of the caller.
    #[must_use]
    pub fn with_budget(mut self, go_on: impl FnMut() -> bool + 'static) -> Self {
        self.budget = Some(Box::new(go_on));
        self
    }

    /// Returns the caller's state, or nothing when it is of another type.
    pub fn state<T: Any>(&mut self) -> Option<&mut T> {
        self.state.downcast_mut()
    }

    /// Returns the templates.
    pub fn templates(&self) -> &Arc<Templates> {
        &self.templates
    }

    /// Notes that a function is about to change `map`.
    pub fn changes(&mut self, map: &Map) {
        self.has_changed |= map.is_settled();
    }

    /// Tells whether what others rely on was changed: a map that [`Map::settle`] has marked.
    pub fn has_changed(&self) -> bool {
        self.has_changed
    }

    /// Tells whether there is a template `name`, one that the evaluated text defines included.
    pub fn has_template(&self, name: &Str) -> bool {
        self.lookup(name.as_bytes()).is_some()
    }

    /// Executes the template `name` over `data` and appends its output: Go's `ExecuteTemplate`.
    ///
    /// # Errors
    /// When there is no such template or it fails; the output up to there has been appended.
    pub fn execute(&mut self, name: &Str, data: Value, output: &mut Vec<u8>) -> Result<(), Error> {
        let Some(template) = self.lookup(name.as_bytes()) else {
            let lossy = |name: &Str| String::from_utf8_lossy(&quote(name.as_bytes())).into_owned();
            let message =
                format!("no template {} associated with template {}", lossy(name), lossy(self.templates.name()));
            return Err(Error::new(ErrorKind::NoTemplate, None, message));
        };
        self.run(&template, data, output)
    }

    /// Executes the template `name` over `data` and returns its output: what `include` does.
    ///
    /// # Errors
    /// As [`Self::execute`].
    pub fn include(&mut self, name: &Str, data: Value) -> Result<Str, Error> {
        self.captured(|session, output| session.execute(name, data, output))
    }

    /// Parses `text` as a template `name` that sees all others, executes it over `data` and returns its output: what
    /// `tpl` does. What it defines lasts until it ends. Parsed texts are kept for the next time.
    ///
    /// # Errors
    /// Of the kind [`ErrorKind::Parse`] and without a cause when the text itself is no template, else as
    /// [`Self::execute`].
    pub fn evaluate(&mut self, name: &Str, text: &Str, data: Value) -> Result<Str, Error> {
        let parsed = self.parsed(name, text)?;
        let Some(template) = parsed.last().cloned() else { return Ok(Str::default()) };
        self.scopes.push(parsed);
        let result = self.captured(|session, output| session.run(&template, data, output));
        self.scopes.pop();
        result
    }

    fn parsed(&mut self, name: &Str, text: &Str) -> Result<Scope, Error> {
        if let Some((known, parsed)) = self.parsed.get(text)
            && known == name
        {
            return Ok(Arc::clone(parsed));
        }
        let size = 8 * text.len() + 1024;
        self.read(size)
            .and_then(|()| self.charge(size))
            .map_err(|error| Error::new(ErrorKind::Limit, None, error.to_string()))?;
        let code = Arc::new(parse::parse(name, text, self.templates.functions())?);
        let mut templates: Vec<_> = parse::templates(name, &code)?.into_iter().map(Arc::new).collect();
        // The text itself comes last also where it only defines others.
        if let Some(own) = templates.iter().position(|template| template.name == *name) {
            let own = templates.remove(own);
            templates.push(own);
        }
        let parsed: Scope = templates.into();
        if self.parsed.len() >= MOST_PARSED {
            self.parsed.clear();
            let bytes = std::mem::take(&mut self.parsed_bytes);
            self.release(bytes);
        }
        self.parsed_bytes += size;
        self.parsed.insert(text.clone(), (name.clone(), Arc::clone(&parsed)));
        Ok(parsed)
    }

    fn run(&mut self, template: &Arc<Template>, data: Value, output: &mut Vec<u8>) -> Result<(), Error> {
        if self.depth == 0 {
            self.gauge = Gauge::new(self.limits.stack);
        }
        self.enter().map_err(|message| Error::new(ErrorKind::Limit, None, message))?;
        let result = Run::execute(self, template, &Slot::new(data), output);
        self.leave();
        result
    }

    /// Returns the template `name`: of the innermost text that defines it, else of the set. Blank ones replace none.
    pub(crate) fn lookup(&self, name: &[u8]) -> Option<Arc<Template>> {
        let mut blank = None;
        for scope in self.scopes.iter().rev() {
            for template in scope.iter().filter(|template| template.name.as_bytes() == name) {
                if !template.is_blank {
                    return Some(Arc::clone(template));
                }
                blank = Some(template);
            }
        }
        self.templates.get(name).or(blank).cloned()
    }

    pub(crate) fn missing_key(&self) -> MissingKey {
        self.templates.missing_key()
    }

    pub(crate) fn ranges_over_integers(&self) -> bool {
        self.templates.ranges_over_integers()
    }

    /// Counts a nested execution; each must be left again.
    pub(crate) fn enter(&mut self) -> Result<(), String> {
        if self.depth >= self.limits.depth {
            return Err(format!("exceeded maximum template depth ({})", self.limits.depth));
        }
        if self.stack_is_full() {
            return Err(TOO_DEEP.to_owned());
        }
        self.depth += 1;
        Ok(())
    }

    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }

    pub(crate) fn stack_is_full(&self) -> bool {
        self.gauge.is_full()
    }

    /// Returns the output of what `execute` executes. Inside of another execution it is no output yet, but a value.
    fn captured(&mut self, execute: impl FnOnce(&mut Self, &mut Vec<u8>) -> Result<(), Error>) -> Result<Str, Error> {
        let is_nested = usize::from(self.depth > 0);
        if is_nested > 0 {
            self.work(STEPS).map_err(|error| Error::new(ErrorKind::Limit, None, error.to_string()))?;
        }
        self.captured += is_nested;
        let mut output = self.take_output();
        let result = execute(self, &mut output);
        self.captured -= is_nested;
        if is_nested > 0 {
            self.release(output.len());
        }
        // Of one that failed nobody sees what it has put out.
        let text = result.map(|()| Str::new(&output));
        self.give_output(output);
        text
    }

    /// Returns an empty buffer for the output of a nested execution; those that have ended lend theirs.
    fn take_output(&mut self) -> Vec<u8> {
        self.outputs.pop().unwrap_or_default()
    }

    fn give_output(&mut self, mut output: Vec<u8>) {
        output.clear();
        if output.capacity() <= MOST_LENT {
            self.outputs.push(output);
        }
    }

    /// Returns an empty list for arguments; calls are too many to allocate one for each.
    pub(crate) fn take_buffer(&mut self) -> Vec<Value> {
        self.buffers.pop().unwrap_or_default()
    }

    pub(crate) fn give_buffer(&mut self, mut buffer: Vec<Value>) {
        buffer.clear();
        self.buffers.push(buffer);
    }
}
