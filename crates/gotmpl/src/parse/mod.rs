//! From text to templates ready for execution.

mod control;
mod display;
mod lex_number;
mod lexer;
pub(crate) mod node;
mod number;
mod parser;
mod pipeline;
mod token;

pub(crate) use number::Number;
pub(crate) use parser::parse;
