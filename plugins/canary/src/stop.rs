use towpath_model::{Diagnostic, Kind};
use towpath_rollout::{Phase, State, VirtualService, Weights, read};

use crate::{FileRoute, RouteError};

/// Returns all traffic to stable in one write and ends the rollout, whoever drives it; returns the state, if there was one.
///
/// The epoch rises, so a process that still drives it is refused its next write and ends. Weights that are stable
/// already, without a rollout that runs, are left alone.
///
/// # Errors
/// When the route cannot be read or written.
pub fn abort(route: &FileRoute, why: &str) -> Result<Option<State>, Diagnostic> {
    change(route, |live, state| {
        let at_stable =
            live.weights(route.subsets()).map_err(|e| Diagnostic::from(&route.document(e)))? == Ok(Weights::STABLE);
        let ended = match &state {
            Some(state) => state.phase != Phase::Running,
            None => true,
        };
        if at_stable && ended {
            return Ok(Change::None(state));
        }
        Ok(Change::Write(state.map(|mut state| {
            state.epoch = state.epoch.saturating_add(1);
            state.phase = Phase::Aborted(why.to_owned());
            state
        })))
    })
}

/// Returns all traffic to stable after a promotion, once stable runs the promoted version.
///
/// # Errors
/// When the last rollout was not promoted, or the route cannot be read or written.
pub fn settle(route: &FileRoute) -> Result<State, Diagnostic> {
    let settled = change(route, |_, state| match state {
        Some(state) if state.phase == Phase::Settled => Ok(Change::None(Some(state))),
        Some(mut state) if state.phase == Phase::Promoted => {
            state.epoch = state.epoch.saturating_add(1);
            state.phase = Phase::Settled;
            Ok(Change::Write(Some(state)))
        }
        _ => Err(not_promoted()),
    })?;
    settled.ok_or_else(not_promoted)
}

fn not_promoted() -> Diagnostic {
    Diagnostic::new(Kind::Usage, "the last rollout was not promoted, so there is nothing to settle")
        .hint("`towpath-canary status` shows where it stands")
}

enum Change {
    /// Nothing is to be done.
    None(Option<State>),
    /// This state, or none, and stable.
    Write(Option<State>),
}

fn change(
    route: &FileRoute,
    decide: impl Fn(&VirtualService, Option<State>) -> Result<Change, Diagnostic>,
) -> Result<Option<State>, Diagnostic> {
    let failed = |error: RouteError| Diagnostic::from(&error);
    loop {
        let live = route.load().map_err(failed)?;
        // A state that cannot be read must not keep anybody from stable.
        let state = match decide(&live, read(&live).ok().flatten())? {
            Change::None(state) => return Ok(state),
            Change::Write(state) => state,
        };
        let annotation = state.as_ref().map(State::to_json).unwrap_or_default();
        let new = live.with(route.subsets(), Weights::STABLE, &annotation).map_err(|e| failed(route.document(e)))?;
        match route.store(&live, new) {
            Ok(_) => return Ok(state),
            // Whoever drives it writes once a look; the next try has its time.
            Err(RouteError::Conflict(_)) => {}
            Err(error) => return Err(failed(error)),
        }
    }
}
