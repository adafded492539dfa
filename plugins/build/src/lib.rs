//! `towpath-build`: puts an image together from files and static binaries, pushes it, and names it by its digest.
//!
//! The function below the command line is [`build`]; `towpath demo` calls it in process. No daemon, no privileges, no
//! Dockerfile: what an image holds is written in `towpath.yaml` or given as options.

mod args;
mod build;
mod config;
mod elf;
mod options;
mod release_file;
mod run;

pub use args::Args;
pub use build::{Built, BuiltPlatform, build};
pub use elf::{Elf, Linking};
pub use options::{Base, Destination, FileSpec, Options, Push};
