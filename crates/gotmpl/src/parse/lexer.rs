use super::token::{Token, TokenKind};
use crate::unicode;

const LEFT: &[u8] = b"{{";
const RIGHT: &[u8] = b"}}";
/// The trim marker and the space beside it.
const TRIM: usize = 2;

/// Cuts a template into tokens.
///
/// Source: the behaviour of Go's `text/template/parse`, whose line numbers and messages it has.
pub(super) struct Lexer<'a> {
    input: &'a [u8],
    position: usize,
    start: usize,
    line: usize,
    start_line: usize,
    at_end: bool,
    inside_action: bool,
    depth: usize,
    keywords: LoopKeywords,
    /// What the last token of the kind `Error` says.
    pub(super) error: String,
}

/// Whether `break` and `continue` are keywords; functions of these names hide them.
pub(super) struct LoopKeywords {
    pub(super) has_break: bool,
    pub(super) has_continue: bool,
}

/// Where lexing goes on: a token is ready, or another state decides.
pub(super) enum Step<'a> {
    Done(Token<'a>),
    LeftDelimiter,
    Text,
}

use Step::Done;

fn is_space(c: Option<char>) -> bool {
    matches!(c, Some(' ' | '\t' | '\r' | '\n'))
}

pub(super) fn is_alphanumeric(c: Option<char>) -> bool {
    c.is_some_and(|c| c == '_' || unicode::is_letter(c) || unicode::is_digit(c))
}

