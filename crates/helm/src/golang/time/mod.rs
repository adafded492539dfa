//! Go's `time`: instants in a zone, and its layouts that are written as an example date.

mod format;
mod parse;
mod zone;

pub(crate) use parse::parse;
pub(crate) use zone::Zone;

use std::{any::Any, time::SystemTime};

use towpath_gotmpl::{CallError, Kind, Object, Session, Signature, Str, Type, Value};

use super::Duration;

/// An instant, shown in a zone: Go's `time.Time`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Time {
    /// Seconds since 1970-01-01 00:00:00 UTC.
    pub(crate) seconds: i64,
    /// 0 to 999,999,999.
    pub(crate) nanos: u32,
    pub(crate) zone: Zone,
}

/// The date and the time of day of an instant in its zone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    /// 1 to 12.
    pub(crate) month: usize,
    /// 1 to 31.
    pub(crate) day: i64,
    /// 1 to 366.
    pub(crate) year_day: i64,
    /// 0 is Sunday.
    pub(crate) weekday: usize,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
}

pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(crate) const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// `time.Time`.
pub(crate) const TIME: Type = Type::Named(Kind::Struct, "time.Time");
/// `time.Duration`.
pub(crate) const DURATION: Type = Type::Named(Kind::Int64, "time.Duration");
const MONTH: Type = Type::Named(Kind::Int, "time.Month");
const WEEKDAY: Type = Type::Named(Kind::Int, "time.Weekday");

/// Seconds from the year 1, where Go's zero time stands, to 1970.
const ZERO_SECONDS: i64 = -62_135_596_800;

/// Returns a text between quotes as the errors of Go's `time` show it: bytes that are not printable ASCII in hexadecimal.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            ' '..='\u{7f}' => out.push(c),
            c => c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| out.push_str(&format!("\\x{byte:02x}"))),
        }
    }
    out.push('"');
    out
}

impl Time {
    /// Returns Go's zero time: year 1 in UTC.
    pub(crate) fn zero() -> Self {
        Self { seconds: ZERO_SECONDS, nanos: 0, zone: Zone::utc() }
    }

    /// Returns the instant of a clock, in `zone`.
    pub(crate) fn from_clock(clock: SystemTime, zone: Zone) -> Self {
        let (seconds, nanos) = match clock.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => (i64::try_from(after.as_secs()).unwrap_or(i64::MAX), after.subsec_nanos()),
            Err(before) => {
                let before = before.duration();
                let whole = i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
                let up = before.subsec_nanos();
                if up == 0 { (-whole, 0) } else { (-whole - 1, 1_000_000_000 - up) }
            }
        };
        Self { seconds, nanos, zone }
    }

    /// Returns the same instant in another zone.
    #[must_use]
    pub(crate) fn in_zone(&self, zone: Zone) -> Self {
        Self { zone, ..self.clone() }
    }

    /// Returns the instant `duration` later.
    #[must_use]
    pub(crate) fn add(&self, duration: Duration) -> Self {
        let nanos = i64::from(self.nanos) + duration.0 % 1_000_000_000;
        let seconds =
            self.seconds.saturating_add(duration.0 / 1_000_000_000).saturating_add(nanos.div_euclid(1_000_000_000));
        let nanos = u32::try_from(nanos.rem_euclid(1_000_000_000)).unwrap_or(0);
        Self { seconds, nanos, zone: self.zone.clone() }
    }

    /// Returns the time since `earlier`, cut to what a duration can hold.
    pub(crate) fn since(&self, earlier: &Self) -> Duration {
        let nanos = (i128::from(self.seconds) - i128::from(earlier.seconds)) * 1_000_000_000 + i128::from(self.nanos)
            - i128::from(earlier.nanos);
        Duration(i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX }))
    }

    /// Returns date and time of day in its zone.
    pub(crate) fn civil(&self) -> Civil {
        let local = self.seconds.saturating_add(self.zone.offset_at(self.seconds).0);
        let (days, rest) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        Civil {
            year,
            month,
            day,
            year_day: days - days_from_civil(year, 1, 1) + 1,
            weekday: usize::try_from((days + 4).rem_euclid(7)).unwrap_or(0),
            hour: rest / 3600,
            minute: rest / 60 % 60,
            second: rest % 60,
        }
    }
}

