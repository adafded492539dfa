//! Numbers as Go's strconv reads and writes them.

/// Returns the integer of `text` in `radix`; 0 takes it from the prefix `0x`, `0b`, `0o` or `0`.
///
/// Source: Go 1.25 `strconv.ParseInt`; underscores are taken out before.
pub(crate) fn parse_int(text: &str, radix: u32) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = parse_uint(digits, radix)?;
    if negative { 0i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() }
}

/// Returns the integer of `text`, which has no sign, in `radix`; 0 takes it from the prefix.
pub(crate) fn parse_uint(text: &str, radix: u32) -> Option<u64> {
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'x' | b'X', _, ..] if radix == 0 => (&text[2..], 16),
        [b'0', b'b' | b'B', _, ..] if radix == 0 => (&text[2..], 2),
        [b'0', b'o' | b'O', _, ..] if radix == 0 => (&text[2..], 8),
        [b'0', _, ..] if radix == 0 => (&text[1..], 8),
        _ if radix == 0 => (text, 10),
        _ => (text, radix),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

/// Returns whether `text` is a decimal float as YAML writes it.
pub(crate) fn is_yaml_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let whole = digits(unsigned);
    let mut rest = &unsigned[whole..];
    if let Some(fraction) = rest.strip_prefix('.') {
        let len = digits(fraction);
        if whole == 0 && len == 0 {
            return false;
        }
        rest = &fraction[len..];
    } else if whole == 0 {
        return false;
    }
    match rest.strip_prefix(['e', 'E']) {
        Some(exponent) => {
            let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
            !exponent.is_empty() && digits(exponent) == exponent.len()
        }
        None => rest.is_empty(),
    }
}

/// Returns the float of a decimal `text`; nothing where it is none or too large for one.
///
/// Source: Go 1.25 `strconv.ParseFloat`; its words and hexadecimal floats cannot reach this place.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    is_yaml_float(text).then(|| text.parse::<f64>().ok())?.filter(|float| float.is_finite())
}

/// Returns the float that is nearest to `int`.
#[expect(clippy::cast_precision_loss, reason = "rounding to the nearest float is what Go does here too")]
pub(crate) fn float_of(int: i64) -> f64 {
    int as f64
}

/// Returns `float` as Go writes it with `%g` and the fewest digits: `1e+06`, `0.1`, `.inf`, `-.inf`, `.nan`.
///
/// Source: Go 1.25 `strconv.FormatFloat(float, 'g', -1, 64)`, with YAML's words.
pub fn format_float(float: f64) -> String {
    if float.is_nan() {
        return ".nan".to_owned();
    }
    if float.is_infinite() {
        return if float > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    notation(&towpath_model::shortest(float))
}

/// Returns `float` rounded to 32 bits, as Go writes the number keys of a mapping that becomes JSON.
#[expect(clippy::cast_possible_truncation, reason = "Go formats these keys with 32 bits")]
pub(crate) fn format_float_key(float: f64) -> String {
    if !float.is_finite() {
        return format_float(float);
    }
    let single = float as f32;
    if single.is_infinite() {
        return format_float(f64::from(single));
    }
    notation(&towpath_model::shortest_single(single))
}

/// Turns Rust's `1.5e6` with the fewest digits into Go's notation: an exponent below -4 or above 5 is written.
fn notation(scientific: &str) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |mantissa| ("-", mantissa));
    if !(-4..=5).contains(&exponent) {
        let sign_of_exponent = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{mantissa}e{sign_of_exponent}{:02}", exponent.abs());
    }
    let digits = mantissa.replace('.', "");
    let Ok(whole) = usize::try_from(exponent + 1) else {
        return format!("{sign}0.{}{digits}", "0".repeat(usize::try_from(-exponent - 1).unwrap_or(0)));
    };
    if whole == 0 {
        format!("{sign}0.{digits}")
    } else if digits.len() <= whole {
        format!("{sign}{digits}{}", "0".repeat(whole - digits.len()))
    } else {
        format!("{sign}{}.{}", &digits[..whole], &digits[whole..])
    }
}
