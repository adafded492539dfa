//! Go's `time`: instants in a zone, and its layouts that are written as an example date.

mod format;
mod methods;
mod parse;
mod values;
mod zone;

pub(crate) use parse::parse;
pub(crate) use values::{DURATION, DurationValue};
pub(crate) use zone::Zone;

use std::time::SystemTime;

use towpath_gotmpl::{Kind, Type};

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

    /// Returns the time past the last multiple of `unit` since the year 1; `unit` is above zero.
    fn past(&self, unit: Duration) -> i64 {
        let nanos = i128::from(self.seconds - ZERO_SECONDS) * 1_000_000_000 + i128::from(self.nanos);
        i64::try_from(nanos.rem_euclid(i128::from(unit.0))).unwrap_or(0)
    }

    /// Returns the last multiple of `unit` since the year 1.
    fn truncate(&self, unit: Duration) -> Self {
        if unit.0 <= 0 { self.clone() } else { self.add(Duration(-self.past(unit))) }
    }

    /// Returns the nearest multiple of `unit` since the year 1, the later of two.
    fn round(&self, unit: Duration) -> Self {
        if unit.0 <= 0 {
            return self.clone();
        }
        let past = self.past(unit);
        let down = past.unsigned_abs() * 2 < unit.0.unsigned_abs();
        self.add(Duration(if down { -past } else { unit.0 - past }))
    }

    /// Returns what Go's `%#v` prints.
    fn go_source(&self) -> String {
        let civil = self.civil();
        let zone = if self.zone.is_utc() {
            "time.UTC".to_owned()
        } else if self.zone.is_local() {
            "time.Local".to_owned()
        } else {
            format!("time.Location({})", quote(self.zone.name()))
        };
        let (year, month, day) = (civil.year, MONTHS[civil.month - 1], civil.day);
        let (hour, minute, second, nanos) = (civil.hour, civil.minute, civil.second, self.nanos);
        format!("time.Date({year}, time.{month}, {day}, {hour}, {minute}, {second}, {nanos}, {zone})")
    }
}
