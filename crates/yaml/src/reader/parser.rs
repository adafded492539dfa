//! The parser: tokens to events, as a machine of states so that deep nesting costs no stack.

use std::borrow::Cow;

use super::{
    cursor::Mark,
    scanner::{Result, Scanner},
    token::{Kind, Token},
};
use crate::{Error, Profile, Style};

#[derive(Debug)]
pub(super) enum Event<'a> {
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    Alias(&'a str),
    Scalar { text: Cow<'a, str>, style: Style },
    SequenceStart { flow: bool },
    MappingStart { flow: bool },
    CollectionEnd,
}

/// An event with the place of its content, and of its properties before that.
#[derive(Debug)]
pub(super) struct Spot<'a> {
    pub(super) event: Event<'a>,
    pub(super) anchor: Option<&'a str>,
    pub(super) tag: Option<Cow<'a, str>>,
    /// Where anchor or tag begin, or the content where there are none.
    pub(super) outer: Mark,
    pub(super) start: Mark,
    pub(super) end: Mark,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    ImplicitDocumentStart,
    DocumentStart,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequenceFirst,
    BlockSequenceEntry,
    IndentlessSequenceEntry,
    BlockMappingFirst,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceFirst,
    FlowSequenceEntry,
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMappingFirst,
    FlowMappingKey,
    FlowMappingValue,
    FlowMappingEmptyValue,
    End,
}

/// Which content a node may have at its place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    Flow,
    Block,
    BlockOrIndentless,
}

/// An anchor, a tag, and where they end.
type Properties<'a> = (Option<&'a str>, Option<Cow<'a, str>>, Mark);

