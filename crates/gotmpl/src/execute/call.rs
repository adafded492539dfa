use super::{
    Builtin, Slot,
    run::{At, Run},
};
use crate::{
    CallError, Error, ErrorKind, Session, Signature, Str, Type, Value,
    parse::node::{Callee, Operand},
};

/// What is called once the arguments are there.
type Target<'a> = dyn Fn(&mut Session, &mut [Value]) -> Result<Value, CallError> + 'a;

impl<'t> Run<'_, 't> {
    pub(super) fn call_named(
        &mut self,
        callee: &'t Callee,
        name: &'t Str,
        node: At<'t>,
        dot: &Slot,
        arguments: &'t [Operand],
        last: Option<Slot>,
    ) -> Result<Slot, Error> {
        match callee {
            Callee::Function(function) => {
                let call = |session: &mut Session, values: &mut [Value]| function.call(session, values);
                self.call(function.signature(), &call, &name.to_string_lossy(), node, dot, arguments, last)
            }
            Callee::Builtin(builtin @ (Builtin::And | Builtin::Or)) => {
                self.check_count(builtin.signature(), builtin.name(), arguments.len(), last.is_some())?;
                self.and_or(*builtin == Builtin::Or, dot, arguments, last)
            }
            Callee::Builtin(Builtin::Len) => self.length(node, dot, arguments, last),
            Callee::Builtin(Builtin::Call) => {
                let first = arguments.first().map(ToString::to_string);
                let call = |session: &mut Session, values: &mut [Value]| {
                    super::builtin::call(session, first.as_deref().unwrap_or("<value>"), values)
                };
                self.call(Builtin::Call.signature(), &call, "call", node, dot, arguments, last)
            }
            Callee::Builtin(builtin) => {
                let call = |_: &mut Session, values: &mut [Value]| builtin.call(values);
                self.call(builtin.signature(), &call, builtin.name(), node, dot, arguments, last)
            }
        }
    }

    /// Evaluates the arguments, checks them and calls.
    #[expect(clippy::too_many_arguments, reason = "this is what a call in a template is made of")]
    pub(super) fn call(
        &mut self,
        signature: &Signature,
        target: &Target<'_>,
        name: &str,
        node: At<'t>,
        dot: &Slot,
        arguments: &'t [Operand],
        last: Option<Slot>,
    ) -> Result<Slot, Error> {
        self.check_count(signature, name, arguments.len(), last.is_some())?;
        let mut values = self.session.take_buffer();
        for (at, argument) in arguments.iter().enumerate() {
            let value = self.argument(parameter(signature, at), argument, dot)?;
            values.push(value);
        }
        if let Some(last) = last {
            values.push(self.checked(last, parameter(signature, arguments.len()))?);
        }
        let result = target(self.session, &mut values);
        self.session.give_buffer(values);
        match result {
            Ok(value) => Ok(Slot::declared(value, signature.result())),
            Err(error) => self.call_failed(name, node, error),
        }
    }

    fn call_failed(&mut self, name: &str, node: At<'t>, error: CallError) -> Result<Slot, Error> {
        self.at = node;
        let (message, cause) = error.into_parts();
        Err(self.error(ErrorKind::Execute, format!("error calling {name}: {message}")).with_cause(cause))
    }

    fn check_count(&self, signature: &Signature, name: &str, given: usize, has_last: bool) -> Result<(), Error> {
        let n_fixed = signature.parameters().len();
        let n_given = given + usize::from(has_last);
        if signature.rest().is_some() {
            if n_given < n_fixed {
                return self.fail(format!("wrong number of args for {name}: want at least {n_fixed} got {given}"));
            }
        } else if n_given != n_fixed {
            return self.fail(format!("wrong number of args for {name}: want {n_fixed} got {n_given}"));
        }
        Ok(())
    }

    /// Returns the first argument that decides, or the last one, without evaluating those behind it.
    fn and_or(&mut self, is_or: bool, dot: &Slot, arguments: &'t [Operand], last: Option<Slot>) -> Result<Slot, Error> {
        let mut value = Value::Nil;
        for argument in arguments {
            value = self.argument(Type::Reflect, argument, dot)?;
            if value.is_true() == is_or {
                return Ok(Slot::new(value));
            }
        }
        Ok(Slot::new(last.map_or(value, |last| last.value)))
    }

    /// `len` tells nil in an interface from no value, so it gets its argument as it is.
    fn length(
        &mut self,
        node: At<'t>,
        dot: &Slot,
        arguments: &'t [Operand],
        last: Option<Slot>,
    ) -> Result<Slot, Error> {
        self.check_count(Builtin::Len.signature(), "len", arguments.len(), last.is_some())?;
        let item = match (arguments.first(), last) {
            (_, Some(last)) => last,
            (Some(argument), None) => self.operand(argument, dot)?,
            (None, None) => Slot::default(),
        };
        let message = match item.value.length() {
            Some(length) => return Ok(Slot::new(Value::int(i64::try_from(length).unwrap_or(i64::MAX)))),
            None if item.is_missing() => "reflect: call of reflect.Value.Type on zero Value".to_owned(),
            None if item.value.is_nil() => "len of nil pointer".to_owned(),
            None => format!("len of type {}", item.value.type_name()),
        };
        self.call_failed("len", node, message.into())
    }
}

/// Returns the type of the parameter for argument `at`.
fn parameter(signature: &Signature, at: usize) -> Type {
    signature.parameters().get(at).copied().or(signature.rest()).unwrap_or(Type::Any)
}
