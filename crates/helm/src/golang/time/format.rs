use super::{Civil, DAYS, MONTHS, Time};

/// One piece of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    LongMonth,
    Month,
    NumberMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperPm,
    LowerPm,
    ZoneName,
    /// `Z07:00` and its kin, or `-07:00`.
    Offset {
        zulu: bool,
        colon: bool,
        minutes: bool,
        seconds: bool,
    },
    /// `.000` or `,000`: always this many digits.
    Fraction {
        digits: usize,
        separator: char,
    },
    /// `.999` or `,999`: without trailing zeros.
    TrimmedFraction {
        digits: usize,
        separator: char,
    },
}

/// Layout words, the longer of two that begin alike first.
const WORDS: [(&str, Piece); 33] = [
    ("January", Piece::LongMonth),
    ("Jan", Piece::Month),
    ("Monday", Piece::LongWeekday),
    ("Mon", Piece::Weekday),
    ("MST", Piece::ZoneName),
    ("002", Piece::ZeroYearDay),
    ("01", Piece::ZeroMonth),
    ("02", Piece::ZeroDay),
    ("03", Piece::ZeroHour12),
    ("04", Piece::ZeroMinute),
    ("05", Piece::ZeroSecond),
    ("06", Piece::Year),
    ("15", Piece::Hour),
    ("1", Piece::NumberMonth),
    ("2006", Piece::LongYear),
    ("2", Piece::Day),
    ("__2", Piece::UnderYearDay),
    ("_2", Piece::UnderDay),
    ("3", Piece::Hour12),
    ("4", Piece::Minute),
    ("5", Piece::Second),
    ("PM", Piece::UpperPm),
    ("pm", Piece::LowerPm),
    ("-070000", Piece::Offset { zulu: false, colon: false, minutes: true, seconds: true }),
    ("-07:00:00", Piece::Offset { zulu: false, colon: true, minutes: true, seconds: true }),
    ("-0700", Piece::Offset { zulu: false, colon: false, minutes: true, seconds: false }),
    ("-07:00", Piece::Offset { zulu: false, colon: true, minutes: true, seconds: false }),
    ("-07", Piece::Offset { zulu: false, colon: false, minutes: false, seconds: false }),
    ("Z070000", Piece::Offset { zulu: true, colon: false, minutes: true, seconds: true }),
    ("Z07:00:00", Piece::Offset { zulu: true, colon: true, minutes: true, seconds: true }),
    ("Z0700", Piece::Offset { zulu: true, colon: false, minutes: true, seconds: false }),
    ("Z07:00", Piece::Offset { zulu: true, colon: true, minutes: true, seconds: false }),
    ("Z07", Piece::Offset { zulu: true, colon: false, minutes: false, seconds: false }),
];

/// Returns the text before the first piece of `layout`, the piece, and what follows it.
pub(super) fn next_piece(layout: &str) -> (&str, Option<Piece>, &str) {
    for (at, c) in layout.char_indices() {
        let rest = &layout[at..];
        if (c == '.' || c == ',')
            && let Some((piece, length)) = fraction(rest, c)
        {
            return (&layout[..at], Some(piece), &rest[length..]);
        }
        // `_2006` is an underscore and a year.
        if c == '_' && rest.starts_with("_2006") {
            return (&layout[..=at], Some(Piece::LongYear), &rest[5..]);
        }
        if let Some((word, piece)) = WORDS.iter().find(|(word, _)| rest.starts_with(word)) {
            let follows_lower = rest[word.len()..].starts_with(|c: char| c.is_ascii_lowercase());
            if matches!(piece, Piece::Month | Piece::Weekday) && follows_lower {
                continue;
            }
            return (&layout[..at], Some(*piece), &rest[word.len()..]);
        }
    }
    (layout, None, "")
}

fn fraction(rest: &str, separator: char) -> Option<(Piece, usize)> {
    let digit = rest.as_bytes().get(1).copied().filter(|digit| matches!(digit, b'0' | b'9'))?;
    let digits = rest.bytes().skip(1).take_while(|byte| *byte == digit).count();
    if rest.as_bytes().get(digits + 1).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let piece = if digit == b'0' {
        Piece::Fraction { digits, separator }
    } else {
        Piece::TrimmedFraction { digits, separator }
    };
    Some((piece, digits + 1))
}

impl Time {
    /// Returns the time in a Go layout, which is written as the reference date `Mon Jan 2 15:04:05 MST 2006`.
    pub(crate) fn format(&self, layout: &str) -> String {
        let civil = self.civil();
        let mut out = String::with_capacity(layout.len() + 16);
        let mut rest = layout;
        loop {
            let (before, piece, after) = next_piece(rest);
            out.push_str(before);
            let Some(piece) = piece else { return out };
            self.push(&mut out, piece, &civil);
            rest = after;
        }
    }

