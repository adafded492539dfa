//! `towpath-canary`: shifts traffic to a new version step by step, and back when its figures say so.
//!
//! [`run`] carries a rollout out over a [`FileRoute`], a VirtualService in a file that a data plane follows, and
//! [`Metrics`], which come from proxies ([`Endpoints`]) or a Prometheus server ([`Server`]). What to do is decided in
//! `towpath-rollout`; this crate reads, writes and waits. It can be killed at any instant and run again.

mod args;
mod event;
mod file_route;
mod metrics;
mod rollout;
mod run;
mod status;
mod stop;

pub use args::Args;
pub use event::{Event, Outcome};
pub use file_route::{FileRoute, Hold, RouteError};
pub use metrics::{Endpoints, Label, Metrics, MetricsError, Sample, Series, Server, Snapshot, Tracker};
pub use rollout::{Repeat, Rollout, run, run_name};
pub use stop::{abort, settle};
