use std::{any::Any, sync::Arc};

use crate::{Error, ErrorKind, Str, Templates, Value};

/// What an execution may use before it ends with an error of the kind [`ErrorKind::Limit`].
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Nested executions: `template` actions and those that functions start.
    pub depth: usize,
    /// Bytes of the thread's stack, counted from where the session was first used; leave a margin of half a MiB.
    pub stack: usize,
    /// Bytes of output, that of nested executions included.
    pub output: usize,
    /// Actions, commands and iterations.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 100_000, stack: 1 << 20, output: 1 << 30, steps: 1 << 40 }
    }
}

/// One thread's execution of templates: what functions get as a handle, with the caller's own state inside.
pub struct Session {
    templates: Arc<Templates>,
    limits: Limits,
    state: Box<dyn Any>,
}

impl Session {
    /// Returns a session over `templates` with the default limits.
    pub fn new(templates: Arc<Templates>) -> Self {
        Self { templates, limits: Limits::default(), state: Box::new(()) }
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
    pub fn with_budget(self, _go_on: impl FnMut() -> bool + 'static) -> Self {
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

    /// Executes the template `name` over `data` and appends its output: Go's `ExecuteTemplate`.
    ///
    /// # Errors
    /// When there is no such template or it fails; the output up to there has been appended.
    pub fn execute(&mut self, name: &Str, _data: Value, _output: &mut Vec<u8>) -> Result<(), Error> {
        Err(Error::new(ErrorKind::NoTemplate, None, format!("{name}{}", self.limits.depth)))
    }

    /// Executes the template `name` over `data` and returns its output: what `include` does.
    ///
    /// # Errors
    /// As [`Self::execute`].
    pub fn include(&mut self, name: &Str, data: Value) -> Result<Str, Error> {
        let mut output = Vec::new();
        self.execute(name, data, &mut output)?;
        Ok(output.into())
    }

    /// Parses `text` as a template `name` that sees all others, executes it over `data` and returns its output: what
    /// `tpl` does. What it defines lasts until it ends. Parsed texts are kept for the next time.
    ///
    /// # Errors
    /// Of the kind [`ErrorKind::Parse`] when the text itself is no template, else as [`Self::execute`].
    pub fn evaluate(&mut self, name: &Str, _text: &Str, data: Value) -> Result<Str, Error> {
        self.include(name, data)
    }
}
