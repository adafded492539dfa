use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::mail;
use crate::golang::{Url, regexp, time};

/// Tells whether a text is of the format; nothing where the format is not known.
pub(super) fn is_of(format: &str, text: &str) -> Option<bool> {
    let is_time = |layout: &str| time::parse(layout, text, &time::Zone::utc()).is_ok();
    Some(match format {
        "date" => is_time("2006-01-02"),
        "time" => is_time("15:04:05Z07:00") || is_time("15:04:05"),
        "date-time" => {
            ["15:04:05", "15:04:05Z07:00", "2006-01-02", "2006-01-02T15:04:05Z07:00"].iter().any(|l| is_time(l))
        }
        "hostname" => text.len() < 256 && text.split('.').all(is_label),
        "email" | "idn-email" => mail::is_address(text),
        "ipv4" => text.contains('.') && parse_ip(text).is_some(),
        "ipv6" => text.contains(':') && parse_ip(text).is_some(),
        "uri" | "iri" => !text.contains('\\') && Url::parse(text).is_ok_and(|url| !url.scheme.is_empty()),
        "uri-reference" | "iri-reference" => !text.contains('\\') && Url::parse(text).is_ok(),
        "uri-template" => !text.contains('\\') && Url::parse(text).is_ok_and(|url| has_closed_braces(&url.path)),
        "uuid" => is_uuid(text),
        "regex" => regexp::compile(text, b"").is_ok(),
        "json-pointer" => is_pointer(text),
        "relative-json-pointer" => {
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            let rest = &text[digits..];
            (digits == 1 || (digits > 1 && !text.starts_with('0'))) && (rest == "#" || is_pointer(rest))
        }
        _ => return None,
    })
}

/// Returns the address as Go's `net.ParseIP` reads it: without a zone.
pub(super) fn parse_ip(text: &str) -> Option<IpAddr> {
    if text.contains(':') {
        return text.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    }
    text.parse::<Ipv4Addr>().ok().map(IpAddr::V4)
}

fn is_label(label: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric();
    let bytes = label.as_bytes();
    (1..=63).contains(&bytes.len())
        && bytes.first().is_some_and(|byte| plain(*byte))
        && bytes.last().is_some_and(|byte| plain(*byte))
        && bytes.iter().all(|byte| plain(*byte) || *byte == b'-')
}

/// Tells that each brace that opens is closed; what closes without opening is no matter.
fn has_closed_braces(path: &str) -> bool {
    let mut rest = path;
    while let Some((_, after)) = rest.split_once('{') {
        match after.split_once('}') {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

fn is_uuid(text: &str) -> bool {
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte == b'-' || is_hex(byte))
}

fn is_pointer(text: &str) -> bool {
    let is_token = |token: &str| token.split('~').skip(1).all(|part| part.starts_with(['0', '1']));
    text.is_empty() || (text.starts_with('/') && text.split('/').skip(1).all(is_token))
}
