//! Go's `strconv`: how literals are read.

mod number;
mod unquote;

pub(crate) use number::{parse_float, parse_int, parse_uint};
pub(crate) use unquote::{unquote, unquote_char};
