use std::sync::Arc;

use foldhash::HashMap;

use super::{
    code::{Callee, Code, Command, Definition, Node, Operand, Span, Symbol, Template},
    lexer::{Lexer, LoopKeywords},
    symbols::Symbols,
    token::{Token, TokenKind},
};
use crate::{Error, ErrorKind, Functions, Place, Str, execute::Builtin, fmt::quote, stack::Gauge, strconv::unquote};

/// How much stack parsing may use; Go allows 10000 nested parentheses and any number of nested blocks.
const STACK: usize = 512 << 10;

/// Positions in a text must fit in 32 bits.
const LARGEST: usize = 1 << 31;

/// Parses `text`; `name` is for messages alone.
pub(crate) fn parse(name: &Str, text: &Str, functions: &Arc<Functions>) -> Result<Code, Error> {
    let text = Arc::new(text.clone());
    let place = |line| place(name, &text, line);
    if text.len() > LARGEST {
        let message = format!("a template of {} bytes is larger than {LARGEST}", text.len());
        return Err(Error::new(ErrorKind::Limit, Some(place(1)), message));
    }
    let keywords =
        LoopKeywords { has_break: functions.get("break").is_none(), has_continue: functions.get("continue").is_none() };
    let mut parser = Parser {
        name,
        lexer: Lexer::new(text.as_bytes(), keywords),
        code: empty(&text, functions),
        symbols: Symbols::new(),
        defined: HashMap::default(),
        tree: Tree::new(),
        nodes: Vec::new(),
        commands: Vec::new(),
        operands: Vec::new(),
        gauge: Gauge::new(STACK),
    };
    let root = parser.top()?;
    let mut code = parser.code;
    code.symbols = parser.symbols.names();
    let is_blank = code.is_blank(root);
    code.definitions.push(Definition { name: Str::default(), root, is_blank });
    code.shrink();
    Ok(code)
}

/// Returns the templates that `code` makes under `name`, the one of this name last.
pub(crate) fn templates(name: &Str, code: &Arc<Code>) -> Result<Vec<Template>, Error> {
    let own = code.definitions.len() - 1;
    let named = |(at, definition): (usize, &Definition)| Template {
        name: if at == own { name.clone() } else { definition.name.clone() },
        file: name.clone(),
        code: Arc::clone(code),
        root: definition.root,
        is_blank: definition.is_blank,
    };
    let mut templates: Vec<_> = code.definitions.iter().enumerate().map(named).collect();
    // What the text defines under the name of the whole is the same template.
    let Some(other) = templates[..own].iter().position(|template| template.name == *name) else { return Ok(templates) };
    match (templates[other].is_blank, templates[own].is_blank) {
        (true, _) => drop(templates.remove(other)),
        (false, true) => drop(templates.pop()),
        (false, false) => {
            let text = code.text.as_bytes();
            let line = 1 + memchr::memchr_iter(b'\n', text).count();
            return Err(Error::new(ErrorKind::Parse, Some(place(name, &code.text, line)), defined_twice(name)));
        }
    }
    Ok(templates)
}

fn place(name: &Str, text: &Str, line: usize) -> Place {
    let template = Str::default();
    Place { file: name.clone(), text: text.clone(), template, line, column: None, node: String::new() }
}

fn defined_twice(name: &Str) -> String {
    let name = quote(name.as_bytes());
    format!("template: multiple definition of template {}", String::from_utf8_lossy(&name))
}

/// Returns code with room for what a text of this size usually holds.
fn empty(text: &Arc<Str>, functions: &Arc<Functions>) -> Code {
    let size = text.len();
    Code {
        text: Arc::clone(text),
        functions: Arc::clone(functions),
        nodes: Vec::with_capacity(size / 24),
        branches: Vec::with_capacity(size / 128),
        invokes: Vec::new(),
        pipelines: Vec::with_capacity(size / 40),
        commands: Vec::with_capacity(size / 32),
        operands: Vec::with_capacity(size / 24),
        chains: Vec::new(),
        numbers: Vec::new(),
        texts: Vec::with_capacity(size / 24),
        symbols: Vec::new(),
        definitions: Vec::new(),
    }
}

pub(super) struct Parser<'a> {
    name: &'a Str,
    pub(super) lexer: Lexer<'a>,
    pub(super) code: Code,
    symbols: Symbols<'a>,
    /// Where each name stands among the definitions.
    defined: HashMap<Str, usize>,
    pub(super) tree: Tree,
    /// Nodes of the open blocks, commands of the open pipelines, operands of the open commands: they move to the code as
    /// neighbours when the block, pipeline or command ends.
    pub(super) nodes: Vec<Node>,
    pub(super) commands: Vec<Command>,
    pub(super) operands: Vec<Operand>,
    gauge: Gauge,
}

/// What belongs to one template while it is parsed. A `define` or `block` starts a fresh one.
pub(super) struct Tree {
    tokens: [Token; 2],
    peeked: usize,
    pub(super) variables: Vec<Symbol>,
    pub(super) range_depth: usize,
    /// Where the open action begins.
    pub(super) action: Option<u32>,
}

