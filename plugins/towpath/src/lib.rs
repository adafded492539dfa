//! The front: every plugin in one file, and the demo.
//!
//! `towpath X` is `towpath-X` in process; called by the name `towpath-X`, this binary is that plugin. A name that it does
//! not know is run as `towpath-X` from `PATH`, as git does with its own.

mod demo;
mod dispatch;

pub use dispatch::main;
