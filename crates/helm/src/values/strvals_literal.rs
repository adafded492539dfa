//! The grammar of `--set-literal`: one name, and everything behind `=` is its text.
//!
//! Source: Helm's `pkg/strvals`.

use towpath_gotmpl::{List, Map, Value};

use super::strvals::{MAX_NESTING, Stop, index, list_at, map_at, quoted_characters, set, set_index};
use crate::golang::quote;

/// Sets one string.
pub(super) fn parse(text: &str, values: &Map) -> Result<(), String> {
    let mut parser = Parser { rest: text };
    loop {
        match parser.key(values, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Error(error)) => return Err(error),
        }
    }
}

struct Parser<'t> {
    rest: &'t str,
}

impl<'t> Parser<'t> {
    /// Returns the text up to one of `stops`, and the stop; nothing for the end.
    fn until(&mut self, stops: &[char]) -> (&'t str, Option<char>) {
        let Some(at) = self.rest.find(stops) else { return (std::mem::take(&mut self.rest), None) };
        let (text, rest) = self.rest.split_at(at);
        let last = rest.chars().next();
        self.rest = &rest[last.map_or(0, char::len_utf8)..];
        (text, last)
    }

    fn key(&mut self, data: &Map, nesting: usize) -> Result<(), Stop> {
        let (key, stop) = self.until(&['=', '[', '.']);
        match stop {
            None if key.is_empty() => Err(Stop::End),
            None => Err(Stop::Error(format!("key {} has no value", quote(key)))),
            Some('=') => {
                set(data, key, std::mem::take(&mut self.rest));
                Ok(())
            }
            Some('[') => {
                let at = self.index()?;
                let mut list = list_at(data, key)?;
                let result = self.item(&mut list, at, nesting);
                set(data, key, List::any(list));
                result
            }
            Some(_) => {
                if nesting + 1 > MAX_NESTING {
                    let message = format!(
                        "value name nested level is greater than maximum supported nested level of {MAX_NESTING}"
                    );
                    return Err(Stop::Error(message));
                }
                let inner = map_at(data, key)?;
                let result = self.key(&inner, nesting + 1);
                if result.is_ok() && inner.is_empty() {
                    return Err(Stop::Error(format!("key map {} has no value", quote(key))));
                }
                if !inner.is_empty() {
                    set(data, key, inner);
                }
                result
            }
        }
    }

    fn index(&mut self) -> Result<i64, Stop> {
        match self.until(&[']']) {
            (text, Some(_)) => index(text),
            (_, None) => Err(Stop::Error("error parsing index: EOF".to_owned())),
        }
    }

    fn item(&mut self, list: &mut Vec<Value>, at: i64, nesting: usize) -> Result<(), Stop> {
        if at < 0 {
            return Err(Stop::Error(format!("negative {at} index not allowed")));
        }
        let (text, stop) = self.until(&['[', '.', '=']);
        if !text.is_empty() {
            let message = format!("unexpected data at end of array index: {}", quoted_characters(text));
            return Err(Stop::Error(message));
        }
        let held = || usize::try_from(at).ok().and_then(|at| list.get(at)).cloned().unwrap_or_default();
        match stop {
            None => Err(Stop::End),
            Some('=') => set_index(list, at, std::mem::take(&mut self.rest).into()),
            Some('[') => {
                let next = self.index()?;
                let mut inner = match held() {
                    Value::List(inner) => inner.as_slice().to_vec(),
                    _ => Vec::new(),
                };
                self.item(&mut inner, next, nesting)?;
                set_index(list, at, List::any(inner).into())
            }
            Some(_) => {
                let inner = match held() {
                    Value::Map(inner) => inner,
                    _ => Map::any(),
                };
                self.key(&inner, nesting)?;
                set_index(list, at, inner.into())
            }
        }
    }
}
