//! Single- and double-quoted scalars.

use std::borrow::Cow;

use super::{
    cursor::Mark,
    plain::Breaks,
    scanner::{Result, Scanner},
    token::Kind,
};
use crate::Style;

impl Scanner<'_> {
    pub(super) fn scan_single_quoted(&mut self) -> Result<()> {
        self.scan_quoted(Style::SingleQuoted)
    }

    pub(super) fn scan_double_quoted(&mut self) -> Result<()> {
        self.scan_quoted(Style::DoubleQuoted)
    }

    fn scan_quoted(&mut self, style: Style) -> Result<()> {
        let start = self.at.mark();
        self.at.skip();
        let quote = if style == Style::SingleQuoted { b'\'' } else { b'"' };
        let first = self.at.pos;
        // Until the first escape or line break the text is as it stands in the source; `owned` begins there.
        let mut owned: Option<String> = None;
        let mut breaks = Breaks::default();
        loop {
            if self.at.is_document_indicator() {
                return Err(self.error(start, "found unexpected document indicator"));
            }
            if self.at.is_end() {
                return Err(self.error(start, "found unexpected end of stream"));
            }
            self.scan_quoted_run(start, quote, first, &mut owned, &mut breaks)?;
            if self.at.at(0) == quote && !self.at.is_end() {
                break;
            }
            let blanks = self.at.pos;
            while self.at.is_blank(0) && !breaks.seen {
                self.at.skip();
            }
            let behind = self.at.pos;
            while self.at.is_blank(0) || self.at.is_break(0) {
                if self.at.is_blank(0) {
                    self.at.skip();
                } else {
                    breaks.read(&mut self.at);
                }
            }
            if breaks.seen {
                let text = owned.get_or_insert_with(|| self.at.text[first..blanks].to_owned());
                breaks.fold_into(text);
            } else if let Some(text) = &mut owned {
                text.push_str(&self.at.text[blanks..behind]);
            }
        }
        let text = owned.map_or(Cow::Borrowed(&self.at.text[first..self.at.pos]), Cow::Owned);
        self.at.skip();
        self.push(Kind::Scalar { text, style }, start);
        Ok(())
    }

    /// Reads up to the closing quote, a blank or a line break; an escaped line break ends it too.
    fn scan_quoted_run(
        &mut self,
        start: Mark,
        quote: u8,
        first: usize,
        owned: &mut Option<String>,
        breaks: &mut Breaks,
    ) -> Result<()> {
        let mut piece = self.at.pos;
        loop {
            self.at.skip_run(|byte| byte > b' ' && !matches!(byte, b'\'' | b'"' | b'\\'));
            let here = self.at.at(0);
            let escape = match here {
                b'\'' if quote == b'\'' => self.at.at(1) == b'\'',
                b'"' if quote == b'"' => false,
                b'\\' if quote == b'"' => true,
                _ if self.at.is_blankz(0) => false,
                _ => {
                    self.at.skip();
                    continue;
                }
            };
            if let Some(text) = owned {
                text.push_str(&self.at.text[piece..self.at.pos]);
            }
            if !escape {
                return Ok(());
            }
            let text = owned.get_or_insert_with(|| self.at.text[first..self.at.pos].to_owned());
            if here == b'\'' {
                text.push('\'');
                self.at.skip();
                self.at.skip();
            } else if self.at.is_break(1) {
                self.at.skip();
                self.at.skip_line();
                breaks.skip_escaped();
                return Ok(());
            } else {
                text.push(self.scan_escape(start)?);
            }
            piece = self.at.pos;
        }
    }

    fn scan_escape(&mut self, start: Mark) -> Result<char> {
        let simple = match self.at.at(1) {
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
            b'x' => return self.scan_code(start, 2),
            b'u' => return self.scan_code(start, 4),
            b'U' => return self.scan_code(start, 8),
            _ => return Err(self.error(start, "found unknown escape character")),
        };
        self.at.skip();
        self.at.skip();
        Ok(simple)
    }

    fn scan_code(&mut self, start: Mark, digits: usize) -> Result<char> {
        self.at.skip();
        self.at.skip();
        let mut value = 0u32;
        for ahead in 0..digits {
            let Some(digit) = char::from(self.at.at(ahead)).to_digit(16) else {
                return Err(self.error(start, "did not find expected hexdecimal number"));
            };
            value = (value << 4) | digit;
        }
        let Some(character) = char::from_u32(value) else {
            return Err(self.error(start, "found invalid Unicode character escape code"));
        };
        for _ in 0..digits {
            self.at.skip();
        }
        Ok(character)
    }
}
