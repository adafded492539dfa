use std::{cmp::Ordering, ops::Range};

use num_bigint::BigUint;

/// A decimal number of any size, exact: `0.DIGITS * 10^point`, the digits without zeros at either end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    negative: bool,
    digits: Vec<u8>,
    point: i64,
}

/// Exponents that Go's `big.Rat` reads.
const EXPONENTS: Range<i64> = -1_000_000..1_000_001;

impl Number {
    /// Returns the number of a JSON text; nothing where its exponent is beyond what Go's `big.Rat` reads.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let (negative, text) = text.strip_prefix(b"-").map_or((false, text), |rest| (true, rest));
        let end = text.iter().position(|byte| matches!(byte, b'e' | b'E')).unwrap_or(text.len());
        let (plain, exponent) = text.split_at(end);
        let exponent: i64 = match exponent.get(1..) {
            None | Some([]) => 0,
            Some(text) => {
                let text = std::str::from_utf8(text).ok()?;
                text.strip_prefix('+').unwrap_or(text).parse().unwrap_or(i64::MAX / 4)
            }
        };
        let point = plain.iter().position(|byte| *byte == b'.');
        let whole = i64::try_from(point.unwrap_or(plain.len())).ok()?;
        let fraction = point.map_or(0, |point| plain.len() - point - 1);
        let mut digits: Vec<u8> = plain.iter().copied().filter(|byte| *byte != b'.').collect();
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        digits.drain(..zeros);
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        if digits.is_empty() {
            return Some(Self { negative: false, digits, point: 0 });
        }
        if !EXPONENTS.contains(&exponent.saturating_sub(i64::try_from(fraction).ok()?)) {
            return None;
        }
        let point = whole - i64::try_from(zeros).ok()? + exponent;
        Some(Self { negative, digits, point })
    }

    /// Tells whether it has no fraction.
    pub(super) fn is_integer(&self) -> bool {
        i64::try_from(self.digits.len()).is_ok_and(|length| length <= self.point) || self.digits.is_empty()
    }

    pub(super) fn is_positive(&self) -> bool {
        !self.negative && !self.digits.is_empty()
    }

    pub(super) fn is_negative(&self) -> bool {
        self.negative
    }

    /// Returns the integer that it is, wrapped to 64 bits as Go's `Int64` does.
    pub(super) fn to_wrapped_i64(&self) -> Option<i64> {
        if !self.is_integer() {
            return None;
        }
        let (mantissa, exponent) = self.scaled();
        let power = u64::try_from(exponent).unwrap_or(0);
        // Ten to the 64th is a multiple of 2^64.
        let low = if power >= 64 {
            0
        } else {
            let whole = mantissa * BigUint::from(10u8).pow(u32::try_from(power).unwrap_or(0));
            whole.iter_u64_digits().next().unwrap_or(0)
        };
        let low = i64::from_ne_bytes(low.to_ne_bytes());
        Some(if self.negative { low.wrapping_neg() } else { low })
    }

    /// Returns the nearest float; an infinity where it is too large.
    pub(super) fn to_f64(&self) -> f64 {
        let digits = String::from_utf8_lossy(&self.digits);
        let sign = if self.negative { "-" } else { "" };
        let text = if self.digits.is_empty() { "0".to_owned() } else { format!("{sign}0.{digits}e{}", self.point) };
        text.parse().unwrap_or(0.0)
    }

    /// Tells whether it is a multiple of `step`, which is not zero.
    pub(super) fn is_multiple_of(&self, step: &Self) -> bool {
        if self.digits.is_empty() {
            return true;
        }
        let ((ours, our_exponent), (theirs, their_exponent)) = (self.scaled(), step.scaled());
        let zero = BigUint::ZERO;
        if theirs == zero {
            return false;
        }
        match u64::try_from(our_exponent - their_exponent) {
            Ok(up) => (ours * BigUint::from(10u8).modpow(&BigUint::from(up), &theirs)) % &theirs == zero,
            // A step with more digits than the number is larger than it.
            Err(_) if step.point > self.point => false,
            Err(_) => {
                let down = u32::try_from(their_exponent - our_exponent).unwrap_or(u32::MAX);
                ours % (theirs * BigUint::from(10u8).pow(down)) == zero
            }
        }
    }

    /// Returns mantissa and exponent of ten.
    fn scaled(&self) -> (BigUint, i64) {
        let length = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        (BigUint::parse_bytes(&self.digits, 10).unwrap_or_default(), self.point.saturating_sub(length))
    }

    /// Returns the text that Go's `big.Float` prints: all digits, an exponent below 1e-4 and from a million on.
    pub(super) fn to_big_float_text(&self) -> String {
        if self.digits.is_empty() {
            return "0".to_owned();
        }
        let text = String::from_utf8_lossy(&self.digits);
        let exponent = self.point - 1;
        let sign = if self.negative { "-" } else { "" };
        if (-4..6).contains(&exponent) {
            return sign.to_owned() + &plain(&text, self.point);
        }
        let (first, rest) = text.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        let mark = if exponent < 0 { '-' } else { '+' };
        format!("{sign}{first}{dot}{rest}e{mark}{:02}", exponent.abs())
    }
}

/// Returns `0.DIGITS * 10^point` without an exponent.
fn plain(digits: &str, point: i64) -> String {
    match usize::try_from(point) {
        Ok(0) | Err(_) => {
            let zeros = usize::try_from(-point).unwrap_or(0);
            format!("0.{}{digits}", "0".repeat(zeros))
        }
        Ok(point) if point >= digits.len() => format!("{digits}{}", "0".repeat(point - digits.len())),
        Ok(point) => format!("{}.{}", &digits[..point], &digits[point..]),
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.digits.is_empty(), number.negative) {
            (true, _) => 0,
            (_, true) => -1,
            _ => 1,
        };
        let (ours, theirs) = (sign(self), sign(other));
        if ours != theirs || ours == 0 {
            return ours.cmp(&theirs);
        }
        let size = self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits));
        if self.negative { size.reverse() } else { size }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text.as_bytes()).expect("because the tests stay below the limit")
    }

    #[test]
    fn numbers_are_exact() {
        assert_eq!(number("1.0"), number("10e-1"));
        assert!(number("0.1") < number("0.10000000000000000000001"));
        assert!(number("-2") < number("-1.5"));
        assert!(number("1e400") > number("1e399"));
        assert!(number("1.5e1").is_integer() && !number("0.5").is_integer());
        assert!(number("0.3").is_multiple_of(&number("0.1")));
        assert!(!number("0.35").is_multiple_of(&number("0.1")));
        assert!(
            number("1e1000000").is_multiple_of(&number("7e-3")) == number("1e999999").is_multiple_of(&number("7e-4"))
        );
        assert!(!number("1").is_multiple_of(&number("1e1000000")));
        assert_eq!(Number::parse(b"1e1000001"), None);
        assert_eq!(number("-9223372036854775809").to_wrapped_i64(), Some(i64::MAX));
    }

    #[test]
    fn numbers_print_as_go_prints_big_floats() {
        for (text, expected) in [
            ("0", "0"),
            ("1000000", "1e+06"),
            ("12345678901.5", "1.23456789015e+10"),
            ("999999.5", "999999.5"),
            ("0.00001", "1e-05"),
            ("0.0001", "0.0001"),
            ("-1.50", "-1.5"),
            ("65535", "65535"),
        ] {
            assert_eq!(number(text).to_big_float_text(), expected, "{text}");
        }
    }
}
