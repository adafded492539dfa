//! Literal and folded block scalars.

use std::borrow::Cow;

use memchr::memchr;

use super::{Result, Scan, Sink, Unusual};
use crate::Style;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

impl<'a, S: Sink<'a>> Scan<'a, '_, S> {
    /// Reads the block scalar whose `|` or `>` stands here; `parent` is the column of what it stands in.
    pub(super) fn literal(&mut self, parent: Option<usize>) -> Result<Option<usize>> {
        let style = if self.at(0) == b'|' { Style::Literal } else { Style::Folded };
        self.pos += 1;
        let (chomping, explicit) = self.literal_header()?;
        let mut breaks = 0;
        let indent = match explicit {
            0 => self.find_indent(parent, &mut breaks)?,
            more => {
                let indent = parent.unwrap_or(0) + more;
                self.pass_empty_lines(indent, &mut breaks)?;
                indent
            }
        };
        let wanted = self.sink.wants_text();
        let mut text = String::new();
        let (mut ends_line, mut after_blank) = (false, false);
        while self.pos - self.line == indent && self.pos < self.bytes.len() {
            let from = self.pos;
            self.pos += memchr(b'\n', &self.bytes[from..]).unwrap_or(self.bytes.len() - from);
            if wanted {
                let blank = matches!(self.bytes[from], b' ' | b'\t');
                if style == Style::Folded && !after_blank && !blank && ends_line {
                    if breaks == 0 {
                        text.push(' ');
                    }
                } else if ends_line {
                    text.push('\n');
                }
                push_breaks(&mut text, breaks);
                after_blank = blank;
                text.push_str(&self.text[from..self.pos]);
            }
            ends_line = self.at(0) == b'\n';
            if ends_line {
                self.next_line();
            }
            breaks = 0;
            self.pass_empty_lines(indent, &mut breaks)?;
        }
        if chomping != Chomping::Strip && ends_line {
            text.push('\n');
        }
        if chomping == Chomping::Keep {
            push_breaks(&mut text, breaks);
        }
        self.sink.scalar(Cow::Owned(text), style);
        Ok(self.next_token())
    }

    /// Reads what stands behind `|` or `>` up to the next line; returns the chomping and the explicit indent or 0.
    fn literal_header(&mut self) -> Result<(Chomping, usize)> {
        let (mut chomping, mut indent) = (None, 0);
        for _ in 0..2 {
            match self.at(0) {
                b'+' if chomping.is_none() => chomping = Some(Chomping::Keep),
                b'-' if chomping.is_none() => chomping = Some(Chomping::Strip),
                digit @ b'1'..=b'9' if indent == 0 => indent = usize::from(digit - b'0'),
                _ => break,
            }
            self.pos += 1;
        }
        self.skip_spaces();
        if self.at(0) == b'#' {
            self.pos += memchr(b'\n', &self.bytes[self.pos..]).unwrap_or(self.bytes.len() - self.pos);
        }
        match self.at(0) {
            b'\n' => self.next_line(),
            0 => {}
            _ => return Err(Unusual),
        }
        Ok((chomping.unwrap_or(Chomping::Clip), indent))
    }

    /// Passes empty lines up to the first with text; returns how deep the scalar stands.
    fn find_indent(&mut self, parent: Option<usize>, breaks: &mut usize) -> Result<usize> {
        let mut deepest = parent.map_or(0, |parent| parent + 1).max(1);
        loop {
            self.skip_spaces();
            deepest = deepest.max(self.pos - self.line);
            match self.at(0) {
                b'\n' => {
                    *breaks += 1;
                    self.next_line();
                }
                b'\t' => return Err(Unusual),
                _ => return Ok(deepest),
            }
        }
    }

    /// Passes the indentation, and lines that hold no more than a part of it.
    fn pass_empty_lines(&mut self, indent: usize, breaks: &mut usize) -> Result<()> {
        loop {
            while self.pos - self.line < indent && self.at(0) == b' ' {
                self.pos += 1;
            }
            if self.pos - self.line < indent && self.at(0) == b'\t' {
                return Err(Unusual);
            }
            if self.at(0) != b'\n' {
                return Ok(());
            }
            *breaks += 1;
            self.next_line();
        }
    }
}

fn push_breaks(text: &mut String, breaks: usize) {
    for _ in 0..breaks {
        text.push('\n');
    }
}
