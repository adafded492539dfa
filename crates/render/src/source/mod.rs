//! Where files and charts come from.
//!
//! Files: a folder, a git revision, or either with some files put over it. Charts: folders and archives, OCI registries, HTTP
//! repositories and git, by way of a store that every run on the machine shares.

mod access;
mod charts;
mod dependencies;
mod directory;
mod fetch;
mod git;
mod git_base;
mod git_chart;
mod helm_home;
mod index;
mod listing;
mod overlay;
mod provenance;
mod registry;
mod repositories;
mod repository;
mod request;
mod store;
mod web;

pub(crate) use git_chart::percent_decoded;

pub use access::{Access, Login, Scheme, Servers, ShownTo, TlsFiles};
pub use charts::Charts;
pub use directory::{Directory, LARGEST_FILE, Links, Tell};
pub use git::GitTree;
pub use git_base::Bases;
pub use helm_home::{HelmHome, default_keyring};
pub use overlay::Overlay;
pub use request::{ChartRequest, ChartSettings, Dependencies, Network, Releases, Say};
pub use store::{STORE_LIMIT, Store};

use crate::service::failed as service_failed;
