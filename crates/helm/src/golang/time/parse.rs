use super::{
    DAYS, MONTHS, Time, Zone, days_from_civil,
    format::{Piece, next_piece},
};

/// What has been read so far; a missing part has Go's default.
struct Parts {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: u32,
    afternoon: Option<bool>,
    is_utc: bool,
    offset: Option<i64>,
    zone_name: Option<String>,
}

/// Returns the time in `text` as `layout` describes it; without a zone of its own it is read in `zone`.
///
/// # Errors
/// Go's message: `parsing time "x" as "2006": cannot parse "x" as "2006"`.
pub(crate) fn parse(layout: &str, text: &str, zone: &Zone) -> Result<Time, String> {
    let whole = |detail: String| {
        let (text, layout) = (super::quote(text), super::quote(layout));
        format!("parsing time {text}{}", detail.replacen("{layout}", &format!(" as {layout}"), 1))
    };
    let mut parts = Parts {
        year: 0,
        month: None,
        day: None,
        year_day: None,
        hour: 0,
        minute: 0,
        second: 0,
        nanos: 0,
        afternoon: None,
        is_utc: false,
        offset: None,
        zone_name: None,
    };
    let (mut rest_layout, mut rest) = (layout, text);
    loop {
        let (before, piece, after) = next_piece(rest_layout);
        let cannot = |value: &str, element: &str| {
            whole(format!("{{layout}}: cannot parse {} as {}", super::quote(value), super::quote(element)))
        };
        rest = skip(rest, before).map_err(|left| cannot(left, before))?;
        let Some(piece) = piece else {
            if rest.is_empty() {
                break;
            }
            return Err(whole(format!(": extra text: {}", super::quote(rest))));
        };
        let element = &rest_layout[before.len()..rest_layout.len() - after.len()];
        let held = rest;
        rest = read(&mut parts, piece, rest, after).map_err(|problem| match problem {
            Problem::Shape => cannot(held, element),
            Problem::Range(what) => whole(format!(": {what} out of range")),
        })?;
        rest_layout = after;
    }
    parts.finish(zone).map_err(|what| whole(format!(": {what} out of range")))
}

enum Problem {
    Shape,
    Range(&'static str),
}

/// Returns `text` behind `prefix`, or what is left of it where the two part; a run of blanks in the prefix matches any run of
/// blanks.
fn skip<'a>(mut text: &'a str, mut prefix: &str) -> Result<&'a str, &'a str> {
    while let Some(c) = prefix.chars().next() {
        if c == ' ' {
            if !text.is_empty() && !text.starts_with(' ') {
                return Err(text);
            }
            (prefix, text) = (prefix.trim_start_matches(' '), text.trim_start_matches(' '));
            continue;
        }
        text = text.strip_prefix(c).ok_or(text)?;
        prefix = &prefix[c.len_utf8()..];
    }
    Ok(text)
}

