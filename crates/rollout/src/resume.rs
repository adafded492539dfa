use crate::{IstioError, Phase, Plan, Reason, State, Subsets, VirtualService, Weights, WeightsError};

/// What a run finds on the live object, and hence where it begins.
#[derive(Debug, Clone, PartialEq)]
pub enum Resume {
    /// Nothing of this rollout: begin at the first step.
    Start {
        /// The epoch to begin with.
        epoch: u64,
        /// What stood there instead, for people.
        found: Option<String>,
    },
    /// A rollout that was cut off: go on from this state, which has a new epoch.
    Continue(State),
    /// The weights are unknown: write this state, and stable with it.
    ToStable(State),
    /// The rollout has ended before; there is nothing to do.
    Ended(State),
}

/// Returns how the rollout called `run` goes on from what the live object says.
///
/// The live object is the truth. Weights that the rollout has not written mean stable, never the next step; a rollout of
/// another release that was cut off is superseded.
///
/// # Errors
/// When the object does not have the two subsets, or its annotation cannot be read.
pub fn resume(plan: &Plan, run: &str, subsets: &Subsets, live: &VirtualService) -> Result<Resume, IstioError> {
    let weights = live.weights(subsets)?;
    let Some(mut state) = read(live)? else {
        let found = (weights != Ok(Weights::STABLE)).then(|| format!("no rollout and weights {}", shown(weights)));
        return Ok(Resume::Start { epoch: 1, found });
    };
    let epoch = state.epoch.saturating_add(1);
    if state.run != run {
        let found = match &state.phase {
            Phase::Running => {
                Some(format!("the rollout {} of {} cut off at {}", state.run, state.canary, shown(weights)))
            }
            Phase::Promoted => Some(format!("{} promoted and not settled", state.canary)),
            _ if weights != Ok(Weights::STABLE) => Some(format!("no rollout and weights {}", shown(weights))),
            _ => None,
        };
        return Ok(Resume::Start { epoch, found });
    }
    if state.phase != Phase::Running {
        return Ok(Resume::Ended(state));
    }
    state.epoch = epoch;
    let expected = state.weights(plan);
    if !state.fits(plan) {
        state.phase = Phase::RolledBack(Reason::ForeignState);
        Ok(Resume::ToStable(state))
    } else if weights == Ok(expected) {
        Ok(Resume::Continue(state))
    } else {
        state.phase = Phase::RolledBack(Reason::ForeignWeights { found: shown(weights), expected });
        Ok(Resume::ToStable(state))
    }
}

/// Returns the state of the last rollout on the live object, if there was one.
///
/// # Errors
/// When the annotation is none of ours.
pub fn read(live: &VirtualService) -> Result<Option<State>, IstioError> {
    live.annotation().filter(|text| !text.is_empty()).map(State::parse).transpose().map_err(IstioError::State)
}

fn shown(weights: Result<Weights, WeightsError>) -> String {
    match weights {
        Ok(weights) => weights.to_string(),
        Err(WeightsError::Total { stable, canary }) => format!("{stable}/{canary}"),
        Err(WeightsError::Range(weight)) => format!("with {weight} in it"),
    }
}
