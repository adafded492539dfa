use std::{ops::Range, sync::Arc};

use super::number::Number;
use crate::{Function, Functions, Str, execute::Builtin};

/// A text, parsed: names resolved, literals read, every node in a list of its kind. It never changes, and it does not know
/// under which name it was parsed, so that equal texts can share it.
#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) text: Arc<Str>,
    pub(super) functions: Arc<Functions>,
    pub(super) nodes: Vec<Node>,
    pub(super) branches: Vec<Branch>,
    pub(super) invokes: Vec<Invoke>,
    pub(super) pipelines: Vec<Pipeline>,
    pub(super) commands: Vec<Command>,
    pub(super) operands: Vec<Operand>,
    pub(super) chains: Vec<Chain>,
    pub(super) numbers: Vec<Number>,
    /// Names of fields and texts of literals.
    pub(super) texts: Vec<Str>,
    /// Names of variables, with their `$`, by symbol.
    pub(super) symbols: Vec<Str>,
    /// What the text defines, and last what stands outside of all definitions.
    pub(super) definitions: Vec<Definition>,
}

/// A `define` or `block`.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) name: Str,
    pub(super) root: Span<Node>,
    pub(super) is_blank: bool,
}

/// A template: code under a name.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) name: Str,
    /// The file, as messages name it.
    pub(crate) file: Str,
    pub(crate) code: Arc<Code>,
    pub(crate) root: Span<Node>,
    /// Whether it holds nothing but white space, so that it replaces no template of its name.
    pub(crate) is_blank: bool,
}

/// Neighbours in one of the lists of [`Code`].
#[derive(Debug)]
pub(crate) struct Span<T> {
    start: u32,
    end: u32,
    of: std::marker::PhantomData<fn() -> T>,
}

impl<T> Span<T> {
    pub(super) fn new(range: Range<usize>) -> Self {
        // A text has fewer bytes than 32 bits count, and every node stands for at least one byte.
        let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: narrow(range.start), end: narrow(range.end), of: std::marker::PhantomData }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.start == self.end
    }

    fn of(self, list: &[T]) -> &[T] {
        &list[self.start as usize..self.end as usize]
    }
}

impl<T> Clone for Span<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Span<T> {}

impl<T> Default for Span<T> {
    fn default() -> Self {
        Self::new(0..0)
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Node {
    /// Bytes `start..end` of the text.
    Text {
        start: u32,
        end: u32,
    },
    Action(PipelineId),
    If(BranchId),
    With(BranchId),
    Range(BranchId),
    Invoke(InvokeId),
    Break,
    Continue,
}

/// Where a pipeline stands in its list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PipelineId(pub(super) u32);
/// Where a branch stands in its list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BranchId(pub(super) u32);
/// Where an invocation stands in its list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InvokeId(pub(super) u32);
/// Where a chain stands in its list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChainId(pub(super) u32);
/// Where a number stands in its list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NumberId(pub(super) u32);
/// Where a text stands in its list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextId(pub(super) u32);
/// The name of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Symbol(pub(super) u32);

impl Symbol {
    /// `$`, what a template was given.
    pub(crate) const DATA: Self = Self(0);
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Branch {
    pub(crate) pipeline: PipelineId,
    pub(crate) body: Span<Node>,
    /// Empty where there is no `else`, which is the same.
    pub(crate) otherwise: Span<Node>,
}

/// `{{template "name" pipeline}}`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Invoke {
    pub(crate) position: u32,
    pub(crate) name: TextId,
    pub(crate) pipeline: Option<PipelineId>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Pipeline {
    pub(crate) position: u32,
    pub(crate) commands: Span<Command>,
    pub(crate) assigns: bool,
    pub(super) n_variables: u8,
    pub(super) variables: [Symbol; 2],
}

impl Pipeline {
    /// Returns the variables it declares or assigns: at most two.
    pub(crate) fn variables(&self) -> &[Symbol] {
        &self.variables[..usize::from(self.n_variables)]
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Command {
    pub(crate) position: u32,
    pub(crate) operands: Span<Operand>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Operand {
    Bool { position: u32, truth: bool },
    Dot { position: u32 },
    Nil { position: u32 },
    Number { position: u32, end: u32, number: NumberId },
    String { position: u32, end: u32, text: TextId },
    Field { position: u32, names: Span<Str> },
    Variable { position: u32, symbol: Symbol, names: Span<Str> },
    Function { position: u32, end: u32, callee: Callee },
    Chain { position: u32, chain: ChainId },
    Pipeline { position: u32, pipeline: PipelineId },
}

/// `(pipeline).field.field`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chain {
    pub(crate) operand: Operand,
    pub(crate) names: Span<Str>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Callee {
    Builtin(Builtin),
    /// A function of the caller, by its number.
    Function(u32),
}

impl Operand {
    pub(crate) fn position(self) -> u32 {
        match self {
            Self::Bool { position, .. }
            | Self::Dot { position }
            | Self::Nil { position }
            | Self::Number { position, .. }
            | Self::String { position, .. }
            | Self::Field { position, .. }
            | Self::Variable { position, .. }
            | Self::Function { position, .. }
            | Self::Chain { position, .. }
            | Self::Pipeline { position, .. } => position,
        }
    }
}

impl Code {
    /// Returns bytes of the text.
    pub(crate) fn bytes(&self, start: u32, end: u32) -> &[u8] {
        &self.text.as_bytes()[start as usize..end as usize]
    }

    pub(crate) fn nodes(&self, span: Span<Node>) -> &[Node] {
        span.of(&self.nodes)
    }

    pub(crate) fn commands(&self, pipeline: &Pipeline) -> &[Command] {
        pipeline.commands.of(&self.commands)
    }

    pub(crate) fn operands(&self, command: &Command) -> &[Operand] {
        command.operands.of(&self.operands)
    }

    pub(crate) fn names(&self, span: Span<Str>) -> &[Str] {
        span.of(&self.texts)
    }

    pub(crate) fn text(&self, id: TextId) -> &Str {
        &self.texts[id.0 as usize]
    }

    pub(crate) fn number(&self, id: NumberId) -> &Number {
        &self.numbers[id.0 as usize]
    }

    pub(crate) fn chain(&self, id: ChainId) -> &Chain {
        &self.chains[id.0 as usize]
    }

    pub(crate) fn pipeline(&self, id: PipelineId) -> &Pipeline {
        &self.pipelines[id.0 as usize]
    }

    pub(crate) fn branch(&self, id: BranchId) -> &Branch {
        &self.branches[id.0 as usize]
    }

    pub(crate) fn invoke(&self, id: InvokeId) -> &Invoke {
        &self.invokes[id.0 as usize]
    }

    pub(crate) fn symbol(&self, symbol: Symbol) -> &Str {
        &self.symbols[symbol.0 as usize]
    }

    /// Returns the function of a callee that is no built-in one.
    pub(crate) fn function(&self, number: u32) -> &Function {
        self.functions.at(number)
    }
}
