//! Anchors, aliases, tags and directives.

use std::borrow::Cow;

use super::{
    cursor::Mark,
    scanner::{Result, Scanner},
    token::Kind,
};

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

impl<'a> Scanner<'a> {
    fn scan_word(&mut self) -> &'a str {
        let from = self.at.pos;
        while is_word(self.at.at(0)) {
            self.at.skip();
        }
        &self.at.text[from..self.at.pos]
    }

    pub(super) fn scan_anchor(&mut self, alias: bool) -> Result<()> {
        let start = self.at.mark();
        self.at.skip();
        let name = self.scan_word();
        let ends = matches!(self.at.at(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !(ends || self.at.is_blankz(0)) {
            return Err(self.error(start, "did not find expected alphabetic or numeric character"));
        }
        self.push(if alias { Kind::Alias(name) } else { Kind::Anchor(name) }, start);
        Ok(())
    }

    pub(super) fn scan_tag(&mut self) -> Result<()> {
        let start = self.at.mark();
        let (handle, suffix) = if self.at.at(1) == b'<' {
            self.at.skip();
            self.at.skip();
            let suffix = self.scan_uri("", start)?;
            if self.at.at(0) != b'>' {
                return Err(self.error(start, "did not find the expected '>'"));
            }
            self.at.skip();
            ("", suffix)
        } else {
            let handle = self.scan_tag_handle(false, start)?;
            if handle.len() > 1 && handle.ends_with('!') {
                (handle, self.scan_uri("", start)?)
            } else {
                // It was no handle but the beginning of the suffix; `!` alone is a tag of its own.
                match self.scan_uri(handle, start)? {
                    suffix if suffix.is_empty() => ("", Cow::Borrowed("!")),
                    suffix => ("!", suffix),
                }
            }
        };
        if !self.at.is_blankz(0) {
            return Err(self.error(start, "did not find expected whitespace or line break"));
        }
        self.push(Kind::Tag { handle, suffix }, start);
        Ok(())
    }

    fn scan_tag_handle(&mut self, directive: bool, start: Mark) -> Result<&'a str> {
        let from = self.at.pos;
        if self.at.at(0) != b'!' {
            return Err(self.error(start, "did not find expected '!'"));
        }
        self.at.skip();
        self.scan_word();
        if self.at.at(0) == b'!' {
            self.at.skip();
        } else if directive && self.at.pos - from > 1 {
            return Err(self.error(start, "did not find expected '!'"));
        }
        Ok(&self.at.text[from..self.at.pos])
    }

    /// Reads the rest of a tag; `head` was read before it and its `!` does not belong to the result.
    fn scan_uri(&mut self, head: &'a str, start: Mark) -> Result<Cow<'a, str>> {
        let from = self.at.pos - head.len().saturating_sub(1);
        let mut piece = from;
        let mut owned: Option<Vec<u8>> = None;
        let first = self.at.pos;
        loop {
            match self.at.at(0) {
                b'%' => {
                    let bytes = owned.get_or_insert_default();
                    bytes.extend_from_slice(&self.at.text.as_bytes()[piece..self.at.pos]);
                    self.scan_uri_escape(start, bytes)?;
                    piece = self.at.pos;
                }
                b';' | b'/' | b'?' | b':' | b'@' | b'&' | b'=' | b'+' | b'$' | b',' | b'.' | b'!' | b'~' | b'*'
                | b'\'' | b'(' | b')' | b'[' | b']' => self.at.skip(),
                byte if is_word(byte) => self.at.skip(),
                _ => break,
            }
        }
        if head.is_empty() && self.at.pos == first {
            return Err(self.error(start, "did not find expected tag URI"));
        }
        Ok(match owned {
            None => Cow::Borrowed(&self.at.text[from..self.at.pos]),
            Some(mut bytes) => {
                bytes.extend_from_slice(&self.at.text.as_bytes()[piece..self.at.pos]);
                Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
            }
        })
    }

    /// Reads the `%XX` octets of one character.
    fn scan_uri_escape(&mut self, start: Mark, into: &mut Vec<u8>) -> Result<()> {
        let mut left = 0;
        loop {
            let digit = |ahead| char::from(self.at.at(ahead)).to_digit(16);
            let octet = match (self.at.at(0), digit(1), digit(2)) {
                (b'%', Some(high), Some(low)) => u8::try_from(high << 4 | low).unwrap_or(0),
                _ => return Err(self.error(start, "did not find URI escaped octet")),
            };
            if left == 0 {
                left = match octet {
                    0..0x80 => 1,
                    0xC0..0xE0 => 2,
                    0xE0..0xF0 => 3,
                    0xF0..0xF8 => 4,
                    _ => return Err(self.error(start, "found an incorrect leading UTF-8 octet")),
                };
            } else if octet & 0xC0 != 0x80 {
                return Err(self.error(start, "found an incorrect trailing UTF-8 octet"));
            }
            into.push(octet);
            for _ in 0..3 {
                self.at.skip();
            }
            left -= 1;
            if left == 0 {
                return Ok(());
            }
        }
    }

    pub(super) fn scan_directive(&mut self) -> Result<()> {
        let start = self.at.mark();
        self.at.skip();
        let name = self.scan_word();
        if name.is_empty() {
            return Err(self.error(start, "could not find expected directive name"));
        }
        if !self.at.is_blankz(0) {
            return Err(self.error(start, "found unexpected non-alphabetical character"));
        }
        let kind = match name {
            "YAML" => self.scan_version(start)?,
            "TAG" => self.scan_tag_directive(start)?,
            _ => return Err(self.error(start, "found unknown directive name")),
        };
        self.push(kind, start);
        self.at.skip_blanks();
        if self.at.at(0) == b'#' {
            self.at.skip_to_break();
        }
        if !self.at.is_breakz(0) {
            return Err(self.error(start, "did not find expected comment or line break"));
        }
        self.at.skip_line();
        Ok(())
    }

    fn scan_version(&mut self, start: Mark) -> Result<Kind<'a>> {
        self.at.skip_blanks();
        let major = self.scan_version_number(start)?;
        if self.at.at(0) != b'.' {
            return Err(self.error(start, "did not find expected digit or '.' character"));
        }
        self.at.skip();
        let minor = self.scan_version_number(start)?;
        Ok(Kind::Version { major, minor })
    }

    fn scan_version_number(&mut self, start: Mark) -> Result<u8> {
        let from = self.at.pos;
        let mut value = 0;
        while self.at.at(0).is_ascii_digit() {
            if self.at.pos - from == 2 {
                return Err(self.error(start, "found extremely long version number"));
            }
            value = value * 10 + (self.at.at(0) - b'0');
            self.at.skip();
        }
        if self.at.pos == from {
            return Err(self.error(start, "did not find expected version number"));
        }
        Ok(value)
    }

    fn scan_tag_directive(&mut self, start: Mark) -> Result<Kind<'a>> {
        self.at.skip_blanks();
        let handle = self.scan_tag_handle(true, start)?;
        if !self.at.is_blank(0) {
            return Err(self.error(start, "did not find expected whitespace"));
        }
        self.at.skip_blanks();
        let prefix = self.scan_uri("", start)?;
        if !self.at.is_blankz(0) {
            return Err(self.error(start, "did not find expected whitespace or line break"));
        }
        Ok(Kind::TagDirective { handle, prefix })
    }
}
