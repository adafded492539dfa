//! `towpath-promote`: opens, updates and merges the pull requests by which a release reaches its environments.
//!
//! Below the command line stand [`open`], [`merge`] and [`status`], which take options and return what was done.

mod args;
mod document;
mod manifests;
mod merge;
mod open;
mod place;
mod release_file;
mod run;
mod status;

pub use args::Args;
pub use manifests::rendered_difference;
pub use merge::{MergeOptions, MergedInto, merge};
pub use open::{OpenOptions, Opened, open, propose, verify};
pub use place::{Place, PlaceOptions};
pub use release_file::{load_release, save_release};
pub use status::{EnvironmentStatus, Next, OpenPull, Status, status};
