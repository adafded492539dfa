use crate::golang::quote;

/// Tells whether `text` is an IPv6 address with a zone.
///
/// # Errors
/// Go's message. Source: `ParseAddr` in `net/netip`.
pub(super) fn parse(text: &str) -> Result<bool, String> {
    let fail = |why: &str, at: &str| {
        let place = if at.is_empty() { String::new() } else { format!(" (at {})", quote(at)) };
        Err(format!("ParseAddr({}): {why}{place}", quote(text)))
    };
    match text.find(['.', ':', '%']).map(|at| text.as_bytes()[at]) {
        Some(b'.') => {
            return dotted(text, text.len(), text.len()).map_or_else(|(why, at)| fail(why, at), |()| Ok(false));
        }
        Some(b':') => {}
        Some(_) => return fail("missing IPv6 address", ""),
        None => return fail("unable to parse IP", ""),
    }
    let (address, zone) = text.split_once('%').map_or((text, None), |(address, zone)| (address, Some(zone)));
    if zone == Some("") {
        return fail("zone must be a non-empty string", "");
    }
    let (mut rest, mut bytes, mut gap) = (address, 0, None);
    if let Some(after) = address.strip_prefix("::") {
        (rest, gap) = (after, Some(0));
        if rest.is_empty() {
            return Ok(zone.is_some());
        }
    }
    while bytes < 16 {
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        if digits > 4 {
            return fail("each group must have 4 or less digits", rest);
        }
        if digits == 0 {
            return fail("each colon-separated field must have at least one digit", rest);
        }
        if rest[digits..].starts_with('.') {
            if gap.is_none() && bytes != 12 {
                return fail("embedded IPv4 address must replace the final 2 fields of the address", rest);
            }
            if bytes + 4 > 16 {
                return fail("too many hex fields to fit an embedded IPv4 at the end of the address", rest);
            }
            if let Err((why, at)) = dotted(text, rest.len(), address.len()) {
                return fail(why, at);
            }
            (rest, bytes) = ("", bytes + 4);
            break;
        }
        bytes += 2;
        rest = &rest[digits..];
        if rest.is_empty() {
            break;
        }
        let Some(after) = rest.strip_prefix(':') else { return fail("unexpected character, want colon", rest) };
        if after.is_empty() {
            return fail("colon must be followed by more characters", rest);
        }
        rest = after;
        if let Some(after) = rest.strip_prefix(':') {
            if gap.is_some() {
                return fail("multiple :: in address", rest);
            }
            (rest, gap) = (after, Some(bytes));
            if rest.is_empty() {
                break;
            }
        }
    }
    if !rest.is_empty() {
        return fail("trailing garbage after address", rest);
    }
    match gap {
        None if bytes < 16 => fail("address string too short", ""),
        Some(_) if bytes >= 16 => fail("the :: must expand to at least one field of zeros", ""),
        _ => Ok(zone.is_some()),
    }
}

/// Checks the four decimals in the `length` bytes of `text` before `end`.
fn dotted(text: &str, length: usize, end: usize) -> Result<(), (&'static str, &str)> {
    let start = end - length;
    let bytes = &text.as_bytes()[start..end];
    let (mut value, mut digits, mut dots) = (0_u32, 0, 0);
    for (at, byte) in bytes.iter().enumerate() {
        let here = || text.get(start + at..end).unwrap_or_default();
        match byte {
            b'0'..=b'9' => {
                if digits == 1 && value == 0 {
                    return Err(("IPv4 field has octet with leading zero", ""));
                }
                value = value * 10 + u32::from(byte - b'0');
                digits += 1;
                if value > 255 {
                    return Err(("IPv4 field has value >255", ""));
                }
            }
            b'.' => {
                if at == 0 || at == bytes.len() - 1 || bytes[at - 1] == b'.' {
                    return Err(("IPv4 field must have at least one digit", here()));
                }
                if dots == 3 {
                    return Err(("IPv4 address too long", ""));
                }
                (dots, value, digits) = (dots + 1, 0, 0);
            }
            _ => return Err(("unexpected character", here())),
        }
    }
    if dots < 3 { Err(("IPv4 address too short", "")) } else { Ok(()) }
}
