//! Which bytes make way for which.

use towpath_model::Span;

use super::{
    EditError, NewValue,
    inline::{self, Context},
    locate::{Place, pointer},
};
use crate::{Layout, Node, NodeKind, Style};

/// Text that takes the place of a span.
#[derive(Debug)]
pub(super) struct Splice {
    pub(super) span: Span,
    pub(super) text: String,
}

impl Splice {
    fn insert(at: usize, text: String) -> Self {
        Self { span: Span::new(at, at), text }
    }
}

/// Returns the splice that puts `value` to `place`.
pub(super) fn plan(
    text: &str,
    place: Place<'_, '_>,
    path: &[String],
    value: NewValue<'_>,
) -> Result<Splice, EditError> {
    match place {
        Place::Scalar(node) => scalar(text, node, path, value),
        Place::Null(node, number) if node.span().start < node.span().end => {
            Ok(Splice { span: node.span(), text: flow_mapping(&path[number..], value) })
        }
        Place::Null(node, 0) => Ok(append_lines(text, node.outer_span().end, 0, path, value)),
        Place::Null(node, number) => match parent_indent(text, node) {
            Some(indent) => Ok(append_lines(text, node.span().end, indent + 2, &path[number..], value)),
            None => Ok(empty(text, node, &flow_mapping(&path[number..], value))),
        },
        Place::Missing(node, number) => {
            missing(text, node, &path[number..], value).ok_or_else(|| EditError::Unsafe { pointer: pointer(path) })
        }
    }
}

/// Returns the splice that makes the first document of a text that has none.
pub(super) fn first_document(text: &str, path: &[String], value: NewValue<'_>) -> Splice {
    append_lines(text, text.len(), 0, path, value)
}

fn scalar(text: &str, node: Node<'_, '_>, path: &[String], value: NewValue<'_>) -> Result<Splice, EditError> {
    let NodeKind::Scalar(_, style) = node.kind() else {
        return Err(EditError::Unsafe { pointer: pointer(path) });
    };
    // What is allowed in a flow collection is allowed in a block too, and the colon of a digest is the one exception.
    let context = context_of(node);
    let written = inline::write(value, style, context);
    let span = node.span();
    Ok(match style {
        _ if span.start == span.end => empty(text, node, &written),
        Style::Literal | Style::Folded => block_scalar(text, span, &written),
        _ => Splice { span, text: written },
    })
}

fn context_of(node: Node<'_, '_>) -> Context {
    if node.is_in_flow() { Context::Flow } else { Context::Block }
}

/// Fills an empty scalar, for which the text has a place but no bytes.
fn empty(text: &str, node: Node<'_, '_>, written: &str) -> Splice {
    let at = node.span().start;
    // The pair `{a}` has no colon at all, `{a: }` has one before the blank.
    let before = text[..at].trim_end_matches([' ', '\t', '\r', '\n']);
    let colon = if node.is_in_flow() && !before.ends_with([':', '[', ',']) { ":" } else { "" };
    let space = if colon.is_empty() && text[..at].ends_with([' ', '\t', '\n', '[', '{']) { "" } else { " " };
    Splice::insert(at, format!("{colon}{space}{written}"))
}

/// Puts a scalar on the line of the `|`: its comment stays, its content goes, blank lines behind it stay.
fn block_scalar(text: &str, span: Span, written: &str) -> Splice {
    let block = &text[span.start..span.end];
    let header = block.find(['\n', '\r']).unwrap_or(block.len());
    let indicators = block.len()
        - block.trim_start_matches(|c: char| matches!(c, '|' | '>' | '+' | '-') || c.is_ascii_digit()).len();
    let kept = &block[indicators..header];
    let content_end = block.trim_end_matches([' ', '\n', '\r']).len().max(header);
    let tail = &block[content_end..];
    // Blanks at the end of the last line belong to the content.
    let tail = &tail[tail.find(['\n', '\r']).unwrap_or(tail.len())..];
    Splice { span, text: format!("{written}{kept}{tail}") }
}

fn flow_mapping(path: &[String], value: NewValue<'_>) -> String {
    let written = inline::write(value, Style::Plain, Context::Flow);
    path.iter().rev().fold(written, |inner, key| format!("{{{}: {inner}}}", inline::key(key, Context::Flow)))
}

/// Returns the line end that the text has around `at`.
fn line_end(text: &str, at: usize) -> &'static str {
    let before = text[..at].rfind('\n').or_else(|| text.find('\n'));
    match before {
        Some(end) if text[..end].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// Adds lines with a block mapping behind the line that holds `at`.
fn append_lines(text: &str, at: usize, indent: usize, path: &[String], value: NewValue<'_>) -> Splice {
    let end = line_end(text, at);
    let starts_line = at == 0 || text[..at].ends_with('\n');
    let behind = match text[at..].find('\n') {
        _ if starts_line => at,
        Some(ahead) => at + ahead + 1,
        None => text.len(),
    };
    let opens = behind == 0 || text[..behind].ends_with('\n');
    let mut lines = String::from(if opens { "" } else { end });
    for (depth, key) in path.iter().enumerate() {
        lines.push_str(&" ".repeat(indent + 2 * depth));
        lines.push_str(&inline::key(key, Context::Block));
        lines.push(':');
        if depth + 1 == path.len() {
            lines.push(' ');
            lines.push_str(&inline::write(value, Style::Plain, Context::Block));
        }
        if opens || depth + 1 < path.len() {
            lines.push_str(end);
        }
    }
    Splice::insert(behind, lines)
}

/// Adds entries to a mapping that is there.
fn missing(text: &str, mapping: Node<'_, '_>, path: &[String], value: NewValue<'_>) -> Option<Splice> {
    let last = mapping.entries().last();
    if mapping.layout() == Some(Layout::Flow) {
        let (first, rest) = path.split_first()?;
        let written =
            if rest.is_empty() { inline::write(value, Style::Plain, Context::Flow) } else { flow_mapping(rest, value) };
        let pair = format!("{}: {written}", inline::key(first, Context::Flow));
        return Some(match last {
            None => Splice::insert(mapping.span().start + 1, pair),
            Some((key, value)) => {
                let end = if value.span().start < value.span().end {
                    value.span().end
                } else {
                    value.span().start.max(key.span().end)
                };
                Splice::insert(end, format!(", {pair}"))
            }
        });
    }
    let (_, last) = last?;
    let start = mapping.span().start;
    let indent = start - text[..start].rfind('\n').map_or(0, |at| at + 1);
    Some(append_lines(text, content_end(text, last.last_leaf()), indent, path, value))
}

/// Returns where the last line of a node ends; blank lines behind a block scalar are not counted, unless they are kept.
fn content_end(text: &str, leaf: Node<'_, '_>) -> usize {
    let span = leaf.span();
    match leaf.kind() {
        NodeKind::Scalar(_, Style::Literal | Style::Folded) => {
            let block = &text[span.start..span.end];
            let header = block.lines().next().unwrap_or_default().split('#').next().unwrap_or_default();
            if header.contains('+') { span.end } else { span.start + block.trim_end().len() }
        }
        _ => span.end,
    }
}

/// Returns the indent of the block mapping whose value `node` is; nothing where it is no such value.
fn parent_indent(text: &str, node: Node<'_, '_>) -> Option<usize> {
    let parent = node.parent()?;
    if parent.layout() != Some(Layout::Block) || !matches!(parent.kind(), NodeKind::Mapping(_)) {
        return None;
    }
    let start = parent.span().start;
    Some(start - text[..start].rfind('\n').map_or(0, |at| at + 1))
}
