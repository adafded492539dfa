//! The scanner: characters to tokens, with the same look-ahead for simple keys as libyaml.

use std::collections::VecDeque;

use super::{
    cursor::{Cursor, Mark},
    token::{Kind, Token},
};
use crate::{Error, Profile};

pub(super) type Result<T> = std::result::Result<T, Error>;

/// How deep flow collections and block indents may nest in Go's reader.
const MAX_DEPTH: usize = 10_000;

/// How many characters may stand before the `:` of a key without `?`.
const SIMPLE_KEY_LENGTH: usize = 1024;

#[derive(Debug, Clone, Copy, Default)]
struct SimpleKey {
    possible: bool,
    required: bool,
    /// Its token waits in the queue until it is known whether it is a key.
    awaited: bool,
    token_number: usize,
    mark: Mark,
}

pub(super) struct Scanner<'a> {
    pub(super) at: Cursor<'a>,
    pub(super) profile: Profile,
    /// How many tokens beyond the first must wait before the first is given out.
    lookahead: usize,
    tokens: VecDeque<Token<'a>>,
    /// The first token is known to be no key, so it may be given out.
    available: bool,
    tokens_parsed: usize,
    pub(super) indent: isize,
    indents: Vec<isize>,
    pub(super) flow_level: usize,
    simple_keys: Vec<SimpleKey>,
    pub(super) simple_key_allowed: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str, profile: Profile) -> Self {
        Self {
            at: Cursor::new(text),
            profile,
            lookahead: match profile {
                Profile::Go2 => 0,
                Profile::Go3 => 2,
            },
            tokens: VecDeque::new(),
            available: false,
            tokens_parsed: 0,
            indent: -1,
            indents: Vec::new(),
            flow_level: 0,
            simple_keys: vec![SimpleKey::default()],
            simple_key_allowed: true,
        }
    }

    /// Returns the next token without taking it.
    pub(super) fn peek(&mut self) -> Result<&Token<'a>> {
        while !self.available && (self.tokens.len() <= self.lookahead || self.head_may_be_key()?) {
            self.fetch()?;
        }
        self.available = true;
        Ok(&self.tokens[0])
    }

    /// Takes the token that [`Scanner::peek`] returned.
    pub(super) fn next(&mut self) -> Result<Token<'a>> {
        self.peek()?;
        self.tokens_parsed += 1;
        self.available = false;
        Ok(self.tokens.pop_front().expect("because peek has fetched one"))
    }

    pub(super) fn push(&mut self, kind: Kind<'a>, start: Mark) {
        self.tokens.push_back(Token { kind, start, end: self.at.mark() });
    }

    pub(super) fn push_token(&mut self, token: Token<'a>) {
        self.tokens.push_back(token);
    }

    /// Returns the error `problem` at the cursor; what was being scanned began at `context`.
    pub(super) fn error(&self, context: Mark, problem: &'static str) -> Error {
        self.error_text(context, problem.into())
    }

    fn error_text(&self, context: Mark, problem: std::borrow::Cow<'static, str>) -> Error {
        let here = self.at.mark();
        let line = match self.profile {
            Profile::Go2 if here.line() != 0 => here.line() + 1,
            Profile::Go2 => context.line(),
            Profile::Go3 if context.line() != 0 => context.line() + 1,
            Profile::Go3 if here.line() != 0 => here.line() + 1,
            Profile::Go3 => 0,
        };
        Error::scan(problem, line, context.pos(), here.pos())
    }

    fn head_may_be_key(&mut self) -> Result<bool> {
        let number = self.tokens_parsed;
        let first = self.simple_keys.partition_point(|key| key.token_number < number);
        for index in first..self.simple_keys.len() {
            if self.simple_keys[index].token_number != number {
                break;
            }
            if self.simple_keys[index].awaited && self.is_valid(index)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_valid(&mut self, index: usize) -> Result<bool> {
        let key = self.simple_keys[index];
        if !key.possible {
            return Ok(false);
        }
        let here = self.at.mark();
        if key.mark.line() < here.line() || key.mark.index() + SIMPLE_KEY_LENGTH < here.index() {
            if key.required {
                return Err(self.error(key.mark, "could not find expected ':'"));
            }
            self.simple_keys[index].possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    fn innermost(&mut self) -> &mut SimpleKey {
        self.simple_keys.last_mut().expect("because the outermost level is never taken away")
    }

    fn save_simple_key(&mut self) -> Result<()> {
        if !self.simple_key_allowed {
            return Ok(());
        }
        let mark = self.at.mark();
        let required = self.flow_level == 0 && usize::try_from(self.indent) == Ok(mark.column());
        let token_number = self.tokens_parsed + self.tokens.len();
        self.remove_simple_key()?;
        *self.innermost() = SimpleKey { possible: true, required, awaited: true, token_number, mark };
        Ok(())
    }

    fn remove_simple_key(&mut self) -> Result<()> {
        let key = *self.innermost();
        if key.possible && key.required {
            return Err(self.error(key.mark, "could not find expected ':'"));
        }
        self.innermost().possible = false;
        Ok(())
    }

    /// Opens a block collection at `column` if it stands deeper than the current one; its token goes before `number`.
    fn roll_indent(&mut self, column: usize, number: Option<usize>, kind: Kind<'a>, mark: Mark) -> Result<()> {
        let column = column.cast_signed();
        if self.flow_level > 0 || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > MAX_DEPTH {
            let mark = self.innermost().mark;
            return Err(self.error_text(mark, format!("exceeded max depth of {MAX_DEPTH}").into()));
        }
        self.insert(number, Token { kind, start: mark, end: mark });
        Ok(())
    }

    fn insert(&mut self, number: Option<usize>, token: Token<'a>) {
        match number.and_then(|number| number.checked_sub(self.tokens_parsed)) {
            Some(index) => self.tokens.insert(index, token),
            None => self.tokens.push_back(token),
        }
    }

    fn unroll_indent(&mut self, column: isize) {
        if self.flow_level > 0 {
            return;
        }
        while self.indent > column {
            let mark = self.at.mark();
            self.push(Kind::BlockEnd, mark);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// Reads one token, together with the ones that it opens or closes.
    fn fetch(&mut self) -> Result<()> {
        self.skip_to_token();
        self.unroll_indent(self.at.column().cast_signed());
        if self.at.is_end() {
            return self.fetch_stream_end();
        }
        let first = self.at.at(0);
        if self.at.column() == 0 {
            if first == b'%' {
                self.reset_for_document()?;
                return self.scan_directive();
            }
            if self.at.is_document_indicator() {
                return self.fetch_document_indicator(first);
            }
        }
        let in_flow = self.flow_level > 0;
        match first {
            b'[' => self.open_flow(Kind::FlowSequenceStart),
            b'{' => self.open_flow(Kind::FlowMappingStart),
            b']' => self.close_flow(Kind::FlowSequenceEnd),
            b'}' => self.close_flow(Kind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if self.at.is_blankz(1) => self.fetch_block_entry(),
            b'?' if in_flow || self.at.is_blankz(1) => self.fetch_key(),
            b':' if in_flow || self.at.is_blankz(1) => self.fetch_value(),
            b'|' | b'>' if !in_flow => {
                self.remove_simple_key()?;
                self.simple_key_allowed = true;
                self.scan_block(first == b'|')
            }
            b'*' | b'&' => self.with_simple_key(|scanner| scanner.scan_anchor(first == b'*')),
            b'!' => self.with_simple_key(Self::scan_tag),
            b'\'' => self.with_simple_key(Self::scan_single_quoted),
            b'"' => self.with_simple_key(Self::scan_double_quoted),
            _ if self.starts_plain(first) => self.with_simple_key(Self::scan_plain),
            _ => Err(self.error(self.at.mark(), "found character that cannot start any token")),
        }
    }

    fn starts_plain(&self, first: u8) -> bool {
        match first {
            b'-' => !self.at.is_blank(1),
            b'?' | b':' => self.flow_level == 0 && !self.at.is_blankz(1),
            b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@'
            | b'`' => false,
            _ => !self.at.is_blankz(0),
        }
    }

    /// Reads what may be a simple key, after which no other may follow at once.
    fn with_simple_key(&mut self, scan: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        scan(self)
    }

    /// Passes blanks, comments and line breaks. A tab counts as a blank only where no key may begin.
    fn skip_to_token(&mut self) {
        if self.at.pos == 0 && self.at.text.starts_with('\u{feff}') {
            self.at.skip();
            self.at.forget_width();
        }
        loop {
            let tabs = self.flow_level > 0 || !self.simple_key_allowed;
            self.at.skip_run(|byte| byte == b' ' || (tabs && byte == b'\t'));
            if self.at.at(0) == b'#' {
                self.at.skip_to_break();
            }
            if !self.at.is_break(0) {
                return;
            }
            self.at.skip_line();
            if self.flow_level == 0 {
                self.simple_key_allowed = true;
            }
        }
    }

    fn reset_for_document(&mut self) -> Result<()> {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        Ok(())
    }

    fn fetch_stream_end(&mut self) -> Result<()> {
        self.at.close_line();
        self.reset_for_document()?;
        let mark = self.at.mark();
        self.push(Kind::StreamEnd, mark);
        Ok(())
    }

    fn fetch_document_indicator(&mut self, first: u8) -> Result<()> {
        self.reset_for_document()?;
        let kind = if first == b'-' { Kind::DocumentStart } else { Kind::DocumentEnd };
        let start = self.at.mark();
        for _ in 0..3 {
            self.at.skip();
        }
        self.push(kind, start);
        Ok(())
    }

    /// Passes an indicator of one character and pushes its token.
    fn indicator(&mut self, kind: Kind<'a>) {
        let start = self.at.mark();
        self.at.skip();
        self.push(kind, start);
    }

    fn open_flow(&mut self, kind: Kind<'a>) -> Result<()> {
        self.save_simple_key()?;
        let token_number = self.tokens_parsed + self.tokens.len();
        let mark = self.at.mark();
        self.simple_keys.push(SimpleKey { token_number, mark, ..SimpleKey::default() });
        self.flow_level += 1;
        if self.flow_level > MAX_DEPTH {
            return Err(self.error_text(mark, format!("exceeded max depth of {MAX_DEPTH}").into()));
        }
        self.simple_key_allowed = true;
        self.indicator(kind);
        Ok(())
    }

    fn close_flow(&mut self, kind: Kind<'a>) -> Result<()> {
        self.remove_simple_key()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            // Go looks keys up by their token and forgets the token of the level that ends. For `[]` and `{}` this is
            // also the token of the key that the brackets are, so that such a key is refused or misread. So it is here.
            let ended = self.simple_keys.pop().map(|key| key.token_number);
            let outer = self.innermost();
            outer.awaited &= ended != Some(outer.token_number);
        }
        self.simple_key_allowed = false;
        self.indicator(kind);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Result<()> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.indicator(Kind::FlowEntry);
        Ok(())
    }

    /// Checks that a new entry may begin here in a block collection, and opens the collection where none is open.
    fn begin_block_entry(&mut self, collection: Kind<'a>, refusal: &'static str) -> Result<()> {
        if self.flow_level > 0 {
            return Ok(());
        }
        let mark = self.at.mark();
        if !self.simple_key_allowed {
            return Err(self.error(mark, refusal));
        }
        self.roll_indent(mark.column(), None, collection, mark)
    }

    fn fetch_block_entry(&mut self) -> Result<()> {
        let refusal = "block sequence entries are not allowed in this context";
        self.begin_block_entry(Kind::BlockSequenceStart, refusal)?;
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.indicator(Kind::BlockEntry);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<()> {
        self.begin_block_entry(Kind::BlockMappingStart, "mapping keys are not allowed in this context")?;
        self.remove_simple_key()?;
        self.simple_key_allowed = self.flow_level == 0;
        self.indicator(Kind::Key);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<()> {
        if self.is_valid(self.simple_keys.len() - 1)? {
            let SimpleKey { token_number, mark, .. } = *self.innermost();
            self.insert(Some(token_number), Token { kind: Kind::Key, start: mark, end: mark });
            self.roll_indent(mark.column(), Some(token_number), Kind::BlockMappingStart, mark)?;
            self.innermost().possible = false;
            self.simple_key_allowed = false;
        } else {
            self.begin_block_entry(Kind::BlockMappingStart, "mapping values are not allowed in this context")?;
            self.simple_key_allowed = self.flow_level == 0;
        }
        self.indicator(Kind::Value);
        Ok(())
    }
}
