//! Collections in brackets and braces.

use std::borrow::Cow;

use super::{Result, Scan, Sink, Unusual};
use crate::{Profile, Style};

impl<'a, S: Sink<'a>> Scan<'a, '_, S> {
    /// Reads the flow collection that begins here and passes its closing bracket.
    pub(super) fn flow(&mut self) -> Result<()> {
        self.enter()?;
        let is_map = self.at(0) == b'{';
        let closing = if is_map { b'}' } else { b']' };
        self.pos += 1;
        if is_map {
            self.sink.start_map();
        } else {
            self.sink.start_list();
        }
        self.next_flow_token()?;
        while self.at(0) != closing {
            if is_map {
                let (key, style) = self.flow_key()?;
                self.sink.key(key, style);
                self.next_flow_token()?;
            }
            if is_map && matches!(self.at(0), b',' | b'}') {
                if self.profile == Profile::Go3 {
                    // What becomes of nothing depends there on where it stands, which the sink is not told.
                    return Err(Unusual);
                }
                self.empty();
            } else {
                self.flow_node()?;
            }
            self.next_flow_token()?;
            match self.at(0) {
                b',' => self.pos += 1,
                end if end == closing => break,
                _ => return Err(Unusual),
            }
            self.next_flow_token()?;
        }
        self.pos += 1;
        self.depth -= 1;
        if is_map {
            self.sink.end_map();
        } else {
            self.sink.end_list();
        }
        Ok(())
    }

    fn flow_node(&mut self) -> Result<()> {
        match self.at(0) {
            b'[' | b'{' => self.flow(),
            quote @ (b'"' | b'\'') => {
                let (text, style) = self.quoted(quote)?;
                self.give(text, style)
            }
            _ => {
                let text = self.flow_plain()?;
                if self.at(0) == b'\n' {
                    // It would go on here, unless the next line begins with what ends it.
                    self.next_flow_token()?;
                    if !matches!(self.at(0), b',' | b']' | b'}') {
                        return Err(Unusual);
                    }
                }
                self.give(Cow::Borrowed(text), Style::Plain)
            }
        }
    }

    /// Reads a key with its colon.
    fn flow_key(&mut self) -> Result<(Cow<'a, str>, Style)> {
        let (start, line) = (self.pos, self.line);
        let quote = self.at(0);
        let key = if matches!(quote, b'"' | b'\'') {
            let key = self.quoted(quote)?;
            self.skip_spaces();
            key
        } else {
            let end = self.flow_plain()?.len() + start;
            (self.plain_key(start, end)?, Style::Plain)
        };
        if self.at(0) != b':' || self.line != line || self.pos - start > 1000 {
            return Err(Unusual);
        }
        self.pos += 1;
        Ok(key)
    }

    /// Reads a plain scalar on one line, and passes the blanks behind it.
    fn flow_plain(&mut self) -> Result<&'a str> {
        if !self.starts_plain() || matches!(self.at(0), b'?' | b':') {
            return Err(Unusual);
        }
        let start = self.pos;
        loop {
            let end = loop {
                match self.at(0) {
                    b' ' | b'\n' | b',' | b'?' | b'[' | b']' | b'{' | b'}' => break self.pos,
                    b':' if self.is_blankz(1) => break self.pos,
                    b'\t' | 0 => return Err(Unusual),
                    _ => self.pos += 1,
                }
            };
            let blank = self.at(0) == b' ';
            self.skip_spaces();
            match self.at(0) {
                b'\n' | b',' | b']' | b'}' => return Ok(&self.text[start..end]),
                b':' if self.is_blankz(1) => return Ok(&self.text[start..end]),
                b'?' | b'[' | b'{' | b'#' | b'\t' | 0 => return Err(Unusual),
                _ if blank => {}
                _ => return Err(Unusual),
            }
        }
    }

    /// Passes blanks, comments and line breaks between the parts of a flow collection.
    fn next_flow_token(&mut self) -> Result<()> {
        let line = self.line;
        self.next_token().ok_or(Unusual)?;
        let first = self.at(0);
        if self.line != line && self.pos == self.line && matches!(first, b'-' | b'.' | b'%') {
            return Err(Unusual);
        }
        Ok(())
    }
}
