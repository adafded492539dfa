//! Go's text/template: lexer, parser, compiled form, execution and formatting verbs.

mod error;
pub mod fmt;
mod function;
mod session;
mod templates;
mod value;

pub use error::{Error, ErrorKind, Place};
pub use function::{Body, CallError, Function, Functions, Signature};
pub use session::{Limits, Session};
pub use templates::{MissingKey, Templates};
pub use value::{IntKind, Kind, List, ListType, Map, MapType, Object, Str, Type, UintKind, Value};
