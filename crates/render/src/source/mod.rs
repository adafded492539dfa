//! Where files come from: a folder, or a git revision.

mod directory;
mod git;

pub use directory::{Directory, LARGEST_FILE, Links};
pub use git::GitTree;
