//! From text to templates ready for execution.

mod bytes;
pub(crate) mod code;
mod control;
mod display;
mod lex_number;
mod lexer;
mod number;
mod parser;
mod pipeline;
mod symbols;
mod token;

pub(crate) use number::Number;
pub(crate) use parser::{parse, templates};
