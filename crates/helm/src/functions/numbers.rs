use towpath_gotmpl::{CallError, List, ListType, Signature, Type, Value};

use super::{A, Answer, Entry, F, I, L, S, arguments::int, fail};
use crate::golang::{
    Decimal,
    cast::{atoi, to_float, to_int},
};

/// `until` and `seq` give at most this many numbers.
const MAX_COUNT: i128 = 10_000_000;

const INTS: Type = Type::List(ListType::INT);

pub(super) const FUNCTIONS: &[Entry] = &[
    ("atoi", Signature::new(&[S], I), |_, a| {
        let text = super::arguments::utf8(&a[0]);
        Ok(Value::int(atoi(&text).unwrap_or_else(|error| error.instead)))
    }),
    ("int64", Signature::new(&[A], L), |_, a| Ok(Value::int64(to_int(&a[0])))),
    ("int", Signature::new(&[A], I), |_, a| Ok(Value::int(to_int(&a[0])))),
    ("float64", Signature::new(&[A], F), |_, a| Ok(to_float(&a[0]).into())),
    ("toDecimal", Signature::new(&[A], L), |_, a| Ok(Value::int64(octal(&a[0])))),
    ("seq", Signature::variadic(&[], I, S), |_, a| seq(&a.iter().map(int).collect::<Vec<_>>())),
    ("until", Signature::new(&[I], INTS), |_, a| {
        let count = int(&a[0]);
        Ok(ints(steps(0, count, if count < 0 { -1 } else { 1 })?))
    }),
    ("untilStep", Signature::new(&[I, I, I], INTS), |_, a| Ok(ints(steps(int(&a[0]), int(&a[1]), int(&a[2]))?))),
    ("add1", Signature::new(&[A], L), |_, a| Ok(Value::int64(to_int(&a[0]).wrapping_add(1)))),
    ("add", Signature::variadic(&[], A, L), |_, a| Ok(Value::int64(a.iter().map(to_int).fold(0, i64::wrapping_add)))),
    ("sub", Signature::new(&[A, A], L), |_, a| Ok(Value::int64(to_int(&a[0]).wrapping_sub(to_int(&a[1]))))),
    ("div", Signature::new(&[A, A], L), |_, a| divided(&a[0], &a[1], i64::wrapping_div)),
    ("mod", Signature::new(&[A, A], L), |_, a| divided(&a[0], &a[1], i64::wrapping_rem)),
    ("mul", Signature::variadic(&[A], A, L), |_, a| Ok(Value::int64(a.iter().map(to_int).fold(1, i64::wrapping_mul)))),
    ("add1f", Signature::new(&[A], F), |_, a| decimals(&a[0], &[Value::int(1)], |a, b| Some(a.add(b)))),
    ("addf", Signature::variadic(&[], A, F), |_, a| decimals(&Value::Float(0.0), a, |a, b| Some(a.add(b)))),
    ("subf", Signature::variadic(&[A], A, F), |_, a| decimals(&a[0], &a[1..], |a, b| Some(a.subtract(b)))),
    ("divf", Signature::variadic(&[A], A, F), |_, a| decimals(&a[0], &a[1..], Decimal::divide)),
    ("mulf", Signature::variadic(&[A], A, F), |_, a| decimals(&a[0], &a[1..], |a, b| Some(a.multiply(b)))),
    ("biggest", Signature::variadic(&[A], A, L), |_, a| Ok(Value::int64(a.iter().map(to_int).max().unwrap_or(0)))),
    ("max", Signature::variadic(&[A], A, L), |_, a| Ok(Value::int64(a.iter().map(to_int).max().unwrap_or(0)))),
    ("min", Signature::variadic(&[A], A, L), |_, a| Ok(Value::int64(a.iter().map(to_int).min().unwrap_or(0)))),
    ("maxf", Signature::variadic(&[A], A, F), |_, a| Ok(extreme(a, |a, b| a > b))),
    ("minf", Signature::variadic(&[A], A, F), |_, a| Ok(extreme(a, |a, b| a < b))),
    ("ceil", Signature::new(&[A], F), |_, a| Ok(to_float(&a[0]).ceil().into())),
    ("floor", Signature::new(&[A], F), |_, a| Ok(to_float(&a[0]).floor().into())),
    ("round", Signature::variadic(&[A, I], F, F), |_, a| {
        let on = if let Some(Value::Float(on)) = a.get(2) { *on } else { 0.5 };
        Ok(round(to_float(&a[0]), int(&a[1]), on).into())
    }),
];