/// Returns the days from 1970-01-01 to a date of the proleptic Gregorian calendar.
pub(crate) fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, usize, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days - era * 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, usize::try_from(month).unwrap_or(1), day_of_year - (153 * shifted + 2) / 5 + 1)
}

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

    fn method(&self, name: &str) -> Option<&'static Signature> {
        Some(match name {
            "Year" | "Day" | "Hour" | "Minute" | "Second" | "Nanosecond" | "YearDay" => {
                const { &Signature::new(&[], Type::INT) }
            }
            "Month" => const { &Signature::new(&[], MONTH) },
            "Weekday" => const { &Signature::new(&[], WEEKDAY) },
            "Unix" | "UnixNano" | "UnixMilli" | "UnixMicro" => const { &Signature::new(&[], Type::INT64) },
            "UTC" | "Local" => const { &Signature::new(&[], TIME) },
            "IsZero" => const { &Signature::new(&[], Type::Bool) },
            "String" => const { &Signature::new(&[], Type::String) },
            "Format" => const { &Signature::new(&[Type::String], Type::String) },
            "Add" => const { &Signature::new(&[DURATION], TIME) },
            "AddDate" => const { &Signature::new(&[Type::INT, Type::INT, Type::INT], TIME) },
            "Sub" => const { &Signature::new(&[TIME], DURATION) },
            "Before" | "After" | "Equal" => const { &Signature::new(&[TIME], Type::Bool) },
            _ => return None,
        })
    }

    fn call(&self, _session: &mut Session, name: &str, arguments: &mut [Value]) -> Result<Value, CallError> {
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
            ("UnixMilli", _) => Value::int64(self.seconds * 1000 + i64::from(self.nanos / 1_000_000)),
            ("UnixMicro", _) => Value::int64(self.seconds * 1_000_000 + i64::from(self.nanos / 1000)),
            ("UnixNano", _) => {
                Value::int64(self.seconds.wrapping_mul(1_000_000_000).wrapping_add(i64::from(self.nanos)))
            }
            ("UTC", _) => Value::object(self.in_zone(Zone::utc())),
            ("Local", _) => Value::object(self.clone()),
            ("IsZero", _) => Value::Bool(self.seconds == ZERO_SECONDS && self.nanos == 0),
            ("String", _) => Value::from(self.text().unwrap_or_default()),
            ("Format", [layout]) => {
                let layout = layout.as_str().unwrap_or_default();
                Value::from(self.format(&layout.to_string_lossy()))
            }
            ("Add", [duration]) => {
                let duration = duration.downcast::<DurationValue>().map_or(Duration(0), |value| value.0);
                Value::object(self.add(duration))
            }
            ("AddDate", [years, months, days]) => Value::object(self.add_date(int(years), int(months), int(days))),
            (method, [other]) => {
                let other = other.downcast::<Self>().ok_or("argument is not a time")?;
                let order = (self.seconds, self.nanos).cmp(&(other.seconds, other.nanos));
                match method {
                    "Sub" => Value::object(DurationValue(self.since(other))),
                    "Before" => Value::Bool(order.is_lt()),
                    "After" => Value::Bool(order.is_gt()),
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

impl Time {
    fn add_date(&self, years: i64, months: i64, days: i64) -> Self {
        let civil = self.civil();
        let month = i64::try_from(civil.month).unwrap_or(1) - 1 + months;
        let (year, month) = (civil.year + years + month.div_euclid(12), month.rem_euclid(12) + 1);
        let day_number = days_from_civil(year, month, 1) + civil.day - 1 + days;
        let local = day_number * 86_400 + civil.hour * 3600 + civil.minute * 60 + civil.second;
        let seconds = self.zone.instant_of(local);
        Self { seconds, nanos: self.nanos, zone: self.zone.clone() }
    }
}

/// A month or weekday: an int with a name.
struct Named {
    number: usize,
    name: &'static str,
    of: Type,
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

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>() == Some(self)
    }
}
