//! Plain scalars, which may go on over several lines.

use std::borrow::Cow;

use super::{
    scanner::{Result, Scanner},
    token::{Kind, Token},
};
use crate::Style;

impl Scanner<'_> {
    pub(super) fn scan_plain(&mut self) -> Result<()> {
        let indent = self.indent + 1;
        let start = self.at.mark();
        let mut end = start;
        let mut folded: Option<String> = None;
        let mut piece = start.pos();
        let mut breaks = Breaks::default();
        while !self.at.is_document_indicator() && self.at.at(0) != b'#' {
            let from = self.at.pos;
            self.pass_plain_run();
            if self.at.pos > from {
                if breaks.seen {
                    breaks.fold_into(folded.get_or_insert_default());
                    piece = from;
                }
                end = self.at.mark();
            }
            if !self.at.is_blank(0) && !self.at.is_break(0) {
                break;
            }
            while self.at.is_blank(0) || self.at.is_break(0) {
                if self.at.is_blank(0) {
                    if breaks.seen && self.at.at(0) == b'\t' && self.at.column().cast_signed() < indent {
                        return Err(self.error(start, "found a tab character that violates indentation"));
                    }
                    self.at.skip();
                } else {
                    if !breaks.seen {
                        folded.get_or_insert_default().push_str(&self.at.text[piece..end.pos()]);
                    }
                    breaks.read(&mut self.at);
                }
            }
            if self.flow_level == 0 && self.at.column().cast_signed() < indent {
                break;
            }
        }
        if breaks.seen {
            self.simple_key_allowed = true;
        }
        let text = match folded {
            None => Cow::Borrowed(&self.at.text[start.pos()..end.pos()]),
            Some(mut folded) => {
                if !breaks.seen {
                    folded.push_str(&self.at.text[piece..end.pos()]);
                }
                Cow::Owned(folded)
            }
        };
        self.push_token(Token { kind: Kind::Scalar { text, style: Style::Plain }, start, end });
        Ok(())
    }

    /// Passes the characters up to the next blank, line break or indicator that ends a plain scalar.
    fn pass_plain_run(&mut self) {
        let in_flow = self.flow_level > 0;
        loop {
            self.at.skip_run(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'@'));
            match self.at.at(0) {
                b':' if self.at.is_blankz(1) => return,
                b',' | b'?' | b'[' | b']' | b'{' | b'}' if in_flow => return,
                b' ' | b'\t' => return,
                _ if self.at.is_breakz(0) => return,
                _ => self.at.skip(),
            }
        }
    }
}

/// The line breaks between two lines of a flow scalar, which fold to one space or lose their first.
#[derive(Default)]
pub(super) struct Breaks {
    /// Whether there was one since the last text.
    pub(super) seen: bool,
    leading: String,
    trailing: String,
}

impl Breaks {
    pub(super) fn read(&mut self, at: &mut super::cursor::Cursor<'_>) {
        if self.seen {
            at.read_line(&mut self.trailing);
        } else {
            at.read_line(&mut self.leading);
            self.seen = true;
        }
    }

    /// Counts an escaped line break, which leaves nothing.
    pub(super) fn skip_escaped(&mut self) {
        self.seen = true;
    }

    /// Appends what the breaks leave, and forgets them.
    pub(super) fn fold_into(&mut self, text: &mut String) {
        if !self.leading.starts_with('\n') {
            text.push_str(&self.leading);
        } else if self.trailing.is_empty() {
            text.push(' ');
        }
        text.push_str(&self.trailing);
        self.leading.clear();
        self.trailing.clear();
        self.seen = false;
    }
}
