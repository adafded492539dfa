use super::{
    Slot,
    run::{At, Run},
};
use crate::{Error, Kind, Type, Value, parse::Number, parse::code::Operand};

impl<'t> Run<'_, 't> {
    /// Evaluates an argument for a parameter of type `wanted`.
    pub(super) fn argument(&mut self, wanted: Type, operand: &'t Operand, dot: &Slot) -> Result<Value, Error> {
        self.at = At::Operand(operand);
        match operand {
            Operand::Nil { .. } if wanted.can_be_nil() => Ok(Value::zero(wanted)),
            Operand::Nil { .. } => self.fail(format!("cannot assign nil to {wanted}")),
            Operand::Bool { .. } | Operand::Number { .. } | Operand::String { .. } => self.constant(wanted, operand),
            operand => {
                let value = self.operand(operand, dot)?;
                self.checked(value, wanted)
            }
        }
    }

    /// Evaluates an argument for a parameter that takes any value as it stands.
    pub(super) fn reflected(&mut self, operand: &'t Operand, dot: &Slot) -> Result<Slot, Error> {
        match operand {
            Operand::Nil { .. } | Operand::Bool { .. } | Operand::Number { .. } | Operand::String { .. } => {
                self.argument(Type::Reflect, operand, dot).map(Slot::new)
            }
            operand => {
                self.at = At::Operand(operand);
                self.operand(operand, dot).map(Slot::out_of_interface)
            }
        }
    }

    /// Returns the value if it may be assigned to `wanted`.
    pub(super) fn checked(&self, slot: Slot, wanted: Type) -> Result<Value, Error> {
        if matches!(wanted, Type::Any | Type::Reflect) {
            return Ok(slot.value);
        }
        if slot.is_missing() {
            if wanted.can_be_nil() {
                return Ok(Value::zero(wanted));
            }
            return self.fail(format!("invalid value; expected {wanted}"));
        }
        let given = slot.value.go_type().unwrap_or(Type::Any);
        if given != Type::Any && given.is_assignable_to(wanted) {
            return Ok(slot.value);
        }
        if is_pointer_to(given, wanted) {
            if slot.value.is_nil() {
                return self.fail(format!("dereference of nil pointer of type {wanted}"));
            }
            return Ok(slot.value);
        }
        self.fail(format!("wrong type for value; expected {wanted}; got {given}"))
    }

    /// Returns a literal as a value of type `wanted`.
    fn constant(&mut self, wanted: Type, operand: &'t Operand) -> Result<Value, Error> {
        let number = if let Operand::Number { number, .. } = operand { Some(self.code.number(*number)) } else { None };
        let (expected, value) = match wanted.kind() {
            Kind::Interface => return self.literal(operand).map(|slot| slot.value),
            Kind::Struct if matches!(wanted, Type::Reflect) => return self.literal(operand).map(|slot| slot.value),
            Kind::Bool => {
                ("bool", if let Operand::Bool { truth, .. } = operand { Some((*truth).into()) } else { None })
            }
            Kind::String => (
                "string",
                if let Operand::String { text, .. } = operand {
                    Some(self.code.text(*text).clone().into())
                } else {
                    None
                },
            ),
            Kind::Complex128 => {
                ("complex", number.and_then(|number| number.complex).map(|(r, i)| Value::Complex(r, i)))
            }
            Kind::Float32 | Kind::Float64 => ("float", number.and_then(|number| float(wanted, number))),
            Kind::Int | Kind::Int8 | Kind::Int16 | Kind::Int32 | Kind::Int64 => {
                ("integer", number.and_then(|number| signed(wanted, number)))
            }
            Kind::Uint | Kind::Uint8 | Kind::Uint16 | Kind::Uint32 | Kind::Uint64 => {
                ("unsigned integer", number.and_then(|number| unsigned(wanted, number)))
            }
            _ => return self.fail(format!("can't handle {} for arg of type {wanted}", self.code.shown(operand))),
        };
        match value {
            Some(value) => Ok(value),
            None => self.fail(format!("expected {expected}; found {}", self.code.shown(operand))),
        }
    }
}

fn is_pointer_to(given: Type, wanted: Type) -> bool {
    given.kind() == Kind::Pointer && given.name().strip_prefix('*') == Some(wanted.name())
}

#[expect(clippy::cast_possible_truncation, reason = "a float32 parameter rounds")]
fn float(wanted: Type, number: &Number) -> Option<Value> {
    let float = number.float?;
    Some(if wanted.kind() == Kind::Float32 { Value::Float32(float as f32) } else { Value::Float(float) })
}

/// Returns the number in the wanted type, cut to its size as Go's reflection does.
#[expect(clippy::cast_possible_truncation, reason = "see above")]
fn signed(wanted: Type, number: &Number) -> Option<Value> {
    let int = number.int?;
    Some(match wanted {
        Type::Int(kind) => match kind.kind() {
            Kind::Int8 => Value::Int(i64::from(int as i8), kind),
            Kind::Int16 => Value::Int(i64::from(int as i16), kind),
            Kind::Int32 => Value::Int(i64::from(int as i32), kind),
            _ => Value::Int(int, kind),
        },
        _ => Value::int(int),
    })
}

#[expect(clippy::cast_possible_truncation, reason = "as for signed numbers")]
fn unsigned(wanted: Type, number: &Number) -> Option<Value> {
    let uint = number.uint?;
    Some(match wanted {
        Type::Uint(kind) => match kind.kind() {
            Kind::Uint8 => Value::Uint(u64::from(uint as u8), kind),
            Kind::Uint16 => Value::Uint(u64::from(uint as u16), kind),
            Kind::Uint32 => Value::Uint(u64::from(uint as u32), kind),
            _ => Value::Uint(uint, kind),
        },
        _ => return None,
    })
}
