//! From a text to values, without a tree where the text needs none.

use std::borrow::Cow;

use super::{Build, Duplicates, build};
use crate::{Error, Limits, Profile, Reader, Scalar, Sink, Streamed, Style, resolve_plain, stream};

/// Returns what the first document of `text` holds, as [`build`] gives it in [`Profile::Go2`]; nothing where there is none.
///
/// The builder may be asked twice: the values of the first time are dropped then.
///
/// # Errors
/// When the text is no YAML or breaks a limit, and as [`build`].
pub fn build_first<B: Build>(text: &str, limits: Limits, builder: &mut B) -> Result<Option<B::Value>, Error> {
    let mut values = Values { builder: &mut *builder, open: Vec::new(), root: None, left: limits.nodes };
    match stream(text, Profile::Go2, &mut values) {
        Ok(Streamed::Nothing) => return Ok(None),
        Ok(Streamed::Document) if values.left > 0 => {
            if let Some(root) = values.root {
                return Ok(Some(root));
            }
        }
        Ok(Streamed::Document) | Err(_) => drop(values),
    }
    let document = Reader::with_limits(text, Profile::Go2, limits)?.next_document()?;
    let Some(document) = document else { return Ok(None) };
    build(document.root(), Profile::Go2, Duplicates::Usual, builder).map(Some)
}

struct Values<'a, 'b, B: Build> {
    builder: &'b mut B,
    open: Vec<Open<'a, B>>,
    root: Option<B::Value>,
    /// How many more nodes are kept; none at the end says that there may have been more.
    left: usize,
}

enum Open<'a, B: Build> {
    Map(B::Map, Cow<'a, str>),
    List(Vec<B::Value>),
}

impl<B: Build> Values<'_, '_, B> {
    fn add(&mut self, value: B::Value) {
        let is_key = matches!(self.open.last(), Some(Open::Map(..)));
        self.left = self.left.saturating_sub(1 + usize::from(is_key));
        if self.left == 0 {
            return;
        }
        match self.open.last_mut() {
            Some(Open::Map(map, key)) => {
                self.builder.insert(map, std::mem::take(key), value);
            }
            Some(Open::List(items)) => items.push(value),
            None => self.root = Some(value),
        }
    }
}

impl<'a, B: Build> Sink<'a> for Values<'a, '_, B> {
    fn start_map(&mut self) {
        let map = self.builder.map(0);
        self.open.push(Open::Map(map, Cow::Borrowed("")));
    }

    fn key(&mut self, name: Cow<'a, str>, _: Style) {
        if let Some(Open::Map(_, key)) = self.open.last_mut() {
            *key = name;
        }
    }

    fn end_map(&mut self) {
        if let Some(Open::Map(map, _)) = self.open.pop() {
            let value = self.builder.finish(map);
            self.add(value);
        }
    }

    fn start_list(&mut self) {
        self.open.push(Open::List(Vec::new()));
    }

    fn end_list(&mut self) {
        if let Some(Open::List(items)) = self.open.pop() {
            let value = self.builder.list(items);
            self.add(value);
        }
    }

    fn scalar(&mut self, text: Cow<'a, str>, style: Style) {
        let value = if style == Style::Plain { self.plain(&text) } else { None };
        let value = value.unwrap_or_else(|| self.builder.string(text));
        self.add(value);
    }
}

impl<B: Build> Values<'_, '_, B> {
    /// Returns the value of a plain scalar that is no string.
    fn plain(&mut self, text: &str) -> Option<B::Value> {
        let builder = &mut *self.builder;
        Some(match resolve_plain(text, Profile::Go2) {
            Scalar::Null => builder.null(),
            Scalar::Bool(value) => builder.bool(value),
            Scalar::Int(value) => builder.int(value),
            Scalar::Uint(value) => builder.uint(value),
            Scalar::Float(value) => builder.float(value),
            Scalar::Str(_) | Scalar::Timestamp(_) | Scalar::Merge | Scalar::Binary(_) => return None,
        })
    }
}
