use super::{
    code::{Chain, ChainId, Command, NumberId, Operand, Pipeline, PipelineId, Span, Symbol, TextId},
    number::Number,
    parser::Parser,
    token::{Token, TokenKind},
};
use crate::{Error, ErrorKind, Str, fmt::quote};

impl Parser<'_> {
    /// Parses a pipeline from its first token on; `end` closes it.
    pub(super) fn pipeline(&mut self, first: Token, context: &str, end: TokenKind) -> Result<PipelineId, Error> {
        self.check_depth()?;
        let mut pipeline = Pipeline {
            position: first.position,
            commands: Span::default(),
            assigns: false,
            n_variables: 0,
            variables: [Symbol::default(); 2],
        };
        let mut token = first;
        if token.kind == TokenKind::Variable {
            self.backup();
            while self.declaration(&mut pipeline, context)? {}
            token = self.next();
        }
        let mark = self.commands.len();
        while token.kind != end {
            if !token.kind.begins_operand() {
                return Err(self.unexpected(token, context));
            }
            let (command, after) = self.command(token)?;
            self.commands.push(command);
            token = if after.kind == TokenKind::Pipe { self.next() } else { after };
        }
        self.check_commands(mark, context)?;
        let start = self.code.commands.len();
        self.code.commands.extend_from_slice(&self.commands[mark..]);
        self.commands.truncate(mark);
        pipeline.commands = Span::new(start..self.code.commands.len());
        self.code.pipelines.push(pipeline);
        Ok(PipelineId(last(&self.code.pipelines)))
    }

    /// Reads `$x :=`, `$x =` or the `$i,` of a range. Returns whether another variable must follow.
    fn declaration(&mut self, pipeline: &mut Pipeline, context: &str) -> Result<bool, Error> {
        let variable = self.peek();
        if variable.kind != TokenKind::Variable {
            return Ok(false);
        }
        self.next();
        // In `$x foo` two tokens must be read before it is clear that `$x` is an argument.
        let next = self.peek();
        match next.kind {
            TokenKind::Assign | TokenKind::Declare => {
                pipeline.assigns = next.kind == TokenKind::Assign;
                self.next();
                self.declare(pipeline, variable);
                Ok(false)
            }
            TokenKind::Char if self.text(next) == b"," => {
                self.next();
                self.declare(pipeline, variable);
                if context != "range" || pipeline.n_variables >= 2 {
                    return Err(self.error(format!("too many declarations in {context}")));
                }
                match self.peek().kind {
                    TokenKind::Variable | TokenKind::RightDelimiter | TokenKind::RightParenthesis => Ok(true),
                    _ => Err(self.error("range can only initialize variables")),
                }
            }
            _ => {
                self.backup_2(variable);
                Ok(false)
            }
        }
    }

    fn declare(&mut self, pipeline: &mut Pipeline, token: Token) {
        let symbol = self.symbol(token);
        if let Some(variable) = pipeline.variables.get_mut(usize::from(pipeline.n_variables)) {
            *variable = symbol;
            pipeline.n_variables += 1;
        }
        self.tree.variables.push(symbol);
    }

    fn check_commands(&self, mark: usize, context: &str) -> Result<(), Error> {
        let commands = &self.commands[mark..];
        if commands.is_empty() {
            return Err(self.error(format!("missing value for {context}")));
        }
        for (at, command) in commands.iter().enumerate().skip(1) {
            if matches!(
                self.code.operands(command).first(),
                Some(
                    Operand::Bool { .. }
                        | Operand::Dot { .. }
                        | Operand::Nil { .. }
                        | Operand::Number { .. }
                        | Operand::String { .. }
                )
            ) {
                return Err(self.error(format!("non executable command in pipeline stage {}", at + 1)));
            }
        }
        Ok(())
    }

    /// Parses a command from its first token on. Returns it with the token behind it: a pipe or what closes the pipeline.
    fn command(&mut self, first: Token) -> Result<(Command, Token), Error> {
        let mark = self.operands.len();
        let mut token = first;
        let after = loop {
            let (after, ends) = match self.operand(token)? {
                Some((operand, after)) => {
                    self.operands.push(operand);
                    (after, !after.spaced)
                }
                None => (token, true),
            };
            match after.kind {
                TokenKind::Pipe | TokenKind::RightDelimiter | TokenKind::RightParenthesis => break after,
                _ if ends => return Err(self.unexpected(after, "operand")),
                _ => token = after,
            }
        };
        if self.operands.len() == mark {
            return Err(self.error("empty command"));
        }
        let start = self.code.operands.len();
        self.code.operands.extend_from_slice(&self.operands[mark..]);
        self.operands.truncate(mark);
        let operands = Span::new(start..self.code.operands.len());
        Ok((Command { position: first.position, operands }, after))
    }

    /// Parses an operand from its first token on. Returns it with the token behind it, or nothing where none begins.
    fn operand(&mut self, token: Token) -> Result<Option<(Operand, Token)>, Error> {
        let Some(term) = self.term(token)? else { return Ok(None) };
        let first = self.next();
        if first.kind != TokenKind::Field || first.spaced {
            return Ok(Some((term, first)));
        }
        let position = first.position;
        let start = match term {
            // Its own name was the last text.
            Operand::Field { .. } => self.code.texts.len() - 1,
            _ => self.code.texts.len(),
        };
        let (mut end, mut after) = (first.end, first);
        while after.kind == TokenKind::Field && !after.spaced {
            self.field_name(after);
            end = after.end;
            after = self.next();
        }
        let names = Span::new(start..self.code.texts.len());
        let operand = match term {
            Operand::Field { .. } => Operand::Field { position, names },
            Operand::Variable { symbol, .. } => Operand::Variable { position, symbol, names },
            Operand::Bool { .. }
            | Operand::String { .. }
            | Operand::Number { .. }
            | Operand::Nil { .. }
            | Operand::Dot { .. } => {
                let term = quote(self.code.shown(&term).to_string().as_bytes());
                // Go has read the white space behind it, or the token where there is none.
                let at = if after.spaced { end } else { after.position };
                let message = format!("unexpected . after term {}", String::from_utf8_lossy(&term));
                return Err(self.error_at(at, ErrorKind::Parse, message));
            }
            operand => {
                self.code.chains.push(Chain { operand, names });
                Operand::Chain { position, chain: ChainId(last(&self.code.chains)) }
            }
        };
        Ok(Some((operand, after)))
    }

    fn term(&mut self, token: Token) -> Result<Option<Operand>, Error> {
        let Token { position, end, .. } = token;
        Ok(Some(match token.kind {
            TokenKind::Identifier => {
                let name = self.text(token);
                let Some(callee) = self.callee(name) else {
                    let name = quote(name);
                    return Err(self.error(format!("function {} not defined", String::from_utf8_lossy(&name))));
                };
                Operand::Function { position, end, callee }
            }
            TokenKind::Dot => Operand::Dot { position },
            TokenKind::Nil => Operand::Nil { position },
            TokenKind::Variable => self.use_variable(token)?,
            TokenKind::Field => {
                let start = self.code.texts.len();
                self.field_name(token);
                Operand::Field { position, names: Span::new(start..start + 1) }
            }
            TokenKind::Bool => Operand::Bool { position, truth: self.text(token) == b"true" },
            TokenKind::CharConstant | TokenKind::Complex | TokenKind::Number => {
                let number = Number::parse(self.text(token), token.kind).map_err(|message| self.error(message))?;
                self.code.numbers.push(number);
                Operand::Number { position, end, number: NumberId(last(&self.code.numbers)) }
            }
            TokenKind::LeftParenthesis => {
                let first = self.next();
                let pipeline = self.pipeline(first, "parenthesized pipeline", TokenKind::RightParenthesis)?;
                Operand::Pipeline { position: self.code.pipeline(pipeline).position, pipeline }
            }
            TokenKind::String | TokenKind::RawString => Operand::String { position, end, text: self.literal(token)? },
            _ => return Ok(None),
        }))
    }

    /// Keeps the name of a field, without its point.
    fn field_name(&mut self, token: Token) {
        let name = Str::part(&self.code.text, token.position as usize + 1..token.end as usize);
        self.code.texts.push(name);
    }

    /// Keeps what a string stands for.
    pub(super) fn literal(&mut self, token: Token) -> Result<TextId, Error> {
        let text = self.unquote(token)?;
        self.code.texts.push(text);
        Ok(TextId(last(&self.code.texts)))
    }

    fn use_variable(&mut self, token: Token) -> Result<Operand, Error> {
        let symbol = self.symbol(token);
        if !self.tree.variables.contains(&symbol) {
            let name = quote(self.text(token));
            return Err(self.error(format!("undefined variable {}", String::from_utf8_lossy(&name))));
        }
        Ok(Operand::Variable { position: token.position, symbol, names: Span::default() })
    }
}

/// Returns where the last item of a list stands, which is not empty.
pub(super) fn last<T>(list: &[T]) -> u32 {
    u32::try_from(list.len().saturating_sub(1)).unwrap_or(u32::MAX)
}
