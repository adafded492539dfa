use std::any::Any;

use towpath_gotmpl::{CallError, Kind, Object, Session, Signature, Str, Type, Value};

use super::Zone;
use crate::golang::Duration;

/// `time.Duration`.
pub(crate) const DURATION: Type = Type::Named(Kind::Int64, "time.Duration");
pub(super) const MONTH: Type = Type::Named(Kind::Int, "time.Month");
pub(super) const WEEKDAY: Type = Type::Named(Kind::Int, "time.Weekday");
pub(super) const LOCATION: Type = Type::Named(Kind::Pointer, "*time.Location");

/// A month or weekday: an int with a name.
pub(super) struct Named {
    pub(super) number: usize,
    pub(super) name: &'static str,
    pub(super) of: Type,
}

impl Object for Named {
    fn object_type(&self) -> Type {
        self.of
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn text(&self) -> Option<Str> {
        Some(self.name.into())
    }

    fn underlying(&self) -> Option<Value> {
        i64::try_from(self.number).ok().map(Value::int)
    }

    fn method(&self, name: &str) -> Option<&'static Signature> {
        (name == "String").then_some(const { &Signature::new(&[], Type::String) })
    }

    fn call(&self, _session: &mut Session, _name: &str, _arguments: &mut [Value]) -> Result<Value, CallError> {
        Ok(self.name.into())
    }

    fn equals(&self, other: &dyn Object) -> bool {
        let other = other.as_any().downcast_ref::<Self>();
        other.is_some_and(|other| self.of == other.of && self.number == other.number)
    }
}

/// Go's `time.Duration` as a template value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DurationValue(pub(crate) Duration);

impl Object for DurationValue {
    fn object_type(&self) -> Type {
        DURATION
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn text(&self) -> Option<Str> {
        Some(self.0.to_string().into())
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::int64(self.0.0))
    }

    fn method(&self, name: &str) -> Option<&'static Signature> {
        Some(match name {
            "Hours" | "Minutes" | "Seconds" => const { &Signature::new(&[], Type::Float64) },
            "Milliseconds" | "Microseconds" | "Nanoseconds" => const { &Signature::new(&[], Type::INT64) },
            "String" => const { &Signature::new(&[], Type::String) },
            "Abs" => const { &Signature::new(&[], DURATION) },
            "Round" | "Truncate" => const { &Signature::new(&[DURATION], DURATION) },
            _ => return None,
        })
    }

    fn call(&self, _session: &mut Session, name: &str, arguments: &mut [Value]) -> Result<Value, CallError> {
        let nanos = self.0.0;
        let unit = match arguments.first() {
            Some(Value::Int(number, _)) => Duration(*number),
            other => other.and_then(Value::downcast::<Self>).map_or(Duration(0), |unit| unit.0),
        };
        Ok(match name {
            "Hours" => Value::Float(in_units(nanos, 3_600_000_000_000)),
            "Minutes" => Value::Float(in_units(nanos, 60_000_000_000)),
            "Seconds" => Value::Float(in_units(nanos, 1_000_000_000)),
            "Milliseconds" => Value::int64(nanos / 1_000_000),
            "Microseconds" => Value::int64(nanos / 1000),
            "Nanoseconds" => Value::int64(nanos),
            "String" => self.0.to_string().into(),
            "Abs" => Value::object(Self(Duration(nanos.saturating_abs()))),
            "Round" => Value::object(Self(self.0.round(unit))),
            _ => Value::object(Self(self.0.truncate(unit))),
        })
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>() == Some(self)
    }
}

/// Returns a length in units of so many nanoseconds, rounded as Go rounds it.
#[expect(clippy::cast_precision_loss, reason = "Go computes in float64 as well")]
fn in_units(nanos: i64, unit: i64) -> f64 {
    (nanos / unit) as f64 + (nanos % unit) as f64 / unit as f64
}

/// Go's `*time.Location`.
pub(super) struct Location {
    pub(super) zone: Zone,
    /// Whether it is the hidden field of a time: nil for UTC, and nobody may call its methods.
    pub(super) is_hidden: bool,
}

impl Object for Location {
    fn object_type(&self) -> Type {
        LOCATION
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn is_nil(&self) -> bool {
        self.is_hidden && self.zone.is_utc()
    }

    fn text(&self) -> Option<Str> {
        (!self.is_hidden).then(|| self.zone.name().into())
    }

    fn method(&self, name: &str) -> Option<&'static Signature> {
        (name == "String").then_some(const { &Signature::new(&[], Type::String) })
    }

    fn call(&self, _session: &mut Session, _name: &str, _arguments: &mut [Value]) -> Result<Value, CallError> {
        Ok(self.zone.name().into())
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|other| self.zone == other.zone)
    }
}