    fn push(&self, out: &mut String, piece: Piece, civil: &Civil) {
        let hour12 = if civil.hour % 12 == 0 { 12 } else { civil.hour % 12 };
        let text = match piece {
            Piece::LongMonth => MONTHS[civil.month - 1].to_owned(),
            Piece::Month => MONTHS[civil.month - 1][..3].to_owned(),
            Piece::NumberMonth => civil.month.to_string(),
            Piece::ZeroMonth => format!("{:02}", civil.month),
            Piece::LongWeekday => DAYS[civil.weekday].to_owned(),
            Piece::Weekday => DAYS[civil.weekday][..3].to_owned(),
            Piece::Day => civil.day.to_string(),
            Piece::UnderDay => format!("{:2}", civil.day),
            Piece::ZeroDay => format!("{:02}", civil.day),
            Piece::UnderYearDay => format!("{:3}", civil.year_day),
            Piece::ZeroYearDay => format!("{:03}", civil.year_day),
            Piece::Hour => format!("{:02}", civil.hour),
            Piece::Hour12 => hour12.to_string(),
            Piece::ZeroHour12 => format!("{hour12:02}"),
            Piece::Minute => civil.minute.to_string(),
            Piece::ZeroMinute => format!("{:02}", civil.minute),
            Piece::Second => civil.second.to_string(),
            Piece::ZeroSecond => format!("{:02}", civil.second),
            Piece::LongYear if civil.year < 0 => format!("-{:04}", -civil.year),
            Piece::LongYear => format!("{:04}", civil.year),
            Piece::Year => format!("{:02}", civil.year.abs() % 100),
            Piece::UpperPm => if civil.hour >= 12 { "PM" } else { "AM" }.to_owned(),
            Piece::LowerPm => if civil.hour >= 12 { "pm" } else { "am" }.to_owned(),
            Piece::ZoneName => {
                let (offset, name) = self.zone.offset_at(self.seconds);
                if name.is_empty() || name.starts_with(['+', '-']) { offset_name(offset, &name) } else { name }
            }
            Piece::Offset { zulu, colon, minutes, seconds } => {
                self.offset_text(zulu, if colon { ":" } else { "" }, minutes, seconds)
            }
            Piece::Fraction { digits, separator } => {
                let nanos = format!("{:09}", self.nanos);
                let padded = format!("{nanos:0<digits$}");
                format!("{separator}{}", &padded[..digits])
            }
            Piece::TrimmedFraction { digits, separator } => {
                let nanos = format!("{:09}", self.nanos);
                let digits = nanos[..digits.min(9)].trim_end_matches('0');
                if digits.is_empty() { String::new() } else { format!("{separator}{digits}") }
            }
        };
        out.push_str(&text);
    }

    fn offset_text(&self, zulu: bool, colon: &str, minutes: bool, seconds: bool) -> String {
        let offset = self.zone.offset_at(self.seconds).0;
        if zulu && offset == 0 {
            return "Z".to_owned();
        }
        let (sign, size) = (if offset < 0 { '-' } else { '+' }, offset.abs());
        let mut text = format!("{sign}{:02}", size / 3600);
        if minutes {
            text = format!("{text}{colon}{:02}", size / 60 % 60);
        }
        if seconds {
            text = format!("{text}{colon}{:02}", size % 60);
        }
        text
    }
}

/// Returns the name of a zone that has none, or whose name is its offset.
fn offset_name(offset: i64, name: &str) -> String {
    if !name.is_empty() {
        return name.to_owned();
    }
    let (sign, size) = (if offset < 0 { '-' } else { '+' }, offset.abs());
    format!("{sign}{:02}{:02}", size / 3600, size / 60 % 60)
}

#[cfg(test)]
mod tests {
    use super::super::Zone;
    use super::*;

    #[test]
    fn layouts_print_as_in_go() {
        let time = Time { seconds: 1_700_000_000, nanos: 123_450_000, zone: Zone::utc() };
        for (layout, expected) in [
            ("2006-01-02T15:04:05Z07:00", "2023-11-14T22:13:20Z"),
            ("Mon Jan _2 15:04:05 MST 2006", "Tue Nov 14 22:13:20 UTC 2023"),
            ("Monday, 02-Jan-06 3:04PM", "Tuesday, 14-Nov-23 10:13PM"),
            (".000 .999999999 ,00", ".123 .12345 ,12"),
            ("002 __2 -0700", "318 318 +0000"),
            ("20060102150405", "20231114221320"),
            ("Janet Month _2006", "Janet Month _2023"),
        ] {
            assert_eq!(time.format(layout), expected, "{layout}");
        }
        let berlin = time.in_zone(Zone::named("Europe/Berlin").unwrap());
        assert_eq!(berlin.format("15:04 MST -07:00"), "23:13 CET +01:00");
        assert!(Zone::named("Nowhere/Else").is_none());
        assert_eq!(Time::zero().format("2006-01-02"), "0001-01-01");
    }
}
