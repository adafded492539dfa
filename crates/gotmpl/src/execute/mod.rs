//! Executes templates over values.

mod arguments;
mod builtin;
mod call;
mod compare;
mod escape;
mod evaluate;
mod field;
mod index;
mod range;
mod run;

pub(crate) use builtin::Builtin;
pub(crate) use run::Run;

use crate::{Type, Value};

/// A value while it is evaluated, and whether it stands in an interface.
///
/// Go tells nil in an interface from no value at all, and names the interface in messages about what it holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slot {
    pub(crate) value: Value,
    pub(crate) in_interface: bool,
    /// Whether it is a field of what a pointer leads to, so that Go finds the methods of its own pointer.
    pub(crate) is_addressable: bool,
}

impl Slot {
    /// Returns a value of its own type; for nil, no value.
    pub(crate) fn new(value: Value) -> Self {
        Self { value, in_interface: false, is_addressable: false }
    }

    /// Returns a value of a declared type.
    pub(crate) fn declared(value: Value, declared: Type) -> Self {
        Self { value, in_interface: matches!(declared, Type::Any), is_addressable: false }
    }

    /// Returns the value with the interface around it taken off.
    pub(crate) fn out_of_interface(self) -> Self {
        Self { in_interface: false, ..self }
    }

    /// Tells whether there is no value: what Go calls invalid.
    pub(crate) fn is_missing(&self) -> bool {
        !self.in_interface && matches!(self.value, Value::Nil)
    }

    /// Returns the type as messages name it.
    pub(crate) fn type_name(&self) -> &'static str {
        if self.in_interface { Type::Any.name() } else { self.value.type_name() }
    }
}
