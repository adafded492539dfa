//! Patches: strategic merge and JSON 6902.

mod directive;
pub(crate) mod json;
mod keys;
mod known;
mod list;
pub(crate) mod strategic;

pub use directive::UnknownDirective;
pub use json::OperationError;
pub use strategic::MergeError;
