//! Rendering: where files come from, which engine renders them, and how two results differ.
//!
//! A [`Service`] is a `towpath.yaml` in a tree of files: of a folder, or of a git revision without checking it out.
//! [`difference`] compares what was rendered, object by object, and never shows the value of a Secret.
//!
//! ```
//! let before = "kind: ConfigMap\nmetadata: {name: a}\ndata: {x: '1'}\n";
//! let after = "kind: ConfigMap\nmetadata: {name: a}\ndata: {x: '2'}\n";
//! let difference = towpath_render::difference(before, after, 3)?;
//! assert_eq!(difference.summary(), "1 changed, 0 added, 0 removed");
//! # Ok::<(), towpath_model::Diagnostic>(())
//! ```

pub mod cache;
mod chart;
mod difference;
mod environment;
mod inflation;
mod kubeconfig;
mod kustomization;
mod object;
pub mod output_folder;
mod parallel;
mod plugin;
mod private_folder;
mod repository;
mod service;
pub mod source;
mod workshop;

pub use chart::{still_environment, system_environment};
pub use difference::{Form, Manifests, difference, differences};
pub use environment::{Manner, Purpose, RenderedEnvironment};
pub use inflation::Inflation;
pub use kubeconfig::kubeconfig_namespace;
pub use kustomization::build_kustomization;
pub use object::{Object, objects};
pub use plugin::{Plugin, PluginError, post_renderer_plugin};
pub use repository::{Found, Repository};
pub use service::Service;
