use super::{
    node::{Chain, Command, Operand, Pipeline, Variable},
    number::Number,
    parser::Parser,
    token::{Token, TokenKind},
};
use crate::{Error, Str, fmt::quote};

impl<'a> Parser<'a> {
    pub(super) fn pipeline(&mut self, context: &str, end: TokenKind) -> Result<Pipeline, Error> {
        self.check_depth()?;
        let position = self.peek_non_space().position;
        let mut pipeline = Pipeline { position, assigns: false, variables: Vec::new(), commands: Vec::new() };
        while self.declaration(&mut pipeline, context)? {}
        loop {
            let token = self.next_non_space();
            match token.kind {
                kind if kind == end => break,
                TokenKind::Bool
                | TokenKind::CharConstant
                | TokenKind::Complex
                | TokenKind::Dot
                | TokenKind::Field
                | TokenKind::Identifier
                | TokenKind::Number
                | TokenKind::Nil
                | TokenKind::RawString
                | TokenKind::String
                | TokenKind::Variable
                | TokenKind::LeftParenthesis => {
                    self.backup();
                    let command = self.command()?;
                    pipeline.commands.push(command);
                }
                _ => return Err(self.unexpected(token, context)),
            }
        }
        self.check_pipeline(&pipeline, context)?;
        Ok(pipeline)
    }

    /// Reads `$x :=`, `$x =` or the `$i,` of a range. Returns whether another variable must follow.
    fn declaration(&mut self, pipeline: &mut Pipeline, context: &str) -> Result<bool, Error> {
        let variable = self.peek_non_space();
        if variable.kind != TokenKind::Variable {
            return Ok(false);
        }
        self.next();
        // In `$x foo` three tokens must be read before it is clear that `$x` is an argument.
        let adjacent = self.peek();
        let next = self.peek_non_space();
        match next.kind {
            TokenKind::Assign | TokenKind::Declare => {
                pipeline.assigns = next.kind == TokenKind::Assign;
                self.next_non_space();
                self.declare(pipeline, variable);
                Ok(false)
            }
            TokenKind::Char if next.text == b"," => {
                self.next_non_space();
                self.declare(pipeline, variable);
                if context != "range" || pipeline.variables.len() >= 2 {
                    return Err(self.error(format!("too many declarations in {context}")));
                }
                match self.peek_non_space().kind {
                    TokenKind::Variable | TokenKind::RightDelimiter | TokenKind::RightParenthesis => Ok(true),
                    _ => Err(self.error("range can only initialize variables")),
                }
            }
            _ => {
                if adjacent.kind == TokenKind::Space {
                    self.backup_3(variable, adjacent);
                } else {
                    self.backup_2(variable);
                }
                Ok(false)
            }
        }
    }

    fn declare(&mut self, pipeline: &mut Pipeline, token: Token<'a>) {
        let symbol = self.symbol(token.text);
        let name = Str::new(token.text);
        pipeline.variables.push(Variable { position: token.position, symbol, name, fields: Box::default() });
        self.tree.variables.push(symbol);
    }

    fn check_pipeline(&self, pipeline: &Pipeline, context: &str) -> Result<(), Error> {
        if pipeline.commands.is_empty() {
            return Err(self.error(format!("missing value for {context}")));
        }
        for (at, command) in pipeline.commands.iter().enumerate().skip(1) {
            if matches!(
                command.operands[0],
                Operand::Bool { .. }
                    | Operand::Dot { .. }
                    | Operand::Nil { .. }
                    | Operand::Number(_)
                    | Operand::String { .. }
            ) {
                return Err(self.error(format!("non executable command in pipeline stage {}", at + 1)));
            }
        }
        Ok(())
    }

    fn command(&mut self) -> Result<Command, Error> {
        let mut command = Command { position: self.peek_non_space().position, operands: Vec::new() };
        loop {
            self.peek_non_space();
            if let Some(operand) = self.operand()? {
                command.operands.push(operand);
            }
            let token = self.next();
            match token.kind {
                TokenKind::Space => {}
                TokenKind::RightDelimiter | TokenKind::RightParenthesis => {
                    self.backup();
                    break;
                }
                TokenKind::Pipe => break,
                _ => return Err(self.unexpected(token, "operand")),
            }
        }
        if command.operands.is_empty() {
            return Err(self.error("empty command"));
        }
        Ok(command)
    }

    fn operand(&mut self) -> Result<Option<Operand>, Error> {
        let Some(term) = self.term()? else { return Ok(None) };
        let first = self.peek();
        if first.kind != TokenKind::Field {
            return Ok(Some(term));
        }
        let position = first.position;
        let mut more = Vec::new();
        while self.peek().kind == TokenKind::Field {
            more.push(Str::new(&self.next().text[1..]));
        }
        let join = |before: &[Str], more: Vec<Str>| before.iter().cloned().chain(more).collect();
        Ok(Some(match term {
            Operand::Field { names, .. } => Operand::Field { position, names: join(&names, more) },
            Operand::Variable(variable) => {
                let fields = join(&variable.fields, more);
                Operand::Variable(Variable { position, fields, ..variable })
            }
            Operand::Bool { .. }
            | Operand::String { .. }
            | Operand::Number(_)
            | Operand::Nil { .. }
            | Operand::Dot { .. } => {
                let term = quote(term.to_string().as_bytes());
                return Err(self.error(format!("unexpected . after term {}", String::from_utf8_lossy(&term))));
            }
            operand => Operand::Chain(Box::new(Chain { position, operand, fields: more.into() })),
        }))
    }

    fn term(&mut self) -> Result<Option<Operand>, Error> {
        let token = self.next_non_space();
        let position = token.position;
        Ok(Some(match token.kind {
            TokenKind::Identifier => {
                let Some(callee) = self.callee(token.text) else {
                    let name = quote(token.text);
                    return Err(self.error(format!("function {} not defined", String::from_utf8_lossy(&name))));
                };
                Operand::Function { position, name: Str::new(token.text), callee }
            }
            TokenKind::Dot => Operand::Dot { position },
            TokenKind::Nil => Operand::Nil { position },
            TokenKind::Variable => self.use_variable(token)?,
            TokenKind::Field => Operand::Field { position, names: [Str::new(&token.text[1..])].into() },
            TokenKind::Bool => Operand::Bool { position, truth: token.text == b"true" },
            TokenKind::CharConstant | TokenKind::Complex | TokenKind::Number => {
                let number = Number::parse(position, token.text, token.kind);
                Operand::Number(Box::new(number.map_err(|message| self.error(message))?))
            }
            TokenKind::LeftParenthesis => {
                Operand::Pipeline(Box::new(self.pipeline("parenthesized pipeline", TokenKind::RightParenthesis)?))
            }
            TokenKind::String | TokenKind::RawString => {
                Operand::String { position, quoted: Str::new(token.text), text: self.unquote(token)? }
            }
            _ => {
                self.backup();
                return Ok(None);
            }
        }))
    }

    fn use_variable(&mut self, token: Token<'a>) -> Result<Operand, Error> {
        let symbol = self.symbol(token.text);
        if !self.tree.variables.contains(&symbol) {
            let name = quote(token.text);
            return Err(self.error(format!("undefined variable {}", String::from_utf8_lossy(&name))));
        }
        let name = Str::new(token.text);
        Ok(Operand::Variable(Variable { position: token.position, symbol, name, fields: Box::default() }))
    }
}
