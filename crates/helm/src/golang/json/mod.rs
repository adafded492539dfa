//! JSON as Go's `encoding/json` reads and writes it: sorted keys, escaped HTML, numbers as float64, its error texts.

mod decode;
mod encode;

pub(crate) use decode::{decode, decode_all, decode_as, decode_prefix};
pub(crate) use encode::{Layout, encode, encode_as, number_text};

/// A text that is not JSON, or a value that cannot be JSON; Display is Go's message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct JsonError(pub(crate) String);
