//! Helm's charts: values, template functions, hooks and ordering, as a pure library.
//!
//! It reads a chart from a [`FileTree`](towpath_model::FileTree) or the bytes of an archive and gives what `helm template`
//! prints, byte for byte, in two profiles: Helm 4.3.1 and Helm 3.17.3. It opens no file, asks no clock, no environment and no
//! cluster: all that a template can see comes in with [`RenderEnv`]. It installs nothing and fetches nothing. The [`guide`]
//! shows how to use it.
//!
//! ```
//! use std::time::SystemTime;
//! use towpath_helm::{Chart, ChartLimits, Options, Randomness, RenderEnv, ValuesOptions, render};
//! use towpath_model::FileTree;
//!
//! let tree = FileTree::from_files([
//!     ("Chart.yaml", b"apiVersion: v2\nname: hello\nversion: 1.0.0\n".as_slice()),
//!     ("values.yaml", b"greeting: hello\n"),
//!     ("templates/config.yaml", b"kind: ConfigMap\ndata:\n  text: {{ .Values.greeting | upper }}\n"),
//! ])?;
//! let chart = Chart::load(&tree, &ChartLimits::default())?;
//! let env = RenderEnv::new("demo", SystemTime::UNIX_EPOCH, Randomness::seeded(1));
//! let rendered = render(&chart, &ValuesOptions::default(), &env, &Options::default())?;
//! assert_eq!(
//!     rendered.to_text(),
//!     "---\n# Source: hello/templates/config.yaml\nkind: ConfigMap\ndata:\n  text: HELLO\n",
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod advice;
mod chart;
mod crypto;
mod engine;
mod env;
mod error;
mod functions;
mod golang;
#[doc = include_str!("../docs/guide.md")]
pub mod guide {}
mod limits;
mod name;
mod objects;
mod output;
mod post_render;
mod profile;
mod ready;
mod render;
mod rendered;
mod schema;
mod semver;
mod semver_value;
mod values;

pub use chart::{Chart, ChartFile, ChartLimits, Dependency, Metadata, PackedChart, pack_chart, unpack_chart};
pub use engine::Helper;
pub use env::{Randomness, RenderEnv, Resolver};
pub use error::{BrokenManifest, HelmError, Problem, TemplateFailure};
pub use limits::{Patience, RenderLimits};
pub use name::{Variable, release_name};
pub use objects::ClusterObjects;
pub use post_render::PostRenderer;
pub use profile::Profile;
pub use render::{Crds, Engine, Hooks, Options, Parsing, Schema, effective_values, render};
pub use rendered::{Hook, HookEvent, Manifest, Rendered};
pub use semver::{Constraints, SemverError, Version};
pub use values::{ReadFile, ValuesFile, ValuesOptions};
