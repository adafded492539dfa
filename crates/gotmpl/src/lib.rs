//! Go's text/template as Go 1.26 has it: lexer, parser, compiled form, execution and formatting verbs.
//!
//! It gives the same bytes and the same errors as Go. It is no Helm: functions such as `include`, `tpl` or `toYaml` come
//! from the caller, with their Go signatures, and values are Go's dynamic values, not a data format's.
//!
//! ```
//! use std::sync::Arc;
//! use towpath_gotmpl::{Functions, Map, MissingKey, Session, Signature, Str, Templates, Type, Value};
//!
//! let mut functions = Functions::new();
//! functions.add("upper", Signature::new(&[Type::String], Type::String), |_, arguments| {
//!     Ok(arguments[0].as_str().unwrap_or_default().to_string_lossy().to_uppercase().into())
//! });
//! functions.add("include", Signature::new(&[Type::String, Type::Any], Type::String), |session, arguments| {
//!     let name = arguments[0].as_str().unwrap_or_default();
//!     Ok(session.include(&name, arguments[1].clone())?.into())
//! });
//!
//! let mut templates = Templates::new("demo", functions, MissingKey::Zero);
//! templates.parse("_names", r#"{{define "name"}}{{.name | upper}}-{{.port}}{{end}}"#)?;
//! templates.parse("service", "name: {{include \"name\" . | printf \"%q\"}}\n")?;
//! let templates = Arc::new(templates);
//!
//! let data: Map = [("name", Value::from("payments")), ("port", Value::int(8080))].into_iter().collect();
//! let mut output = Vec::new();
//! Session::new(Arc::clone(&templates)).execute(&Str::from("service"), data.into(), &mut output)?;
//! assert_eq!(output, b"name: \"PAYMENTS-8080\"\n");
//!
//! let mut broken = Templates::new("demo", Functions::new(), MissingKey::Zero);
//! let error = broken.parse("broken", "a\n{{if .x}}").unwrap_err();
//! assert_eq!(error.to_string(), "template: broken:2: unexpected EOF");
//! # Ok::<(), towpath_gotmpl::Error>(())
//! ```

mod error;
mod execute;
pub mod fmt;
mod function;
mod limits;
mod parse;
mod session;
mod stack;
mod strconv;
mod templates;
mod unicode;
mod value;

pub use error::{Error, ErrorKind, Place};
pub use function::{Body, CallError, Function, Functions, Signature};
pub use limits::{Limits, Spent};
pub use session::Session;
pub use templates::{MissingKey, Parsed, Templates};
pub use value::{
    Entries, EntriesIter, IntKind, Kind, List, ListType, Map, MapMethod, MapType, Object, Str, Type, UintKind, Value,
};
