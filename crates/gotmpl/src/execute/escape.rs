//! `html`, `js` and `urlquery`.

use crate::{Value, fmt, unicode};

/// Returns the arguments as one text.
pub(super) fn text(values: &mut [Value]) -> Vec<u8> {
    if let [Value::Str(text)] = values {
        return text.as_bytes().to_vec();
    }
    for value in values.iter_mut().filter(|value| matches!(value, Value::Nil)) {
        *value = Value::from("<no value>");
    }
    fmt::sprint(values)
}

pub(super) fn html(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            0 => out.extend_from_slice("\u{fffd}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            byte => out.push(*byte),
        }
    }
    out
}

pub(super) fn js(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (c, width) = unicode::decode(rest);
        match c {
            Some(c @ ('\\' | '\'' | '"')) => out.extend(format!("\\{c}").bytes()),
            Some(c @ ('<' | '>' | '&' | '=')) => out.extend(format!("\\u{:04X}", u32::from(c)).bytes()),
            Some(c) if c < ' ' || !c.is_ascii() && !unicode::is_print(c) => {
                out.extend(format!("\\u{:04X}", u32::from(c)).bytes());
            }
            _ => out.extend_from_slice(&rest[..width]),
        }
        rest = &rest[width..];
    }
    out
}

pub(super) fn url_query(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            b' ' => out.push(b'+'),
            b'-' | b'_' | b'.' | b'~' => out.push(*byte),
            byte if byte.is_ascii_alphanumeric() => out.push(*byte),
            byte => out.extend(format!("%{byte:02X}").bytes()),
        }
    }
    out
}
