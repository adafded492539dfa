use towpath_gotmpl::{CallError, Session, Signature, Value};

use super::{
    A, Answer, Entry, S,
    arguments::{text, utf8},
};
use crate::{
    engine::State,
    golang::{
        Duration,
        time::{DurationValue, TIME, Time, Zone, parse},
    },
};

const DATE_IN_ZONE: Entry =
    ("dateInZone", Signature::new(&[S, A, S], S), |s, a| in_zone(s, &utf8(&a[0]), &a[1], &utf8(&a[2])));
const DATE_MODIFY: Entry = ("dateModify", Signature::new(&[S, TIME], TIME), |_, a| {
    Ok(Duration::parse(&utf8(&a[0])).map_or_else(|_| a[1].clone(), |by| moved(&a[1], by)))
});
const MUST_DATE_MODIFY: Entry = ("mustDateModify", Signature::new(&[S, TIME], TIME), |_, a| {
    let by = Duration::parse(&utf8(&a[0])).map_err(|error| CallError::new(error.to_string()))?;
    Ok(moved(&a[1], by))
});

pub(super) const FUNCTIONS: &[Entry] = &[
    ("now", Signature::new(&[], TIME), |s, _| Ok(Value::object(State::of(s)?.now()))),
    ("date", Signature::new(&[S, A], S), |s, a| in_zone(s, &utf8(&a[0]), &a[1], "Local")),
    ("date_in_zone", DATE_IN_ZONE.1, DATE_IN_ZONE.2),
    DATE_IN_ZONE,
    ("htmlDate", Signature::new(&[A], S), |s, a| in_zone(s, "2006-01-02", &a[0], "Local")),
    ("htmlDateInZone", Signature::new(&[A, S], S), |s, a| in_zone(s, "2006-01-02", &a[0], &utf8(&a[1]))),
    ("date_modify", DATE_MODIFY.1, DATE_MODIFY.2),
    DATE_MODIFY,
    ("must_date_modify", MUST_DATE_MODIFY.1, MUST_DATE_MODIFY.2),
    MUST_DATE_MODIFY,
    ("toDate", Signature::new(&[S, S], TIME), |s, a| {
        let zone = State::of(s)?.zone();
        Ok(Value::object(parse(&utf8(&a[0]), &utf8(&a[1]), &zone).unwrap_or_else(|_| Time::zero())))
    }),
    ("mustToDate", Signature::new(&[S, S], TIME), |s, a| {
        let zone = State::of(s)?.zone();
        parse(&utf8(&a[0]), &utf8(&a[1]), &zone).map(Value::object).map_err(CallError::new)
    }),
    ("unixEpoch", Signature::new(&[TIME], S), |_, a| {
        Ok(a[0].downcast::<Time>().map_or(0, |time| time.seconds).to_string().into())
    }),
    ("ago", Signature::new(&[A], S), |s, a| {
        let now = State::of(s)?.now();
        let then = time_of(&a[0]).unwrap_or_else(|| now.clone());
        Ok(now.since(&then).round(Duration::seconds(1)).to_string().into())
    }),
    ("duration", Signature::new(&[A], S), |_, a| {
        let seconds = match &a[0] {
            Value::Str(text) => text.to_str().map_or(0, decimal),
            Value::Int(number, towpath_gotmpl::IntKind::Int64) => *number,
            _ => 0,
        };
        Ok(Duration::seconds(seconds).to_string().into())
    }),
    ("durationRound", Signature::new(&[A], S), |s, a| {
        let duration = match &a[0] {
            Value::Str(held) => Duration::parse(&utf8(&Value::Str(held.clone()))).map_or(0, |duration| duration.0),
            Value::Int(number, towpath_gotmpl::IntKind::Int64) => *number,
            other => match other.downcast::<Time>() {
                Some(time) => State::of(s)?.now().since(time).0,
                None => 0,
            },
        };
        Ok(rounded(duration).into())
    }),
];

/// Returns the integer in `text`; out of range it is the nearest, else zero.
fn decimal(text: &str) -> i64 {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    text.parse().unwrap_or(if text.starts_with('-') { i64::MIN } else { i64::MAX })
}

/// Returns the instant that a time or a number of seconds means.
fn time_of(value: &Value) -> Option<Time> {
    match value {
        Value::Int(
            seconds,
            towpath_gotmpl::IntKind::Int | towpath_gotmpl::IntKind::Int64 | towpath_gotmpl::IntKind::Int32,
        ) => Some(Time { seconds: *seconds, nanos: 0, zone: Zone::utc() }),
        other => other.downcast::<Time>().cloned(),
    }
}

fn in_zone(session: &mut Session, layout: &str, date: &Value, zone: &str) -> Answer {
    let state = State::of(session)?;
    let time = time_of(date).unwrap_or_else(|| state.now());
    let zone = if zone == "Local" { state.zone() } else { Zone::named(zone).unwrap_or_else(Zone::utc) };
    Ok(time.in_zone(zone).format(layout).into())
}

fn moved(time: &Value, by: Duration) -> Value {
    time.downcast::<Time>().map_or(Value::Nil, |time| Value::object(time.add(by)))
}

fn rounded(nanos: i64) -> String {
    const HOUR: u64 = 3_600_000_000_000;
    let size = nanos.unsigned_abs();
    let units = [
        (HOUR * 24 * 365, "y"),
        (HOUR * 24 * 30, "mo"),
        (HOUR * 24, "d"),
        (HOUR, "h"),
        (HOUR / 60, "m"),
        (HOUR / 3600, "s"),
    ];
    let found = units.into_iter().find(|(unit, _)| size > *unit);
    found.map_or_else(|| "0s".to_owned(), |(unit, name)| format!("{}{name}", size / unit))
}

/// Returns a duration as template value.
pub(super) fn duration_value(duration: Duration) -> Value {
    Value::object(DurationValue(duration))
}

/// Returns the text of a value that is a string.
pub(super) fn plain_text(value: &Value) -> Option<String> {
    matches!(value, Value::Str(_)).then(|| text(value).to_string_lossy().into_owned())
}