fn is_space_byte(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count() - 1
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

impl<'a> Lexer<'a> {
    pub(super) fn new(input: &'a [u8], keywords: LoopKeywords) -> Self {
        Self {
            input,
            position: 0,
            start: 0,
            line: 1,
            start_line: 1,
            at_end: false,
            inside_action: false,
            depth: 0,
            keywords,
            error: String::new(),
        }
    }

    pub(super) fn next_token(&mut self) -> Token<'a> {
        let mut step = if self.inside_action { self.lex_action() } else { Step::Text };
        loop {
            step = match step {
                Done(token) => return token,
                Step::Text => self.lex_text(),
                Step::LeftDelimiter => self.lex_left_delimiter(),
            };
        }
    }

    fn rest(&self) -> &'a [u8] {
        &self.input[self.position..]
    }

    /// Returns the next character; of broken UTF-8, U+FFFD.
    pub(super) fn next(&mut self) -> Option<char> {
        let (c, width) = unicode::decode(self.rest());
        if width == 0 {
            self.at_end = true;
            return None;
        }
        self.position += width;
        if c == Some('\n') {
            self.line += 1;
        }
        c.or(Some(char::REPLACEMENT_CHARACTER))
    }

    pub(super) fn backup(&mut self) {
        if self.at_end || self.position == 0 {
            return;
        }
        let before = &self.input[..self.position];
        let tail = &before[before.len().saturating_sub(4)..];
        let width = (1..=tail.len()).find(|n| {
            let (c, width) = unicode::decode(&tail[tail.len() - n..]);
            c.is_some() && width == *n
        });
        self.position -= width.unwrap_or(1);
        if self.input[self.position] == b'\n' {
            self.line -= 1;
        }
    }

    pub(super) fn peek(&mut self) -> Option<char> {
        let c = self.next();
        self.backup();
        c
    }

    /// Returns what was read since the last token.
    pub(super) fn pending(&self) -> &'a [u8] {
        &self.input[self.start..self.position]
    }

    fn token(&mut self, kind: TokenKind) -> Token<'a> {
        let text = &self.input[self.start..self.position];
        let token = Token { kind, position: self.start, text, line: self.start_line };
        self.start = self.position;
        self.start_line = self.line;
        token
    }

    pub(super) fn emit(&mut self, kind: TokenKind) -> Step<'a> {
        Done(self.token(kind))
    }

    fn ignore(&mut self) {
        self.line += newlines(&self.input[self.start..self.position]);
        self.start = self.position;
        self.start_line = self.line;
    }

    pub(super) fn fail(&mut self, message: impl Into<String>) -> Step<'a> {
        self.error = message.into();
        let token = Token { kind: TokenKind::Error, position: self.start, text: b"", line: self.start_line };
        self.start = 0;
        self.position = 0;
        self.input = b"";
        Done(token)
    }

    fn lex_text(&mut self) -> Step<'a> {
        let Some(found) = find(self.rest(), LEFT) else {
            self.position = self.input.len();
            if self.position == self.start {
                return self.emit(TokenKind::Eof);
            }
            self.line += newlines(&self.input[self.start..]);
            return self.emit(TokenKind::Text);
        };
        if found > 0 {
            self.position += found;
            let text = &self.input[self.start..self.position];
            let trims = has_left_trim_marker(&self.input[self.position + LEFT.len()..]);
            let kept = if trims { trim_end(text) } else { text.len() };
            let trimmed = text.len() - kept;
            self.position -= trimmed;
            self.line += newlines(&text[..kept]);
            let token = self.token(TokenKind::Text);
            self.position += trimmed;
            self.ignore();
            if !token.text.is_empty() {
                return Done(token);
            }
        }
        Step::LeftDelimiter
    }

    fn lex_left_delimiter(&mut self) -> Step<'a> {
        self.position += LEFT.len();
        let after = if has_left_trim_marker(self.rest()) { TRIM } else { 0 };
        if self.rest()[after..].starts_with(b"/*") {
            self.position += after;
            self.ignore();
            return self.lex_comment();
        }
        let token = self.token(TokenKind::LeftDelimiter);
        self.inside_action = true;
        self.position += after;
        self.ignore();
        self.depth = 0;
        Done(token)
    }

    fn lex_comment(&mut self) -> Step<'a> {
        self.position += 2;
        let Some(end) = find(self.rest(), b"*/") else { return self.fail("unclosed comment") };
        self.position += end + 2;
        let Some(trims) = self.right_delimiter() else {
            return self.fail("comment ends before closing delimiter");
        };
        if trims {
            self.position += TRIM;
        }
        self.position += RIGHT.len();
        if trims {
            self.position += trim_start(self.rest());
        }
        self.ignore();
        Step::Text
    }

    /// Returns whether the right delimiter that stands here trims, or nothing where none stands.
    fn right_delimiter(&self) -> Option<bool> {
        let rest = self.rest();
        if has_right_trim_marker(rest) && rest[TRIM..].starts_with(RIGHT) {
            return Some(true);
        }
        rest.starts_with(RIGHT).then_some(false)
    }

    fn lex_right_delimiter(&mut self) -> Step<'a> {
        let trims = self.right_delimiter() == Some(true);
        if trims {
            self.position += TRIM;
            self.ignore();
        }
        self.position += RIGHT.len();
        let token = self.token(TokenKind::RightDelimiter);
        if trims {
            self.position += trim_start(self.rest());
            self.ignore();
        }
        self.inside_action = false;
        Done(token)
    }

    fn lex_action(&mut self) -> Step<'a> {
        if self.right_delimiter().is_some() {
            return if self.depth == 0 { self.lex_right_delimiter() } else { self.fail("unclosed left paren") };
        }
        let Some(c) = self.next() else { return self.fail("unclosed action") };
        match c {
            ' ' | '\t' | '\r' | '\n' => {
                self.backup();
                self.lex_space()
            }
            '=' => self.emit(TokenKind::Assign),
            ':' if self.next() == Some('=') => self.emit(TokenKind::Declare),
            ':' => self.fail("expected :="),
            '|' => self.emit(TokenKind::Pipe),
            '"' => self.lex_quoted('"', TokenKind::String, "unterminated quoted string"),
            '\'' => self.lex_quoted('\'', TokenKind::CharConstant, "unterminated character constant"),
            '`' => self.lex_raw(),
            '$' => self.lex_name(TokenKind::Variable),
            '.' if self.rest().first().is_some_and(|byte| !byte.is_ascii_digit()) => self.lex_name(TokenKind::Field),
            '.' | '+' | '-' | '0'..='9' => {
                self.backup();
                self.lex_number()
            }
            c if is_alphanumeric(Some(c)) => self.lex_identifier(),
            '(' => {
                self.depth += 1;
                self.emit(TokenKind::LeftParenthesis)
            }
            ')' if self.depth == 0 => self.fail("unexpected right paren"),
            ')' => {
                self.depth -= 1;
                self.emit(TokenKind::RightParenthesis)
            }
            c if c.is_ascii() && unicode::is_print(c) => self.emit(TokenKind::Char),
            c => self.fail(format!("unrecognized character in action: {}", unicode::describe(Some(c)))),
        }
    }

    fn lex_space(&mut self) -> Step<'a> {
        let mut count = 0;
        while is_space(self.peek()) {
            self.next();
            count += 1;
        }
        let last = &self.input[self.position - 1..];
        if has_right_trim_marker(last) && last[TRIM..].starts_with(RIGHT) {
            self.backup();
            if count == 1 {
                return self.lex_right_delimiter();
            }
        }
        self.emit(TokenKind::Space)
    }

    fn lex_identifier(&mut self) -> Step<'a> {
        let mut c = self.next();
        while is_alphanumeric(c) {
            c = self.next();
        }
        self.backup();
        let word = &self.input[self.start..self.position];
        if !self.at_terminator() {
            return self.fail(format!("bad character {}", unicode::describe(c)));
        }
        match TokenKind::keyword(word) {
            Some(TokenKind::Break) if !self.keywords.has_break => self.emit(TokenKind::Identifier),
            Some(TokenKind::Continue) if !self.keywords.has_continue => self.emit(TokenKind::Identifier),
            Some(keyword) => self.emit(keyword),
            None if word == b"true" || word == b"false" => self.emit(TokenKind::Bool),
            None => self.emit(TokenKind::Identifier),
        }
    }

    fn lex_name(&mut self, kind: TokenKind) -> Step<'a> {
        if self.at_terminator() {
            return self.emit(if kind == TokenKind::Variable { kind } else { TokenKind::Dot });
        }
        let mut c = self.next();
        while is_alphanumeric(c) {
            c = self.next();
        }
        self.backup();
        if self.at_terminator() {
            self.emit(kind)
        } else {
            self.fail(format!("bad character {}", unicode::describe(c)))
        }
    }

    fn at_terminator(&mut self) -> bool {
        let c = self.peek();
        is_space(c) || matches!(c, None | Some('.' | ',' | '|' | ':' | ')' | '(')) || self.rest().starts_with(RIGHT)
    }

    fn lex_quoted(&mut self, quote: char, kind: TokenKind, message: &str) -> Step<'a> {
        loop {
            match self.next() {
                Some('\\') => {
                    if matches!(self.next(), None | Some('\n')) {
                        return self.fail(message);
                    }
                }
                None | Some('\n') => return self.fail(message),
                Some(c) if c == quote => return self.emit(kind),
                Some(_) => {}
            }
        }
    }

    fn lex_raw(&mut self) -> Step<'a> {
        loop {
            match self.next() {
                None => return self.fail("unterminated raw quoted string"),
                Some('`') => return self.emit(TokenKind::RawString),
                Some(_) => {}
            }
        }
    }
}

fn has_left_trim_marker(bytes: &[u8]) -> bool {
    matches!(bytes, [b'-', space, ..] if is_space_byte(*space))
}

fn has_right_trim_marker(bytes: &[u8]) -> bool {
    matches!(bytes, [space, b'-', ..] if is_space_byte(*space))
}

/// Returns the length of `text` without the white space at its end.
fn trim_end(text: &[u8]) -> usize {
    text.iter().rposition(|byte| !is_space_byte(*byte)).map_or(0, |at| at + 1)
}

/// Returns the length of the white space at the start of `text`.
fn trim_start(text: &[u8]) -> usize {
    text.iter().position(|byte| !is_space_byte(*byte)).unwrap_or(text.len())
}
