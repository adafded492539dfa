use std::rc::Rc;

use super::{
    Slot,
    run::{At, Run},
};
use crate::{Error, Kind, Map, MissingKey, Object, Str, Value, fmt::quote, parse::code::Operand};

impl<'t> Run<'_, 't> {
    /// Walks `names` from `receiver`; arguments are for the method at the end.
    pub(super) fn fields(
        &mut self,
        operand: &'t Operand,
        names: &'t [Str],
        receiver: &Slot,
        dot: &Slot,
        arguments: &'t [Operand],
        last: Option<Slot>,
    ) -> Result<Slot, Error> {
        let Some((end, path)) = names.split_last() else { return Ok(receiver.clone()) };
        let Some((first, path)) = path.split_first() else {
            return self.field(operand, end, receiver, dot, arguments, last);
        };
        let mut reached = self.field(operand, first, receiver, dot, &[], None)?;
        for name in path {
            reached = self.field(operand, name, &reached, dot, &[], None)?;
        }
        self.field(operand, end, &reached, dot, arguments, last)
    }

    fn field(
        &mut self,
        operand: &'t Operand,
        name: &'t Str,
        receiver: &Slot,
        dot: &Slot,
        arguments: &'t [Operand],
        last: Option<Slot>,
    ) -> Result<Slot, Error> {
        let has_arguments = !arguments.is_empty() || last.is_some();
        match &receiver.value {
            Value::Nil if receiver.in_interface => {
                self.fail(format!("nil pointer evaluating {}.{name}", receiver.type_name()))
            }
            Value::Nil => {
                if self.session.missing_key() == MissingKey::Error {
                    let name = quote(name.as_bytes());
                    return self.fail(format!("nil data; no entry for key {}", String::from_utf8_lossy(&name)));
                }
                Ok(Slot::default())
            }
            Value::Map(map) => match map.map_type().method(name.as_bytes()) {
                Some(method) => {
                    let call = |session: &mut crate::Session, values: &mut [Value]| (method.call)(session, map, values);
                    let node = At::Operand(operand);
                    self.call(&method.signature, &call, name.as_bytes(), node, dot, arguments, last)
                }
                None => self.entry(map, name, has_arguments),
            },
            Value::Object(object) => {
                let text = name.to_string_lossy();
                if let Some(signature) = object.method(&text) {
                    let call = |session: &mut crate::Session, values: &mut [Value]| object.call(session, &text, values);
                    let node = At::Operand(operand);
                    return self.call(signature, &call, text.as_bytes(), node, dot, arguments, last);
                }
                self.member(object, name, receiver.type_name(), has_arguments)
            }
            _ => self.fail(format!("can't evaluate field {name} in type {}", receiver.type_name())),
        }
    }

    fn entry(&self, map: &Map, name: &Str, has_arguments: bool) -> Result<Slot, Error> {
        if has_arguments {
            return self.fail(format!("{name} is not a method but has arguments"));
        }
        let element = map.map_type().element;
        match (map.at(name), self.session.missing_key()) {
            (Some(value), _) => Ok(Slot::declared(value, element)),
            (None, MissingKey::Invalid) => Ok(Slot::default()),
            (None, MissingKey::Zero) => Ok(Slot::declared(Value::zero(element), element)),
            (None, MissingKey::Error) => {
                let name = quote(name.as_bytes());
                self.fail(format!("map has no entry for key {}", String::from_utf8_lossy(&name)))
            }
        }
    }

    fn member(&self, object: &Rc<dyn Object>, name: &Str, type_name: &str, has_arguments: bool) -> Result<Slot, Error> {
        if let Some(Value::Map(map)) = object.underlying() {
            return self.entry(&map, name, has_arguments);
        }
        let Some((value, declared)) = object.field(&name.to_string_lossy()) else {
            if object.fields().iter().any(|(field, _)| field.as_bytes() == name.as_bytes()) {
                return self.fail(format!("{name} is an unexported field of struct type {type_name}"));
            }
            return self.fail(format!("can't evaluate field {name} in type {type_name}"));
        };
        if object.is_nil() && object.object_type().kind() == Kind::Pointer {
            return self.fail(format!("nil pointer evaluating {type_name}.{name}"));
        }
        if has_arguments {
            return self.fail(format!("{name} has arguments but cannot be invoked as function"));
        }
        let slot = Slot::declared(value, declared);
        let is_addressable = !slot.in_interface && object.object_type().kind() == Kind::Pointer;
        Ok(Slot { is_addressable, ..slot })
    }
}