fn read<'a>(parts: &mut Parts, piece: Piece, text: &'a str, after: &str) -> Result<&'a str, Problem> {
    match piece {
        Piece::LongYear => {
            let (year, rest) = digits(text, 4, 4)?;
            parts.year = year;
            Ok(rest)
        }
        Piece::Year => {
            let (year, rest) = digits(text, 2, 2)?;
            parts.year = if year >= 69 { 1900 + year } else { 2000 + year };
            Ok(rest)
        }
        Piece::Month => name(text, &MONTHS.map(|month| &month[..3]), |n| parts.month = Some(n + 1)),
        Piece::LongMonth => name(text, &MONTHS, |n| parts.month = Some(n + 1)),
        Piece::Weekday => name(text, &DAYS.map(|day| &day[..3]), |_| {}),
        Piece::LongWeekday => name(text, &DAYS, |_| {}),
        Piece::NumberMonth | Piece::ZeroMonth => {
            let (month, rest) = digits(text, if piece == Piece::ZeroMonth { 2 } else { 1 }, 2)?;
            parts.month = Some(in_range(month, 1, 12, "month")?);
            Ok(rest)
        }
        Piece::Day | Piece::UnderDay | Piece::ZeroDay => {
            let text = if piece == Piece::UnderDay { text.strip_prefix(' ').unwrap_or(text) } else { text };
            let (day, rest) = digits(text, if piece == Piece::ZeroDay { 2 } else { 1 }, 2)?;
            parts.day = Some(day);
            Ok(rest)
        }
        Piece::UnderYearDay | Piece::ZeroYearDay => {
            let least = if piece == Piece::ZeroYearDay { 3 } else { 1 };
            let text = (0..2).fold(text, |text, _| match piece {
                Piece::UnderYearDay => text.strip_prefix(' ').unwrap_or(text),
                _ => text,
            });
            let (day, rest) = digits(text, least, 3)?;
            parts.year_day = Some(day);
            Ok(rest)
        }
        Piece::Hour => clock(text, 1, 23, "hour", &mut parts.hour),
        Piece::Hour12 => clock(text, 1, 12, "hour", &mut parts.hour),
        Piece::ZeroHour12 => clock(text, 2, 12, "hour", &mut parts.hour),
        Piece::Minute => clock(text, 1, 59, "minute", &mut parts.minute),
        Piece::ZeroMinute => clock(text, 2, 59, "minute", &mut parts.minute),
        Piece::Second | Piece::ZeroSecond => {
            let least = if piece == Piece::ZeroSecond { 2 } else { 1 };
            let rest = clock(text, least, 59, "second", &mut parts.second)?;
            // A fraction may follow the seconds even where the layout has none.
            let layout_has_one =
                matches!(next_piece(after), ("", Some(Piece::Fraction { .. } | Piece::TrimmedFraction { .. }), _));
            if !layout_has_one && rest.starts_with(['.', ',']) && rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
                return fraction(parts, rest, None);
            }
            Ok(rest)
        }
        Piece::Fraction { digits, .. } => fraction(parts, text, Some(digits)),
        Piece::TrimmedFraction { .. } => {
            if text.starts_with(['.', ',']) && text[1..].starts_with(|c: char| c.is_ascii_digit()) {
                fraction(parts, text, None)
            } else {
                Ok(text)
            }
        }
        Piece::UpperPm | Piece::LowerPm => {
            let (am, pm) = if piece == Piece::UpperPm { ("AM", "PM") } else { ("am", "pm") };
            parts.afternoon = Some(text.starts_with(pm));
            text.strip_prefix(am).or_else(|| text.strip_prefix(pm)).ok_or(Problem::Shape)
        }
        Piece::ZoneName => {
            if let Some(rest) = text.strip_prefix("UTC") {
                parts.is_utc = true;
                return Ok(rest);
            }
            let end = zone_name_length(text).ok_or(Problem::Shape)?;
            parts.zone_name = Some(text[..end].to_owned());
            Ok(&text[end..])
        }
        Piece::Offset { .. } => offset(parts, text, piece),
    }
}

/// Returns how many bytes of `text` are the name of a zone.
///
/// Source: Go's `parseTimeZone`.
fn zone_name_length(text: &str) -> Option<usize> {
    let signed = |text: &str| {
        let digits = text.strip_prefix(['+', '-'])?.bytes().take_while(u8::is_ascii_digit).count();
        let hours: u32 = text.get(1..=digits)?.parse().ok()?;
        (hours <= 23).then_some(1 + digits)
    };
    if text.len() < 3 {
        return None;
    }
    if text.starts_with("ChST") || text.starts_with("MeST") {
        return Some(4);
    }
    if let Some(rest) = text.strip_prefix("GMT") {
        return Some(3 + signed(rest).unwrap_or(0));
    }
    if text.starts_with(['+', '-']) {
        return signed(text);
    }
    match text.bytes().take(6).take_while(u8::is_ascii_uppercase).count() {
        5 if text.as_bytes()[4] == b'T' => Some(5),
        4 if text.as_bytes()[3] == b'T' || text.starts_with("WITA") => Some(4),
        3 => Some(3),
        _ => None,
    }
}

fn clock<'a>(text: &'a str, least: usize, most: i64, what: &'static str, slot: &mut i64) -> Result<&'a str, Problem> {
    let (number, rest) = digits(text, least, 2)?;
    *slot = in_range(number, 0, most, what)?;
    Ok(rest)
}

fn in_range(number: i64, low: i64, high: i64, what: &'static str) -> Result<i64, Problem> {
    if (low..=high).contains(&number) { Ok(number) } else { Err(Problem::Range(what)) }
}

fn digits(text: &str, least: usize, most: usize) -> Result<(i64, &str), Problem> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if count < least {
        return Err(Problem::Shape);
    }
    Ok((text[..count].parse().map_err(|_| Problem::Shape)?, &text[count..]))
}

fn name<'a>(text: &'a str, names: &[&str], mut found: impl FnMut(i64)) -> Result<&'a str, Problem> {
    for (n, name) in names.iter().enumerate() {
        if text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
            found(i64::try_from(n).unwrap_or(0));
            return Ok(&text[name.len()..]);
        }
    }
    Err(Problem::Shape)
}

fn fraction<'a>(parts: &mut Parts, text: &'a str, exactly: Option<usize>) -> Result<&'a str, Problem> {
    let tail = text.strip_prefix(['.', ',']).ok_or(Problem::Shape)?;
    let count = tail.bytes().take_while(u8::is_ascii_digit).count();
    let count = exactly.map_or(Ok(count), |wanted| if count >= wanted { Ok(wanted) } else { Err(Problem::Shape) })?;
    let padded = format!("{:0<9}", &tail[..count]);
    parts.nanos = padded[..9].parse().map_err(|_| Problem::Shape)?;
    Ok(&tail[count..])
}

