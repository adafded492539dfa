use super::{
    code::{Branch, BranchId, Invoke, InvokeId, Node, Span, TextId},
    parser::{Item, Parser, Terminator, Tree},
    pipeline::last,
    token::{Token, TokenKind},
};
use crate::Error;

impl Parser<'_> {
    /// Parses the whole text.
    pub(super) fn top(&mut self) -> Result<Span<Node>, Error> {
        let mark = self.nodes.len();
        loop {
            let token = self.next();
            let item = match token.kind {
                TokenKind::Eof => return Ok(self.close_block(mark)),
                TokenKind::LeftDelimiter => {
                    let first = self.next();
                    if first.kind == TokenKind::Define {
                        self.definition()?;
                        continue;
                    }
                    self.action(token, first)?
                }
                _ => self.text_or_action(token)?,
            };
            match item {
                Item::Node(node) => self.nodes.push(node),
                Item::Terminator(terminator) => {
                    return Err(self.error(format!("unexpected {}", terminator.as_str())));
                }
            }
        }
    }

    /// Parses what follows `{{define`.
    fn definition(&mut self) -> Result<(), Error> {
        let outer = std::mem::replace(&mut self.tree, Tree::new());
        let context = "define clause";
        let token = self.expect(&[TokenKind::String, TokenKind::RawString], context)?;
        let name = self.unquote(token)?;
        self.expect(&[TokenKind::RightDelimiter], context)?;
        let (root, terminator) = self.list()?;
        if terminator != Terminator::End {
            return Err(self.error(format!("unexpected {} in {context}", terminator.as_str())));
        }
        self.define(name, root)?;
        self.tree = outer;
        Ok(())
    }

    fn list(&mut self) -> Result<(Span<Node>, Terminator), Error> {
        self.check_depth()?;
        let mark = self.nodes.len();
        loop {
            let token = self.next();
            if token.kind == TokenKind::Eof {
                return Err(self.error("unexpected EOF"));
            }
            match self.text_or_action(token)? {
                Item::Node(node) => self.nodes.push(node),
                Item::Terminator(terminator) => return Ok((self.close_block(mark), terminator)),
            }
        }
    }

    fn text_or_action(&mut self, token: Token) -> Result<Item, Error> {
        match token.kind {
            TokenKind::Text => Ok(Item::Node(Node::Text { start: token.position, end: token.end })),
            TokenKind::LeftDelimiter => {
                let first = self.next();
                self.action(token, first)
            }
            _ => Err(self.unexpected(token, "input")),
        }
    }

    /// Parses an action from the first token behind its delimiter on.
    fn action(&mut self, delimiter: Token, first: Token) -> Result<Item, Error> {
        self.tree.action = Some(delimiter.position);
        let item = self.open_action(first)?;
        self.tree.action = None;
        Ok(item)
    }

    fn open_action(&mut self, token: Token) -> Result<Item, Error> {
        Ok(Item::Node(match token.kind {
            TokenKind::Block => self.block()?,
            TokenKind::Break => self.loop_control(Node::Break, "{{break}}")?,
            TokenKind::Continue => self.loop_control(Node::Continue, "{{continue}}")?,
            TokenKind::Else => return self.otherwise(),
            TokenKind::End => {
                self.expect(&[TokenKind::RightDelimiter], "end")?;
                return Ok(Item::Terminator(Terminator::End));
            }
            TokenKind::If => Node::If(self.branch("if")?),
            TokenKind::Range => Node::Range(self.branch("range")?),
            TokenKind::With => Node::With(self.branch("with")?),
            TokenKind::Template => self.invoke()?,
            _ => Node::Action(self.pipeline(token, "command", TokenKind::RightDelimiter)?),
        }))
    }

    fn loop_control(&mut self, node: Node, name: &str) -> Result<Node, Error> {
        let token = self.next();
        if token.kind != TokenKind::RightDelimiter {
            return Err(self.unexpected(token, name));
        }
        if self.tree.range_depth == 0 {
            return Err(self.error(format!("{name} outside {{{{range}}}}")));
        }
        Ok(node)
    }

    fn otherwise(&mut self) -> Result<Item, Error> {
        // `{{else if` leaves its `if` to be read by the branch.
        if !matches!(self.peek().kind, TokenKind::If | TokenKind::With) {
            self.expect(&[TokenKind::RightDelimiter], "else")?;
        }
        Ok(Item::Terminator(Terminator::Else))
    }

    fn branch(&mut self, context: &str) -> Result<BranchId, Error> {
        let variables = self.tree.variables.len();
        let first = self.next();
        let pipeline = self.pipeline(first, context, TokenKind::RightDelimiter)?;
        let in_range = usize::from(context == "range");
        self.tree.range_depth += in_range;
        let (body, terminator) = self.list()?;
        self.tree.range_depth -= in_range;
        let otherwise = match terminator {
            Terminator::End => Span::default(),
            Terminator::Else => self.else_list(context)?,
        };
        self.tree.variables.truncate(variables);
        self.code.branches.push(Branch { pipeline, body, otherwise });
        Ok(BranchId(last(&self.code.branches)))
    }

    fn else_list(&mut self, context: &str) -> Result<Span<Node>, Error> {
        let mark = self.nodes.len();
        match (context, self.peek().kind) {
            ("if", TokenKind::If) => {
                self.next();
                let inner = self.branch("if")?;
                self.nodes.push(Node::If(inner));
                Ok(self.close_block(mark))
            }
            ("with", TokenKind::With) => {
                self.next();
                let inner = self.branch("with")?;
                self.nodes.push(Node::With(inner));
                Ok(self.close_block(mark))
            }
            _ => match self.list()? {
                (list, Terminator::End) => Ok(list),
                (_, Terminator::Else) => Err(self.error("expected end; found {{else}}")),
            },
        }
    }

    fn block(&mut self) -> Result<Node, Error> {
        let context = "block clause";
        let token = self.next();
        let name = self.template_name(token, context)?;
        let first = self.next();
        let pipeline = self.pipeline(first, context, TokenKind::RightDelimiter)?;
        let outer = std::mem::replace(&mut self.tree, Tree::new());
        let (root, terminator) = self.list()?;
        if terminator != Terminator::End {
            // Go reports this at the line of the action that opened the block.
            self.tree = outer;
            return Err(self.error(format!("unexpected {} in {context}", terminator.as_str())));
        }
        self.define(self.code.text(name).clone(), root)?;
        self.tree = outer;
        Ok(self.invocation(Invoke { position: token.position, name, pipeline: Some(pipeline) }))
    }

    fn invoke(&mut self) -> Result<Node, Error> {
        let context = "template clause";
        let token = self.next();
        let name = self.template_name(token, context)?;
        let first = self.next();
        let pipeline = match first.kind {
            TokenKind::RightDelimiter => None,
            _ => Some(self.pipeline(first, context, TokenKind::RightDelimiter)?),
        };
        Ok(self.invocation(Invoke { position: token.position, name, pipeline }))
    }

    fn invocation(&mut self, invoke: Invoke) -> Node {
        self.code.invokes.push(invoke);
        Node::Invoke(InvokeId(last(&self.code.invokes)))
    }

    fn template_name(&mut self, token: Token, context: &str) -> Result<TextId, Error> {
        match token.kind {
            TokenKind::String | TokenKind::RawString => self.literal(token),
            _ => Err(self.unexpected(token, context)),
        }
    }
}
