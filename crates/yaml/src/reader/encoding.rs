use std::borrow::Cow;

use towpath_model::Span;

use crate::Error;

/// Returns the text that `bytes` hold: UTF-8, or UTF-16 with a byte order mark.
///
/// # Errors
/// When they are not valid in their encoding, in Go's words.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Error> {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => decode_utf16(rest, u16::from_le_bytes).map(Cow::Owned),
        [0xFE, 0xFF, rest @ ..] => decode_utf16(rest, u16::from_be_bytes).map(Cow::Owned),
        _ => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| utf8_error(bytes, error.valid_up_to())),
    }
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Error> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(problem("incomplete UTF-16 character", bytes.len()));
    }
    let units = pairs.iter().copied().map(unit);
    char::decode_utf16(units).collect::<Result<String, _>>().map_err(|error| {
        let high = (0xD800..0xDC00).contains(&error.unpaired_surrogate());
        problem(if high { "expected low surrogate area" } else { "unexpected low surrogate area" }, 0)
    })
}

fn utf8_error(bytes: &[u8], at: usize) -> Error {
    let width = match bytes[at] {
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0..0xF8 => 4,
        _ => return problem("invalid leading UTF-8 octet", at),
    };
    let Some(sequence) = bytes.get(at..at + width) else {
        return problem("incomplete UTF-8 octet sequence", at);
    };
    let value = sequence[1..].iter().try_fold(u32::from(sequence[0]) & (0x7F >> width), |value, octet| {
        (octet & 0xC0 == 0x80).then_some(value << 6 | u32::from(octet & 0x3F))
    });
    match (value, width) {
        (None, _) => problem("invalid trailing UTF-8 octet", at),
        (Some(0..0x80), 2) | (Some(0..0x800), 3) | (Some(0..0x1_0000), 4) => {
            problem("invalid length of a UTF-8 sequence", at)
        }
        _ => problem("invalid Unicode character", at),
    }
}

fn problem(problem: &'static str, at: usize) -> Error {
    Error::Syntax { problem: Cow::Borrowed(problem), line: 0, span: Span::new(at, at + 1) }
}

/// Returns the offset of the first character that no YAML text may hold.
pub(super) fn forbidden(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let suspicious = |byte: u8| (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0x7F || byte >= 0xC2;
    // Whole chunks are asked at once, which the compiler turns into wide instructions.
    for (number, chunk) in bytes.chunks(64).enumerate() {
        if !chunk.iter().fold(false, |found, byte| found | suspicious(*byte)) {
            continue;
        }
        for (ahead, byte) in chunk.iter().enumerate() {
            let at = number * 64 + ahead;
            if suspicious(*byte) && is_forbidden(bytes, at) {
                return Some(at);
            }
        }
    }
    None
}

fn is_forbidden(bytes: &[u8], at: usize) -> bool {
    match &bytes[at..] {
        [0xC2, next, ..] => *next < 0xA0 && *next != 0x85,
        [0xEF, 0xBF, 0xBE | 0xBF, ..] => true,
        [first, ..] => *first < 0x80,
        [] => false,
    }
}
