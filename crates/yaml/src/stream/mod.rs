//! From a text straight to whoever wants its values: no tokens, no tree.
//!
//! Nearly every values file and manifest is made of few things: mappings, sequences, scalars, comments. These are read here
//! in one pass. Anything else (anchors, tags, directives, tabs, several documents, every mistake) is [`Unusual`] and left
//! to [`crate::Reader`], which knows it all and has Go's words for what is wrong. What both read, they read alike.

mod block;
mod flow;
mod key;
mod literal;
mod plain;
mod quoted;

use std::borrow::Cow;

use memchr::memchr;

use crate::{Profile, Scalar, Style, resolve_plain};

/// Takes what a document holds, in the order of the text.
pub trait Sink<'a> {
    /// Returns whether the text of the next scalar is of interest; where it is not, an empty one may be given.
    fn wants_text(&self) -> bool {
        true
    }
    /// Opens a mapping; keys and values follow in turn.
    fn start_map(&mut self);
    /// Gives the next key: in [`Profile::Go2`] its name in JSON, in [`Profile::Go3`] its text. Keys may repeat.
    fn key(&mut self, name: Cow<'a, str>, style: Style);
    /// Closes the innermost mapping.
    fn end_map(&mut self);
    /// Opens a list.
    fn start_list(&mut self);
    /// Closes the innermost list.
    fn end_list(&mut self);
    /// Gives a scalar with its quotes and folds resolved; [`resolve_plain`] tells the type of a plain one. Numbers are finite.
    fn scalar(&mut self, text: Cow<'a, str>, style: Style);
}

/// What [`stream`] has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Streamed {
    /// The text's only document.
    Document,
    /// Nothing but comments and white space.
    Nothing,
}

/// Why a text was not read: it holds something that only [`crate::Reader`] can read or refuse.
///
/// The sink may have been given a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text holds what only the full reader reads")]
pub struct Unusual;

type Result<T> = std::result::Result<T, Unusual>;

/// Gives the only document of `text` to `sink`, as `profile` reads it.
///
/// # Errors
/// When the text is out of the ordinary or wrong; nothing is known about it then.
pub fn stream<'a, S: Sink<'a>>(text: &'a str, profile: Profile, sink: &mut S) -> Result<Streamed> {
    if text.len() > LARGEST || has_unusual_characters(text.as_bytes()) {
        return Err(Unusual);
    }
    Scan { text, bytes: text.as_bytes(), profile, pos: 0, line: 0, depth: 0, sink }.document()
}

/// The reader's own limit may be lower, never higher.
const LARGEST: usize = 64 << 20;

/// Deeper texts are left to the reader, which needs no stack for them.
const DEEPEST: usize = 64;

/// Returns whether there are control characters, line breaks but LF, or a byte order mark.
fn has_unusual_characters(bytes: &[u8]) -> bool {
    let suspicious = |byte: u8| (byte < 0x20 && !matches!(byte, b'\t' | b'\n')) || byte == 0x7F || byte >= 0xC2;
    // Whole chunks are asked at once, which the compiler turns into wide instructions.
    bytes.chunks(64).enumerate().any(|(number, chunk)| {
        chunk.iter().fold(false, |found, byte| found | suspicious(*byte))
            && (number * 64..number * 64 + chunk.len()).any(|at| is_unusual(&bytes[at..]))
    })
}

fn is_unusual(bytes: &[u8]) -> bool {
    match bytes {
        [0xC2, next, ..] => *next < 0xA0,
        [0xE2, 0x80, 0xA8 | 0xA9, ..] | [0xEF, 0xBB, 0xBF, ..] | [0xEF, 0xBF, 0xBE | 0xBF, ..] => true,
        [first, ..] => (*first < 0x20 && !matches!(first, b'\t' | b'\n')) || *first == 0x7F,
        [] => false,
    }
}

struct Scan<'a, 's, S> {
    text: &'a str,
    bytes: &'a [u8],
    profile: Profile,
    pos: usize,
    /// Where the line of `pos` begins.
    line: usize,
    depth: usize,
    sink: &'s mut S,
}

impl<'a, S: Sink<'a>> Scan<'a, '_, S> {
    fn document(mut self) -> Result<Streamed> {
        let Some(mut column) = self.next_token() else { return Ok(Streamed::Nothing) };
        if self.bytes[self.pos..].starts_with(b"---") && column == 0 && self.is_blankz(3) {
            self.pos += 3;
            self.skip_spaces();
            if !self.is_line_end() {
                return Err(Unusual);
            }
            column = self.next_token().ok_or(Unusual)?;
        }
        match self.block(column, None)? {
            None => Ok(Streamed::Document),
            Some(_) => Err(Unusual),
        }
    }

    /// Returns the byte `ahead`, or NUL behind the end, which no text holds.
    #[inline]
    fn at(&self, ahead: usize) -> u8 {
        self.bytes.get(self.pos + ahead).copied().unwrap_or(0)
    }

    /// Returns whether a blank, a line break or the end stands `ahead`.
    #[inline]
    fn is_blankz(&self, ahead: usize) -> bool {
        matches!(self.at(ahead), b' ' | b'\n' | b'\t' | 0)
    }

    /// Returns whether nothing but a comment can follow on this line.
    #[inline]
    fn is_line_end(&self) -> bool {
        matches!(self.at(0), b'\n' | b'#' | 0)
    }

    fn is_document_indicator(&self) -> bool {
        let first = self.at(0);
        matches!(first, b'-' | b'.') && self.pos == self.line && self.at(1) == first && self.at(2) == first
    }

    #[inline]
    fn skip_spaces(&mut self) {
        while self.at(0) == b' ' {
            self.pos += 1;
        }
    }

    /// Passes a line break.
    #[inline]
    fn next_line(&mut self) {
        self.pos += 1;
        self.line = self.pos;
    }

    /// Passes blanks, comments and line breaks; returns the column of what follows, nothing at the end.
    fn next_token(&mut self) -> Option<usize> {
        loop {
            match self.at(0) {
                b' ' => self.skip_spaces(),
                b'\n' => self.next_line(),
                b'#' => {
                    self.pos += memchr(b'\n', &self.bytes[self.pos..]).unwrap_or(self.bytes.len() - self.pos);
                }
                0 => return None,
                _ => return Some(self.pos - self.line),
            }
        }
    }

    /// Ends a value that stood on one line or more: nothing else may stand on its last.
    fn end_of_value(&mut self) -> Result<Option<usize>> {
        self.skip_spaces();
        if self.is_line_end() { Ok(self.next_token()) } else { Err(Unusual) }
    }

    fn enter(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > DEEPEST { Err(Unusual) } else { Ok(()) }
    }

    fn empty(&mut self) {
        self.sink.scalar(Cow::Borrowed(""), Style::Plain);
    }

    fn give(&mut self, text: Cow<'a, str>, style: Style) -> Result<()> {
        if style == Style::Plain
            && matches!(text.as_bytes(), [b'.', ..] | [b'+' | b'-', b'.', ..])
            && matches!(resolve_plain(&text, self.profile), Scalar::Float(float) if !float.is_finite())
        {
            return Err(Unusual);
        }
        self.sink.scalar(text, style);
        Ok(())
    }
}
