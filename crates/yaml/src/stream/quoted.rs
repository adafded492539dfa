//! Single- and double-quoted scalars.

use std::borrow::Cow;

use memchr::{memchr2, memchr3};

use super::{Result, Scan, Sink, Unusual, plain::push_fold};
use crate::Style;

impl<'a, S: Sink<'a>> Scan<'a, '_, S> {
    /// Reads a quoted scalar and passes its closing quote.
    pub(super) fn quoted(&mut self, quote: u8) -> Result<(Cow<'a, str>, Style)> {
        self.pos += 1;
        let style = if quote == b'"' { Style::DoubleQuoted } else { Style::SingleQuoted };
        let mut text = Cow::Borrowed("");
        loop {
            let rest = &self.bytes[self.pos..];
            let found = match style {
                Style::DoubleQuoted => memchr3(b'"', b'\\', b'\n', rest),
                _ => memchr2(b'\'', b'\n', rest),
            };
            let piece = &self.text[self.pos..self.pos + found.ok_or(Unusual)?];
            self.pos += piece.len();
            match self.at(0) {
                b'\n' => {
                    append(&mut text, piece.trim_end_matches([' ', '\t']));
                    let breaks = self.pass_breaks()?;
                    push_fold(text.to_mut(), breaks);
                }
                b'\\' => {
                    append(&mut text, piece);
                    text.to_mut().push(self.escape()?);
                }
                _ if quote == b'\'' && self.at(1) == b'\'' => {
                    append(&mut text, piece);
                    text.to_mut().push('\'');
                    self.pos += 2;
                }
                _ => {
                    append(&mut text, piece);
                    self.pos += 1;
                    return Ok((text, style));
                }
            }
        }
    }

    /// Passes the line breaks inside a quoted scalar and the blanks around them; returns how many there were.
    fn pass_breaks(&mut self) -> Result<usize> {
        let mut breaks = 0;
        loop {
            match self.at(0) {
                b'\n' => {
                    breaks += 1;
                    self.next_line();
                    if self.is_document_indicator() {
                        return Err(Unusual);
                    }
                }
                b' ' | b'\t' => self.pos += 1,
                _ => return Ok(breaks),
            }
        }
    }

    /// Reads an escape that stands for one character.
    fn escape(&mut self) -> Result<char> {
        let digits = match self.at(1) {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            other => {
                self.pos += 2;
                return simple_escape(other);
            }
        };
        let from = self.pos + 2;
        let code = self.text.get(from..from + digits).ok_or(Unusual)?;
        if !code.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Unusual);
        }
        self.pos = from + digits;
        u32::from_str_radix(code, 16).ok().and_then(char::from_u32).ok_or(Unusual)
    }
}

fn append<'a>(text: &mut Cow<'a, str>, piece: &'a str) {
    if text.is_empty() && matches!(text, Cow::Borrowed(_)) {
        *text = Cow::Borrowed(piece);
    } else if !piece.is_empty() {
        text.to_mut().push_str(piece);
    }
}

fn simple_escape(byte: u8) -> Result<char> {
    Ok(match byte {
        b'0' => '\0',
        b'a' => '\x07',
        b'b' => '\x08',
        b't' | b'\t' => '\t',
        b'n' => '\n',
        b'v' => '\x0B',
        b'f' => '\x0C',
        b'r' => '\r',
        b'e' => '\x1B',
        b' ' => ' ',
        b'"' => '"',
        b'\'' => '\'',
        b'\\' => '\\',
        b'N' => '\u{85}',
        b'_' => '\u{a0}',
        b'L' => '\u{2028}',
        b'P' => '\u{2029}',
        _ => return Err(Unusual),
    })
}