impl Tree {
    pub(super) fn new() -> Self {
        Self { tokens: [Token::NONE; 2], peeked: 0, variables: vec![Symbol::DATA], range_depth: 0, action: None }
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
    #[inline]
    pub(super) fn next(&mut self) -> Token {
        let tree = &mut self.tree;
        if tree.peeked > 0 {
            tree.peeked -= 1;
        } else {
            tree.tokens[0] = self.lexer.next_token();
        }
        tree.tokens[tree.peeked]
    }

    #[inline]
    pub(super) fn backup(&mut self) {
        self.tree.peeked += 1;
    }

    /// Puts `first` back before the token that was read last.
    pub(super) fn backup_2(&mut self, first: Token) {
        self.tree.tokens[1] = first;
        self.tree.peeked = 2;
    }

    #[inline]
    pub(super) fn peek(&mut self) -> Token {
        let token = self.next();
        self.backup();
        token
    }

    pub(super) fn error(&self, message: impl Into<String>) -> Error {
        self.error_of(ErrorKind::Parse, message)
    }

    fn error_of(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        self.error_at(self.tree.tokens[0].position, kind, message)
    }

    pub(super) fn error_at(&self, position: u32, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::new(kind, Some(place(self.name, &self.code.text, self.line(position))), message)
    }

    /// Returns the line of a token; before the first one it is 0.
    fn line(&self, position: u32) -> usize {
        if position == Token::NONE.position { 0 } else { self.lexer.line(position) }
    }

    /// Returns the bytes of a token.
    pub(super) fn text(&self, token: Token) -> &'a [u8] {
        token.text(self.lexer.input)
    }

    pub(super) fn unexpected(&self, token: Token, context: &str) -> Error {
        let text = token.describe(self.lexer.input, &self.lexer.error);
        if token.kind != TokenKind::Error {
            return self.error(format!("unexpected {text} in {context}"));
        }
        let Some(line) = self.tree.action.map(|action| self.line(action)) else { return self.error(text) };
        if line == self.line(token.position) {
            return self.error(text);
        }
        let what = if text.ends_with(" action") { "" } else { " in action" };
        self.error(format!("{text}{what} started at {}:{line}", self.name))
    }

    pub(super) fn expect(&mut self, kinds: &[TokenKind], context: &str) -> Result<Token, Error> {
        let token = self.next();
        if kinds.contains(&token.kind) { Ok(token) } else { Err(self.unexpected(token, context)) }
    }

    pub(super) fn check_depth(&self) -> Result<(), Error> {
        if self.gauge.is_full() {
            return Err(self.error_of(ErrorKind::Limit, "max expression depth exceeded"));
        }
        Ok(())
    }

    pub(super) fn symbol(&mut self, token: Token) -> Symbol {
        self.symbols.of(self.text(token))
    }

    /// Returns the function `name`; those of the caller hide the built-in ones.
    pub(super) fn callee(&self, name: &[u8]) -> Option<Callee> {
        match self.code.functions.number(name) {
            Some(number) => Some(Callee::Function(number)),
            None => Builtin::named(name).map(Callee::Builtin),
        }
    }

    pub(super) fn unquote(&self, token: Token) -> Result<Str, Error> {
        let quoted = self.text(token);
        let is_plain = |text: &[u8]| match quoted[0] {
            b'`' => !text.contains(&b'\r'),
            _ => text.is_ascii() && !text.contains(&b'\\'),
        };
        if let [b'"' | b'`', plain @ .., _] = quoted
            && is_plain(plain)
        {
            let start = token.position as usize + 1;
            return Ok(Str::part(&self.code.text, start..start + plain.len()));
        }
        unquote(quoted).map(Str::from).ok_or_else(|| self.error("invalid syntax"))
    }

    /// Moves the nodes since `mark` to the code.
    pub(super) fn close_block(&mut self, mark: usize) -> Span<Node> {
        let start = self.code.nodes.len();
        self.code.nodes.extend_from_slice(&self.nodes[mark..]);
        self.nodes.truncate(mark);
        Span::new(start..self.code.nodes.len())
    }

    /// Adds a definition. A blank one replaces none of its name and is replaced by any.
    pub(super) fn define(&mut self, name: Str, root: Span<Node>) -> Result<(), Error> {
        let definition = Definition { is_blank: self.code.is_blank(root), name, root };
        let definitions = &mut self.code.definitions;
        match self.defined.get(&definition.name) {
            Some(_) if definition.is_blank => {}
            Some(&at) if definitions[at].is_blank => definitions[at] = definition,
            Some(_) => return Err(self.error(defined_twice(&definition.name))),
            None => {
                self.defined.insert(definition.name.clone(), definitions.len());
                definitions.push(definition);
            }
        }
        Ok(())
    }
}

impl Code {
    /// Tells whether nothing but white space stands there.
    fn is_blank(&self, root: Span<Node>) -> bool {
        self.nodes(root).iter().all(|node| match node {
            Node::Text { start, end } => self.bytes(*start, *end).trim_ascii().is_empty(),
            _ => false,
        })
    }

    fn shrink(&mut self) {
        self.nodes.shrink_to_fit();
        self.branches.shrink_to_fit();
        self.pipelines.shrink_to_fit();
        self.commands.shrink_to_fit();
        self.operands.shrink_to_fit();
        self.texts.shrink_to_fit();
    }
}
