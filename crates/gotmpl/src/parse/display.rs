//! Nodes as Go prints them in messages.

use std::fmt::{Display, Formatter, Result};

use super::node::{Command, Invoke, Operand, Pipeline, Variable};
use crate::{Str, fmt::quote};

impl Display for Pipeline {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (at, variable) in self.variables.iter().enumerate() {
            write!(f, "{}{variable}", if at > 0 { ", " } else { "" })?;
        }
        if !self.variables.is_empty() {
            f.write_str(if self.assigns { " = " } else { " := " })?;
        }
        for (at, command) in self.commands.iter().enumerate() {
            write!(f, "{}{command}", if at > 0 { " | " } else { "" })?;
        }
        Ok(())
    }
}

impl Display for Command {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (at, operand) in self.operands.iter().enumerate() {
            f.write_str(if at > 0 { " " } else { "" })?;
            match operand {
                Operand::Pipeline(pipeline) => write!(f, "({pipeline})")?,
                operand => write!(f, "{operand}")?,
            }
        }
        Ok(())
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Bool { truth, .. } => write!(f, "{truth}"),
            Self::Dot { .. } => f.write_str("."),
            Self::Nil { .. } => f.write_str("nil"),
            Self::Number(number) => f.write_str(&number.text),
            Self::String { quoted, .. } => write!(f, "{quoted}"),
            Self::Field { names, .. } => fields(f, names),
            Self::Variable(variable) => write!(f, "{variable}"),
            Self::Function { name, .. } => write!(f, "{name}"),
            Self::Chain(chain) => {
                match &chain.operand {
                    Self::Pipeline(pipeline) => write!(f, "({pipeline})")?,
                    operand => write!(f, "{operand}")?,
                }
                fields(f, &chain.fields)
            }
            Self::Pipeline(pipeline) => write!(f, "{pipeline}"),
        }
    }
}

impl Display for Variable {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}", self.name)?;
        fields(f, &self.fields)
    }
}

impl Display for Invoke {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{{{{template {}", String::from_utf8_lossy(&quote(self.name.as_bytes())))?;
        if let Some(pipeline) = &self.pipeline {
            write!(f, " {pipeline}")?;
        }
        f.write_str("}}")
    }
}

fn fields(f: &mut Formatter<'_>, names: &[Str]) -> Result {
    names.iter().try_for_each(|name| write!(f, ".{name}"))
}
