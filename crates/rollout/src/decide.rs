use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Criterion, Look, Phase, Plan, Promotion, State, Weights,
    stats::{Counts, Pair, ln_mean},
};

/// What one look at the metrics saw since the look before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// When, in milliseconds since 1970.
    pub now_ms: u64,
    /// Requests by each criterion, in the plan's order; nothing where the metric is missing or cannot be had.
    pub seen: Vec<Option<Pair>>,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Leave the weights and look again.
    Hold(Wait),
    /// Go to the next step.
    Step(Weights),
    /// Give the canary all traffic.
    Promote(Why),
    /// Give stable all traffic.
    RollBack(Reason),
    /// Give up without a verdict.
    Inconclusive(Lack),
    /// The rollout had ended before; nothing changes.
    Ended,
}

/// What a rollout waits for before its next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// More looks at this step.
    Looks {
        /// How many it has had.
        had: u32,
        /// How many it must have.
        needed: u32,
    },
    /// More requests at this step.
    Requests {
        /// What both versions have had.
        had: Pair,
        /// How many each must have had.
        needed: u64,
    },
}

/// Why a canary was promoted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Why {
    /// It went through every step.
    LastStep,
    /// Evidence rules out that its risk ratio is bad.
    Evidence {
        /// The ratio that is ruled out.
        bad_ratio: f64,
        /// The logarithm of the evidence.
        ln_evidence: f64,
    },
}

/// Why a canary was rolled back, with the figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    /// Evidence that it is worse has reached 1/α.
    #[serde(rename_all = "camelCase")]
    Worse {
        /// The criterion that speaks most.
        criterion: Criterion,
        /// What both versions did by it since the rollout began.
        seen: Pair,
        /// The logarithm of the evidence, averaged over all criteria.
        ln_evidence: f64,
        /// The α that it is held against.
        alpha: f64,
    },
    /// The weights on the live object were none that the rollout had written.
    #[serde(rename_all = "camelCase")]
    ForeignWeights {
        /// What was found, such as `63/37`.
        found: String,
        /// What should have been there.
        expected: Weights,
    },
    /// The state on the live object does not belong to the plan.
    ForeignState,
}

/// What was lacking for a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Lack {
    /// The last step reached had too few requests.
    #[serde(rename_all = "camelCase")]
    Requests {
        /// What both versions had in it.
        had: Pair,
        /// How many each needed.
        needed: u64,
    },
    /// Steps were left when the deadline passed.
    #[serde(rename_all = "camelCase")]
    Time {
        /// The steps done.
        done: usize,
        /// The steps planned.
        planned: usize,
    },
}

/// Returns the state after an observation, and what to do; it is defined for every input and has no other effect.
///
/// A rollback comes first, then promotion, then the deadline, then the next step. A version without requests never makes
/// a canary fail or pass: the rollout holds until the deadline and is then inconclusive. An observation with fewer
/// criteria than the plan is taken as one in which the others are missing.
pub fn decide(plan: &Plan, mut state: State, observation: &Observation) -> (State, Decision) {
    if state.phase != Phase::Running {
        return (state, Decision::Ended);
    }
    let weights = state.weights(plan);
    if !state.fits(plan) {
        state.phase = Phase::RolledBack(Reason::ForeignState);
        return (state, Decision::RollBack(Reason::ForeignState));
    }
    for (evidence, seen) in state.evidence.iter_mut().zip(&observation.seen) {
        *evidence = evidence.after(plan, seen.unwrap_or_default());
    }
    state.step_looks = state.step_looks.saturating_add(1);
    let ln_worse: Vec<f64> = state.evidence.iter().map(crate::Evidence::ln_worse).collect();
    let ln_evidence = ln_mean(&ln_worse);
    let decision = verdict(plan, &state, observation.now_ms, ln_evidence);
    state.record(Look {
        at_ms: observation.now_ms,
        weights,
        seen: observation.seen.iter().copied().take(state.evidence.len()).collect(),
        ln_evidence: (ln_evidence * 1000.0).round() / 1000.0,
        decision: decision.name().to_owned(),
    });
    match &decision {
        Decision::Step(_) => {
            state.step += 1;
            state.step_looks = 0;
            state.evidence.iter_mut().for_each(|evidence| evidence.step = Pair::default());
        }
        Decision::Promote(_) => state.phase = Phase::Promoted,
        Decision::RollBack(reason) => state.phase = Phase::RolledBack(reason.clone()),
        Decision::Inconclusive(lack) => state.phase = Phase::Inconclusive(*lack),
        Decision::Hold(_) | Decision::Ended => {}
    }
    (state, decision)
}

