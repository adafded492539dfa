//! `towpath-render`: charts as `helm template` gives them, overlays as `kustomize build` does, the environments of a
//! service, and what differs between two of them.

mod all;
mod args;
mod build;
mod diff;
mod reference;
mod run;
mod template;

pub use args::Args;
