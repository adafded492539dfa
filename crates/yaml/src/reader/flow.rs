//! The parser's states inside `[…]` and `{…}`.

use super::{
    parser::{Context, Event, Parser, Spot, State},
    scanner::Result,
    token::Kind,
};

impl<'a> Parser<'a> {
    pub(super) fn flow_sequence(&mut self, first: bool) -> Result<Spot<'a>> {
        if first {
            self.begin_collection()?;
        }
        if !first && !self.pass_flow_entry(&Kind::FlowSequenceEnd, "did not find expected ',' or ']'")? {
            return self.end_collection();
        }
        let token = self.scanner.peek()?;
        match token.kind {
            Kind::FlowSequenceEnd => self.end_collection(),
            Kind::Key => {
                let token = self.scanner.next()?;
                self.state = State::FlowPairKey;
                Ok(Spot::at(Event::MappingStart { flow: true }, token.start))
            }
            _ => self.node_then(Context::Flow, State::FlowSequenceEntry),
        }
    }

    /// Passes the `,` between two entries; returns false where the collection ends instead.
    fn pass_flow_entry(&mut self, end: &Kind<'_>, problem: &'static str) -> Result<bool> {
        let token = self.scanner.peek()?;
        if std::mem::discriminant(&token.kind) == std::mem::discriminant(end) {
            return Ok(false);
        }
        if !matches!(token.kind, Kind::FlowEntry) {
            let at = token.start;
            return Err(self.error(problem, at, self.marks.last().copied()));
        }
        self.scanner.next()?;
        Ok(true)
    }

    pub(super) fn flow_pair_key(&mut self) -> Result<Spot<'a>> {
        let token = self.scanner.peek()?;
        if matches!(token.kind, Kind::Value | Kind::FlowEntry | Kind::FlowSequenceEnd) {
            // libyaml passes this token here, whatever it is; so does Go, and the same texts are refused.
            let mark = self.scanner.next()?.end;
            return Ok(self.empty_then(State::FlowPairValue, mark));
        }
        self.node_then(Context::Flow, State::FlowPairValue)
    }

    pub(super) fn flow_pair_value(&mut self) -> Result<Spot<'a>> {
        if matches!(self.scanner.peek()?.kind, Kind::Value) {
            self.scanner.next()?;
            if !matches!(self.scanner.peek()?.kind, Kind::FlowEntry | Kind::FlowSequenceEnd) {
                return self.node_then(Context::Flow, State::FlowPairEnd);
            }
        }
        let mark = self.scanner.peek()?.start;
        Ok(self.empty_then(State::FlowPairEnd, mark))
    }

    pub(super) fn flow_pair_end(&mut self) -> Result<Spot<'a>> {
        let mark = self.scanner.peek()?.start;
        self.state = State::FlowSequenceEntry;
        Ok(Spot::at(Event::CollectionEnd, mark))
    }

    pub(super) fn flow_mapping_key(&mut self, first: bool) -> Result<Spot<'a>> {
        if first {
            self.begin_collection()?;
        }
        if !first && !self.pass_flow_entry(&Kind::FlowMappingEnd, "did not find expected ',' or '}'")? {
            return self.end_collection();
        }
        let token = self.scanner.peek()?;
        match token.kind {
            Kind::FlowMappingEnd => self.end_collection(),
            Kind::Key => {
                self.scanner.next()?;
                let token = self.scanner.peek()?;
                let mark = token.start;
                match token.kind {
                    Kind::Value | Kind::FlowEntry | Kind::FlowMappingEnd => {
                        Ok(self.empty_then(State::FlowMappingValue, mark))
                    }
                    _ => self.node_then(Context::Flow, State::FlowMappingValue),
                }
            }
            _ => self.node_then(Context::Flow, State::FlowMappingEmptyValue),
        }
    }

    pub(super) fn flow_mapping_value(&mut self, empty: bool) -> Result<Spot<'a>> {
        if !empty && matches!(self.scanner.peek()?.kind, Kind::Value) {
            self.scanner.next()?;
            if !matches!(self.scanner.peek()?.kind, Kind::FlowEntry | Kind::FlowMappingEnd) {
                return self.node_then(Context::Flow, State::FlowMappingKey);
            }
        }
        let mark = self.scanner.peek()?.start;
        Ok(self.empty_then(State::FlowMappingKey, mark))
    }
}
