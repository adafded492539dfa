use std::any::Any;

use towpath_gotmpl::{CallError, ListType, Object, Session, Signature, Str, Type, UintKind, Value};

use super::{
    DAYS, MONTHS, TIME, Time, ZERO_SECONDS, Zone,
    values::{DURATION, DurationValue, LOCATION, Location, MONTH, Named, WEEKDAY},
};
use crate::{engine::State, golang::Duration};

const BYTES: Type = Type::List(ListType::BYTE);
/// How the text of a time is written in JSON and elsewhere.
const RFC3339: &str = "2006-01-02T15:04:05.999999999Z07:00";

impl Object for Time {
    fn object_type(&self) -> Type {
        TIME
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn text(&self) -> Option<Str> {
        Some(self.format("2006-01-02 15:04:05.999999999 -0700 MST").into())
    }

    fn go_text(&self) -> Option<Str> {
        Some(self.go_source().into())
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("wall", Value::Uint(u64::from(self.nanos), UintKind::Uint64)),
            ("ext", Value::int64(self.seconds.wrapping_sub(ZERO_SECONDS))),
            ("loc", Value::object(Location { zone: self.zone.clone(), is_hidden: true })),
        ]
    }

    fn method(&self, name: &str) -> Option<&'static Signature> {
        Some(match name {
            "Year" | "Day" | "Hour" | "Minute" | "Second" | "Nanosecond" | "YearDay" => {
                const { &Signature::new(&[], Type::INT) }
            }
            "Month" => const { &Signature::new(&[], MONTH) },
            "Weekday" => const { &Signature::new(&[], WEEKDAY) },
            "Unix" | "UnixNano" | "UnixMilli" | "UnixMicro" => const { &Signature::new(&[], Type::INT64) },
            "UTC" | "Local" => const { &Signature::new(&[], TIME) },
            "In" => const { &Signature::new(&[LOCATION], TIME) },
            "Location" => const { &Signature::new(&[], LOCATION) },
            "IsZero" | "IsDST" => const { &Signature::new(&[], Type::Bool) },
            "String" | "GoString" => const { &Signature::new(&[], Type::String) },
            "Format" => const { &Signature::new(&[Type::String], Type::String) },
            "AppendFormat" => const { &Signature::new(&[BYTES, Type::String], BYTES) },
            "MarshalJSON" | "MarshalText" => const { &Signature::new(&[], BYTES) },
            "Add" | "Round" | "Truncate" => const { &Signature::new(&[DURATION], TIME) },
            "AddDate" => const { &Signature::new(&[Type::INT, Type::INT, Type::INT], TIME) },
            "Sub" => const { &Signature::new(&[TIME], DURATION) },
            "Before" | "After" | "Equal" => const { &Signature::new(&[TIME], Type::Bool) },
            "Compare" => const { &Signature::new(&[TIME], Type::INT) },
            "Date" => const { &Signature::uncallable(&[], "function Date has 3 return values; should be 1 or 2") },
            "Clock" => const { &Signature::uncallable(&[], "function Clock has 3 return values; should be 1 or 2") },
            "Zone" => const { &Signature::uncallable(&[], ZONE_FLAW) },
            "ISOWeek" => const { &Signature::uncallable(&[], WEEK_FLAW) },
            "ZoneBounds" => const { &Signature::uncallable(&[], BOUNDS_FLAW) },
            _ => return None,
        })
    }

    fn call(&self, session: &mut Session, name: &str, arguments: &mut [Value]) -> Result<Value, CallError> {
        let civil = self.civil();
        let int = |argument: &Value| if let Value::Int(number, _) = argument { *number } else { 0 };
        Ok(match (name, arguments) {
            ("Year", _) => Value::int(civil.year),
            ("Day", _) => Value::int(civil.day),
            ("Hour", _) => Value::int(civil.hour),
            ("Minute", _) => Value::int(civil.minute),
            ("Second", _) => Value::int(civil.second),
            ("Nanosecond", _) => Value::int(i64::from(self.nanos)),
            ("YearDay", _) => Value::int(civil.year_day),
            ("Month", _) => Value::object(Named { number: civil.month, name: MONTHS[civil.month - 1], of: MONTH }),
            ("Weekday", _) => Value::object(Named { number: civil.weekday, name: DAYS[civil.weekday], of: WEEKDAY }),
            ("Unix", _) => Value::int64(self.seconds),
            ("UnixMilli", _) => Value::int64(self.in_units(1000)),
            ("UnixMicro", _) => Value::int64(self.in_units(1_000_000)),
            ("UnixNano", _) => Value::int64(self.in_units(1_000_000_000)),
            ("UTC", _) => Value::object(self.in_zone(Zone::utc())),
            ("Local", _) => Value::object(self.in_zone(State::of(session)?.zone())),
            ("In", [location]) => match location.downcast::<Location>() {
                Some(location) => Value::object(self.in_zone(location.zone.clone())),
                None => return Err(CallError::new("time: missing Location in call to Time.In")),
            },
            ("Location", _) => Value::object(Location { zone: self.zone.clone(), is_hidden: false }),
            ("IsZero", _) => Value::Bool(self.seconds == ZERO_SECONDS && self.nanos == 0),
            ("IsDST", _) => Value::Bool(self.zone.is_summer_time(self.seconds)),
            ("String", _) => Value::from(self.text().unwrap_or_default()),
            ("GoString", _) => Value::from(self.go_source()),
            ("Format", [layout]) => {
                let layout = layout.as_str().unwrap_or_default();
                Value::from(self.format(&layout.to_string_lossy()))
            }
            ("AppendFormat", [before, layout]) => {
                let before = if let Value::Bytes(bytes) = before { bytes.clone() } else { Str::default() };
                let layout = layout.as_str().unwrap_or_default();
                Value::Bytes([before.as_bytes(), self.format(&layout.to_string_lossy()).as_bytes()].concat().into())
            }
            ("MarshalText" | "MarshalJSON", _) => match self.marshaled() {
                Ok(text) if name == "MarshalJSON" => Value::Bytes(format!("\"{text}\"").into()),
                Ok(text) => Value::Bytes(text.into()),
                Err(problem) => return Err(CallError::new(format!("Time.{name}: {problem}"))),
            },
            ("AddDate", [years, months, days]) => Value::object(self.add_date(int(years), int(months), int(days))),
            (method @ ("Add" | "Round" | "Truncate"), [duration]) => {
                let duration = match &*duration {
                    // A number that stands in the template becomes a duration of so many nanoseconds.
                    Value::Int(number, _) => Duration(*number),
                    other => other.downcast::<DurationValue>().map_or(Duration(0), |value| value.0),
                };
                Value::object(match method {
                    "Add" => self.add(duration),
                    "Round" => self.round(duration),
                    _ => self.truncate(duration),
                })
            }
            (method, [other]) => {
                let other = other.downcast::<Self>().ok_or("argument is not a time")?;
                let order = (self.seconds, self.nanos).cmp(&(other.seconds, other.nanos));
                match method {
                    "Sub" => Value::object(DurationValue(self.since(other))),
                    "Before" => Value::Bool(order.is_lt()),
                    "After" => Value::Bool(order.is_gt()),
                    "Compare" => Value::int(order as i64),
                    _ => Value::Bool(order.is_eq()),
                }
            }
            (name, _) => return Err(CallError::new(format!("time.Time has no method {name}"))),
        })
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>() == Some(self)
    }
}

const ZONE_FLAW: &str = "invalid function signature for Zone: second return value should be error; is int";
const WEEK_FLAW: &str = "invalid function signature for ISOWeek: second return value should be error; is int";
const BOUNDS_FLAW: &str =
    "invalid function signature for ZoneBounds: second return value should be error; is time.Time";

impl Time {
    /// Returns the text that stands for it in JSON.
    ///
    /// # Errors
    /// Go's message, for a year or a zone that RFC 3339 cannot write.
    pub(crate) fn marshaled(&self) -> Result<String, &'static str> {
        if !(0..=9999).contains(&self.civil().year) {
            return Err("year outside of range [0,9999]");
        }
        if self.zone.offset_at(self.seconds).0.abs() >= 24 * 3600 {
            return Err("timezone hour outside of range [0,23]");
        }
        Ok(self.format(RFC3339))
    }

    /// Returns the time since 1970 in units of which a second has `unit`, wrapping as Go does.
    fn in_units(&self, unit: i64) -> i64 {
        self.seconds.wrapping_mul(unit).wrapping_add(i64::from(self.nanos) / (1_000_000_000 / unit))
    }
}
