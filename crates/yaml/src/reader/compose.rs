//! Events to a tree.

use std::collections::HashMap;

use towpath_model::Span;

use super::{
    Limits,
    cursor::small,
    parser::{Event, Parser, Spot},
    scanner::Result,
};
use crate::{
    Document, Error, Layout,
    tree::{Content, Data, Properties},
};

/// Returns the next document of `parser`, or nothing behind the last.
pub(super) fn document<'a>(parser: &mut Parser<'a>, limits: Limits) -> Result<Option<Document<'a>>> {
    let start = match parser.next()? {
        Spot { event: Event::StreamEnd, .. } => return Ok(None),
        spot => spot.start,
    };
    // A manifest has a hundred nodes or two; more are grown to.
    let mut composer =
        Composer { nodes: Vec::with_capacity(128), children: Vec::with_capacity(128), ..Composer::default() };
    loop {
        let spot = parser.next()?;
        if matches!(spot.event, Event::DocumentEnd | Event::StreamEnd) {
            break;
        }
        composer.take(spot, limits)?;
    }
    let end = composer.nodes.first().map_or(start.pos(), |root| root.end as usize);
    let span = Span::new(start.pos(), end.max(start.pos()));
    Ok(Some(Document { nodes: composer.nodes, children: composer.children, span }))
}

#[derive(Default)]
struct Composer<'a> {
    nodes: Vec<Data<'a>>,
    children: Vec<u32>,
    /// The collections that are open: the node, and where its children begin in `pending`.
    open: Vec<(u32, usize)>,
    pending: Vec<u32>,
    anchors: HashMap<&'a str, u32>,
}

impl<'a> Composer<'a> {
    fn take(&mut self, spot: Spot<'a>, limits: Limits) -> Result<()> {
        let span = Span::new(spot.start.pos(), spot.end.pos());
        let content = match spot.event {
            Event::CollectionEnd => {
                self.close((spot.end.pos() > spot.start.pos()).then_some(spot.end.pos()));
                return Ok(());
            }
            Event::Scalar { text, style } => Content::Scalar { text, style },
            Event::Alias(name) => match self.anchors.get(name) {
                Some(target) => Content::Alias { name, target: *target },
                None => return Err(Error::value(format!("unknown anchor '{name}' referenced"), span)),
            },
            Event::SequenceStart { flow } => Content::Sequence { first: 0, end: 0, layout: layout(flow) },
            Event::MappingStart { flow } => Content::Mapping { first: 0, end: 0, layout: layout(flow) },
            Event::DocumentStart | Event::DocumentEnd | Event::StreamEnd => return Ok(()),
        };
        if self.nodes.len() >= limits.nodes {
            return Err(Error::Nodes { most: limits.nodes, span });
        }
        let id = small(self.nodes.len());
        if let Some(anchor) = spot.anchor {
            self.anchors.insert(anchor, id);
        }
        let properties = (spot.anchor.is_some() || spot.tag.is_some())
            .then(|| Box::new(Properties { anchor: spot.anchor, tag: spot.tag }));
        let opens = matches!(content, Content::Sequence { .. } | Content::Mapping { .. });
        self.nodes.push(Data {
            content,
            properties,
            outer: small(spot.outer.pos()),
            start: small(spot.start.pos()),
            end: small(spot.end.pos()),
            line: small(spot.outer.line()),
        });
        self.pending.push(id);
        if opens {
            if self.open.len() >= limits.depth {
                return Err(Error::Depth { most: limits.depth, span });
            }
            self.open.push((id, self.pending.len()));
        }
        Ok(())
    }

    /// Closes the innermost collection; `bracket` is where its closing bracket ends.
    ///
    /// The token that ends a block collection stands before the next node, and a pair in a flow sequence has none at
    /// all, so there the last node says where it ends.
    fn close(&mut self, bracket: Option<usize>) {
        let Some((id, base)) = self.open.pop() else { return };
        let from = small(self.children.len());
        self.children.extend_from_slice(&self.pending[base..]);
        let last = self.pending[base..].last().map(|last| self.nodes[*last as usize].end);
        self.pending.truncate(base);
        let to = small(self.children.len());
        let data = &mut self.nodes[id as usize];
        let (Content::Sequence { first, end, .. } | Content::Mapping { first, end, .. }) = &mut data.content else {
            return;
        };
        (*first, *end) = (from, to);
        data.end = match (bracket, last) {
            (Some(end), _) => small(end),
            (None, Some(last)) => last.max(data.start),
            (None, None) => data.end,
        };
    }
}

fn layout(flow: bool) -> Layout {
    if flow { Layout::Flow } else { Layout::Block }
}
