//! Where files come from: a folder, a git revision, or either with some files put over it.

mod directory;
mod git;
mod overlay;

pub use directory::{Directory, LARGEST_FILE, Links};
pub use git::GitTree;
pub use overlay::Overlay;
