use memchr::{memchr, memchr_iter, memchr3, memmem};

use super::{
    bytes::{self, Class, class},
    token::{Token, TokenKind},
};
use crate::unicode;

const LEFT: &[u8] = b"{{";
const RIGHT: &[u8] = b"}}";
/// The trim marker and the space beside it.
const TRIM: usize = 2;

/// Cuts a template into tokens, none of which it copies.
///
/// Source: the behaviour of Go's `text/template/parse`, whose messages it has.
pub(super) struct Lexer<'a> {
    pub(super) input: &'a [u8],
    pub(super) position: usize,
    pub(super) start: usize,
    inside_action: bool,
    /// Whether white space stood before what is being read.
    spaced: bool,
    depth: usize,
    keywords: LoopKeywords,
    failure: Option<Token>,
    /// What the last token of the kind `Error` says.
    pub(super) error: String,
}

/// Whether `break` and `continue` are keywords; functions of these names hide them.
#[derive(Debug, Clone, Copy)]
pub(super) struct LoopKeywords {
    pub(super) has_break: bool,
    pub(super) has_continue: bool,
}

impl<'a> Lexer<'a> {
    /// Returns a lexer over `input`, of which positions fit in 32 bits.
    pub(super) fn new(input: &'a [u8], keywords: LoopKeywords) -> Self {
        Self {
            input,
            position: 0,
            start: 0,
            inside_action: false,
            spaced: false,
            depth: 0,
            keywords,
            failure: None,
            error: String::new(),
        }
    }

    #[inline]
    pub(super) fn next_token(&mut self) -> Token {
        if self.inside_action { self.lex_action() } else { self.lex_text() }
    }

    /// Returns the line of a position, counted from 1.
    pub(super) fn line(&self, position: u32) -> usize {
        1 + memchr_iter(b'\n', &self.input[..position as usize]).count()
    }

