//! Rendering: file sources, the choice of engine, environments and diffs.

pub mod source;