pub(super) struct Parser<'a> {
    pub(super) scanner: Scanner<'a>,
    pub(super) state: State,
    states: Vec<State>,
    pub(super) marks: Vec<Mark>,
    tag_directives: Vec<(&'a str, Cow<'a, str>)>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, profile: Profile) -> Self {
        Self {
            scanner: Scanner::new(text, profile),
            state: State::ImplicitDocumentStart,
            states: Vec::new(),
            marks: Vec::new(),
            tag_directives: Vec::new(),
        }
    }

    pub(super) fn next(&mut self) -> Result<Spot<'a>> {
        match self.state {
            State::ImplicitDocumentStart => self.document_start(true),
            State::DocumentStart => self.document_start(false),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::BlockNode => self.node(Context::Block),
            State::BlockSequenceFirst => self.block_sequence(true),
            State::BlockSequenceEntry => self.block_sequence(false),
            State::IndentlessSequenceEntry => self.indentless_sequence(),
            State::BlockMappingFirst => self.block_mapping_key(true),
            State::BlockMappingKey => self.block_mapping_key(false),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceFirst => self.flow_sequence(true),
            State::FlowSequenceEntry => self.flow_sequence(false),
            State::FlowPairKey => self.flow_pair_key(),
            State::FlowPairValue => self.flow_pair_value(),
            State::FlowPairEnd => self.flow_pair_end(),
            State::FlowMappingFirst => self.flow_mapping_key(true),
            State::FlowMappingKey => self.flow_mapping_key(false),
            State::FlowMappingValue => self.flow_mapping_value(false),
            State::FlowMappingEmptyValue => self.flow_mapping_value(true),
            State::End => Ok(Spot::at(Event::StreamEnd, self.scanner.at.mark())),
        }
    }

    pub(super) fn error(&self, problem: &'static str, at: Mark, context: Option<Mark>) -> Error {
        let context_line = context.map_or(0, Mark::line);
        let line = match self.scanner.profile {
            Profile::Go2 if at.line() != 0 => at.line(),
            Profile::Go2 => context_line,
            Profile::Go3 if context_line != 0 => context_line,
            Profile::Go3 => at.line(),
        };
        Error::parse(problem, line, at.pos())
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    /// Reads a node and goes on with `state` behind it.
    pub(super) fn node_then(&mut self, context: Context, state: State) -> Result<Spot<'a>> {
        self.states.push(state);
        self.node(context)
    }

    /// Gives an empty scalar in place of a node that is not there.
    pub(super) fn empty_then(&mut self, state: State, mark: Mark) -> Spot<'a> {
        self.state = state;
        Spot::at(Event::Scalar { text: Cow::Borrowed(""), style: Style::Plain }, mark)
    }

    pub(super) fn end_collection(&mut self) -> Result<Spot<'a>> {
        let token = self.scanner.next()?;
        self.marks.pop();
        self.pop_state();
        Ok(Spot { start: token.start, end: token.end, ..Spot::at(Event::CollectionEnd, token.start) })
    }

    pub(super) fn begin_collection(&mut self) -> Result<()> {
        let token = self.scanner.next()?;
        self.marks.push(token.start);
        Ok(())
    }

    fn document_start(&mut self, implicit: bool) -> Result<Spot<'a>> {
        if !implicit {
            while matches!(self.scanner.peek()?.kind, Kind::DocumentEnd) {
                self.scanner.next()?;
            }
        }
        let token = self.scanner.peek()?;
        let start = token.start;
        match token.kind {
            Kind::StreamEnd => {
                self.state = State::End;
                return Ok(Spot::at(Event::StreamEnd, start));
            }
            Kind::Version { .. } | Kind::TagDirective { .. } | Kind::DocumentStart => {}
            _ if implicit => {
                self.read_directives()?;
                self.states.push(State::DocumentEnd);
                self.state = State::BlockNode;
                return Ok(Spot::at(Event::DocumentStart, start));
            }
            _ => {}
        }
        self.read_directives()?;
        let token = self.scanner.peek()?;
        if !matches!(token.kind, Kind::DocumentStart) {
            let mark = token.start;
            return Err(self.error("did not find expected <document start>", mark, None));
        }
        let token = self.scanner.next()?;
        self.states.push(State::DocumentEnd);
        self.state = State::DocumentContent;
        Ok(Spot { end: token.end, ..Spot::at(Event::DocumentStart, start) })
    }

    fn read_directives(&mut self) -> Result<()> {
        let mut version = false;
        loop {
            let start = self.scanner.peek()?.start;
            match self.scanner.peek()?.kind {
                Kind::Version { .. } if version => {
                    return Err(self.error("found duplicate %YAML directive", start, None));
                }
                Kind::Version { major: 1, minor: 1 } => version = true,
                Kind::Version { .. } => return Err(self.error("found incompatible YAML document", start, None)),
                Kind::TagDirective { handle, .. } => {
                    if self.tag_directives.iter().any(|(known, _)| *known == handle) {
                        return Err(self.error("found duplicate %TAG directive", start, None));
                    }
                }
                _ => break,
            }
            if let Kind::TagDirective { handle, prefix } = self.scanner.next()?.kind {
                self.tag_directives.push((handle, prefix));
            }
        }
        for (handle, prefix) in [("!", "!"), ("!!", "tag:yaml.org,2002:")] {
            if !self.tag_directives.iter().any(|(known, _)| *known == handle) {
                self.tag_directives.push((handle, Cow::Borrowed(prefix)));
            }
        }
        Ok(())
    }

    fn document_content(&mut self) -> Result<Spot<'a>> {
        let token = self.scanner.peek()?;
        let start = token.start;
        match token.kind {
            Kind::Version { .. }
            | Kind::TagDirective { .. }
            | Kind::DocumentStart
            | Kind::DocumentEnd
            | Kind::StreamEnd => {
                self.pop_state();
                let state = self.state;
                Ok(self.empty_then(state, start))
            }
            _ => self.node(Context::Block),
        }
    }

    fn document_end(&mut self) -> Result<Spot<'a>> {
        let token = self.scanner.peek()?;
        let start = token.start;
        if matches!(token.kind, Kind::DocumentEnd) {
            self.scanner.next()?;
        }
        self.tag_directives.clear();
        self.state = State::DocumentStart;
        Ok(Spot::at(Event::DocumentEnd, start))
    }

    fn node(&mut self, context: Context) -> Result<Spot<'a>> {
        let first = self.scanner.peek()?;
        let outer = first.start;
        if matches!(first.kind, Kind::Alias(_)) {
            self.pop_state();
            let token = self.scanner.next()?;
            let Kind::Alias(name) = token.kind else { return Ok(Spot::at(Event::Alias(""), outer)) };
            return Ok(Spot { end: token.end, ..Spot::at(Event::Alias(name), outer) });
        }
        let (anchor, tag, properties_end) = self.properties(outer)?;
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        let block = context != Context::Flow;
        let (event, state) = match token.kind {
            Kind::BlockEntry if context == Context::BlockOrIndentless => {
                (Event::SequenceStart { flow: false }, State::IndentlessSequenceEntry)
            }
            Kind::Scalar { .. } => {
                self.pop_state();
                let Token { kind: Kind::Scalar { text, style }, .. } = self.scanner.next()? else {
                    return Ok(Spot::at(Event::StreamEnd, start));
                };
                return Ok(Spot { event: Event::Scalar { text, style }, anchor, tag, outer, start, end });
            }
            Kind::FlowSequenceStart => (Event::SequenceStart { flow: true }, State::FlowSequenceFirst),
            Kind::FlowMappingStart => (Event::MappingStart { flow: true }, State::FlowMappingFirst),
            Kind::BlockSequenceStart if block => (Event::SequenceStart { flow: false }, State::BlockSequenceFirst),
            Kind::BlockMappingStart if block => (Event::MappingStart { flow: false }, State::BlockMappingFirst),
            _ if anchor.is_some() || tag.is_some() => {
                self.pop_state();
                let event = Event::Scalar { text: Cow::Borrowed(""), style: Style::Plain };
                return Ok(Spot { event, anchor, tag, outer, start: properties_end, end: properties_end });
            }
            _ => return Err(self.error("did not find expected node content", start, Some(outer))),
        };
        self.state = state;
        Ok(Spot { event, anchor, tag, outer, start, end })
    }

    /// Reads an anchor and a tag in either order; returns where they end too.
    fn properties(&mut self, outer: Mark) -> Result<Properties<'a>> {
        let (mut anchor, mut tag, mut end) = (None, None, outer);
        loop {
            match self.scanner.peek()?.kind {
                Kind::Anchor(name) if anchor.is_none() => anchor = Some(name),
                Kind::Tag { .. } if tag.is_none() => {
                    let token = self.scanner.next()?;
                    let Kind::Tag { handle, suffix } = token.kind else { break };
                    tag = Some((handle, suffix, token.start));
                    end = token.end;
                    continue;
                }
                _ => break,
            }
            end = self.scanner.next()?.end;
        }
        let tag = match tag {
            None => None,
            Some(("", suffix, _)) => Some(suffix),
            Some((handle, suffix, mark)) => {
                let known = self.tag_directives.iter().find(|(known, _)| *known == handle);
                let Some((_, prefix)) = known else {
                    return Err(self.error("found undefined tag handle", mark, Some(outer)));
                };
                Some(if prefix == "!" && suffix.is_empty() {
                    Cow::Borrowed("!")
                } else {
                    format!("{prefix}{suffix}").into()
                })
            }
        };
        Ok((anchor, tag, end))
    }

    fn block_sequence(&mut self, first: bool) -> Result<Spot<'a>> {
        if first {
            self.begin_collection()?;
        }
        let token = self.scanner.peek()?;
        match token.kind {
            Kind::BlockEntry => {
                let mark = self.scanner.next()?.end;
                match self.scanner.peek()?.kind {
                    Kind::BlockEntry | Kind::BlockEnd => Ok(self.empty_then(State::BlockSequenceEntry, mark)),
                    _ => self.node_then(Context::Block, State::BlockSequenceEntry),
                }
            }
            Kind::BlockEnd => self.end_collection(),
            _ => {
                let at = token.start;
                Err(self.error("did not find expected '-' indicator", at, self.marks.last().copied()))
            }
        }
    }

    fn indentless_sequence(&mut self) -> Result<Spot<'a>> {
        let token = self.scanner.peek()?;
        if !matches!(token.kind, Kind::BlockEntry) {
            let mark = token.start;
            self.pop_state();
            return Ok(Spot::at(Event::CollectionEnd, mark));
        }
        let mark = self.scanner.next()?.end;
        match self.scanner.peek()?.kind {
            Kind::BlockEntry | Kind::Key | Kind::Value | Kind::BlockEnd => {
                Ok(self.empty_then(State::IndentlessSequenceEntry, mark))
            }
            _ => self.node_then(Context::Block, State::IndentlessSequenceEntry),
        }
    }

    fn block_mapping_key(&mut self, first: bool) -> Result<Spot<'a>> {
        if first {
            self.begin_collection()?;
        }
        let token = self.scanner.peek()?;
        match token.kind {
            Kind::Key => {
                let mark = self.scanner.next()?.end;
                match self.scanner.peek()?.kind {
                    Kind::Key | Kind::Value | Kind::BlockEnd => Ok(self.empty_then(State::BlockMappingValue, mark)),
                    _ => self.node_then(Context::BlockOrIndentless, State::BlockMappingValue),
                }
            }
            Kind::BlockEnd => self.end_collection(),
            _ => {
                let at = token.start;
                Err(self.error("did not find expected key", at, self.marks.last().copied()))
            }
        }
    }

    fn block_mapping_value(&mut self) -> Result<Spot<'a>> {
        let token = self.scanner.peek()?;
        if !matches!(token.kind, Kind::Value) {
            let mark = token.start;
            return Ok(self.empty_then(State::BlockMappingKey, mark));
        }
        let mark = self.scanner.next()?.end;
        match self.scanner.peek()?.kind {
            Kind::Key | Kind::Value | Kind::BlockEnd => Ok(self.empty_then(State::BlockMappingKey, mark)),
            _ => self.node_then(Context::BlockOrIndentless, State::BlockMappingKey),
        }
    }
}

impl Spot<'_> {
    pub(super) fn at(event: Event<'_>, mark: Mark) -> Spot<'_> {
        Spot { event, anchor: None, tag: None, outer: mark, start: mark, end: mark }
    }
}
