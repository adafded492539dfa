use serde::{Deserialize, Serialize};

use crate::{
    Criterion, Fallback, Lack, Plan, Reason, Settings, Weights,
    stats::{Pair, PairEvidence, RatioEvidence, RatioHypothesis},
};

/// How many looks the log keeps; when it is full, every other one of its older half goes.
///
/// An annotation may take 256 KiB with all others of the object, and a look takes about 150 bytes.
const LOG: usize = 400;

/// Everything a rollout must remember, kept with the weights in one object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// Names the rollout: the same release under the same plan has the same name.
    pub run: String,
    /// Counts who took hold of the rollout; a writer with an older number has been replaced.
    pub epoch: u64,
    /// What stable was when the rollout began: its image or version.
    pub stable: String,
    /// What is tried: its image or version.
    pub canary: String,
    /// The settings of its plan, so that whoever finds the object can read the rest.
    pub settings: Settings,
    /// Where the rollout stands.
    pub phase: Phase,
    /// The step it is at, counted from 0.
    pub step: usize,
    /// How many looks this step has had.
    pub step_looks: u32,
    /// When it began, in milliseconds since 1970.
    pub started_ms: u64,
    /// When it is given up, in milliseconds since 1970.
    pub deadline_ms: u64,
    /// What is known by each criterion, in the plan's order.
    pub evidence: Vec<Evidence>,
    /// The looks, oldest first, for people.
    pub log: Vec<Look>,
}

/// Where a rollout stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// It goes on.
    Running,
    /// The canary has all traffic.
    Promoted,
    /// The canary was promoted, stable is that version now, and has all traffic.
    Settled,
    /// Stable has all traffic, because of the canary.
    RolledBack(Reason),
    /// The deadline passed without a verdict.
    Inconclusive(Lack),
    /// Somebody stopped it; stable has all traffic.
    Aborted(String),
}

/// What is known by one criterion.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// What the test has gathered.
    pub test: Test,
    /// All requests since the rollout began.
    pub seen: Pair,
    /// The requests since this step began.
    pub step: Pair,
}

/// A sequential test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Test {
    /// On the risk ratio of errors.
    Ratio {
        /// That the canary is worse than tolerated.
        worse: RatioEvidence,
        /// That the canary is better than the bad ratio.
        better: RatioEvidence,
    },
    /// On two rates of slow requests.
    Rates(PairEvidence),
}

/// One look at the metrics and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// When, in milliseconds since 1970.
    #[serde(rename = "t")]
    pub at_ms: u64,
    /// The split while it was gathered.
    #[serde(rename = "w")]
    pub weights: Weights,
    /// What each criterion saw since the look before, in the plan's order; nothing where the metric is missing.
    #[serde(rename = "o")]
    pub seen: Vec<Option<Pair>>,
    /// The logarithm of the evidence for a rollback after it, to three places.
    #[serde(rename = "e")]
    pub ln_evidence: f64,
    /// What was decided: `hold`, `step`, `promote`, `rollBack` or `inconclusive`.
    #[serde(rename = "d")]
    pub decision: String,
}

impl State {
    /// Returns the state of a rollout that begins now, at the plan's first step.
    pub fn start(plan: &Plan, run: &str, (stable, canary): (&str, &str), epoch: u64, now_ms: u64) -> Self {
        Self {
            run: run.to_owned(),
            epoch,
            stable: stable.to_owned(),
            canary: canary.to_owned(),
            settings: plan.settings().clone(),
            phase: Phase::Running,
            step: 0,
            step_looks: 0,
            started_ms: now_ms,
            deadline_ms: now_ms.saturating_add(plan.deadline_ms()),
            evidence: plan.settings().criteria.iter().copied().map(Evidence::new).collect(),
            log: Vec::new(),
        }
    }

    /// Returns the state in the text of an annotation.
    ///
    /// # Errors
    /// When it is something else.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Returns the state as compact JSON.
    pub fn to_json(&self) -> String {
        // A map with text keys and finite numbers always serialises.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Returns the split that belongs to this state; stable where the state does not fit the plan.
    pub fn weights(&self, plan: &Plan) -> Weights {
        let step = || plan.steps().get(self.step).copied().unwrap_or(Weights::STABLE);
        match &self.phase {
            Phase::Running => step(),
            Phase::Promoted => Weights::CANARY,
            Phase::Inconclusive(_) if plan.settings().inconclusive == Fallback::Stay => step(),
            Phase::Inconclusive(_) | Phase::RolledBack(_) | Phase::Aborted(_) | Phase::Settled => Weights::STABLE,
        }
    }

    /// Returns whether the plan could have led to this state.
    pub fn fits(&self, plan: &Plan) -> bool {
        let criteria = &plan.settings().criteria;
        let same = |(evidence, criterion): (&Evidence, &Criterion)| {
            matches!(evidence.test, Test::Ratio { .. }) == matches!(criterion, Criterion::Errors(_))
        };
        self.step < plan.steps().len()
            && self.evidence.len() == criteria.len()
            && self.evidence.iter().zip(criteria).all(same)
    }

    /// Adds a look to the log.
    pub(crate) fn record(&mut self, look: Look) {
        if self.log.len() >= LOG {
            let mut at = 0;
            self.log.retain(|_| {
                at += 1;
                at > LOG / 2 || at % 2 == 0
            });
        }
        self.log.push(look);
    }
}

impl Evidence {
    fn new(criterion: Criterion) -> Self {
        let test = match criterion {
            Criterion::Errors(_) => Test::Ratio { worse: RatioEvidence::default(), better: RatioEvidence::default() },
            Criterion::Slower { .. } => Test::Rates(PairEvidence::default()),
        };
        Self { test, seen: Pair::default(), step: Pair::default() }
    }

    /// Returns the evidence with what one look saw.
    pub(crate) fn after(self, plan: &Plan, seen: Pair) -> Self {
        let settings = plan.settings();
        let test = match self.test {
            Test::Ratio { worse, better } => Test::Ratio {
                worse: worse.after(RatioHypothesis::AtMost(settings.tolerated_ratio), seen),
                better: better.after(RatioHypothesis::AtLeast(settings.bad_ratio), seen),
            },
            Test::Rates(rates) => Test::Rates(rates.after(seen)),
        };
        Self { test, seen: self.seen.plus(seen), step: self.step.plus(seen) }
    }

    /// Returns the logarithm of the evidence that the canary is worse than tolerated.
    pub fn ln_worse(&self) -> f64 {
        match self.test {
            Test::Ratio { worse, .. } => worse.ln(),
            Test::Rates(rates) => rates.ln(),
        }
    }

    /// Returns the logarithm of the evidence that its errors are below the bad ratio; nothing for other criteria.
    pub fn ln_better(&self) -> Option<f64> {
        match self.test {
            Test::Ratio { better, .. } => Some(better.ln()),
            Test::Rates(_) => None,
        }
    }
}