fn offset<'a>(parts: &mut Parts, text: &'a str, piece: Piece) -> Result<&'a str, Problem> {
    let Piece::Offset { zulu, colon, minutes, seconds } = piece else { return Err(Problem::Shape) };
    if zulu && let Some(rest) = text.strip_prefix('Z') {
        parts.is_utc = true;
        return Ok(rest);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let mut rest = text.strip_prefix(['+', '-']).ok_or(Problem::Shape)?;
    let mut total = 0;
    let parts_of_offset = [(true, 3600, "hour"), (minutes, 60, "minute"), (seconds, 1, "second")];
    let mut range = None;
    for (wanted, unit, what) in parts_of_offset {
        if !wanted {
            continue;
        }
        if colon && unit < 3600 {
            rest = rest.strip_prefix(':').ok_or(Problem::Shape)?;
        }
        let (number, after) = digits(rest, 2, 2)?;
        // Some people write offsets of 24 hours or 60 minutes.
        if number > if unit == 3600 { 24 } else { 60 } {
            range = Some(what);
        }
        total += number * unit;
        rest = after;
    }
    match range {
        Some("hour") => return Err(Problem::Range("time zone offset hour")),
        Some("minute") => return Err(Problem::Range("time zone offset minute")),
        Some(_) => return Err(Problem::Range("time zone offset second")),
        None => {}
    }
    parts.offset = Some(sign * total);
    Ok(rest)
}

impl Parts {
    fn finish(self, zone: &Zone) -> Result<Time, &'static str> {
        let hour = match self.afternoon {
            Some(true) if self.hour < 12 => self.hour + 12,
            Some(false) if self.hour == 12 => 0,
            _ => self.hour,
        };
        let day_number = match (self.year_day, self.month, self.day) {
            (Some(day), None, None) => {
                let length = days_from_civil(self.year + 1, 1, 1) - days_from_civil(self.year, 1, 1);
                if !(1..=length).contains(&day) {
                    return Err("day-of-year");
                }
                days_from_civil(self.year, 1, 1) + day - 1
            }
            (_, month, day) => {
                let (month, day) = (month.unwrap_or(1), day.unwrap_or(1));
                let (next_year, next) = if month == 12 { (self.year + 1, 1) } else { (self.year, month + 1) };
                let length = days_from_civil(next_year, next, 1) - days_from_civil(self.year, month, 1);
                if !(1..=length).contains(&day) {
                    return Err("day");
                }
                days_from_civil(self.year, month, day)
            }
        };
        let local = day_number * 86_400 + hour * 3600 + self.minute * 60 + self.second;
        let (seconds, zone) = match (self.offset, self.zone_name) {
            _ if self.is_utc => (local, Zone::utc()),
            (Some(offset), name) => {
                let seconds = local - offset;
                let here = zone.offset_at(seconds);
                let is_here = here.0 == offset && name.as_ref().is_none_or(|name| *name == here.1);
                let own = || Zone::fixed(offset, name.as_deref().unwrap_or(""));
                (seconds, if is_here { zone.clone() } else { own() })
            }
            (None, Some(name)) => {
                if let Some(offset) = zone.offset_called(&name, local) {
                    (local - offset, zone.clone())
                } else {
                    // Go reads `GMT+3` as the clock of that zone, but does not move the instant.
                    let hours = name.strip_prefix("GMT").and_then(|hours| hours.parse().ok()).unwrap_or(0i64);
                    (local, Zone::fixed(hours * 3600, &name))
                }
            }
            (None, None) => (zone.instant_of(local), zone.clone()),
        };
        Ok(Time { seconds, nanos: self.nanos, zone })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_parse_as_in_go() {
        let utc = Zone::utc();
        for (layout, text, seconds) in [
            ("2006-01-02", "2023-11-14", 1_699_920_000),
            ("2006-01-02T15:04:05Z07:00", "2023-11-14T23:13:20+01:00", 1_700_000_000),
            ("Jan 2, 2006 3:04PM", "Nov 14, 2023 10:13PM", 1_699_999_980),
            ("15:04:05", "00:00:01.5", -62_167_219_199),
        ] {
            assert_eq!(parse(layout, text, &utc).unwrap().seconds, seconds, "{text}");
        }
        for (layout, text, message) in [
            ("2006-01-02", "x", "parsing time \"x\" as \"2006-01-02\": cannot parse \"x\" as \"2006\""),
            ("2006-01-02", "2023-13-01", "parsing time \"2023-13-01\": month out of range"),
            ("2006-01-02", "2023-02-30", "parsing time \"2023-02-30\": day out of range"),
            ("2006", "20230", "parsing time \"20230\": extra text: \"0\""),
        ] {
            assert_eq!(parse(layout, text, &utc).unwrap_err(), message);
        }
    }
}
