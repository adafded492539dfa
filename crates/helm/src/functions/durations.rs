//! Helm 4's functions on durations.

use towpath_gotmpl::{CallError, Signature, Value};

use super::{
    A, Entry, F, L,
    dates::{duration_value, plain_text},
};
use crate::golang::{
    Duration,
    cast::{float_to_int, parse_float},
    time::{DURATION, DurationValue},
};

const SECOND: i64 = 1_000_000_000;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("mustToDuration", Signature::new(&[A], DURATION), |_, a| read(&a[0]).map(duration_value).map_err(CallError::new)),
    ("durationSeconds", Signature::new(&[A], F), |_, a| Ok(units(&a[0], SECOND).into())),
    ("durationMinutes", Signature::new(&[A], F), |_, a| Ok(units(&a[0], 60 * SECOND).into())),
    ("durationHours", Signature::new(&[A], F), |_, a| Ok(units(&a[0], 3600 * SECOND).into())),
    ("durationDays", Signature::new(&[A], F), |_, a| Ok((units(&a[0], 3600 * SECOND) / 24.0).into())),
    ("durationWeeks", Signature::new(&[A], F), |_, a| Ok((units(&a[0], 3600 * SECOND) / 24.0 / 7.0).into())),
    ("durationMilliseconds", Signature::new(&[A], L), |_, a| Ok(Value::int64(nanos(&a[0]) / 1_000_000))),
    ("durationMicroseconds", Signature::new(&[A], L), |_, a| Ok(Value::int64(nanos(&a[0]) / 1_000))),
    ("durationNanoseconds", Signature::new(&[A], L), |_, a| Ok(Value::int64(nanos(&a[0])))),
    ("durationRoundTo", Signature::new(&[A, A], DURATION), |_, a| Ok(stepped(&a[0], &a[1], Duration::round))),
    ("durationTruncateTo", Signature::new(&[A, A], DURATION), |_, a| Ok(stepped(&a[0], &a[1], Duration::truncate))),
];

fn nanos(value: &Value) -> i64 {
    read(value).map_or(0, |duration| duration.0)
}

#[expect(clippy::cast_precision_loss, reason = "Go splits into whole units and a fraction of float64 as well")]
fn units(value: &Value, unit: i64) -> f64 {
    let nanos = nanos(value);
    (nanos / unit) as f64 + (nanos % unit) as f64 / unit as f64
}

fn stepped(value: &Value, step: &Value, apply: fn(Duration, Duration) -> Duration) -> Value {
    let Ok(duration) = read(value) else { return duration_value(Duration(0)) };
    duration_value(read(step).map_or(duration, |step| apply(duration, step)))
}

/// Returns a duration, a text of one, or a number of seconds; the error is Helm's.
fn read(value: &Value) -> Result<Duration, String> {
    if let Some(DurationValue(duration)) = value.downcast() {
        return Ok(*duration);
    }
    if let Some(whole) = plain_text(value) {
        let text = whole.trim();
        if text.is_empty() {
            return Err("empty duration".to_owned());
        }
        if let Ok(duration) = Duration::parse(text) {
            return Ok(duration);
        }
        return match parse_float(&text.into()) {
            Some(seconds) => from_float(seconds),
            None => Err(format!("could not parse duration {}", crate::golang::quote(&whole))),
        };
    }
    let most = i64::MAX / SECOND;
    match value {
        Value::Nil => Err("invalid duration".to_owned()),
        Value::Int(seconds, _) if (-most..=most).contains(seconds) => Ok(Duration(seconds * SECOND)),
        Value::Int(seconds, _) => Err(format!("duration seconds overflow: {seconds}")),
        Value::Uint(seconds, _) => match i64::try_from(*seconds) {
            Ok(seconds) if seconds <= most => Ok(Duration(seconds * SECOND)),
            _ => Err(format!("duration seconds overflow: {seconds}")),
        },
        Value::Float(seconds) => from_float(*seconds),
        Value::Float32(seconds) => from_float(f64::from(*seconds)),
        other => Err(format!("unsupported duration type {}", other.type_name())),
    }
}

#[expect(clippy::cast_precision_loss, reason = "the limits are floats in Helm as well")]
fn from_float(seconds: f64) -> Result<Duration, String> {
    let shown = || crate::golang::float_g(seconds);
    if !seconds.is_finite() {
        return Err(format!("invalid duration seconds: {}", shown()));
    }
    let limit = i64::MAX as f64 / SECOND as f64;
    if seconds.abs() > limit {
        return Err(format!("duration seconds overflow: {}", shown()));
    }
    Ok(Duration(float_to_int(seconds * SECOND as f64)))
}
