//! The loose conversions of Sprig's numeric functions.
//!
//! Source: `spf13/cast` 1.7.0: what cannot be converted is zero.

use std::borrow::Cow;

use towpath_gotmpl::{Str, Value};

/// Returns `value` as a Go `int64`; texts in any base Go's literals have.
pub(crate) fn to_int(value: &Value) -> i64 {
    match value {
        Value::Int(number, _) => *number,
        #[expect(clippy::cast_possible_wrap, reason = "Go wraps here as well")]
        Value::Uint(number, _) => *number as i64,
        Value::Float(number) => float_to_int(*number),
        Value::Float32(number) => float_to_int(f64::from(*number)),
        Value::Bool(truth) => i64::from(*truth),
        Value::Str(text) => text.to_str().and_then(|text| parse_int(without_zero_decimals(text))).unwrap_or(0),
        _ => 0,
    }
}

/// Returns `value` as a Go `float64`.
pub(crate) fn to_float(value: &Value) -> f64 {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "Go rounds here as well")]
        Value::Int(number, _) => *number as f64,
        #[expect(clippy::cast_precision_loss, reason = "Go rounds here as well")]
        Value::Uint(number, _) => *number as f64,
        Value::Float(number) => *number,
        Value::Float32(number) => f64::from(*number),
        Value::Bool(truth) => f64::from(u8::from(*truth)),
        Value::Str(text) => parse_float(text).unwrap_or(0.0),
        _ => 0.0,
    }
}

/// Returns a float cut toward zero; out of range it is the least integer, as on amd64.
pub(crate) fn float_to_int(number: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number) { number as i64 } else { i64::MIN }
}

/// Returns the float in `text` as Go's `strconv.ParseFloat` reads it.
pub(crate) fn parse_float(text: &Str) -> Option<f64> {
    let text = &*without_underscores(text.to_str()?)?;
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let word = body.to_ascii_lowercase();
    if matches!(word.as_str(), "inf" | "infinity" | "nan") {
        return text.parse().ok();
    }
    if let Some(hex) = word.strip_prefix("0x") {
        return hex_float(hex).map(|size| if text.starts_with('-') { -size } else { size });
    }
    let plain = body.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && body.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    text.parse::<f64>().ok().filter(|number| plain && number.is_finite())
}

/// Returns a number without the underscores between its digits; nothing where one stands elsewhere.
fn without_underscores(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('_') {
        return Some(Cow::Borrowed(text));
    }
    let bytes = text.as_bytes();
    let body = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    let is_hex = body.starts_with("0x");
    let is_digit = |byte: u8| if is_hex { byte.is_ascii_hexdigit() } else { byte.is_ascii_digit() };
    let between = |at: usize| {
        let before = at.checked_sub(1).map(|at| bytes[at]);
        before.is_some_and(|byte| is_digit(byte) || (is_hex && matches!(byte, b'x' | b'X')))
            && bytes.get(at + 1).is_some_and(|byte| is_digit(*byte))
    };
    let all = bytes.iter().enumerate().all(|(at, byte)| *byte != b'_' || between(at));
    all.then(|| Cow::Owned(text.replace('_', "")))
}

/// Returns the size of a hexadecimal float such as `1.8p3`; its exponent is required.
fn hex_float(text: &str) -> Option<f64> {
    let (digits, exponent) = text.split_once('p')?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && part.is_empty() {
        return None;
    }
    let mut value = 0.0;
    for c in whole.chars().chain(part.chars()) {
        value = value * 16.0 + f64::from(c.to_digit(16)?);
    }
    let shift = exponent.checked_sub(i32::try_from(part.len()).ok()?.checked_mul(4)?)?;
    Some(value * f64::from(2u8).powi(shift)).filter(|value| value.is_finite())
}

