//! `towpath.yaml` as typed configuration.
//!
//! Reading is strict: an unknown key, a wrong type or an impossible value is an error that shows file, line, column, the
//! source line and what was expected. Nothing is read from disk here and no default is taken from the environment.
//!
//! ```
//! let text = "\
//! apiVersion: towpath.dev/v1alpha1
//! kind: Service
//! metadata: {name: shop}
//! image: {repository: registry.example.com/acme/shop, binary: bin/shop}
//! manifests: {chart: deploy/chart, values: ['deploy/{env}/values.yaml']}
//! environments: [{name: dev}, {name: prod}]
//! ";
//! let config = towpath_config::Config::parse("towpath.yaml", text)?;
//! assert_eq!(config.environments[1].name, "prod");
//! # Ok::<(), towpath_config::ConfigError>(())
//! ```

mod duration;
mod environment;
mod error;
mod image;
mod manifests;
mod pattern;
mod promotion;
mod read;
mod service;

pub use duration::parse_duration;
pub use environment::{Canary, Environment};
pub use error::{ConfigError, Problem};
pub use image::{BaseImage, Contents, FileEntry, Image, Key, Signing};
pub use manifests::{Chart, Manifests, ValuesFile};
pub use pattern::Pattern;
pub use promotion::{Forge, Promotion, Target};
pub use service::Config;
