/// Returns the number of an unsigned literal, prefix and underscores included: `strconv.ParseUint(text, 0, 64)`.
pub(crate) fn parse_uint(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    let second = bytes.get(1).map(u8::to_ascii_lowercase);
    let (radix, digits) = match (bytes.first()?, second) {
        (b'0', Some(b'b')) if bytes.len() >= 3 => (2, &bytes[2..]),
        (b'0', Some(b'o')) if bytes.len() >= 3 => (8, &bytes[2..]),
        (b'0', Some(b'x')) if bytes.len() >= 3 => (16, &bytes[2..]),
        (b'0', _) => (8, &bytes[1..]),
        _ => (10, bytes),
    };
    let digit = |byte: &u8| char::from(*byte).to_digit(radix);
    let number = digits
        .iter()
        .filter(|byte| **byte != b'_')
        .try_fold(0_u64, |number, byte| number.checked_mul(u64::from(radix))?.checked_add(u64::from(digit(byte)?)))?;
    underscores_are_fine(bytes).then_some(number)
}

/// Returns the number of a literal that may have a sign: `strconv.ParseInt(text, 0, 64)`.
pub(crate) fn parse_int(text: &str) -> Option<i64> {
    if let Some(digits) = text.strip_prefix('-') {
        return 0_i64.checked_sub_unsigned(parse_uint(digits)?);
    }
    parse_uint(text.strip_prefix('+').unwrap_or(text)).and_then(|number| i64::try_from(number).ok())
}

/// Returns the number of a literal: `strconv.ParseFloat(text, 64)` without the words for infinity. Nothing where the
/// number is too large, too.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    if text.contains('_') && !underscores_are_fine(text.as_bytes()) {
        return None;
    }
    let plain: String = text.chars().filter(|c| *c != '_').collect();
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    let number = match unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")) {
        Some(digits) if !digits.is_empty() => parse_hexadecimal(digits)?,
        _ if unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') => unsigned.parse().ok()?,
        _ => return None,
    };
    let signed = if plain.starts_with('-') { -number } else { number };
    signed.is_finite().then_some(signed)
}

/// Returns `mantissa × 2^exponent` of hexadecimal digits with a point and a `p` exponent, rounded to nearest even.
fn parse_hexadecimal(text: &str) -> Option<f64> {
    let (digits, exponent) = text.split_once(['p', 'P'])?;
    let mut exponent: i64 = exponent.parse().ok()?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    exponent = exponent.clamp(-100_000, 100_000);
    let mut mantissa = 0_u64;
    for (at, digit) in whole.chars().chain(fraction.chars()).enumerate() {
        let digit = u64::from(digit.to_digit(16)?);
        let is_fraction = at >= whole.len();
        if mantissa >> 58 == 0 {
            mantissa = mantissa << 4 | digit;
            exponent -= if is_fraction { 4 } else { 0 };
        } else {
            // A digit that no longer fits only says on which side of the middle the number stands.
            mantissa |= u64::from(digit != 0);
            exponent += if is_fraction { 0 } else { 4 };
        }
    }
    Some(scale(mantissa, exponent))
}

fn scale(mut mantissa: u64, mut exponent: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let shift = mantissa.leading_zeros();
    mantissa <<= shift;
    exponent += 63 - i64::from(shift);
    if exponent > 1023 {
        return f64::INFINITY;
    }
    // The mantissa has 64 bits; a normal number keeps 53, a subnormal one fewer.
    let kept = if exponent >= -1022 { 53 } else { 53 - (-1022 - exponent) };
    if kept < 0 {
        return 0.0;
    }
    let dropped = u32::try_from(64 - kept).unwrap_or(64);
    let (mut bits, rest) =
        if dropped == 64 { (0, mantissa) } else { (mantissa >> dropped, mantissa << (64 - dropped)) };
    let half = 1_u64 << 63;
    if rest > half || (rest == half && bits & 1 == 1) {
        bits += 1;
    }
    let biased = u64::try_from((exponent + 1022).max(0)).unwrap_or(0);
    // Adding lets a mantissa that rounded up to the next power of two carry into the exponent.
    f64::from_bits((biased << 52) + bits)
}

/// Tells whether underscores stand only between digits or behind a base prefix.
fn underscores_are_fine(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let prefix = text.len() >= 2 && text[0] == b'0' && b"boxBOX".contains(&text[1]);
    let is_hexadecimal = prefix && text[1].eq_ignore_ascii_case(&b'x');
    let mut before = if prefix { b'0' } else { b'^' };
    for byte in &text[if prefix { 2 } else { 0 }..] {
        let is_digit = byte.is_ascii_digit() || is_hexadecimal && byte.is_ascii_hexdigit();
        let class = match byte {
            _ if is_digit => b'0',
            b'_' => b'_',
            _ => b'!',
        };
        if class == b'_' && before != b'0' || class == b'!' && before == b'_' {
            return false;
        }
        before = class;
    }
    before != b'_'
}