/// Returns the integer in `text` as Go's `strconv.ParseInt` with base 0 reads it: `0x`, `0o`, `0b`, `0`, `_`.
pub(crate) fn parse_int(text: &str) -> Option<i64> {
    let (negative, body) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = body.to_ascii_lowercase();
    let (base, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    let underscored = digits.contains('_');
    // An underscore may stand between digits and behind a base prefix, nowhere else.
    if underscored && (digits.ends_with('_') || digits.contains("__") || (base == 10 && digits.starts_with('_'))) {
        return None;
    }
    let digits = if underscored { digits.replace('_', "") } else { digits.to_owned() };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let size = u64::from_str_radix(&digits, base).ok()?;
    if negative { 0i64.checked_sub_unsigned(size) } else { i64::try_from(size).ok() }
}

/// What Go's `strconv.Atoi` gives with an error, and the error's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoInt {
    /// Out of range the nearest number, else zero.
    pub(crate) instead: i64,
    pub(crate) problem: &'static str,
}

/// Returns the decimal integer in `text` as Go's `strconv.Atoi`, which reads nothing behind the digit that is too much.
pub(crate) fn atoi(text: &str) -> Result<i64, NoInt> {
    const SYNTAX: NoInt = NoInt { instead: 0, problem: "invalid syntax" };
    let range = |instead| NoInt { instead, problem: "value out of range" };
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() {
        return Err(SYNTAX);
    }
    let mut size = Some(0u64);
    for byte in digits.bytes() {
        if !byte.is_ascii_digit() {
            return Err(SYNTAX);
        }
        size = size.and_then(|size| size.checked_mul(10)?.checked_add(u64::from(byte - b'0')));
        if size.is_none() {
            break;
        }
    }
    if text.starts_with('-') {
        size.and_then(|size| 0i64.checked_sub_unsigned(size)).ok_or(range(i64::MIN))
    } else {
        size.and_then(|size| i64::try_from(size).ok()).ok_or(range(i64::MAX))
    }
}

/// Returns `text` without a decimal part that is only zeros: `8.00` is `8`.
fn without_zero_decimals(text: &str) -> &str {
    let trimmed = text.trim_end_matches('0');
    match trimmed.strip_suffix('.') {
        Some(whole) if trimmed.len() < text.len() => whole,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_as_by_atoi() {
        for (text, instead, problem) in [
            ("", 0, "invalid syntax"),
            ("+", 0, "invalid syntax"),
            ("1_0", 0, "invalid syntax"),
            ("9999999999999999999|", 0, "invalid syntax"),
            ("999999999999999999999|", i64::MAX, "value out of range"),
            ("-999999999999999999999x", i64::MIN, "value out of range"),
            ("9223372036854775808", i64::MAX, "value out of range"),
            ("-9223372036854775809", i64::MIN, "value out of range"),
        ] {
            assert_eq!(atoi(text), Err(NoInt { instead, problem }), "{text}");
        }
        for (text, number) in [("007", 7), ("+1", 1), ("-0", 0), ("-9223372036854775808", i64::MIN)] {
            assert_eq!(atoi(text), Ok(number), "{text}");
        }
    }

    #[test]
    fn texts_convert_as_go_literals() {
        for (text, expected) in [
            ("42", 42),
            ("-7", -7),
            ("0x1F", 31),
            ("017", 15),
            ("0b101", 5),
            ("1_000", 1000),
            ("8.00", 8),
            ("8.5", 0),
            ("abc", 0),
            ("", 0),
            ("08", 0),
            ("9223372036854775808", 0),
        ] {
            assert_eq!(to_int(&Value::from(text)), expected, "{text}");
        }
        assert_eq!(to_int(&Value::Float(-3.9)), -3);
        assert_eq!(to_int(&Value::Float(1e30)), i64::MIN);
        assert!((to_float(&Value::from("0x1p4")) - 16.0).abs() < f64::EPSILON);
        assert!(to_float(&Value::from("1.5x")).abs() < f64::EPSILON);
    }
}
