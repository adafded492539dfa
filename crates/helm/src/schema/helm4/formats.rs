use super::{address, pointer};
use crate::golang::{Url, cast, quote, regexp, time};

/// What is wrong with a text of some format.
type Checked = Result<(), String>;

/// Checks that `text` is of the format; formats that are not known take everything.
pub(super) fn check(format: &str, text: &str) -> Checked {
    match format {
        "regex" => regexp::compile(text, b"").map(|_| ()),
        "json-pointer" => json_pointer(text),
        "relative-json-pointer" => relative_json_pointer(text),
        "uuid" => uuid(text),
        "duration" => duration(text),
        "period" => period(text),
        "ipv4" => ipv4(text),
        "ipv6" => ipv6(text),
        "hostname" => hostname(text),
        "email" => email(text),
        "date" => date(text),
        "time" => time_of_day(text),
        "date-time" => date_time(text),
        "uri" | "iri" if url(text)?.scheme.is_empty() => wrong("relative url"),
        "uri-reference" | "iri-reference" if text.contains('\\') => wrong("contains \\"),
        "uri-reference" | "iri-reference" => url(text).map(|_| ()),
        "uri-template" => uri_template(text),
        "semver" => semver(text),
        _ => Ok(()),
    }
}

fn wrong(why: impl Into<String>) -> Checked {
    Err(why.into())
}

/// Returns a character as Go's `%q` shows it.
fn shown(c: char) -> String {
    let quoted = towpath_gotmpl::fmt::sprintf(b"%q", &[towpath_gotmpl::Value::int(i64::from(u32::from(c)))]);
    String::from_utf8_lossy(&quoted).into_owned()
}

fn json_pointer(text: &str) -> Checked {
    if text.is_empty() {
        return Ok(());
    }
    if !text.starts_with('/') {
        return wrong("not starting with /");
    }
    for token in text.split('/').skip(1) {
        let mut characters = token.chars();
        while let Some(c) = characters.next() {
            if c == '~' && !matches!(characters.next(), Some('0' | '1')) {
                return wrong("~ must be followed by 0 or 1");
            }
        }
    }
    Ok(())
}

fn relative_json_pointer(text: &str) -> Checked {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return wrong("must start with non-negative integer");
    }
    if digits > 1 && text.starts_with('0') {
        return wrong("starts with zero");
    }
    let rest = &text[digits..];
    if rest == "#" { Ok(()) } else { json_pointer(rest) }
}

fn uuid(text: &str) -> Checked {
    const LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
    let groups: Vec<&str> = text.split('-').collect();
    if groups.len() != LENGTHS.len() {
        return wrong("must have 5 elements");
    }
    for (at, (group, length)) in groups.iter().zip(LENGTHS).enumerate() {
        if group.len() != length {
            return wrong(format!("element {} must be {length} characters long", at + 1));
        }
        if let Some(c) = group.chars().find(|c| !c.is_ascii_hexdigit()) {
            return wrong(format!("non-hex character {}", shown(c)));
        }
    }
    Ok(())
}

/// Source: RFC 3339, appendix A.
fn duration(text: &str) -> Checked {
    let Some(text) = text.strip_prefix('P') else { return wrong("must start with P") };
    if text.is_empty() {
        return wrong("nothing after P");
    }
    if let Some(weeks) = text.strip_suffix('W') {
        if weeks.is_empty() {
            return wrong("no number in week");
        }
        return if weeks.bytes().all(|byte| byte.is_ascii_digit()) { Ok(()) } else { wrong("invalid week") };
    }
    for (at, part) in text.split('T').enumerate() {
        if at > 0 && part.is_empty() {
            return wrong("no time elements");
        }
        let Some(all) = ["YMD", "HMS"].get(at) else { return wrong("more than one T") };
        let (mut units, mut rest) = (*all, part.as_bytes());
        while !rest.is_empty() {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return wrong("missing number");
            }
            let Some(unit) = rest.get(digits) else { return wrong("missing unit") };
            let unit = char::from(*unit);
            match units.find(unit) {
                Some(found) => units = &units[found + 1..],
                None if all.contains(unit) => return wrong(format!("unit {} out of order", shown(unit))),
                None => return wrong(format!("invalid unit {}", shown(unit))),
            }
            rest = &rest[digits + 1..];
        }
    }
    Ok(())
}

fn period(text: &str) -> Checked {
    let Some((start, end)) = text.split_once('/') else { return wrong("missing slash") };
    let named = |name: &str, checked: Checked| checked.map_err(|why| format!("invalid {name}: {why}"));
    if start.starts_with('P') {
        named("start duration", duration(start))?;
        return named("end date-time", date_time(end));
    }
    named("start date-time", date_time(start))?;
    if end.starts_with('P') { named("end duration", duration(end)) } else { named("end date-time", date_time(end)) }
}

