//! Plain scalars.

use std::borrow::Cow;

use super::{Result, Scan, Sink, Unusual};

impl<'a, S: Sink<'a>> Scan<'a, '_, S> {
    /// Returns whether a plain scalar can begin here in a block.
    pub(super) fn starts_plain(&self) -> bool {
        match self.at(0) {
            b'-' | b'?' | b':' => !self.is_blankz(1),
            b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@'
            | b'`' | b'\t' | b' ' | b'\n' | 0 => false,
            _ => true,
        }
    }

    /// Passes a plain scalar's part on this line and the blanks behind it; returns where the part ends.
    ///
    /// What follows is a line break, the end, a comment, a tab or the colon of a key.
    pub(super) fn pass_plain_line(&mut self) -> usize {
        loop {
            let end = loop {
                match self.at(0) {
                    b' ' | b'\n' | b'\t' | 0 => break self.pos,
                    b':' if self.is_blankz(1) => return self.pos,
                    _ => self.pos += 1,
                }
            };
            self.skip_spaces();
            match self.at(0) {
                b'#' | b'\n' | b'\t' | 0 => return end,
                b':' if self.is_blankz(1) => return end,
                _ => {}
            }
        }
    }

    /// Returns the whole scalar of which `start..end` is the part on this line, and where it ends; passes its lines.
    pub(super) fn finish_plain(
        &mut self,
        start: usize,
        mut end: usize,
        parent: Option<usize>,
    ) -> Result<(Cow<'a, str>, usize)> {
        let mut text = Cow::Borrowed(&self.text[start..end]);
        while self.at(0) == b'\n' {
            let mut breaks = 0;
            while self.at(0) == b'\n' {
                breaks += 1;
                self.next_line();
                self.skip_spaces();
            }
            let column = self.pos - self.line;
            if matches!(self.at(0), b'#' | 0) || parent.is_some_and(|parent| column <= parent) {
                break;
            }
            if self.is_document_indicator() {
                return Err(Unusual);
            }
            let start = self.pos;
            end = self.pass_plain_line();
            if start == end || self.at(0) == b':' {
                return Err(Unusual);
            }
            let text = text.to_mut();
            push_fold(text, breaks);
            text.push_str(&self.text[start..end]);
        }
        Ok((text, end))
    }
}

/// Appends what line breaks between two lines leave: a blank for one, else one less.
pub(super) fn push_fold(text: &mut String, breaks: usize) {
    if breaks == 1 {
        text.push(' ');
    }
    for _ in 1..breaks {
        text.push('\n');
    }
}
