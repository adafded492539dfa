//! The types that every other crate of Towpath speaks: digests, image names, releases, file trees and diagnostics.
//!
//! This crate is pure: it touches no file, network, clock or environment, and it imports no sibling.
//!
//! ```
//! use towpath_model::{ImageName, PinnedImage};
//!
//! let name: ImageName = "registry.example.com/pay/payments".parse()?;
//! let digest = towpath_model::Digest::of(b"manifest bytes");
//! let image = PinnedImage::new(name, digest);
//! assert!(image.to_string().starts_with("registry.example.com/pay/payments@sha256:"));
//! # Ok::<(), towpath_model::ImageError>(())
//! ```

mod diagnostic;
pub mod difference;
mod digest;
pub mod explanation;
mod image;
mod markdown;
mod nearest;
mod release;
mod shortest;
mod span;
mod tree;

pub use diagnostic::{Diagnostic, Kind};
pub use digest::{Digest, DigestError};
pub use image::{ImageError, ImageName, PinnedImage};
pub use markdown::markdown_text;
pub use nearest::nearest;
pub use release::{Deployment, Release};
pub use shortest::{shortest, shortest_plain, shortest_single};
pub use span::{Location, Span};
pub use tree::{BlobId, Entry, EntryKind, FileTree, PathError, Probe, Read, Source, SourceError, TreePath};
