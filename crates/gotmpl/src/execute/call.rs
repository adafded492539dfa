use super::{
    Builtin, Slot, index,
    run::{At, Run},
};
use crate::{
    CallError, Error, ErrorKind, Session, Signature, Type, Value,
    parse::code::{Callee, Operand},
};

/// What is called once the arguments are there.
type Target<'a> = dyn Fn(&mut Session, &mut [Value]) -> Result<Value, CallError> + 'a;

impl<'t> Run<'_, 't> {
    pub(super) fn call_named(
        &mut self,
        callee: Callee,
        name: &'t [u8],
        node: At<'t>,
        dot: &Slot,
        arguments: &'t [Operand],
        last: Option<Slot>,
    ) -> Result<Slot, Error> {
        match callee {
            Callee::Function(number) => {
                let function = self.code.function(number);
                let call = |session: &mut Session, values: &mut [Value]| function.call(session, values);
                self.call(function.signature(), &call, name, node, dot, arguments, last)
            }
            Callee::Builtin(builtin @ (Builtin::And | Builtin::Or)) => {
                self.check_count(builtin.signature(), builtin.name().as_bytes(), arguments.len(), last.is_some())?;
                self.and_or(builtin == Builtin::Or, dot, arguments, last)
            }
            Callee::Builtin(builtin @ (Builtin::Len | Builtin::Slice)) => {
                self.call_with_slots(builtin, node, dot, arguments, last)
            }
            Callee::Builtin(Builtin::Call) => {
                let name = match (arguments.first(), &last) {
                    (Some(first), _) => self.code.shown(first).to_string(),
                    (None, Some(Slot { value: Value::Str(text), .. })) => text.to_string(),
                    (None, Some(last)) if last.is_missing() => "<invalid Value>".to_owned(),
                    (None, last) => format!("<{} Value>", last.as_ref().map_or("invalid", Slot::type_name)),
                };
                let call = |session: &mut Session, values: &mut [Value]| super::builtin::call(session, &name, values);
                self.call(Builtin::Call.signature(), &call, b"call", node, dot, arguments, last)
            }
            Callee::Builtin(builtin) => {
                let call = |session: &mut Session, values: &mut [Value]| builtin.call(session, values);
                self.call(builtin.signature(), &call, builtin.name().as_bytes(), node, dot, arguments, last)
            }
        }
    }

    /// Evaluates the arguments, checks them and calls.
    #[expect(clippy::too_many_arguments, reason = "this is what a call in a template is made of")]
    pub(super) fn call(
        &mut self,
        signature: &Signature,
        target: &Target<'_>,
        name: &[u8],
        node: At<'t>,
        dot: &Slot,
        arguments: &'t [Operand],
        last: Option<Slot>,
    ) -> Result<Slot, Error> {
        self.check_count(signature, name, arguments.len(), last.is_some())?;
        if let Some(flaw) = signature.flaw() {
            return self.fail(flaw);
        }
        let mut values = self.session.take_buffer();
        for (at, argument) in arguments.iter().enumerate() {
            let value = self.argument(parameter(signature, at), argument, dot)?;
            values.push(value);
        }
        if let Some(last) = last {
            values.push(self.checked(last, parameter(signature, arguments.len()))?);
        }
        let result = self.counted(target, &mut values);
        self.session.give_buffer(values);
        match result {
            Ok(value) => Ok(Slot::declared(value, signature.result())),
            Err(error) => self.call_failed(name, node, error),
        }
    }

    /// Calls, and counts what it takes: the text that goes through the function, what it makes, and what ends with it.
    fn counted(&mut self, target: &Target<'_>, values: &mut [Value]) -> Result<Value, CallError> {
        let text: usize = values.iter().map(text_bytes).sum();
        if text > MUCH {
            self.session.reserve(text)?;
        }
        self.session.work(STEPS)?;
        let mut before = [0; MOST_FOLLOWED];
        for (owned, value) in before.iter_mut().zip(&*values) {
            *owned = value.owned_bytes();
        }
        let result = target(self.session, values)?;
        let text = text + text_bytes(&result);
        if text > LITTLE {
            self.session.read(text)?;
        }
        for (owned, value) in before.iter().zip(&*values).filter(|(owned, _)| **owned > 0) {
            // What the argument alone held ends with it; what is now held elsewhere too stays.
            let ending = if matches!(value, Value::Nil) { *owned } else { value.owned_bytes().min(*owned) };
            self.session.release(ending);
        }
        self.session.charge(result.owned_bytes())?;
        Ok(result)
    }

    fn call_failed(&mut self, name: &[u8], node: At<'t>, error: CallError) -> Result<Slot, Error> {
        self.at = node;
        let kind = if error.is_limit() { ErrorKind::Limit } else { ErrorKind::Execute };
        let (message, cause) = error.into_parts();
        let name = String::from_utf8_lossy(name);
        Err(self.error(kind, format!("error calling {name}: {message}")).with_cause(cause))
    }

    fn check_count(&self, signature: &Signature, name: &[u8], given: usize, has_last: bool) -> Result<(), Error> {
        let n_fixed = signature.parameters().len();
        let n_given = given + usize::from(has_last);
        let name = || String::from_utf8_lossy(name);
        if signature.rest().is_some() {
            if n_given < n_fixed {
                return self.fail(format!("wrong number of args for {}: want at least {n_fixed} got {given}", name()));
            }
        } else if n_given != n_fixed {
            return self.fail(format!("wrong number of args for {}: want {n_fixed} got {n_given}", name()));
        }
        Ok(())
    }

    /// Returns the first argument that decides, or the last one, without evaluating those behind it.
    fn and_or(&mut self, is_or: bool, dot: &Slot, arguments: &'t [Operand], last: Option<Slot>) -> Result<Slot, Error> {
        let mut slot = Slot::default();
        for argument in arguments {
            slot = self.reflected(argument, dot)?;
            if slot.value.is_true() == is_or {
                return Ok(slot);
            }
            self.session.release(slot.value.owned_bytes());
        }
        Ok(last.map_or(slot, Slot::out_of_interface))
    }

    /// `len` and `slice` do not look into interfaces as the others do, so they get their arguments as they are.
    fn call_with_slots(
        &mut self,
        builtin: Builtin,
        node: At<'t>,
        dot: &Slot,
        arguments: &'t [Operand],
        last: Option<Slot>,
    ) -> Result<Slot, Error> {
        self.check_count(builtin.signature(), builtin.name().as_bytes(), arguments.len(), last.is_some())?;
        let mut slots = Vec::with_capacity(arguments.len() + 1);
        for argument in arguments {
            slots.push(self.operand(argument, dot)?);
        }
        slots.extend(last);
        let result = match (builtin, slots.as_slice()) {
            (Builtin::Slice, [item, indexes @ ..]) => index::slice(&item.value, indexes),
            (_, [item, ..]) => index::length(item),
            (_, []) => Ok(Value::Nil),
        };
        for slot in slots {
            self.session.release(slot.value.owned_bytes());
        }
        result.map(Slot::new).or_else(|error| self.call_failed(builtin.name().as_bytes(), node, error))
    }
}

/// A call takes about as long as so many actions.
const STEPS: u64 = 2;
/// Texts of fewer bytes are part of the step.
const LITTLE: usize = 256;
/// Before a function gets more bytes of text there must be room for as many.
const MUCH: usize = 1 << 20;
/// The memory of so many arguments is followed.
const MOST_FOLLOWED: usize = 8;

/// Returns the bytes of a text; an element of a list counts as one, since many functions copy lists.
fn text_bytes(value: &Value) -> usize {
    match value {
        Value::Str(text) | Value::Bytes(text) => text.len(),
        Value::List(list) => list.len(),
        _ => 0,
    }
}

/// Returns the type of the parameter for argument `at`.
fn parameter(signature: &Signature, at: usize) -> Type {
    signature.parameters().get(at).copied().or(signature.rest()).unwrap_or(Type::Any)
}
