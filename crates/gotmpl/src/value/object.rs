use std::any::Any;

use super::{Str, Value, go_type::Type};
use crate::{CallError, Session, Signature};

/// A Go value that is more than data: a struct, a pointer to one, or a defined type with methods.
///
/// The default is a struct without fields, without methods and without text of its own.
pub trait Object: Any {
    /// Returns the type: its kind and what `%T` prints, such as `Type::Named(Kind::Pointer, "*semver.Version")`.
    fn object_type(&self) -> Type;

    /// Returns itself for downcasting.
    fn as_any(&self) -> &dyn Any;

    /// Returns the field `name` and its declared type (`Type::Any` for a field of an interface type): by default one of
    /// [`Self::fields`] that Go exports, with the type of its value.
    fn field(&self, name: &str) -> Option<(Value, Type)> {
        if !name.starts_with(char::is_uppercase) {
            return None;
        }
        let (_, value) = self.fields().into_iter().find(|(field, _)| *field == name)?;
        let of = value.go_type().unwrap_or(Type::Any);
        Some((value, of))
    }

    /// Returns the signature of the method `name`; methods come before fields.
    fn method(&self, _name: &str) -> Option<&'static Signature> {
        None
    }

    /// Calls the method `name`, whose signature the arguments fit.
    ///
    /// # Errors
    /// When the method itself fails.
    fn call(&self, _session: &mut Session, name: &str, _arguments: &mut [Value]) -> Result<Value, CallError> {
        Err(CallError::new(format!("{} has no method {name}", self.object_type())))
    }

    /// Returns what the type is made of, for a defined type over data: the map below `engine.files`, the int64 below
    /// `time.Duration`. Ranging, indexing, lengths, truth and comparison use it.
    fn underlying(&self) -> Option<Value> {
        None
    }

    /// Returns a value of the same defined type over other data, as ranging over a defined integer needs it.
    fn with_underlying(&self, underlying: Value) -> Value {
        underlying
    }

    /// Returns what its `String` or `Error` method gives, where it has one.
    fn text(&self) -> Option<Str> {
        None
    }

    /// Returns what its `GoString` method gives, where it has one: what `%#v` prints.
    fn go_text(&self) -> Option<Str> {
        None
    }

    /// Returns what a `String` method gives that only a pointer to the type has. Go finds it where an action prints a value
    /// that has an address, such as a field, and nowhere else.
    fn pointer_text(&self) -> Option<Str> {
        None
    }

    /// Returns the fields in order, for printing a struct that has no text.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// Tells whether it is a nil pointer.
    fn is_nil(&self) -> bool {
        false
    }

    /// Tells whether Go's `==` holds; by default an object equals only itself.
    fn equals(&self, _other: &dyn Object) -> bool {
        false
    }
}