/// Returns the number that Go's `strconv.Atoi` reads.
fn atoi(text: &str) -> Result<i64, String> {
    cast::atoi(text).map_err(|error| format!("strconv.Atoi: parsing {}: {}", quote(text), error.problem))
}

fn ipv4(text: &str) -> Checked {
    let groups: Vec<&str> = text.split('.').collect();
    if groups.len() != 4 {
        return wrong("expected four decimals");
    }
    for group in groups {
        if group.len() > 1 && group.starts_with('0') {
            return wrong("leading zeros");
        }
        if !(0..=255).contains(&atoi(group)?) {
            return wrong("decimal must be between 0 and 255");
        }
    }
    Ok(())
}

fn ipv6(text: &str) -> Checked {
    if !text.contains(':') {
        return wrong("missing colon");
    }
    if address::parse(text)? {
        return wrong("zone id is not a part of ipv6 address");
    }
    Ok(())
}

fn hostname(text: &str) -> Checked {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.len() > 253 {
        return wrong("more than 253 characters long");
    }
    for label in text.split('.') {
        if !(1..=63).contains(&label.len()) {
            return wrong("label must be 1 to 63 characters long");
        }
        if label.starts_with('-') {
            return wrong("label starts with hyphen");
        }
        if label.ends_with('-') {
            return wrong("label ends with hyphen");
        }
        if let Some(c) = label.chars().find(|c| !(c.is_ascii_alphanumeric() || *c == '-')) {
            return wrong(format!("invalid character {}", shown(c)));
        }
    }
    Ok(())
}

fn email(text: &str) -> Checked {
    if text.len() > 254 {
        return wrong("more than 255 characters long");
    }
    let Some((local, domain)) = text.rsplit_once('@') else { return wrong("missing @") };
    if local.len() > 64 {
        return wrong("local part more than 64 characters long");
    }
    if let Some(quoted) = local.strip_prefix('"').and_then(|local| local.strip_suffix('"')) {
        if quoted.contains(['\\', '"']) {
            return wrong("backslash and quote are not allowed within quoted local part");
        }
    } else {
        if local.starts_with('.') {
            return wrong("starts with dot");
        }
        if local.ends_with('.') {
            return wrong("ends with dot");
        }
        if local.contains("..") {
            return wrong("consecutive dots");
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(c);
        if let Some(c) = local.chars().find(|c| !allowed(*c)) {
            return wrong(format!("invalid character {}", shown(c)));
        }
    }
    if let Some(address) = domain.strip_prefix('[').and_then(|domain| domain.strip_suffix(']')) {
        return match address.strip_prefix("IPv6:") {
            Some(address) => ipv6(address).map_err(|why| format!("invalid ipv6 address: {why}")),
            None => ipv4(address).map_err(|why| format!("invalid ipv4 address: {why}")),
        };
    }
    hostname(domain).map_err(|why| format!("invalid domain: {why}"))
}

fn date(text: &str) -> Checked {
    time::parse("2006-01-02", text, &time::Zone::utc()).map(|_| ())
}

/// Returns the two-digit numbers between colons.
fn clock(text: &str, what: &str) -> Result<Vec<i64>, String> {
    let number = |part: &str| {
        let number = atoi(part).map_err(|_| format!("invalid {what}"))?;
        if number < 0 { Err(format!("non-positive {what}")) } else { Ok(number) }
    };
    text.split(':').map(number).collect()
}

fn time_of_day(text: &str) -> Checked {
    if text.len() < 9 {
        return wrong("less than 9 characters long");
    }
    let bytes = text.as_bytes();
    if bytes[2] != b':' || bytes[5] != b':' {
        return wrong("missing colon in correct place");
    }
    let (Some(start), Some(rest)) = (text.get(..8), text.get(8..)) else { return wrong("invalid hour/min/sec") };
    let numbers = clock(start, "hour/min/sec")?;
    let [mut hour, mut minute, second] = numbers[..] else { return wrong("invalid hour/min/sec") };
    if hour > 23 || minute > 59 || second > 60 {
        return wrong("hour/min/sec out of range");
    }
    let mut rest = rest;
    if let Some(fraction) = rest.strip_prefix('.') {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return wrong("no digits in second fraction");
        }
        rest = &fraction[digits..];
    }
    if rest != "z" && rest != "Z" {
        let offset = offset_minutes(rest)?;
        let mut minutes = hour * 60 + minute - offset;
        if minutes < 0 {
            minutes += 24 * 60;
        }
        (hour, minute) = (minutes / 60, minutes % 60);
    }
    if second >= 60 && (hour != 23 || minute != 59) {
        return wrong("invalid leap second");
    }
    Ok(())
}

