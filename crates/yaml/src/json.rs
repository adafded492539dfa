//! What Helm's `toYaml` does to strings: it writes JSON and has that read as YAML.

use std::borrow::Cow;

use crate::{Profile, parse_first};

/// Where a string stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// As the key of an object.
    Key,
    /// Anywhere else.
    Value,
}

/// Returns what becomes of a string that is written as JSON and read as YAML; nothing where the YAML reader then refuses
/// the whole, so that Helm's `toYaml` is empty.
///
/// Nearly every string stays what it is. But JSON leaves U+0085 and control characters from U+007F on as they are; the
/// first is a line break in YAML and folds to a space, the others are refused, and so is a key of more than 1,024
/// characters.
///
/// Source: sigs.k8s.io/yaml v1.6 `Marshal`, Go 1.25 `encoding/json`.
pub fn through_json(text: &str, role: Role) -> Option<Cow<'_, str>> {
    let odd = |pair: &[u8]| matches!(pair, [0x7F, _] | [0xC2, 0x80..0xA0] | [0xBF, 0xBE | 0xBF]);
    let long = role == Role::Key && text.len() > 160;
    if !long && !text.as_bytes().windows(2).any(odd) && !text.ends_with('\x7F') {
        return Some(Cow::Borrowed(text));
    }
    let quoted = quote(text);
    let json = if role == Role::Key { format!("{{{quoted}:0}}") } else { quoted };
    let document = parse_first(&json, Profile::Go2).ok()??;
    let root = document.root();
    let node = if role == Role::Key { root.entries().next()?.0 } else { root };
    node.text().map(|text| Cow::Owned(text.to_owned()))
}

/// Returns `text` as Go's `encoding/json` writes it.
fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\x08' => quoted.push_str("\\b"),
            '\x0C' => quoted.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..' ' => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
