//! Mappings and sequences by indentation. Each function returns the column of what stands behind its node.

use std::borrow::Cow;

use super::{Result, Scan, Sink, Unusual};
use crate::Style;

impl<'a, S: Sink<'a>> Scan<'a, '_, S> {
    /// Reads the node that begins here, in `column`, where a key may begin; `parent` is the column of what it stands in.
    pub(super) fn block(&mut self, column: usize, parent: Option<usize>) -> Result<Option<usize>> {
        if self.is_document_indicator() {
            return Err(Unusual);
        }
        match self.at(0) {
            b'-' if self.is_blankz(1) => self.sequence(column),
            quote @ (b'"' | b'\'') => {
                let line = self.line;
                let (text, style) = self.quoted(quote)?;
                self.skip_spaces();
                if self.at(0) == b':' {
                    if self.line != line || !self.is_blankz(1) {
                        return Err(Unusual);
                    }
                    return self.mapping(column, (text, style));
                }
                self.give(text, style)?;
                self.end_of_value()
            }
            _ if self.starts_plain() => {
                let start = self.pos;
                let end = self.pass_plain_line();
                if self.at(0) == b':' {
                    let key = self.plain_key(start, end)?;
                    return self.mapping(column, (key, Style::Plain));
                }
                self.plain(start, end, parent)
            }
            _ => self.inline(parent),
        }
    }

    /// Reads a node behind `key:` on the same line, where no other key may begin.
    fn inline(&mut self, parent: Option<usize>) -> Result<Option<usize>> {
        match self.at(0) {
            b'|' | b'>' => self.literal(parent),
            quote @ (b'"' | b'\'') => {
                let (text, style) = self.quoted(quote)?;
                self.give(text, style)?;
                self.end_of_value()
            }
            b'[' | b'{' => {
                self.flow()?;
                self.end_of_value()
            }
            b'-' if self.is_blankz(1) => Err(Unusual),
            _ if self.starts_plain() => {
                let start = self.pos;
                let end = self.pass_plain_line();
                self.plain(start, end, parent)
            }
            _ => Err(Unusual),
        }
    }

    /// Reads a mapping whose first key was passed: the cursor stands on its colon.
    fn mapping(&mut self, column: usize, first: (Cow<'a, str>, Style)) -> Result<Option<usize>> {
        self.enter()?;
        self.sink.start_map();
        self.sink.key(first.0, first.1);
        loop {
            self.pos += 1;
            match self.value(column)? {
                Some(next) if next == column => {
                    let (key, style) = self.key()?;
                    self.sink.key(key, style);
                }
                Some(next) if next > column => return Err(Unusual),
                next => {
                    self.sink.end_map();
                    self.depth -= 1;
                    return Ok(next);
                }
            }
        }
    }

    /// Reads the value of a key of the mapping in `column`.
    fn value(&mut self, column: usize) -> Result<Option<usize>> {
        self.skip_spaces();
        if !self.is_line_end() {
            return self.inline(Some(column));
        }
        match self.next_token() {
            Some(next) if next > column => self.block(next, Some(column)),
            Some(next) if next == column && self.at(0) == b'-' && self.is_blankz(1) => self.sequence(column),
            next => {
                self.empty();
                Ok(next)
            }
        }
    }

    fn sequence(&mut self, column: usize) -> Result<Option<usize>> {
        self.enter()?;
        self.sink.start_list();
        loop {
            self.pos += 1;
            self.skip_spaces();
            let token = if self.is_line_end() { self.next_token() } else { Some(self.pos - self.line) };
            let next = match token {
                Some(inner) if inner > column => self.block(inner, Some(column))?,
                next => {
                    self.empty();
                    next
                }
            };
            match next {
                Some(next) if next == column && self.at(0) == b'-' && self.is_blankz(1) => {}
                Some(next) if next > column => return Err(Unusual),
                next => {
                    self.sink.end_list();
                    self.depth -= 1;
                    return Ok(next);
                }
            }
        }
    }

    /// Reads a plain scalar that may go on below; `start..end` is its part on this line.
    fn plain(&mut self, start: usize, end: usize, parent: Option<usize>) -> Result<Option<usize>> {
        let (text, end) = self.finish_plain(start, end, parent)?;
        self.give(text, Style::Plain)?;
        if self.line > end { Ok(self.next_token()) } else { self.end_of_value() }
    }
}
