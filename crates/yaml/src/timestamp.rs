use std::fmt;

/// A date or a time that a plain scalar holds.
///
/// Source: go.yaml.in/yaml `parseTimestamp`: `2006-1-2`, `2006-1-2 15:4:5.9` and `2006-1-2T15:4:5.9Z07:00`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timestamp {
    date: (u16, u8, u8),
    time: (u8, u8, u8),
    /// The digits behind the second without trailing zeros; may be empty.
    fraction: String,
    /// Minutes east of Greenwich.
    offset: i16,
}

impl Timestamp {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() < 8 || bytes[4] != b'-' || !bytes[..4].iter().all(u8::is_ascii_digit) {
            return None;
        }
        let year: u16 = text[..4].parse().ok()?;
        let (month, rest) = short(&text[5..])?;
        let (day, rest) = short(rest.strip_prefix('-')?)?;
        if !(1..=12).contains(&month) || day == 0 || day > days_in(year, month) {
            return None;
        }
        let date = (year, month, day);
        if rest.is_empty() {
            return Some(Self { date, time: (0, 0, 0), fraction: String::new(), offset: 0 });
        }
        let zoned = rest.starts_with(['T', 't']);
        let (hour, rest) = hour(rest.strip_prefix(['T', 't', ' '])?)?;
        let (minute, rest) = short(rest.strip_prefix(':')?)?;
        let (second, rest) = short(rest.strip_prefix(':')?)?;
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let (fraction, rest) = fraction(rest);
        let offset = if zoned {
            offset(rest)?
        } else if rest.is_empty() {
            0
        } else {
            return None;
        };
        Some(Self { date, time: (hour, minute, second), fraction, offset })
    }
}

/// Reads one or two digits.
fn short(text: &str) -> Option<(u8, &str)> {
    let digits = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    Some((text[..digits].parse().ok()?, &text[digits..]))
}

/// Reads the hour, for which Go wants two digits.
fn hour(text: &str) -> Option<(u8, &str)> {
    let (value, rest) = short(text)?;
    (text.len() - rest.len() == 2).then_some((value, rest))
}

/// Reads a `.` or `,` with up to nine digits, if there is one.
fn fraction(text: &str) -> (String, &str) {
    let Some(behind) = text.strip_prefix(['.', ',']) else { return (String::new(), text) };
    let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return (String::new(), text);
    }
    let kept = behind[..digits.min(9)].trim_end_matches('0');
    (kept.to_owned(), &behind[digits..])
}

/// Reads `Z` or `+07:00` to the end.
fn offset(text: &str) -> Option<i16> {
    if text == "Z" {
        return Some(0);
    }
    let bytes = text.as_bytes();
    let sign = match bytes.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    if bytes.len() != 6 || bytes[3] != b':' {
        return None;
    }
    let number = |range: &str| range.bytes().all(|b| b.is_ascii_digit()).then(|| range.parse::<i16>().ok())?;
    let (hours, minutes) = (number(text.get(1..3)?)?, number(text.get(4..6)?)?);
    (hours <= 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

fn days_in(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Timestamp {
    /// Writes RFC 3339 with nanoseconds where there are any, as Go's JSON has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((year, month, day), (hour, minute, second)) = (self.date, self.time);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if !self.fraction.is_empty() {
            write!(f, ".{}", self.fraction)?;
        }
        if self.offset == 0 {
            return f.write_str("Z");
        }
        let sign = if self.offset < 0 { '-' } else { '+' };
        write!(f, "{sign}{:02}:{:02}", self.offset.abs() / 60, self.offset.abs() % 60)
    }
}
