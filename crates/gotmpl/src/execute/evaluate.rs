use super::{
    Slot,
    run::{At, Run},
};
use crate::{
    Error, ErrorKind, Value,
    parse::{
        Number,
        node::{Command, Operand, Pipeline, Variable},
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
        for command in &pipeline.commands {
            self.step()?;
            let mut value = self.command(command, dot, last)?;
            value.in_interface = false;
            last = Some(value);
        }
        let value = last.unwrap_or_default();
        for variable in &pipeline.variables {
            if pipeline.assigns {
                self.assign(variable, value.clone())?;
            } else {
                self.push_variable(variable.symbol, value.clone());
            }
        }
        Ok(value)
    }

    pub(super) fn assign(&mut self, variable: &'t Variable, value: Slot) -> Result<(), Error> {
        let Some(slot) = self.variable(variable.symbol) else {
            return self.fail(format!("undefined variable: {}", variable.name));
        };
        *slot = value;
        Ok(())
    }

    /// Evaluates a command; `last` is the value of the one before it in the pipeline.
    fn command(&mut self, command: &'t Command, dot: &Slot, last: Option<Slot>) -> Result<Slot, Error> {
        let Some((first, arguments)) = command.operands.split_first() else { return Ok(Slot::default()) };
        match first {
            Operand::Field { .. } | Operand::Chain(_) | Operand::Variable(_) => {
                return self.path(first, dot, arguments, last);
            }
            Operand::Function { name, callee, .. } => {
                self.at = At::Operand(first);
                return self.call_named(callee, name, At::Command(command), dot, arguments, last);
            }
            Operand::Pipeline(pipeline) => {
                self.not_a_function(first, arguments, last.as_ref())?;
                return self.pipeline(pipeline, dot);
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
        match operand {
            Operand::Field { names, .. } => self.fields(operand, names, dot.clone(), dot, arguments, last),
            Operand::Variable(variable) => {
                let Some(value) = self.variable(variable.symbol).cloned() else {
                    return self.fail(format!("undefined variable: {}", variable.name));
                };
                if variable.fields.is_empty() {
                    self.not_a_function(operand, arguments, last.as_ref())?;
                    return Ok(value);
                }
                self.fields(operand, &variable.fields, value, dot, arguments, last)
            }
            Operand::Chain(chain) => {
                if matches!(chain.operand, Operand::Nil { .. }) {
                    return self.fail(format!("indirection through explicit nil in {operand}"));
                }
                let value = self.operand(&chain.operand, dot)?;
                self.fields(operand, &chain.fields, value, dot, arguments, last)
            }
            operand => self.operand(operand, dot),
        }
    }

    /// Evaluates an operand for which no type is asked.
    pub(super) fn operand(&mut self, operand: &'t Operand, dot: &Slot) -> Result<Slot, Error> {
        self.at = At::Operand(operand);
        match operand {
            Operand::Dot { .. } => Ok(dot.clone()),
            Operand::Field { .. } | Operand::Variable(_) | Operand::Chain(_) => self.path(operand, dot, &[], None),
            Operand::Pipeline(pipeline) => self.pipeline(pipeline, dot),
            Operand::Function { name, callee, .. } => {
                self.call_named(callee, name, At::Operand(operand), dot, &[], None)
            }
            Operand::Nil { .. } => Ok(Slot::default()),
            literal => self.literal(literal),
        }
    }

    pub(super) fn literal(&mut self, operand: &'t Operand) -> Result<Slot, Error> {
        match operand {
            Operand::Bool { truth, .. } => Ok(Slot::new(Value::Bool(*truth))),
            Operand::String { text, .. } => Ok(Slot::new(Value::Str(text.clone()))),
            Operand::Number(number) => {
                self.at = At::Operand(operand);
                self.ideal(number)
            }
            operand => self.fail(format!("can't evaluate command \"{operand}\"")),
        }
    }

    /// Returns a constant where no type is asked: its syntax decides.
    fn ideal(&self, number: &Number) -> Result<Slot, Error> {
        let value = match (number.complex, number.float, number.int) {
            (Some((real, imaginary)), ..) => Value::Complex(real, imaginary),
            (None, Some(float), _) if number.looks_like_float() => Value::Float(float),
            (None, _, Some(int)) => Value::int(int),
            _ => return self.fail(format!("{} overflows int", number.text)),
        };
        Ok(Slot::new(value))
    }

    fn not_a_function(&self, first: &Operand, arguments: &[Operand], last: Option<&Slot>) -> Result<(), Error> {
        if arguments.is_empty() && last.is_none() {
            return Ok(());
        }
        self.fail(format!("can't give argument to non-function {first}"))
    }
}
