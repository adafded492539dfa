//! Kustomize as a library: what `kustomize build` 5.8.1 prints, byte for byte, from files in memory.
//!
//! It reads a [`towpath_model::FileTree`] and nothing else: no file system, no environment, no network. Charts, remote bases and
//! functions that are programs come in by whoever the [`Options`] name for them; without them they are refused. It is no
//! editor of kustomization files.
//!
//! ```
//! use kustomize_rs::{Options, build};
//! use towpath_model::{FileTree, TreePath};
//!
//! let tree = FileTree::from_files([
//!     ("overlay/kustomization.yaml", b"namePrefix: dev-\nresources: [service.yaml]\n".as_slice()),
//!     ("overlay/service.yaml", b"apiVersion: v1\nkind: Service\nmetadata: {name: shop}\n"),
//! ])?;
//! let output = build(&tree, &TreePath::parse("overlay")?, &Options::default())?;
//! assert_eq!(output.to_yaml(), "apiVersion: v1\nkind: Service\nmetadata:\n  name: dev-shop\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod accumulate;
mod accumulator;
mod build;
mod config;
mod data;
mod direct;
mod error;
mod fieldspec;
mod functions;
mod generators;
mod hash;
mod helm;
mod id;
mod json;
mod kustomization;
mod labels;
mod loader;
mod marks;
mod node;
mod open_api;
mod options;
mod origin;
mod output;
mod patch;
mod path;
mod plugins;
mod read;
mod references;
mod remote;
mod resource;
mod resources;
mod scalar;
mod schema;
mod selector;
mod shared;
mod site;
mod sort;
mod target;
mod trace;
mod transform;
mod vars;

pub use build::{build, build_remote};
pub use error::{KustomizeError, Problem, YamlProblem};
pub use fieldspec::FieldError;
pub use functions::{Functions, Program, Programs};
pub use helm::{ChartEngine, ChartHooks, ChartRelease, ChartSource, ChartValues, Helm, PulledChart, RenderedChart};
pub use labels::LabelSelectorError;
pub use node::{Missing, NoValue};
pub use options::{Changes, LoadRestrictor, ManagedBy, Options, Order, TreeRoot};
pub use output::{Built, Origin, Output};
pub use patch::{MergeError, OperationError, UnknownDirective};
pub use remote::{AddressError, Fetched, Pin, Remote, Repository, RepositoryAddress, Submodules};
pub use selector::SelectorError;
pub use trace::Change;
