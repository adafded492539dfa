//! Keys and their names in JSON.

use std::borrow::Cow;

use super::{Result, Scan, Sink, Unusual};
use crate::{Profile, Scalar, Style, number, resolve_plain};

/// Behind 1,024 characters libyaml sees no key any more.
const LONGEST: usize = 1000;

impl<'a, S: Sink<'a>> Scan<'a, '_, S> {
    /// Reads a key of a block mapping; the cursor then stands on its colon.
    pub(super) fn key(&mut self) -> Result<(Cow<'a, str>, Style)> {
        if self.is_document_indicator() {
            return Err(Unusual);
        }
        let start = self.pos;
        match self.at(0) {
            quote @ (b'"' | b'\'') => {
                let line = self.line;
                let key = self.quoted(quote)?;
                self.skip_spaces();
                let is_key = self.at(0) == b':' && self.is_blankz(1) && self.line == line;
                if is_key && self.pos - start < LONGEST { Ok(key) } else { Err(Unusual) }
            }
            b'-' if self.is_blankz(1) => Err(Unusual),
            _ if self.starts_plain() => {
                let end = self.pass_plain_line();
                if self.at(0) == b':' { Ok((self.plain_key(start, end)?, Style::Plain)) } else { Err(Unusual) }
            }
            _ => Err(Unusual),
        }
    }

    /// Returns the plain key at `start..end`.
    pub(super) fn plain_key(&self, start: usize, end: usize) -> Result<Cow<'a, str>> {
        let text = &self.text[start..end];
        if text.len() > LONGEST || self.pos - start > LONGEST || text == "<<" {
            return Err(Unusual);
        }
        if self.profile == Profile::Go3 {
            return Ok(Cow::Borrowed(text));
        }
        let first = text.as_bytes().first().copied().unwrap_or(0);
        let may_be_word = text.len() <= 5
            && matches!(first, b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~');
        if !may_be_word && !matches!(first, b'.' | b'+' | b'-' | b'0'..=b'9') {
            return Ok(Cow::Borrowed(text));
        }
        match resolve_plain(text, Profile::Go2) {
            Scalar::Str(_) | Scalar::Timestamp(_) => Ok(Cow::Borrowed(text)),
            Scalar::Bool(value) => Ok(Cow::Borrowed(if value { "true" } else { "false" })),
            Scalar::Int(value) => Ok(value.to_string().into()),
            Scalar::Float(value) => Ok(number::format_float_key(value).into()),
            _ => Err(Unusual),
        }
    }
}
