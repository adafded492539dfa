//! Nodes as Go prints them in messages.

use std::fmt::{Display, Formatter, Result};

use super::code::{Code, Command, Invoke, Operand, Pipeline};
use crate::{Str, fmt::quote};

/// A node with the code that it is part of.
pub(crate) struct Shown<'c, N> {
    code: &'c Code,
    node: &'c N,
}

impl Code {
    /// Returns a node of this code in the form that Go prints.
    pub(crate) fn shown<'c, N>(&'c self, node: &'c N) -> Shown<'c, N> {
        Shown { code: self, node }
    }
}

impl Display for Shown<'_, Pipeline> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let variables = self.node.variables();
        for (at, variable) in variables.iter().enumerate() {
            write!(f, "{}{}", if at > 0 { ", " } else { "" }, self.code.symbol(*variable))?;
        }
        if !variables.is_empty() {
            f.write_str(if self.node.assigns { " = " } else { " := " })?;
        }
        for (at, command) in self.code.commands(self.node).iter().enumerate() {
            write!(f, "{}{}", if at > 0 { " | " } else { "" }, self.code.shown(command))?;
        }
        Ok(())
    }
}

impl Display for Shown<'_, Command> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (at, operand) in self.code.operands(self.node).iter().enumerate() {
            f.write_str(if at > 0 { " " } else { "" })?;
            in_parentheses(f, self.code, operand)?;
        }
        Ok(())
    }
}

impl Display for Shown<'_, Operand> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let code = self.code;
        match *self.node {
            Operand::Bool { truth, .. } => write!(f, "{truth}"),
            Operand::Dot { .. } => f.write_str("."),
            Operand::Nil { .. } => f.write_str("nil"),
            Operand::Number { position, end, .. }
            | Operand::String { position, end, .. }
            | Operand::Function { position, end, .. } => {
                f.write_str(&String::from_utf8_lossy(code.bytes(position, end)))
            }
            Operand::Field { names, .. } => fields(f, code.names(names)),
            Operand::Variable { symbol, names, .. } => {
                write!(f, "{}", code.symbol(symbol))?;
                fields(f, code.names(names))
            }
            Operand::Chain { chain, .. } => {
                let chain = code.chain(chain);
                in_parentheses(f, code, &chain.operand)?;
                fields(f, code.names(chain.names))
            }
            Operand::Pipeline { pipeline, .. } => write!(f, "{}", code.shown(code.pipeline(pipeline))),
        }
    }
}

impl Display for Shown<'_, Invoke> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let name = quote(self.code.text(self.node.name).as_bytes());
        write!(f, "{{{{template {}", String::from_utf8_lossy(&name))?;
        if let Some(pipeline) = self.node.pipeline {
            write!(f, " {}", self.code.shown(self.code.pipeline(pipeline)))?;
        }
        f.write_str("}}")
    }
}

fn in_parentheses(f: &mut Formatter<'_>, code: &Code, operand: &Operand) -> Result {
    match operand {
        Operand::Pipeline { pipeline, .. } => write!(f, "({})", code.shown(code.pipeline(*pipeline))),
        operand => write!(f, "{}", code.shown(operand)),
    }
}

fn fields(f: &mut Formatter<'_>, names: &[Str]) -> Result {
    names.iter().try_for_each(|name| write!(f, ".{name}"))
}
