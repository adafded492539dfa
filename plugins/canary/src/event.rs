use std::fmt;

use towpath_rollout::{Decision, Evalue, Phase, Plan, Rate, State, Weights};

/// Something that happened in a rollout; shown, it is one line with its figures.
#[derive(Debug)]
pub enum Event<'a> {
    /// The first shift was written.
    Started {
        /// The state that was written.
        state: &'a State,
        /// The weights that were written with it.
        weights: Weights,
        /// What was found instead of stable, if anything.
        found: Option<&'a str>,
    },
    /// It goes on where it was cut off.
    Resumed {
        /// The state it goes on from.
        state: &'a State,
        /// The weights that stand.
        weights: Weights,
    },
    /// The weights found were none of the rollout's: traffic is back at stable.
    Returned {
        /// The state that was written.
        state: &'a State,
    },
    /// It had ended before this call.
    EndedBefore {
        /// How.
        state: &'a State,
    },
    /// The metrics were looked at and the decision was written.
    Look {
        /// The plan.
        plan: &'a Plan,
        /// The state after the look; its log ends with the look.
        state: &'a State,
        /// What was decided.
        decision: &'a Decision,
    },
    /// Somebody else has ended it or taken it over.
    Stopped {
        /// What they wrote.
        state: &'a State,
    },
    /// Metrics, or a part of them, cannot be had at this look.
    NoMetrics {
        /// Why.
        problem: &'a str,
    },
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { state, weights, found } => {
                write!(f, "rollout {} of {}: weights {weights}", state.run, state.canary)?;
                found.map_or(Ok(()), |found| write!(f, " (instead of {found})"))
            }
            Self::Resumed { state, weights } => {
                let looks = state.log.len();
                write!(f, "rollout {} of {} goes on: weights {weights}, {looks} looks so far", state.run, state.canary)
            }
            Self::Returned { state } => write!(f, "back to stable: {}", Outcome(state)),
            Self::EndedBefore { state } => write!(f, "rollout {} had ended before: {}", state.run, Outcome(state)),
            Self::Look { plan, state, decision } => look(f, plan, state, decision),
            Self::Stopped { state } => write!(f, "stopped by somebody else: {}", Outcome(state)),
            Self::NoMetrics { problem } => write!(f, "no metrics: {problem}"),
        }
    }
}

fn look(f: &mut fmt::Formatter<'_>, plan: &Plan, state: &State, decision: &Decision) -> fmt::Result {
    let Some(look) = state.log.last() else { return write!(f, "{decision}") };
    write!(f, "{:>5} ", look.weights)?;
    for (criterion, seen) in plan.settings().criteria.iter().zip(&look.seen) {
        match seen {
            Some(seen) => write!(f, " {criterion}: canary {}, stable {};", Rate(seen.canary), Rate(seen.stable))?,
            None => write!(f, " {criterion}: missing;")?,
        }
    }
    write!(f, " evidence {} of {}: {decision}", Evalue(look.ln_evidence), Evalue(plan.ln_threshold()))
}

/// Shows how a rollout ended: `rolled back: …`.
pub struct Outcome<'a>(pub &'a State);

impl fmt::Display for Outcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.phase {
            Phase::Running => write!(f, "running at step {}", self.0.step + 1),
            Phase::Promoted => f.write_str("promoted"),
            Phase::Settled => f.write_str("promoted and settled"),
            Phase::RolledBack(reason) => write!(f, "rolled back: {reason}"),
            Phase::Inconclusive(lack) => write!(f, "inconclusive: {lack}"),
            Phase::Aborted(why) => write!(f, "aborted: {why}"),
        }
    }
}
