//! Numbers and strings below the verbs.

use super::{
    float::{FloatSize, format_float},
    pad::Flags,
    quote::{can_back_quote, quote_char_into, quote_into},
};
use crate::unicode;

/// Whether a number can be below zero, and its bits.
#[derive(Debug, Clone, Copy)]
pub(super) enum Integer {
    Signed(i64),
    Unsigned(u64),
}

impl Integer {
    pub(super) fn bits(self) -> u64 {
        match self {
            Self::Signed(number) => number.cast_unsigned(),
            Self::Unsigned(number) => number,
        }
    }

    fn magnitude(self) -> u64 {
        match self {
            Self::Signed(number) => number.unsigned_abs(),
            Self::Unsigned(number) => number,
        }
    }
}

impl Flags {
    /// Appends a number in base 2, 8, 10 or 16; `verb` is `X` for upper case and `O` for a leading `0o`.
    pub(super) fn integer(self, out: &mut Vec<u8>, number: Integer, base: u32, verb: char) {
        let magnitude = number.magnitude();
        let is_negative = matches!(number, Integer::Signed(number) if number < 0);
        if self.precision == Some(0) && magnitude == 0 {
            self.without_zero().fill(out, self.width.unwrap_or(0));
            return;
        }
        let signed = is_negative || self.plus || self.space;
        let digits = match (self.precision, self.width) {
            (Some(precision), _) => precision,
            (None, Some(width)) if self.zero && !self.minus => width.saturating_sub(usize::from(signed)),
            _ => 0,
        };
        let mut text = match base {
            2 => format!("{magnitude:b}"),
            8 => format!("{magnitude:o}"),
            16 if verb == 'X' => format!("{magnitude:X}"),
            16 => format!("{magnitude:x}"),
            _ => magnitude.to_string(),
        };
        if text.len() < digits {
            text.insert_str(0, &"0".repeat(digits - text.len()));
        }
        if self.sharp {
            let prefix = match base {
                2 => "0b",
                8 if !text.starts_with('0') => "0",
                16 if verb == 'X' => "0X",
                16 => "0x",
                _ => "",
            };
            text.insert_str(0, prefix);
        }
        if verb == 'O' {
            text.insert_str(0, "0o");
        }
        match (is_negative, self.plus, self.space) {
            (true, ..) => text.insert(0, '-'),
            (_, true, _) => text.insert(0, '+'),
            (_, _, true) => text.insert(0, ' '),
            _ => {}
        }
        self.without_zero().pad(out, text.as_bytes());
    }

    /// Appends `U+0041`, with `#` also the character.
    pub(super) fn unicode(self, out: &mut Vec<u8>, code: u64) {
        let digits = self.precision.unwrap_or(4).max(4);
        let number = format!("{code:X}");
        let mut text = format!("U+{}{number}", "0".repeat(digits.saturating_sub(number.len())));
        let c = u32::try_from(code).ok().and_then(char::from_u32);
        if let Some(c) = c.filter(|c| self.sharp && unicode::is_print(*c)) {
            text = format!("{text} '{c}'");
        }
        self.without_zero().pad(out, text.as_bytes());
    }

    /// Appends the character of a code.
    pub(super) fn character(self, out: &mut Vec<u8>, code: u64) {
        self.pad(out, character(code).encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// Appends the character of a code in single quotes.
    pub(super) fn quoted_character(self, out: &mut Vec<u8>, code: u64) {
        let mut text = Vec::new();
        quote_char_into(&mut text, character(code), self.plus);
        self.pad(out, &text);
    }

    /// Appends a string or bytes in double quotes, with `#` in back quotes where that is possible.
    pub(super) fn quoted(self, out: &mut Vec<u8>, text: &[u8]) {
        let text = self.truncate(text);
        if self.sharp && can_back_quote(text) {
            self.pad(out, &[b"`", text, b"`"].concat());
            return;
        }
        let mut quoted = Vec::with_capacity(text.len() + 2);
        quote_into(&mut quoted, text, self.plus);
        self.pad(out, &quoted);
    }

    /// Appends bytes as hexadecimal digits; the precision counts bytes.
    pub(super) fn hexadecimal(self, out: &mut Vec<u8>, text: &[u8], verb: char) {
        let text = &text[..self.precision.map_or(text.len(), |precision| precision.min(text.len()))];
        let prefix: &[u8] = match (self.sharp, verb) {
            (false, _) => b"",
            (true, 'X') => b"0X",
            (true, _) => b"0x",
        };
        let digits = if verb == 'X' { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
        let mut hexadecimal = Vec::with_capacity(text.len() * 2);
        for (at, byte) in text.iter().enumerate() {
            if self.space && at > 0 {
                hexadecimal.push(b' ');
            }
            if at == 0 || self.space {
                hexadecimal.extend_from_slice(prefix);
            }
            hexadecimal.extend([digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
        }
        if hexadecimal.is_empty() {
            self.fill(out, self.width.unwrap_or(0));
        } else {
            self.pad(out, &hexadecimal);
        }
    }

    /// Appends a float; `verb` is one of those that [`format_float`] takes.
    pub(super) fn float(self, out: &mut Vec<u8>, number: f64, size: FloatSize, verb: char, precision: Option<usize>) {
        let precision = self.precision.or(precision);
        let text = format_float(number, verb, precision, size);
        let (mut sign, body) = match text.split_at(1) {
            ("-", body) => ('-', body),
            ("+", body) => ('+', body),
            _ => ('+', text.as_str()),
        };
        if self.space && sign == '+' && !self.plus {
            sign = ' ';
        }
        let shows_sign = self.plus || sign != '+';
        if body.starts_with(['I', 'N']) {
            let shows_sign = body.starts_with('I') || self.space || self.plus;
            let sign = if shows_sign { String::from(sign) } else { String::new() };
            self.without_zero().pad(out, (sign + body).as_bytes());
            return;
        }
        let sharp = self.sharp && verb != 'b';
        let body = if sharp { with_point(body, verb, precision) } else { body.to_owned() };
        if !shows_sign {
            self.pad(out, body.as_bytes());
            return;
        }
        match self.width {
            Some(width) if self.zero && !self.minus && width > body.len() + 1 => {
                out.push(u8::try_from(sign).unwrap_or(b'+'));
                self.fill(out, width - body.len() - 1);
                out.extend_from_slice(body.as_bytes());
            }
            _ => self.pad(out, format!("{sign}{body}").as_bytes()),
        }
    }
}

fn character(code: u64) -> char {
    u32::try_from(code).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Adds what the flag `#` asks for: a decimal point, and for `%g` the zeros at the end.
fn with_point(body: &str, verb: char, precision: Option<usize>) -> String {
    let mut missing = match verb {
        'g' | 'G' | 'x' => precision.map_or(6, |precision| i64::try_from(precision).unwrap_or(0)),
        _ => 0,
    };
    let is_hexadecimal = matches!(verb, 'x' | 'X');
    let tail = body.find(|c| matches!(c, 'p' | 'P') || !is_hexadecimal && matches!(c, 'e' | 'E'));
    let (number, tail) = body.split_at(tail.unwrap_or(body.len()));
    let mut seen = false;
    for c in number.chars().filter(|c| *c != '.') {
        seen |= c != '0';
        missing -= i64::from(seen);
    }
    let mut out = number.to_owned();
    if !number.contains('.') {
        missing -= i64::from(number == "0");
        out.push('.');
    }
    out.extend(std::iter::repeat_n('0', usize::try_from(missing).unwrap_or(0)));
    out + tail
}
