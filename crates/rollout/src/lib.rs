//! Canary decisions on Istio weights: what to do next, given a plan, the state so far and what the metrics say.
//!
//! [`decide`] is a function of these three, defined for every input. Its evidence ([`stats`]) bounds the chance that a
//! healthy canary is rolled back by the plan's α, however often it looks. [`VirtualService`] keeps weights and state in
//! one document, so that one write changes both, and [`resume`] tells how a rollout that was cut off goes on.
//!
//! This crate is pure: it reads no metrics, writes no object and knows no time but the one it is given.
//!
//! ```
//! use towpath_rollout::{Criterion, Decision, Observation, Plan, Reporter, Settings, State, decide, stats::Pair};
//!
//! let criteria = vec![Criterion::Errors(Reporter::Source)];
//! let plan = Plan::new(Settings { steps: vec![10, 50], criteria, ..Settings::default() })?;
//! let state = State::start(&plan, "shop-1", ("shop@sha256:…", "shop@sha256:…"), 1, 0);
//! // 30 of 200 requests to the canary failed, and 9 of 1800 to stable.
//! let seen = Pair { canary: (200, 30).into(), stable: (1800, 9).into() };
//! let (state, decision) = decide(&plan, state, &Observation { now_ms: 30_000, seen: vec![Some(seen)] });
//! assert!(matches!(decision, Decision::RollBack(_)), "{decision}");
//! assert_eq!(state.weights(&plan).canary(), 0);
//! # Ok::<(), towpath_rollout::PlanError>(())
//! ```

mod criterion;
mod decide;
mod document;
mod istio;
mod plan;
mod resume;
mod state;
pub mod stats;
mod weights;

pub use criterion::{Criterion, CriterionError, Reporter};
pub use decide::{Decision, Evalue, Lack, Observation, Rate, Reason, Wait, Why, decide};
pub use document::{document, look};
pub use istio::{Destination, IstioError, Subsets, VirtualService};
pub use plan::{Fallback, Plan, PlanError, Promotion, Settings};
pub use resume::{Resume, read, resume};
pub use state::{Evidence, Look, Phase, State, Test};
pub use weights::{Weights, WeightsError};
