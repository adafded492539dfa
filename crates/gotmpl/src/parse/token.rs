use crate::{fmt::quote, unicode};

/// What a token is. The order of Go's own list does not matter, but [`Self::is_keyword`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Error,
    Bool,
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelimiter,
    LeftParenthesis,
    Number,
    Pipe,
    RawString,
    RightDelimiter,
    RightParenthesis,
    String,
    Text,
    Variable,
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

impl TokenKind {
    /// Returns the keyword that `word` is.
    pub(super) fn keyword(word: &[u8]) -> Option<Self> {
        if word.len() > 8 {
            return None;
        }
        Some(match word {
            b"block" => Self::Block,
            b"break" => Self::Break,
            b"continue" => Self::Continue,
            b"define" => Self::Define,
            b"else" => Self::Else,
            b"end" => Self::End,
            b"if" => Self::If,
            b"range" => Self::Range,
            b"nil" => Self::Nil,
            b"template" => Self::Template,
            b"with" => Self::With,
            _ => return None,
        })
    }

    /// Tells whether an operand can begin with it.
    pub(super) fn begins_operand(self) -> bool {
        matches!(
            self,
            Self::Bool
                | Self::CharConstant
                | Self::Complex
                | Self::Dot
                | Self::Field
                | Self::Identifier
                | Self::Number
                | Self::Nil
                | Self::RawString
                | Self::String
                | Self::Variable
                | Self::LeftParenthesis
        )
    }

    fn is_keyword(self) -> bool {
        self == Self::Dot || self as u8 >= Self::Block as u8
    }
}

/// A piece of the text: bytes `position..end`. Its line is counted only for messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// Whether white space stands before it, inside an action.
    pub(super) spaced: bool,
    pub(super) position: u32,
    pub(super) end: u32,
}

impl Token {
    /// Stands where no token has been read yet.
    pub(super) const NONE: Self = Self { kind: TokenKind::Error, spaced: false, position: u32::MAX, end: u32::MAX };

    /// Returns its bytes in the text it was cut from.
    pub(super) fn text(self, source: &[u8]) -> &[u8] {
        &source[self.position as usize..self.end as usize]
    }

    /// Returns the token as messages show it: quoted, cut after ten characters; of an error, what the lexer said.
    pub(super) fn describe(self, source: &[u8], error: &str) -> String {
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match self.kind {
            TokenKind::Eof => "EOF".to_owned(),
            TokenKind::Error => error.to_owned(),
            kind if kind.is_keyword() => format!("<{}>", lossy(self.text(source))),
            _ if self.end - self.position > 10 => {
                format!("{}...", lossy(&quote(unicode::prefix(self.text(source), 10))))
            }
            _ => lossy(&quote(self.text(source))),
        }
    }
}