fn octal(value: &Value) -> i64 {
    let shown = crate::golang::display(value);
    let text = String::from_utf8_lossy(&shown);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(&text);
    if digits.starts_with(['+', '-']) { 0 } else { i64::from_str_radix(&text, 8).unwrap_or(0) }
}

fn divided(above: &Value, below: &Value, divide: fn(i64, i64) -> i64) -> Answer {
    match to_int(below) {
        0 => fail("runtime error: integer divide by zero"),
        below => Ok(Value::int64(divide(to_int(above), below))),
    }
}

fn decimals(first: &Value, rest: &[Value], operate: fn(&Decimal, &Decimal) -> Option<Decimal>) -> Answer {
    let decimal = |value: &Value| {
        let number = to_float(value);
        Decimal::from_float(number).ok_or_else(|| {
            let shown = crate::golang::float_g(number);
            CallError::new(format!("Cannot create a Decimal from {shown}"))
        })
    };
    let mut result = decimal(first)?;
    for value in rest {
        result = operate(&result, &decimal(value)?).ok_or("decimal division by 0")?;
    }
    Ok(result.to_float().into())
}

fn extreme(values: &[Value], better: fn(f64, f64) -> bool) -> Value {
    let mut numbers = values.iter().map(to_float);
    let first = numbers.next().unwrap_or(0.0);
    let pick = |best: f64, next: f64| match (best.is_nan(), next.is_nan()) {
        (true, _) | (_, true) => f64::NAN,
        _ if better(next, best) => next,
        _ => best,
    };
    numbers.fold(first, pick).into()
}

#[expect(clippy::cast_precision_loss, reason = "Go converts the places to float64 as well")]
fn round(number: f64, places: i64, on: f64) -> f64 {
    let power = 10f64.powf(places as f64);
    let digit = power * number;
    let rounded = if digit.fract() >= on { digit.ceil() } else { digit.floor() };
    rounded / power
}

fn steps(start: i64, end: i64, step: i64) -> Result<Vec<i64>, CallError> {
    let away = if end < start { step < 0 } else { step > 0 };
    if !away || start == end {
        return Ok(Vec::new());
    }
    let distance = (i128::from(end) - i128::from(start)).abs();
    let size = i128::from(step).abs();
    let count = (distance + size - 1) / size;
    if count > MAX_COUNT {
        return fail(format!("a list of {count} numbers is longer than {MAX_COUNT}"));
    }
    let mut numbers = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
    let mut next = start;
    for _ in 0..count {
        numbers.push(next);
        next = next.wrapping_add(step);
    }
    Ok(numbers)
}

fn ints(numbers: Vec<i64>) -> Value {
    List::new(ListType::INT, numbers.into_iter().map(Value::int).collect()).into()
}

fn seq(parameters: &[i64]) -> Answer {
    let numbers = match *parameters {
        [end] => {
            let step = if end < 1 { -1 } else { 1 };
            steps(1, end.wrapping_add(step), step)?
        }
        [start, end] => {
            let step = if end < start { -1 } else { 1 };
            steps(start, end.wrapping_add(step), step)?
        }
        [start, step, end] => {
            let one = if end < start { -1 } else { 1 };
            if end < start && step > 0 { Vec::new() } else { steps(start, end.wrapping_add(one), step)? }
        }
        _ => Vec::new(),
    };
    Ok(numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ").into())
}