    fn rest(&self) -> &'a [u8] {
        &self.input[self.position..]
    }

    pub(super) fn byte(&self) -> Option<u8> {
        self.input.get(self.position).copied()
    }

    /// Returns what was read since the last token.
    pub(super) fn pending(&self) -> &'a [u8] {
        &self.input[self.start..self.position]
    }

    #[inline]
    pub(super) fn emit(&mut self, kind: TokenKind) -> Token {
        let token = Token { kind, spaced: self.spaced, position: narrow(self.start), end: narrow(self.position) };
        self.start = self.position;
        token
    }

    pub(super) fn fail(&mut self, message: impl Into<String>) -> Token {
        self.error = message.into();
        let at = narrow(self.start);
        let token = Token { kind: TokenKind::Error, spaced: self.spaced, position: at, end: at };
        self.failure = Some(token);
        self.inside_action = false;
        token
    }

    fn lex_text(&mut self) -> Token {
        if let Some(failure) = self.failure {
            return failure;
        }
        loop {
            let Some(found) = find_left_delimiter(self.rest()) else {
                self.position = self.input.len();
                return self.emit(if self.position == self.start { TokenKind::Eof } else { TokenKind::Text });
            };
            let delimiter = self.position + found;
            let after = if has_left_trim_marker(&self.input[delimiter + LEFT.len()..]) { TRIM } else { 0 };
            if found > 0 {
                let text = &self.input[self.start..delimiter];
                let kept = if after > 0 { trim_end(text) } else { text.len() };
                if kept > 0 {
                    self.position = self.start + kept;
                    let token = self.emit(TokenKind::Text);
                    (self.start, self.position) = (delimiter, delimiter);
                    return token;
                }
            }
            self.start = delimiter;
            self.position = delimiter + LEFT.len();
            if self.input[self.position + after..].starts_with(b"/*") {
                self.position += after;
                match self.skip_comment() {
                    Ok(()) => continue,
                    Err(failure) => return failure,
                }
            }
            let token = self.emit(TokenKind::LeftDelimiter);
            self.inside_action = true;
            self.position += after;
            self.start = self.position;
            self.depth = 0;
            return token;
        }
    }

    fn skip_comment(&mut self) -> Result<(), Token> {
        self.start = self.position;
        self.position += 2;
        let Some(end) = memmem::find(self.rest(), b"*/") else { return Err(self.fail("unclosed comment")) };
        self.position += end + 2;
        let Some(trims) = self.right_delimiter() else {
            return Err(self.fail("comment ends before closing delimiter"));
        };
        if trims {
            self.position += TRIM;
        }
        self.position += RIGHT.len();
        if trims {
            self.position += trim_start(self.rest());
        }
        self.start = self.position;
        Ok(())
    }

    /// Returns whether the right delimiter that stands here trims, or nothing where none stands.
    #[inline]
    fn right_delimiter(&self) -> Option<bool> {
        match self.rest() {
            [b'}', b'}', ..] => Some(false),
            [space, b'-', b'}', b'}', ..] if class(*space) == Class::Space => Some(true),
            _ => None,
        }
    }

    fn lex_right_delimiter(&mut self, trims: bool) -> Token {
        if self.depth > 0 {
            return self.fail("unclosed left paren");
        }
        if trims {
            self.position += TRIM;
            self.start = self.position;
        }
        self.position += RIGHT.len();
        let token = self.emit(TokenKind::RightDelimiter);
        if trims {
            self.position += trim_start(self.rest());
            self.start = self.position;
        }
        self.inside_action = false;
        self.spaced = false;
        token
    }

    fn lex_action(&mut self) -> Token {
        while let Some(byte) = self.byte()
            && class(byte) == Class::Space
        {
            if self.right_delimiter().is_some() {
                self.start = self.position;
                return self.lex_right_delimiter(true);
            }
            self.position += 1;
        }
        self.spaced = self.position > self.start;
        self.start = self.position;
        let Some(byte) = self.byte() else { return self.fail("unclosed action") };
        match class(byte) {
            Class::Letter => return self.lex_identifier(),
            Class::Digit => return self.lex_number(),
            Class::Other | Class::Space => {}
            Class::Wide => return self.lex_wide(),
        }
        if byte == b'}' && self.right_delimiter().is_some() {
            return self.lex_right_delimiter(false);
        }
        self.position += 1;
        match byte {
            b'=' => self.emit(TokenKind::Assign),
            b':' if self.byte() == Some(b'=') => {
                self.position += 1;
                self.emit(TokenKind::Declare)
            }
            b':' => self.fail("expected :="),
            b'|' => self.emit(TokenKind::Pipe),
            b'"' => self.lex_quoted(b'"', TokenKind::String, "unterminated quoted string"),
            b'\'' => self.lex_quoted(b'\'', TokenKind::CharConstant, "unterminated character constant"),
            b'`' => self.lex_raw(),
            b'$' => self.lex_name(TokenKind::Variable),
            b'.' if self.byte().is_some_and(|byte| !byte.is_ascii_digit()) => self.lex_name(TokenKind::Field),
            b'.' | b'+' | b'-' => {
                self.position -= 1;
                self.lex_number()
            }
            b'(' => {
                self.depth += 1;
                self.emit(TokenKind::LeftParenthesis)
            }
            b')' if self.depth == 0 => self.fail("unexpected right paren"),
            b')' => {
                self.depth -= 1;
                self.emit(TokenKind::RightParenthesis)
            }
            byte if byte.is_ascii_graphic() => self.emit(TokenKind::Char),
            byte => self.unrecognized(char::from(byte)),
        }
    }

    /// Lexes what begins with a character beyond ASCII, or with broken UTF-8.
    fn lex_wide(&mut self) -> Token {
        let (c, _) = unicode::decode(self.rest());
        let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
        if bytes::is_alphanumeric(c) { self.lex_identifier() } else { self.unrecognized(c) }
    }

    fn unrecognized(&mut self, c: char) -> Token {
        self.fail(format!("unrecognized character in action: {}", unicode::describe(Some(c))))
    }

    fn lex_identifier(&mut self) -> Token {
        self.skip_alphanumeric();
        if !self.at_terminator() {
            return self.bad_character();
        }
        let word = self.pending();
        let kind = match TokenKind::keyword(word) {
            Some(TokenKind::Break) if !self.keywords.has_break => TokenKind::Identifier,
            Some(TokenKind::Continue) if !self.keywords.has_continue => TokenKind::Identifier,
            Some(keyword) => keyword,
            None if word == b"true" || word == b"false" => TokenKind::Bool,
            None => TokenKind::Identifier,
        };
        self.emit(kind)
    }

    fn lex_name(&mut self, kind: TokenKind) -> Token {
        if self.at_terminator() {
            return self.emit(if kind == TokenKind::Variable { kind } else { TokenKind::Dot });
        }
        self.skip_alphanumeric();
        if self.at_terminator() { self.emit(kind) } else { self.bad_character() }
    }

    fn bad_character(&mut self) -> Token {
        let (c, _) = unicode::decode(self.rest());
        self.fail(format!("bad character {}", unicode::describe(c)))
    }

    fn skip_alphanumeric(&mut self) {
        loop {
            let Some(byte) = self.byte() else { return };
            match class(byte) {
                Class::Letter | Class::Digit => self.position += 1,
                Class::Wide => {
                    let (c, width) = unicode::decode(self.rest());
                    if !c.is_some_and(bytes::is_alphanumeric) {
                        return;
                    }
                    self.position += width;
                }
                _ => return,
            }
        }
    }

    #[inline]
    fn at_terminator(&self) -> bool {
        match self.byte() {
            None | Some(b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(') => true,
            Some(b'}') => self.rest().starts_with(RIGHT),
            Some(_) => false,
        }
    }

    fn lex_quoted(&mut self, quote: u8, kind: TokenKind, message: &str) -> Token {
        loop {
            let Some(found) = memchr3(quote, b'\\', b'\n', self.rest()) else { return self.fail(message) };
            self.position += found + 1;
            match self.input[self.position - 1] {
                b'\\' if !matches!(self.byte(), None | Some(b'\n')) => self.position += 1,
                byte if byte == quote => return self.emit(kind),
                _ => return self.fail(message),
            }
        }
    }

    fn lex_raw(&mut self) -> Token {
        let Some(found) = memchr(b'`', self.rest()) else { return self.fail("unterminated raw quoted string") };
        self.position += found + 1;
        self.emit(TokenKind::RawString)
    }
}

/// Texts have fewer bytes than 32 bits count: [`super::parser::parse`] refuses larger ones.
fn narrow(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

fn find_left_delimiter(text: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let found = from + memchr(b'{', &text[from..])?;
        if text.get(found + 1) == Some(&b'{') {
            return Some(found);
        }
        from = found + 1;
    }
}

fn has_left_trim_marker(bytes: &[u8]) -> bool {
    matches!(bytes, [b'-', space, ..] if class(*space) == Class::Space)
}

/// Returns the length of `text` without the white space at its end.
fn trim_end(text: &[u8]) -> usize {
    text.iter().rposition(|byte| class(*byte) != Class::Space).map_or(0, |at| at + 1)
}

/// Returns the length of the white space at the start of `text`.
fn trim_start(text: &[u8]) -> usize {
    text.iter().position(|byte| class(*byte) != Class::Space).unwrap_or(text.len())
}
