use super::Slot;
use crate::{
    Error, ErrorKind, Kind, Place, Session, Str, Value,
    fmt::{print_into, quote},
    parse::code::{Branch, Code, Command, Invoke, Node, Operand, Pipeline, Span, Symbol, Template},
};

/// One execution of one template.
pub(crate) struct Run<'r, 't> {
    pub(super) session: &'r mut Session,
    template: &'t Template,
    pub(super) code: &'t Code,
    pub(super) at: At<'t>,
    /// Where this template's variables begin on the session's stack of them.
    first_variable: usize,
    output: &'r mut Vec<u8>,
}

/// What is being evaluated, for messages.
#[derive(Clone, Copy)]
pub(super) enum At<'t> {
    Start,
    Action(&'t Pipeline),
    Invoke(&'t Invoke),
    Pipeline(&'t Pipeline),
    Command(&'t Command),
    Operand(&'t Operand),
}

/// How a list of nodes ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

impl<'r, 't> Run<'r, 't> {
    /// Executes `template` over `dot` and appends its output.
    pub(crate) fn execute(
        session: &'r mut Session,
        template: &'t Template,
        dot: &Slot,
        output: &'r mut Vec<u8>,
    ) -> Result<(), Error> {
        let first_variable = session.variables.len();
        session.variables.push((Symbol::DATA, dot.clone()));
        let code = &*template.code;
        let mut run = Run { session: &mut *session, template, code, at: At::Start, first_variable, output };
        let result = run.block(template.root, dot);
        session.forget_variables(first_variable);
        result.map(|_| ())
    }

    pub(super) fn block(&mut self, block: Span<Node>, dot: &Slot) -> Result<Flow, Error> {
        for node in self.code.nodes(block) {
            let flow = self.node(*node, dot)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn node(&mut self, node: Node, dot: &Slot) -> Result<Flow, Error> {
        self.step()?;
        match node {
            Node::Text { start, end } => {
                self.write(self.code.bytes(start, end))?;
            }
            Node::Action(pipeline) => {
                let pipeline = self.code.pipeline(pipeline);
                let value = self.pipeline(pipeline, dot)?;
                if pipeline.variables().is_empty() {
                    self.print(pipeline, &value)?;
                    self.session.release(value.value.owned_bytes());
                }
            }
            Node::If(branch) => return self.branch(self.code.branch(branch), dot, |_, dot| dot),
            Node::With(branch) => return self.branch(self.code.branch(branch), dot, |value, _| value),
            Node::Range(branch) => return self.range(self.code.branch(branch), dot),
            Node::Invoke(invoke) => self.invoke(self.code.invoke(invoke), dot)?,
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    /// Executes an `if` or `with`, which differ in what dot becomes.
    fn branch(
        &mut self,
        branch: &'t Branch,
        dot: &Slot,
        dot_of: for<'v> fn(&'v Slot, &'v Slot) -> &'v Slot,
    ) -> Result<Flow, Error> {
        let mark = self.session.variables.len();
        let value = self.pipeline(self.code.pipeline(branch.pipeline), dot)?;
        let flow = if value.value.is_true() {
            self.block(branch.body, dot_of(&value, dot))?
        } else {
            self.block(branch.otherwise, dot)?
        };
        self.session.forget_variables(mark);
        self.session.release(value.value.owned_bytes());
        Ok(flow)
    }

    fn invoke(&mut self, invoke: &'t Invoke, dot: &Slot) -> Result<(), Error> {
        self.at = At::Invoke(invoke);
        let name = self.code.text(invoke.name);
        let Some(template) = self.session.lookup(name.as_bytes()) else {
            let name = quote(name.as_bytes());
            return self.fail(format!("template {} not defined", String::from_utf8_lossy(&name)));
        };
        let dot = match invoke.pipeline {
            Some(pipeline) => self.pipeline(self.code.pipeline(pipeline), dot)?,
            None => Slot::default(),
        };
        if let Err(message) = self.session.enter() {
            self.at = At::Invoke(invoke);
            return Err(self.error(ErrorKind::Limit, message));
        }
        let result = Run::execute(self.session, &template, &dot, self.output);
        self.session.leave();
        self.session.release(dot.value.owned_bytes());
        result.map_err(|error| error.called_from(|| self.place_of(At::Invoke(invoke))))
    }

    fn print(&mut self, pipeline: &'t Pipeline, value: &Slot) -> Result<(), Error> {
        self.at = At::Action(pipeline);
        let before = self.output.len();
        let is_whole = match &value.value {
            Value::Nil => {
                self.output.extend_from_slice(b"<no value>");
                true
            }
            Value::Func(_) => {
                let type_name = value.value.full_type_name();
                return self.fail(format!("can't print {{{{{}}}}} of type {type_name}", self.code.shown(pipeline)));
            }
            Value::Str(text) => return self.write(text.as_bytes()),
            Value::Object(object) if value.is_addressable && object.pointer_text().is_some() => {
                self.output.extend_from_slice(object.pointer_text().unwrap_or_default().as_bytes());
                true
            }
            value => {
                if let Err(error) = self.session.weigh(std::slice::from_ref(value)) {
                    return Err(self.error(ErrorKind::Limit, error.to_string()));
                }
                let is_whole = print_into(self.output, value);
                // Go follows a pointer before it prints.
                if matches!(value, Value::Object(object) if !object.is_nil() && object.text().is_none())
                    && value.kind() == Kind::Pointer
                    && self.output.get(before) == Some(&b'&')
                {
                    self.output.remove(before);
                }
                is_whole
            }
        };
        if !is_whole {
            return Err(self.error(ErrorKind::Limit, "value is nested too deeply to be printed".to_owned()));
        }
        self.produced(self.output.len() - before)
    }

    pub(super) fn push_variable(&mut self, symbol: Symbol, value: Slot) {
        self.session.variables.push((symbol, value));
    }

    /// Returns the innermost variable of this symbol, for reading or assignment.
    pub(super) fn variable(&mut self, symbol: Symbol) -> Option<&mut Slot> {
        let own = &mut self.session.variables[self.first_variable..];
        own.iter_mut().rev().find(|(known, _)| *known == symbol).map(|(_, value)| value)
    }

    /// Counts one step of execution against the limits.
    #[inline]
    pub(super) fn step(&mut self) -> Result<(), Error> {
        match self.session.step() {
            Ok(()) => Ok(()),
            Err(message) => Err(self.error(ErrorKind::Limit, message.to_owned())),
        }
    }

    /// Appends to the output what there is room for: at the limit the buffer does not grow once more.
    fn write(&mut self, text: &[u8]) -> Result<(), Error> {
        self.produced(text.len())?;
        self.output.extend_from_slice(text);
        Ok(())
    }

    fn produced(&mut self, bytes: usize) -> Result<(), Error> {
        self.session.produced(bytes).map_err(|message| self.error(ErrorKind::Limit, message))
    }

    /// Returns an execution error at what is being evaluated.
    pub(super) fn fail<T>(&self, message: impl Into<String>) -> Result<T, Error> {
        Err(self.error(ErrorKind::Execute, message.into()))
    }

    pub(super) fn error(&self, kind: ErrorKind, message: String) -> Error {
        Error::new(kind, Some(self.place_of(self.at)), message)
    }

    fn place_of(&self, at: At<'t>) -> Place {
        let code = self.code;
        let (position, node) = match at {
            At::Start => (0, String::new()),
            At::Action(pipeline) => (pipeline.position, format!("{{{{{}}}}}", code.shown(pipeline))),
            At::Invoke(invoke) => (invoke.position, code.shown(invoke).to_string()),
            At::Pipeline(pipeline) => (pipeline.position, code.shown(pipeline).to_string()),
            At::Command(command) => (command.position, code.shown(command).to_string()),
            At::Operand(operand) => (operand.position(), code.shown(operand).to_string()),
        };
        let before = code.bytes(0, position);
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        Place {
            file: self.template.file.clone(),
            text: Str::clone(&code.text),
            template: Str::clone(&self.template.name),
            line: 1 + memchr::memchr_iter(b'\n', before).count(),
            column: Some(before.len() - line_start),
            node,
        }
    }
}
