use crate::unicode;

/// Returns what the Go string literal `text`, quotes included, stands for: `strconv.Unquote`.
pub(crate) fn unquote(text: &[u8]) -> Option<Vec<u8>> {
    let (quote, rest) = text.split_first()?;
    let inner = rest.strip_suffix(&[*quote])?;
    if *quote == b'`' {
        let valid = !inner.contains(&b'`');
        return valid.then(|| inner.iter().copied().filter(|byte| *byte != b'\r').collect());
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while !rest.is_empty() {
        if rest[0] == b'\n' {
            return None;
        }
        let (unit, tail) = unquote_char(rest, *quote)?;
        match unit {
            Unit::Byte(byte) => out.push(byte),
            Unit::Char(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        rest = tail;
    }
    Some(out)
}

/// One unit of a literal: `\x80` is a byte, everything else a character.
pub(crate) enum Unit {
    Byte(u8),
    Char(char),
}

impl Unit {
    /// Returns the number it stands for in a character constant.
    pub(crate) fn code(&self) -> u32 {
        match self {
            Self::Byte(byte) => u32::from(*byte),
            Self::Char(c) => u32::from(*c),
        }
    }
}

/// Returns the first unit of a literal and what follows it: `strconv.UnquoteChar`.
pub(crate) fn unquote_char(text: &[u8], quote: u8) -> Option<(Unit, &[u8])> {
    let first = *text.first()?;
    if first == quote {
        return None;
    }
    if first != b'\\' {
        let (c, width) = unicode::decode(text);
        return Some((Unit::Char(c.unwrap_or(char::REPLACEMENT_CHARACTER)), &text[width..]));
    }
    let escape = *text.get(1)?;
    let rest = &text[2..];
    let simple = |byte: u8| Some((Unit::Byte(byte), rest));
    match escape {
        b'a' => simple(7),
        b'b' => simple(8),
        b'f' => simple(12),
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        b'v' => simple(11),
        b'\\' => simple(b'\\'),
        b'\'' | b'"' if escape == quote => simple(escape),
        b'x' => Some((Unit::Byte(u8::try_from(radix(rest.get(..2)?, 16)?).ok()?), &rest[2..])),
        b'u' => Some((Unit::Char(char::from_u32(radix(rest.get(..4)?, 16)?)?), &rest[4..])),
        b'U' => Some((Unit::Char(char::from_u32(radix(rest.get(..8)?, 16)?)?), &rest[8..])),
        b'0'..=b'7' => Some((Unit::Byte(u8::try_from(radix(text.get(1..4)?, 8)?).ok()?), &text[4..])),
        _ => None,
    }
}

fn radix(digits: &[u8], radix: u32) -> Option<u32> {
    digits.iter().try_fold(0_u32, |number, digit| {
        let digit = char::from(*digit).to_digit(radix)?;
        number.checked_mul(radix)?.checked_add(digit)
    })
}