fn verdict(plan: &Plan, state: &State, now_ms: u64, ln_evidence: f64) -> Decision {
    let settings = plan.settings();
    if ln_evidence >= plan.ln_threshold() {
        let by = settings.criteria.iter().zip(&state.evidence);
        if let Some((criterion, evidence)) = by.max_by(|a, b| a.1.ln_worse().total_cmp(&b.1.ln_worse())) {
            let (criterion, seen) = (*criterion, evidence.seen);
            return Decision::RollBack(Reason::Worse { criterion, seen, ln_evidence, alpha: settings.alpha });
        }
    }
    if settings.promotion == Promotion::Early {
        let ln_better: Vec<f64> = state.evidence.iter().filter_map(crate::Evidence::ln_better).collect();
        let ln_evidence = ln_mean(&ln_better);
        if ln_evidence >= plan.ln_threshold() {
            return Decision::Promote(Why::Evidence { bad_ratio: settings.bad_ratio, ln_evidence });
        }
    }
    let wait = wait(plan, state);
    let next = plan.steps().get(state.step + 1).copied();
    match (wait, next) {
        (None, None) => Decision::Promote(Why::LastStep),
        (Some(Wait::Requests { had, needed }), _) if now_ms >= state.deadline_ms => {
            Decision::Inconclusive(Lack::Requests { had, needed })
        }
        (wait, _) if now_ms >= state.deadline_ms => {
            let done = state.step + usize::from(wait.is_none());
            Decision::Inconclusive(Lack::Time { done, planned: plan.steps().len() })
        }
        (Some(wait), _) => Decision::Hold(wait),
        (None, Some(next)) => Decision::Step(next),
    }
}

/// Returns what this step still needs; requests come first, because only they may never come.
fn wait(plan: &Plan, state: &State) -> Option<Wait> {
    let settings = plan.settings();
    let fewer = |pair: &Pair| pair.canary.requests().min(pair.stable.requests());
    let by_errors = settings.criteria.iter().zip(&state.evidence);
    let had = by_errors
        .filter(|(criterion, _)| matches!(criterion, Criterion::Errors(_)))
        .map(|(_, evidence)| evidence.step)
        .max_by_key(fewer)
        .unwrap_or_default();
    if fewer(&had) < settings.min_requests {
        return Some(Wait::Requests { had, needed: settings.min_requests });
    }
    (state.step_looks < settings.looks).then_some(Wait::Looks { had: state.step_looks, needed: settings.looks })
}

impl Decision {
    /// Returns the word that stands in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Hold(_) => "hold",
            Self::Step(_) => "step",
            Self::Promote(_) => "promote",
            Self::RollBack(_) => "rollBack",
            Self::Inconclusive(_) => "inconclusive",
            Self::Ended => "ended",
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hold(Wait::Looks { had, needed }) => write!(f, "hold: {had} of {needed} looks at this step"),
            Self::Hold(Wait::Requests { had, needed }) => write!(f, "hold: {}", few(had, *needed)),
            Self::Step(weights) => write!(f, "step to {weights}"),
            Self::Promote(Why::LastStep) => f.write_str("promote: every step is done"),
            Self::Promote(Why::Evidence { bad_ratio, ln_evidence }) => {
                write!(f, "promote: evidence {} that the risk ratio is below {bad_ratio}", Evalue(*ln_evidence))
            }
            Self::RollBack(reason) => write!(f, "roll back: {reason}"),
            Self::Inconclusive(lack) => write!(f, "inconclusive: {lack}"),
            Self::Ended => f.write_str("ended before"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Worse { criterion, seen, ln_evidence, alpha } => write!(
                f,
                "{criterion} of the canary {}, of stable {}: evidence {} has reached {} = 1/alpha",
                Rate(seen.canary),
                Rate(seen.stable),
                Evalue(*ln_evidence),
                Evalue(-alpha.ln()),
            ),
            Self::ForeignWeights { found, expected } => {
                write!(f, "the live weights were {found} where the rollout had written {expected}")
            }
            Self::ForeignState => f.write_str("the state on the live object does not belong to this plan"),
        }
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requests { had, needed } => f.write_str(&few(had, *needed)),
            Self::Time { done, planned } => write!(f, "{done} of {planned} steps were done at the deadline"),
        }
    }
}

fn few(had: &Pair, needed: u64) -> String {
    format!(
        "canary had {} and stable {} requests at this step, each needs {needed}",
        had.canary.requests(),
        had.stable.requests()
    )
}

/// Shows an e-value that is given by its logarithm: `0.41`, `137`, `2.4e9`.
pub struct Evalue(pub f64);

impl fmt::Display for Evalue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let power = self.0 / std::f64::consts::LN_10;
        match power {
            _ if !power.is_finite() => f.write_str("0"),
            _ if power < -3.0 => f.write_str("0.00"),
            _ if power < 1.0 => write!(f, "{:.2}", self.0.exp()),
            _ if power < 6.0 => write!(f, "{:.0}", self.0.exp()),
            _ => write!(f, "{:.1}e{}", 10_f64.powf(power.fract()), power.trunc()),
        }
    }
}

/// Shows counts as people read them: `12 of 1034 (1.16 %, 0.66 to 2.02)`, the interval with 95 % confidence.
pub struct Rate(pub Counts);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(interval) = self.0.interval() else { return f.write_str("no requests") };
        let [rate, low, high] = [interval.rate, interval.low, interval.high].map(|share| share * 100.0);
        write!(f, "{} of {} ({rate:.2} %, {low:.2} to {high:.2})", self.0.bad(), self.0.requests())
    }
}
