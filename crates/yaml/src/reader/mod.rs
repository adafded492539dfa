//! From a text to documents.

mod block;
mod compose;
mod cursor;
mod encoding;
mod flow;
mod parser;
mod plain;
mod properties;
mod quoted;
mod scanner;
mod token;

use towpath_model::Span;

pub use self::encoding::decode;
use self::parser::Parser;
use crate::{Document, Error, Profile};

/// What is read of a text at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The size of the text in bytes; never more than 4 GiB.
    pub bytes: usize,
    /// How deep collections may stand in each other.
    pub depth: usize,
    /// How many keys, values and collections one document may have.
    pub nodes: usize,
}

impl Default for Limits {
    /// Returns 256 MiB, 512 levels and a million nodes.
    fn default() -> Self {
        Self { bytes: 256 << 20, depth: 512, nodes: 1_000_000 }
    }
}

/// Reads the documents of a text one after the other, so that an error behind a document does not hide it.
///
/// # Deviation
/// Go reads texts of any size with any number of nodes and nests flow collections 10,000 deep; here [`Limits`] hold.
pub struct Reader<'a> {
    parser: Parser<'a>,
    limits: Limits,
    text: &'a str,
    forbidden: Option<usize>,
}

impl<'a> Reader<'a> {
    /// Returns a reader of `text` with the usual limits.
    ///
    /// # Errors
    /// When the text is too large.
    pub fn new(text: &'a str, profile: Profile) -> Result<Self, Error> {
        Self::with_limits(text, profile, Limits::default())
    }

    /// Returns a reader of `text`.
    ///
    /// # Errors
    /// When the text is too large.
    pub fn with_limits(text: &'a str, profile: Profile, limits: Limits) -> Result<Self, Error> {
        let most = limits.bytes.min(u32::MAX as usize);
        if text.len() > most {
            return Err(Error::Size { bytes: text.len(), most });
        }
        Ok(Self { parser: Parser::new(text, profile), limits, text, forbidden: encoding::forbidden(text) })
    }

    /// Returns the next document, or nothing behind the last.
    ///
    /// # Errors
    /// When the text is no YAML, or breaks a limit.
    pub fn next_document(&mut self) -> Result<Option<Document<'a>>, Error> {
        let result = compose::document(&mut self.parser, self.limits);
        match self.forbidden {
            // Go decodes 512 bytes at a time and refuses them before it scans the first.
            Some(at) if self.parser.scanner.at.pos + 4 > at / 512 * 512 => {
                let width = self.text[at..].chars().next().map_or(1, char::len_utf8);
                let problem = "control characters are not allowed".into();
                Err(Error::Syntax { problem, line: 0, span: Span::new(at, at + width) })
            }
            _ => result,
        }
    }
}

/// Returns the first document of `text`, or nothing if there is none; what stands behind it is not read, as in Go.
///
/// # Errors
/// When the text is no YAML, or breaks a limit.
pub fn parse_first(text: &str, profile: Profile) -> Result<Option<Document<'_>>, Error> {
    Reader::new(text, profile)?.next_document()
}

/// Returns all documents of `text`, in order; may be empty.
///
/// # Errors
/// When the text is no YAML, or breaks a limit.
pub fn parse_all(text: &str, profile: Profile) -> Result<Vec<Document<'_>>, Error> {
    let mut reader = Reader::new(text, profile)?;
    let mut documents = Vec::new();
    while let Some(document) = reader.next_document()? {
        documents.push(document);
    }
    Ok(documents)
}
