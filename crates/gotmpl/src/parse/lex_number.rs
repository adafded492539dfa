use super::{
    bytes::{self, Class, class},
    lexer::Lexer,
    token::{Token, TokenKind},
};
use crate::{fmt::quote, unicode};

impl Lexer<'_> {
    pub(super) fn lex_number(&mut self) -> Token {
        if !self.scan_number() {
            return self.bad_number();
        }
        if !matches!(self.byte(), Some(b'+' | b'-')) {
            return self.emit(TokenKind::Number);
        }
        if !self.scan_number() || !self.pending().ends_with(b"i") {
            return self.bad_number();
        }
        self.emit(TokenKind::Complex)
    }

    fn bad_number(&mut self) -> Token {
        let text = quote(self.pending());
        self.fail(format!("bad number syntax: {}", String::from_utf8_lossy(&text)))
    }

    fn scan_number(&mut self) -> bool {
        self.accept(b"+-");
        let mut digits = b"0123456789_".as_slice();
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = b"0123456789abcdefABCDEF_";
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        let exponent = match digits.len() {
            11 => b"eE".as_slice(),
            23 => b"pP",
            _ => b"",
        };
        if !exponent.is_empty() && self.accept(exponent) {
            self.accept(b"+-");
            self.accept_run(b"0123456789_");
        }
        self.accept(b"i");
        self.ends_here()
    }

    /// Tells whether no letter or digit follows; one that does is read, since the message shows it.
    fn ends_here(&mut self) -> bool {
        let Some(byte) = self.byte() else { return true };
        let width = match class(byte) {
            Class::Letter | Class::Digit => 1,
            Class::Wide => {
                let (c, width) = unicode::decode(&self.input[self.position..]);
                if c.is_some_and(bytes::is_alphanumeric) { width } else { 0 }
            }
            Class::Space | Class::Other => 0,
        };
        self.position += width;
        width == 0
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let accepted = self.byte().is_some_and(|byte| valid.contains(&byte));
        self.position += usize::from(accepted);
        accepted
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }
}
