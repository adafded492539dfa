//! Literal and folded block scalars.

use std::borrow::Cow;

use super::{
    cursor::Mark,
    scanner::{Result, Scanner},
    token::{Kind, Token},
};
use crate::Style;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

impl Scanner<'_> {
    pub(super) fn scan_block(&mut self, literal: bool) -> Result<()> {
        let start = self.at.mark();
        self.at.skip();
        let (chomping, increment) = self.scan_block_header(start)?;
        let mut end = self.at.mark();
        let mut indent = match increment {
            0 => 0,
            more => usize::try_from(self.indent).unwrap_or(0) + more,
        };
        let mut text = String::new();
        let mut leading_break = String::new();
        let mut trailing_breaks = String::new();
        self.scan_block_breaks(&mut indent, &mut trailing_breaks, start, &mut end)?;
        let mut leading_blank = false;
        while self.at.column() == indent && !self.at.is_end() {
            let blank = self.at.is_blank(0);
            if !literal && !leading_blank && !blank && leading_break.starts_with('\n') {
                if trailing_breaks.is_empty() {
                    text.push(' ');
                }
            } else {
                text.push_str(&leading_break);
            }
            leading_break.clear();
            text.push_str(&trailing_breaks);
            trailing_breaks.clear();
            leading_blank = blank;
            let line = self.at.pos;
            self.at.skip_to_break();
            text.push_str(&self.at.text[line..self.at.pos]);
            self.at.read_line(&mut leading_break);
            self.scan_block_breaks(&mut indent, &mut trailing_breaks, start, &mut end)?;
        }
        if chomping != Chomping::Strip {
            text.push_str(&leading_break);
        }
        if chomping == Chomping::Keep {
            text.push_str(&trailing_breaks);
        }
        let style = if literal { Style::Literal } else { Style::Folded };
        self.push_token(Token { kind: Kind::Scalar { text: Cow::Owned(text), style }, start, end });
        Ok(())
    }

    /// Reads the indicators behind `|` or `>` up to the next line; returns the chomping and the explicit indent or 0.
    fn scan_block_header(&mut self, start: Mark) -> Result<(Chomping, usize)> {
        let mut chomping = None;
        let mut increment = 0;
        for _ in 0..2 {
            match self.at.at(0) {
                sign @ (b'+' | b'-') if chomping.is_none() => {
                    chomping = Some(if sign == b'+' { Chomping::Keep } else { Chomping::Strip });
                }
                b'0' if increment == 0 => {
                    return Err(self.error(start, "found an indentation indicator equal to 0"));
                }
                digit @ b'1'..=b'9' if increment == 0 => increment = usize::from(digit - b'0'),
                _ => break,
            }
            self.at.skip();
        }
        self.at.skip_blanks();
        if self.at.at(0) == b'#' {
            self.at.skip_to_break();
        }
        if !self.at.is_breakz(0) {
            return Err(self.error(start, "did not find expected comment or line break"));
        }
        self.at.skip_line();
        Ok((chomping.unwrap_or(Chomping::Clip), increment))
    }

    /// Passes indentation and empty lines; an `indent` of 0 is found out by it.
    fn scan_block_breaks(
        &mut self,
        indent: &mut usize,
        breaks: &mut String,
        start: Mark,
        end: &mut Mark,
    ) -> Result<()> {
        *end = self.at.mark();
        let mut deepest = 0;
        loop {
            while (*indent == 0 || self.at.column() < *indent) && self.at.at(0) == b' ' {
                self.at.skip();
            }
            deepest = deepest.max(self.at.column());
            if (*indent == 0 || self.at.column() < *indent) && self.at.at(0) == b'\t' {
                return Err(self.error(start, "found a tab character where an indentation space is expected"));
            }
            if !self.at.is_break(0) {
                break;
            }
            self.at.read_line(breaks);
            *end = self.at.mark();
        }
        if *indent == 0 {
            let least = usize::try_from(self.indent + 1).unwrap_or(0).max(1);
            *indent = deepest.max(least);
        }
        Ok(())
    }
}
