use super::{
    Slot,
    run::{At, Run},
};
use crate::{
    Error, ErrorKind, Str, Value,
    parse::{
        Number,
        code::{Command, Operand, Pipeline, Symbol},
    },
    session::TOO_DEEP,
};

impl<'t> Run<'_, 't> {
    /// Returns the value of a pipeline, with the interface around it taken off, and sets its variables.
    pub(super) fn pipeline(&mut self, pipeline: &'t Pipeline, dot: &Slot) -> Result<Slot, Error> {
        self.at = At::Pipeline(pipeline);
        if self.session.stack_is_full() {
            return Err(self.error(ErrorKind::Limit, TOO_DEEP.to_owned()));
        }
        let mut last = None;
        for command in self.code.commands(pipeline) {
            self.step()?;
            let mut value = self.command(command, dot, last)?;
            value.in_interface = false;
            last = Some(value);
        }
        let value = last.unwrap_or_default();
        for variable in pipeline.variables() {
            if pipeline.assigns {
                self.assign(*variable, value.clone())?;
            } else {
                self.push_variable(*variable, value.clone());
            }
        }
        Ok(value)
    }

    pub(super) fn assign(&mut self, variable: Symbol, value: Slot) -> Result<(), Error> {
        let Some(slot) = self.variable(variable) else { return self.undefined(variable) };
        let before = std::mem::replace(slot, value);
        self.session.release(before.value.owned_bytes());
        Ok(())
    }

    fn undefined<T>(&self, variable: Symbol) -> Result<T, Error> {
        self.fail(format!("undefined variable: {}", self.code.symbol(variable)))
    }

    /// Evaluates a command; `last` is the value of the one before it in the pipeline.
    fn command(&mut self, command: &'t Command, dot: &Slot, last: Option<Slot>) -> Result<Slot, Error> {
        let Some((first, arguments)) = self.code.operands(command).split_first() else { return Ok(Slot::default()) };
        match *first {
            Operand::Field { .. } | Operand::Chain { .. } | Operand::Variable { .. } => {
                return self.path(first, dot, arguments, last);
            }
            Operand::Function { position, end, callee } => {
                self.at = At::Operand(first);
                let name = self.code.bytes(position, end);
                return self.call_named(callee, name, At::Command(command), dot, arguments, last);
            }
            Operand::Pipeline { pipeline, .. } => {
                self.not_a_function(first, arguments, last.as_ref())?;
                return self.pipeline(self.code.pipeline(pipeline), dot);
            }
            _ => {}
        }
        self.at = At::Operand(first);
        self.not_a_function(first, arguments, last.as_ref())?;
        match first {
            Operand::Dot { .. } => Ok(dot.clone()),
            Operand::Nil { .. } => self.fail("nil is not a command"),
            literal => self.literal(literal),
        }
    }

    /// Evaluates a field, a chain or a variable, with arguments for the method at its end.
    pub(super) fn path(
        &mut self,
        operand: &'t Operand,
        dot: &Slot,
        arguments: &'t [Operand],
        last: Option<Slot>,
    ) -> Result<Slot, Error> {
        self.at = At::Operand(operand);
        match *operand {
            Operand::Field { names, .. } => self.fields(operand, self.code.names(names), dot, dot, arguments, last),
            Operand::Variable { symbol, names, .. } => {
                let Some(value) = self.variable(symbol).cloned() else { return self.undefined(symbol) };
                if names.is_empty() {
                    self.not_a_function(operand, arguments, last.as_ref())?;
                    return Ok(value);
                }
                self.fields(operand, self.code.names(names), &value, dot, arguments, last)
            }
            Operand::Chain { chain, .. } => {
                let chain = self.code.chain(chain);
                if matches!(chain.operand, Operand::Nil { .. }) {
                    return self.fail(format!("indirection through explicit nil in {}", self.code.shown(operand)));
                }
                let value = self.operand(&chain.operand, dot)?;
                let names: &'t [Str] = self.code.names(chain.names);
                self.fields(operand, names, &value, dot, arguments, last)
            }
            _ => self.operand(operand, dot),
        }
    }

    /// Evaluates an operand for which no type is asked.
    pub(super) fn operand(&mut self, operand: &'t Operand, dot: &Slot) -> Result<Slot, Error> {
        self.at = At::Operand(operand);
        match *operand {
            Operand::Dot { .. } => Ok(dot.clone()),
            Operand::Field { .. } | Operand::Variable { .. } | Operand::Chain { .. } => {
                self.path(operand, dot, &[], None)
            }
            Operand::Pipeline { pipeline, .. } => self.pipeline(self.code.pipeline(pipeline), dot),
            Operand::Function { position, end, callee } => {
                let name = self.code.bytes(position, end);
                self.call_named(callee, name, At::Operand(operand), dot, &[], None)
            }
            Operand::Nil { .. } => Ok(Slot::default()),
            _ => self.literal(operand),
        }
    }

    pub(super) fn literal(&mut self, operand: &'t Operand) -> Result<Slot, Error> {
        match *operand {
            Operand::Bool { truth, .. } => Ok(Slot::new(Value::Bool(truth))),
            Operand::String { text, .. } => Ok(Slot::new(Value::Str(self.code.text(text).clone()))),
            Operand::Number { number, .. } => {
                self.at = At::Operand(operand);
                self.ideal(operand, self.code.number(number))
            }
            _ => self.fail(format!("can't evaluate command \"{}\"", self.code.shown(operand))),
        }
    }

    /// Returns a constant where no type is asked: its syntax decides.
    fn ideal(&self, operand: &Operand, number: &Number) -> Result<Slot, Error> {
        let value = match (number.complex, number.float, number.int) {
            (Some((real, imaginary)), ..) => Value::Complex(real, imaginary),
            (None, Some(float), _) if number.looks_like_float => Value::Float(float),
            (None, _, Some(int)) => Value::int(int),
            _ => return self.fail(format!("{} overflows int", self.code.shown(operand))),
        };
        Ok(Slot::new(value))
    }

    fn not_a_function(&self, first: &Operand, arguments: &[Operand], last: Option<&Slot>) -> Result<(), Error> {
        if arguments.is_empty() && last.is_none() {
            return Ok(());
        }
        self.fail(format!("can't give argument to non-function {}", self.code.shown(first)))
    }
}