fn offset_minutes(text: &str) -> Result<i64, String> {
    if text.len() != 6 {
        return Err("offset must be 6 characters long".to_owned());
    }
    let sign = match text.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return Err("offset must begin with plus/minus".to_owned()),
    };
    if text.as_bytes()[3] != b':' {
        return Err("missing colon in offset in correct place".to_owned());
    }
    let (hour, minute) = text[1..].split_once(':').unwrap_or_default();
    let part = |part: &str| clock(part, "hour/min in offset").map(|numbers| numbers.first().copied().unwrap_or(0));
    let (hour, minute) = (part(hour)?, part(minute)?);
    if hour > 23 || minute > 59 {
        return Err("hour/min in offset out of range".to_owned());
    }
    Ok(sign * (hour * 60 + minute))
}

fn date_time(text: &str) -> Checked {
    if text.len() < 20 {
        return wrong("less than 20 characters long");
    }
    if !matches!(text.as_bytes()[10], b't' | b'T') {
        return wrong("11th character must be t or T");
    }
    let (day, clock) = (text.get(..10).unwrap_or_default(), text.get(11..).unwrap_or_default());
    date(day).map_err(|why| format!("invalid date element: {why}"))?;
    time_of_day(clock).map_err(|why| format!("invalid time element: {why}"))
}

fn url(text: &str) -> Result<Url, String> {
    let parse = |why: String| format!("parse {}: {why}", quote(text));
    let url = Url::parse(text).map_err(parse)?;
    if let Some((literal, _)) = url.host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        address::parse(literal).map_err(|why| parse(format!("invalid host: {why}")))?;
    }
    let host = url.hostname();
    if host.contains(':') {
        if !url.host.contains('[') || !url.host.contains(']') {
            return Err("ipv6 address not enclosed in brackets".to_owned());
        }
        ipv6(host).map_err(|why| format!("invalid ipv6 address: {why}"))?;
    }
    Ok(url)
}

fn uri_template(text: &str) -> Checked {
    let url = url(text)?;
    // Go keeps the encoded path only where it differs from its own encoding; an unbraced path is the same either way.
    let start = text.find("://").map_or(0, |at| at + 3);
    let path = text[start..].split(['?', '#']).next().unwrap_or_default();
    let path = if start == 0 { path } else { &path[path.find('/').unwrap_or(path.len())..] };
    if url.path.is_empty() || !path.contains(['{', '}']) {
        return Ok(());
    }
    for token in path.split('/') {
        let token = pointer::decode(token).map_err(|why| format!("percent decode failed: {why}"))?;
        let mut is_open = false;
        for c in token.chars().filter(|c| matches!(c, '{' | '}')) {
            if (c == '{') == is_open {
                return wrong("nested curly braces");
            }
            is_open = !is_open;
        }
        if is_open {
            return wrong("no matching closing brace");
        }
    }
    Ok(())
}

fn semver(text: &str) -> Checked {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    if let Some(build) = build {
        if build.is_empty() {
            return wrong("build is empty");
        }
        for part in build.split('.') {
            if part.is_empty() {
                return wrong("build identifier is empty");
            }
            if let Some(c) = part.chars().find(|c| !is_word(*c)) {
                return wrong(format!("invalid character {} in build identifier", shown(c)));
            }
        }
    }
    let (core, release) = text.split_once('-').map_or((text, None), |(core, release)| (core, Some(release)));
    for part in release.map_or_else(Vec::new, |release| release.split('.').collect()) {
        if part.is_empty() {
            return wrong("pre-release identifier is empty");
        }
        if let Some(c) = part.chars().find(|c| !is_word(*c)) {
            return wrong(format!("invalid character {} in pre-release identifier", shown(c)));
        }
        if part.len() > 1 && part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit()) {
            return wrong("pre-release numeric identifier starts with zero");
        }
    }
    let parts: Vec<&str> = core.split('.').collect();
    if parts.len() != 3 {
        return wrong("versionCore must have 3 numbers separated by dot");
    }
    for (part, name) in parts.iter().zip(["major", "minor", "patch"]) {
        if part.is_empty() {
            return wrong(format!("{name} is empty"));
        }
        if part.len() > 1 && part.starts_with('0') {
            return wrong(format!("{name} starts with zero"));
        }
        if !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return wrong(format!("{name} contains non-digit"));
        }
    }
    Ok(())
}
