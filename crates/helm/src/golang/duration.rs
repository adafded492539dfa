use std::fmt;

/// A length of time in nanoseconds, as Go's `time.Duration`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Duration(pub(crate) i64);

const SECOND: i64 = 1_000_000_000;

/// A text that is not a duration; Display is Go's message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("time: {0}")]
pub(crate) struct DurationError(String);

impl Duration {
    /// Returns the duration in `text`, such as `1h15m30.918s`.
    ///
    /// Source: Go's `time.ParseDuration`.
    pub(crate) fn parse(text: &str) -> Result<Self, DurationError> {
        let quoted = super::time::quote(text);
        let invalid = || DurationError(format!("invalid duration {quoted}"));
        let (negative, mut rest) = match text.strip_prefix(['-', '+']) {
            Some(rest) => (text.starts_with('-'), rest),
            None => (false, text),
        };
        if rest == "0" {
            return Ok(Self(0));
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        let mut total: u64 = 0;
        while !rest.is_empty() {
            let whole_end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let whole = digits(&rest[..whole_end]).ok_or_else(invalid)?;
            let after = &rest[whole_end..];
            let (fraction, after) = match after.strip_prefix('.') {
                Some(tail) => {
                    let end = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
                    (&tail[..end], &tail[end..])
                }
                None => ("", after),
            };
            if whole_end == 0 && fraction.is_empty() {
                return Err(invalid());
            }
            let unit_end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
            let unit = &after[..unit_end];
            if unit.is_empty() {
                return Err(DurationError(format!("missing unit in duration {quoted}")));
            }
            let scale = unit_of(unit).ok_or_else(|| {
                DurationError(format!("unknown unit {} in duration {quoted}", super::time::quote(unit)))
            })?;
            let value = whole.checked_mul(scale).filter(|value| *value <= 1 << 63).ok_or_else(invalid)?;
            let value = value.checked_add(part_of(fraction, scale)).filter(|value| *value <= 1 << 63);
            total = value.and_then(|value| total.checked_add(value)).filter(|t| *t <= 1 << 63).ok_or_else(invalid)?;
            rest = &after[unit_end..];
        }
        match (i64::try_from(total), negative) {
            (Ok(total), true) => Ok(Self(-total)),
            (Ok(total), false) => Ok(Self(total)),
            (Err(_), true) => Ok(Self(i64::MIN)),
            (Err(_), false) => Err(invalid()),
        }
    }

    /// Returns the duration of whole seconds, wrapping as Go's multiplication does.
    pub(crate) fn seconds(seconds: i64) -> Self {
        Self(seconds.wrapping_mul(SECOND))
    }

    /// Returns it rounded to the nearest multiple of `unit`, halves away from zero.
    pub(crate) fn round(self, unit: Self) -> Self {
        if unit.0 <= 0 {
            return self;
        }
        let rest = self.0 % unit.0;
        let down = self.0 - rest;
        let less_than_half = rest.unsigned_abs().wrapping_mul(2) < unit.0.unsigned_abs();
        Self(match (self.0 < 0, less_than_half) {
            (_, true) => down,
            (true, false) => down.checked_sub(unit.0).unwrap_or(i64::MIN),
            (false, false) => down.checked_add(unit.0).unwrap_or(i64::MAX),
        })
    }

    /// Returns it cut toward zero to a multiple of `unit`.
    pub(crate) fn truncate(self, unit: Self) -> Self {
        if unit.0 <= 0 { self } else { Self(self.0 - self.0 % unit.0) }
    }
}

impl fmt::Display for Duration {
    /// Writes `72h3m0.5s`, smaller units where it is shorter than a second.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let second = SECOND.unsigned_abs();
        if nanos == 0 {
            return f.write_str("0s");
        }
        if nanos < second {
            let (unit, places) = match nanos {
                0..1_000 => ("ns", 0),
                1_000..1_000_000 => ("µs", 3),
                _ => ("ms", 6),
            };
            return write!(f, "{sign}{}{unit}", fixed(nanos, places));
        }
        let (seconds, hours) = (fixed(nanos % (60 * second), 9), nanos / (3600 * second));
        let minutes = nanos / (60 * second) % 60;
        match (hours, minutes) {
            (0, 0) => write!(f, "{sign}{seconds}s"),
            (0, _) => write!(f, "{sign}{minutes}m{seconds}s"),
            _ => write!(f, "{sign}{hours}h{minutes}m{seconds}s"),
        }
    }
}

/// Returns `value` shifted by `places` decimal places, without trailing zeros.
fn fixed(value: u64, places: u32) -> String {
    let scale = 10u64.pow(places);
    let (whole, part) = (value / scale, value % scale);
    if part == 0 {
        return whole.to_string();
    }
    let text = format!("{whole}.{part:0width$}", width = places as usize);
    text.trim_end_matches('0').to_owned()
}

fn digits(text: &str) -> Option<u64> {
    if text.is_empty() { Some(0) } else { text.parse().ok().filter(|value| *value <= 1 << 63) }
}

fn unit_of(unit: &str) -> Option<u64> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

/// Returns the nanoseconds of the digits behind the point, cut toward zero.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "Go computes the fraction in float64 as well"
)]
fn part_of(fraction: &str, scale: u64) -> u64 {
    let (mut value, mut divisor) = (0u64, 1f64);
    for digit in fraction.bytes() {
        let Some(next) = value.checked_mul(10).and_then(|v| v.checked_add(u64::from(digit - b'0'))) else { break };
        value = next;
        divisor *= 10.0;
    }
    (value as f64 * (scale as f64 / divisor)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_and_print_as_in_go() {
        for (text, printed) in [
            ("1h15m30.918s", "1h15m30.918s"),
            ("90s", "1m30s"),
            ("-1.5h", "-1h30m0s"),
            ("1500us", "1.5ms"),
            ("0", "0s"),
            (".5s", "500ms"),
            ("24h", "24h0m0s"),
            ("3ns", "3ns"),
        ] {
            assert_eq!(Duration::parse(text).unwrap().to_string(), printed, "{text}");
        }
        assert_eq!(Duration::parse("1d").unwrap_err().to_string(), "time: unknown unit \"d\" in duration \"1d\"");
        assert_eq!(Duration::parse("x").unwrap_err().to_string(), "time: invalid duration \"x\"");
        assert_eq!(Duration::parse("1").unwrap_err().to_string(), "time: missing unit in duration \"1\"");
        assert_eq!(Duration(2_500).round(Duration(1_000)).0, 3_000);
    }
}
