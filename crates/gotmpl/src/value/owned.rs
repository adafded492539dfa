//! How much memory values take, for the limits.

use super::{Str, Value};

/// What a list or a map takes besides its elements. It is more than the bytes: each level of a deep value also takes stack when
/// the value is dropped.
pub(crate) const CONTAINER: usize = 512;
/// What an element takes.
pub(crate) const ELEMENT: usize = size_of::<Value>();
/// What an entry of a map takes.
pub(crate) const ENTRY: usize = size_of::<(Str, Value)>() + 16;

/// Deeper than this nothing is weighed: such values are refused by what would print them.
const MOST_DEPTH: usize = 1_000;

impl Value {
    /// Returns the bytes that would be free if this value went away: nothing of what others hold too.
    #[inline]
    pub(crate) fn owned_bytes(&self) -> usize {
        match self {
            Self::Str(text) | Self::Bytes(text) => text.owned_bytes(),
            Self::List(_) | Self::Map(_) => self.owned_below(),
            _ => 0,
        }
    }

    /// Apart, since it calls itself: what most values need stands inside of the callers.
    fn owned_below(&self) -> usize {
        match self {
            Self::List(list) => list.owned_bytes(),
            Self::Map(map) => map.owned_bytes(),
            _ => 0,
        }
    }

    /// Tells whether others hold its content too.
    pub(crate) fn is_shared(&self) -> bool {
        match self {
            Self::Str(text) | Self::Bytes(text) => text.is_shared(),
            Self::List(list) => list.is_shared(),
            Self::Map(map) => map.is_shared(),
            _ => false,
        }
    }

    /// Takes from `left` what this value takes written out, where all that is shared counts as often as it is reached.
    /// Returns false when `left` is too little.
    /// Each byte of text counts as `factor`.
    pub(crate) fn is_within(&self, left: &mut usize, factor: usize) -> bool {
        within(self, left, factor, 0)
    }
}

fn within(value: &Value, left: &mut usize, factor: usize, depth: usize) -> bool {
    // Indentation grows with the depth.
    let own = 16
        + 2 * depth
        + match value {
            Value::Str(text) => factor * text.len(),
            Value::Bytes(bytes) => 4 * bytes.len(),
            _ => 0,
        };
    let Some(rest) = left.checked_sub(own) else { return false };
    *left = rest;
    if depth > MOST_DEPTH {
        return true;
    }
    match value {
        Value::List(list) => list.as_slice().iter().all(|element| within(element, left, factor, depth + 1)),
        Value::Map(map) => map.borrow().is_none_or(|entries| {
            entries.iter().all(|(key, value)| {
                let Some(rest) = left.checked_sub(factor * key.len()) else { return false };
                *left = rest;
                within(value, left, factor, depth + 1)
            })
        }),
        _ => true,
    }
}
