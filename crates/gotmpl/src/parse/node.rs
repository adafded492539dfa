use std::sync::Arc;

use super::number::Number;
use crate::{Function, Str, execute::Builtin};

/// The text that templates were parsed from.
#[derive(Debug)]
pub(crate) struct Source {
    /// The file, as messages name it.
    pub(crate) name: Str,
    pub(crate) text: Str,
}

/// A template ready for execution: names resolved, literals read. It never changes.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) name: Str,
    pub(crate) source: Arc<Source>,
    pub(crate) root: Block,
}

#[derive(Debug, Default)]
pub(crate) struct Block(pub(crate) Vec<Node>);

#[derive(Debug)]
pub(crate) enum Node {
    /// Bytes `start..end` of the source.
    Text {
        start: usize,
        end: usize,
    },
    Action(Pipeline),
    If(Branch),
    With(Branch),
    Range(Branch),
    Invoke(Invoke),
    Break,
    Continue,
}

#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) pipeline: Pipeline,
    pub(crate) body: Block,
    pub(crate) otherwise: Option<Block>,
}

/// `{{template "name" pipeline}}`.
#[derive(Debug)]
pub(crate) struct Invoke {
    pub(crate) position: usize,
    pub(crate) name: Str,
    pub(crate) pipeline: Option<Pipeline>,
}

#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) position: usize,
    pub(crate) assigns: bool,
    pub(crate) variables: Vec<Variable>,
    pub(crate) commands: Vec<Command>,
}

#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) position: usize,
    pub(crate) operands: Vec<Operand>,
}

#[derive(Debug)]
pub(crate) enum Operand {
    Bool { position: usize, truth: bool },
    Dot { position: usize },
    Nil { position: usize },
    Number(Box<Number>),
    String { position: usize, quoted: Str, text: Str },
    Field { position: usize, names: Box<[Str]> },
    Variable(Variable),
    Function { position: usize, name: Str, callee: Callee },
    Chain(Box<Chain>),
    Pipeline(Box<Pipeline>),
}

/// `$name.field.field`; variables of one source are told apart by their symbol.
#[derive(Debug)]
pub(crate) struct Variable {
    pub(crate) position: usize,
    pub(crate) symbol: u32,
    pub(crate) name: Str,
    pub(crate) fields: Box<[Str]>,
}

/// `(pipeline).field.field`.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) position: usize,
    pub(crate) operand: Operand,
    pub(crate) fields: Box<[Str]>,
}

#[derive(Debug, Clone)]
pub(crate) enum Callee {
    Builtin(Builtin),
    Function(Arc<Function>),
}

impl Operand {
    pub(crate) fn position(&self) -> usize {
        match self {
            Self::Bool { position, .. }
            | Self::Dot { position }
            | Self::Nil { position }
            | Self::String { position, .. }
            | Self::Field { position, .. }
            | Self::Function { position, .. } => *position,
            Self::Number(number) => number.position,
            Self::Variable(variable) => variable.position,
            Self::Chain(chain) => chain.position,
            Self::Pipeline(pipeline) => pipeline.position,
        }
    }
}
