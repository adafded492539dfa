use crate::unicode;

/// Returns `text` as Go's `strconv.Quote` writes it: in double quotes, what cannot be printed escaped.
pub fn quote(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    quote_into(&mut out, text, false);
    out
}

/// Appends `text` in double quotes; with `ascii_only`, other characters are escaped.
pub(super) fn quote_into(out: &mut Vec<u8>, text: &[u8], ascii_only: bool) {
    out.push(b'"');
    let mut rest = text;
    while !rest.is_empty() {
        let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
        let plain = rest.iter().position(|byte| !is_plain(byte)).unwrap_or(rest.len());
        if plain > 0 {
            out.extend_from_slice(&rest[..plain]);
            rest = &rest[plain..];
            continue;
        }
        let (c, width) = unicode::decode(rest);
        match c {
            Some(c) => escape_into(out, c, '"', ascii_only),
            None => out.extend_from_slice(format!("\\x{:02x}", rest[0]).as_bytes()),
        }
        rest = &rest[width..];
    }
    out.push(b'"');
}

/// Appends `c` in single quotes.
pub(super) fn quote_char_into(out: &mut Vec<u8>, c: char, ascii_only: bool) {
    out.push(b'\'');
    escape_into(out, c, '\'', ascii_only);
    out.push(b'\'');
}

fn escape_into(out: &mut Vec<u8>, c: char, quote: char, ascii_only: bool) {
    if c == quote || c == '\\' {
        out.push(b'\\');
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        return;
    }
    let escaped = match c {
        c if unicode::is_print(c) && (c.is_ascii() || !ascii_only) => {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            return;
        }
        '\u{7}' => "\\a".to_owned(),
        '\u{8}' => "\\b".to_owned(),
        '\u{c}' => "\\f".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        '\u{b}' => "\\v".to_owned(),
        c if c < ' ' || c == '\u{7f}' => format!("\\x{:02x}", u32::from(c)),
        c if u32::from(c) < 0x10000 => format!("\\u{:04x}", u32::from(c)),
        c => format!("\\U{:08x}", u32::from(c)),
    };
    out.extend_from_slice(escaped.as_bytes());
}

/// Tells whether `text` can stand between back quotes: `strconv.CanBackquote`.
pub(super) fn can_back_quote(text: &[u8]) -> bool {
    std::str::from_utf8(text)
        .is_ok_and(|text| !text.chars().any(|c| (c < ' ' && c != '\t') || matches!(c, '`' | '\u{7f}' | '\u{feff}')))
}
