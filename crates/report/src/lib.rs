//! Everything that Towpath shows: the only crate that prints.
//!
//! Text for people goes to stderr, data to stdout. [`main`] runs a plugin: it parses the command line, calls the
//! plugin, shows its [`Diagnostic`](towpath_model::Diagnostic) if it fails and turns the result into an exit code.

mod cli;
mod defect;
mod diagnostic;
pub mod difference;
pub mod explanation;
pub mod html;
mod progress;
mod report;
mod style;

pub use cli::{Outcome, OutputArgs, OutputFormat, Plugin, main, run_plugin};
pub use defect::end_at_panics;
pub use diagnostic::{diagnostic_json, diagnostic_text};
pub use progress::Progress;
pub use report::Report;
pub use style::{Color, Painting, Style};
