//! What happened on the way, as the summary, the JSON document and the page tell it.

use serde::Serialize;
use towpath_model::{PinnedImage, Release};

/// The whole demo.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Journey {
    /// One for each release, in order.
    pub(super) releases: Vec<Way>,
    /// What serves production in the end, as the repository has it.
    pub(super) deployed: PinnedImage,
    /// What production's clients saw from the first release to the end.
    pub(super) clients: Clients,
    /// How long everything took, in seconds.
    pub(super) seconds: f64,
}

/// What production's clients saw.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Clients {
    /// Answers of any status.
    pub(super) answers: u64,
    /// Answers with a status of 500 or more.
    pub(super) errors: u64,
    /// Requests that got no answer.
    pub(super) broken: u64,
}

/// How far a release came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Outcome {
    /// It serves production.
    Promoted,
    /// Its canary was taken back.
    RolledBack,
}

/// The way of one release.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Way {
    /// The version people speak of.
    pub(super) version: String,
    /// What is different about it, in words.
    pub(super) about: String,
    /// Its image.
    pub(super) image: PinnedImage,
    /// The release document at the end of its way.
    pub(super) release: Release,
    /// What building and pushing came to.
    pub(super) built: Built,
    /// The formats in which it was signed.
    pub(super) signatures: Vec<String>,
    /// Where it was merged, in order; a taken-back release ends with what production returned to.
    pub(super) arrivals: Vec<Arrival>,
    /// What the canary saw; absent for the first release, which has nothing to be compared with.
    pub(super) shift: Option<Shift>,
    /// How far it came.
    pub(super) outcome: Outcome,
}

/// What building and pushing an image came to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Built {
    /// Blobs that the registry lacked.
    pub(super) uploaded: usize,
    /// Blobs that it had.
    pub(super) present: usize,
    /// Building, pushing and building again to compare, in seconds.
    pub(super) seconds: f64,
}

/// A promotion that was merged.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Arrival {
    /// The environment.
    pub(super) environment: String,
    /// The pull request's number.
    pub(super) pull: u64,
    /// Its title.
    pub(super) title: String,
    /// The commit that the base branch holds since.
    pub(super) commit: String,
    /// The rendered difference in unified form.
    pub(super) difference: String,
    /// It in one line.
    pub(super) summary: String,
}

/// A canary from its first look to its last.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shift {
    /// The bound of false rollbacks, a share.
    pub(super) alpha: f64,
    /// Each look, in order.
    pub(super) looks: Vec<Look>,
    /// What was decided at last, in words, with the figures behind it.
    pub(super) verdict: String,
}

/// What one look at the metrics saw and decided.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Look {
    /// Seconds since the first.
    pub(super) seconds: f64,
    /// The canary's weight while it was measured, in percent.
    pub(super) weight: u8,
    /// What stable answered since the rollout began.
    pub(super) stable: Side,
    /// What the canary answered since the rollout began.
    pub(super) canary: Side,
    /// The evidence against the canary: an e-value, which reaches 1/α in a share α of healthy rollouts at most.
    pub(super) evidence: f64,
    /// What was decided, in words.
    pub(super) decision: String,
}

/// One side's answers.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Side {
    /// Requests.
    pub(super) requests: u64,
    /// Answers with a status of 500 or more.
    pub(super) errors: u64,
    /// The share of errors with its interval of 95 %: (low, share, high).
    pub(super) share: (f64, f64, f64),
}
