use std::{collections::HashMap, sync::Arc};

use super::{
    lexer::{Lexer, LoopKeywords},
    node::{Block, Callee, Node, Source, Template},
    token::{Token, TokenKind},
};
use crate::{Error, ErrorKind, Functions, Place, Str, execute::Builtin, fmt::quote, stack::Gauge, strconv::unquote};

/// How much stack parsing may use; Go allows 10000 nested parentheses and any number of nested blocks.
const STACK: usize = 512 << 10;

/// Returns the templates that `text` makes, the one named `name` last.
pub(crate) fn parse(name: &Str, text: &Str, functions: &Functions) -> Result<Vec<Template>, Error> {
    let source = Arc::new(Source { name: name.clone(), text: text.clone() });
    let bytes = source.text.clone();
    let keywords =
        LoopKeywords { has_break: functions.get("break").is_none(), has_continue: functions.get("continue").is_none() };
    let lexer = Lexer::new(bytes.as_bytes(), keywords);
    let mut parser = Parser {
        lexer,
        source,
        functions,
        symbols: HashMap::from([(Vec::from(b"$"), 0)]),
        templates: Vec::new(),
        tree: Tree::new(),
        gauge: Gauge::new(STACK),
    };
    let root = parser.top()?;
    parser.add(name.clone(), root)?;
    Ok(parser.templates)
}

pub(super) struct Parser<'a> {
    pub(super) lexer: Lexer<'a>,
    pub(super) source: Arc<Source>,
    functions: &'a Functions,
    symbols: HashMap<Vec<u8>, u32>,
    templates: Vec<Template>,
    pub(super) tree: Tree<'a>,
    gauge: Gauge,
}

/// What belongs to one template while it is parsed. A `define` or `block` starts a fresh one.
pub(super) struct Tree<'a> {
    tokens: [Token<'a>; 3],
    peeked: usize,
    pub(super) variables: Vec<u32>,
    pub(super) range_depth: usize,
    pub(super) action_line: usize,
}

impl Tree<'_> {
    pub(super) fn new() -> Self {
        let token = Token { kind: TokenKind::Error, position: 0, text: b"", line: 0 };
        Self { tokens: [token; 3], peeked: 0, variables: vec![0], range_depth: 0, action_line: 0 }
    }
}

/// What a list of nodes ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Terminator {
    End,
    Else,
}

impl Terminator {
    pub(super) fn as_str(self) -> &'static str {
        if self == Self::End { "{{end}}" } else { "{{else}}" }
    }
}

pub(super) enum Item {
    Node(Node),
    Terminator(Terminator),
}

impl<'a> Parser<'a> {
    pub(super) fn next(&mut self) -> Token<'a> {
        let tree = &mut self.tree;
        if tree.peeked > 0 {
            tree.peeked -= 1;
        } else {
            tree.tokens[0] = self.lexer.next_token();
        }
        tree.tokens[tree.peeked]
    }

    pub(super) fn backup(&mut self) {
        self.tree.peeked += 1;
    }

    /// Puts `first` back before the token that was read last.
    pub(super) fn backup_2(&mut self, first: Token<'a>) {
        self.tree.tokens[1] = first;
        self.tree.peeked = 2;
    }

    /// Puts `first` and `second` back before the token that was read last.
    pub(super) fn backup_3(&mut self, first: Token<'a>, second: Token<'a>) {
        self.tree.tokens[1] = second;
        self.tree.tokens[2] = first;
        self.tree.peeked = 3;
    }

    pub(super) fn peek(&mut self) -> Token<'a> {
        let token = self.next();
        self.backup();
        token
    }

    pub(super) fn next_non_space(&mut self) -> Token<'a> {
        loop {
            let token = self.next();
            if token.kind != TokenKind::Space {
                return token;
            }
        }
    }

    pub(super) fn peek_non_space(&mut self) -> Token<'a> {
        let token = self.next_non_space();
        self.backup();
        token
    }

    pub(super) fn error(&self, message: impl Into<String>) -> Error {
        self.error_of(ErrorKind::Parse, message)
    }

    fn error_of(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        let place = Place {
            file: self.source.name.clone(),
            text: self.source.text.clone(),
            template: Str::default(),
            line: self.tree.tokens[0].line,
            column: None,
            node: String::new(),
        };
        Error::new(kind, Some(place), message)
    }

    pub(super) fn unexpected(&self, token: Token<'_>, context: &str) -> Error {
        let text = token.describe(&self.lexer.error);
        if token.kind != TokenKind::Error {
            return self.error(format!("unexpected {text} in {context}"));
        }
        let line = self.tree.action_line;
        if line == 0 || line == token.line {
            return self.error(text);
        }
        let what = if text.ends_with(" action") { "" } else { " in action" };
        self.error(format!("{text}{what} started at {}:{line}", self.source.name))
    }

    pub(super) fn expect(&mut self, kinds: &[TokenKind], context: &str) -> Result<Token<'a>, Error> {
        let token = self.next_non_space();
        if kinds.contains(&token.kind) { Ok(token) } else { Err(self.unexpected(token, context)) }
    }

    pub(super) fn check_depth(&self) -> Result<(), Error> {
        if self.gauge.is_full() {
            return Err(self.error_of(ErrorKind::Limit, "max expression depth exceeded"));
        }
        Ok(())
    }

    pub(super) fn symbol(&mut self, name: &[u8]) -> u32 {
        if let Some(symbol) = self.symbols.get(name) {
            return *symbol;
        }
        let symbol = u32::try_from(self.symbols.len()).unwrap_or(u32::MAX);
        self.symbols.insert(name.to_vec(), symbol);
        symbol
    }

    /// Returns the function `name`; those of the caller hide the built-in ones.
    pub(super) fn callee(&self, name: &[u8]) -> Option<Callee> {
        let name = std::str::from_utf8(name).ok()?;
        match self.functions.get(name) {
            Some(function) => Some(Callee::Function(Arc::clone(function))),
            None => Builtin::named(name).map(Callee::Builtin),
        }
    }

    pub(super) fn unquote(&self, token: Token<'_>) -> Result<Str, Error> {
        unquote(token.text).map(Str::from).ok_or_else(|| self.error("invalid syntax"))
    }

    pub(super) fn add(&mut self, name: Str, root: Block) -> Result<(), Error> {
        let template = Template { name, source: Arc::clone(&self.source), root };
        match self.templates.iter().position(|known| known.name == template.name) {
            None => self.templates.push(template),
            Some(at) if self.templates[at].is_blank() => {
                self.templates.remove(at);
                self.templates.push(template);
            }
            Some(_) if template.is_blank() => {}
            Some(_) => {
                let name = quote(template.name.as_bytes());
                let name = String::from_utf8_lossy(&name);
                return Err(self.error(format!("template: multiple definition of template {name}")));
            }
        }
        Ok(())
    }
}

impl Template {
    /// Tells whether it holds nothing but white space, so that it replaces no template of its name.
    pub(crate) fn is_blank(&self) -> bool {
        let text = self.source.text.as_bytes();
        self.root.0.iter().all(|node| match node {
            Node::Text { start, end } => text[*start..*end].trim_ascii().is_empty(),
            _ => false,
        })
    }
}
