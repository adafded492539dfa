//! YAML as Go reads and writes it: a spanned tree, a reader in two profiles, an emitter, byte-minimal edits.
//!
//! It is a port of nothing and a twin of two things: go-yaml v2 (with sigs.k8s.io/yaml above it), which Helm uses, and
//! go-yaml v3, which Kustomize uses. What they accept is accepted, what they refuse is refused in their words, and what
//! is written has their bytes. It is no YAML 1.2 reader and knows no serde.
//!
//! ```
//! use towpath_yaml::{Profile, Scalar, parse_first, resolve};
//!
//! let document = parse_first("image: {tag: 1.20, pull: yes}", Profile::Go2)?.expect("there is one");
//! let image = document.root().get("image").expect("it is there");
//! assert_eq!(resolve(image.get("tag").expect("it is there"), Profile::Go2)?, Scalar::Float(1.2));
//! assert_eq!(resolve(image.get("pull").expect("it is there"), Profile::Go2)?, Scalar::Bool(true));
//! # Ok::<(), towpath_yaml::Error>(())
//! ```

mod base64;
mod build;
mod edit;
mod emit;
mod error;
mod json;
mod number;
mod order;
mod profile;
mod reader;
mod resolve;
mod stream;
mod timestamp;
mod tree;

pub use self::{
    base64::base64_lines,
    build::{Build, Duplicates, build, build_first},
    edit::{EditError, NewValue, Which, set},
    emit::{Dialect, Emitter, can_be_plain},
    error::Error,
    json::{Role, through_json},
    number::format_float,
    order::{compare_keys, sort_keys},
    profile::Profile,
    reader::{Limits, Reader, decode, parse_all, parse_first},
    resolve::{Scalar, resolve, resolve_plain},
    stream::{Sink, Streamed, Unusual, stream},
    timestamp::Timestamp,
    tree::{Document, Entries, Items, Layout, Node, NodeKind, Style},
};
