use std::time::{Duration, SystemTime, UNIX_EPOCH};

use towpath_model::{Diagnostic, Digest, Kind};
use towpath_rollout::{
    Observation, Phase, Plan, Reason, Resume, State, VirtualService, decide, read, resume, stats::Pair,
};

use crate::{
    Event, FileRoute, Metrics, RouteError, Series, Tracker,
    file_route::Hold,
    metrics::{MetricsError, Snapshot},
};

/// How often a rollout that waits looks whether somebody has stopped it.
const GLANCE: Duration = Duration::from_millis(200);

/// A canary release to be carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Rollout {
    /// How it goes.
    pub plan: Plan,
    /// Names it; see [`run_name`].
    pub run: String,
    /// What stable is: its image or version.
    pub stable: String,
    /// What is tried: its image or version.
    pub canary: String,
    /// Which counters are whose.
    pub series: Series,
    /// What happens when it has ended before.
    pub repeat: Repeat,
}

/// What happens to a rollout that has ended before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It stays as it ended: running the same command twice is the same as once.
    Never,
    /// It begins anew.
    Again,
}

/// Returns the name of the rollout of `canary` over `stable` in `service` under `plan`: the same for the same four.
pub fn run_name(service: &str, stable: &str, canary: &str, plan: &Plan) -> String {
    let settings = serde_json::to_string(plan.settings()).unwrap_or_default();
    let digest = Digest::of([service, stable, canary, &settings].join("\n").as_bytes()).hex();
    format!("{service}-{}", &digest[..12])
}

/// Carries the rollout out, or goes on with it where it was cut off, and returns the state in which it ended.
///
/// Weights and state are changed by one write, and only by a process that holds the route and has the latest epoch.
/// Every look is told to `on_event`. Metrics that cannot be had while it runs are a look without traffic; before the
/// first shift they are an error.
///
/// # Errors
/// When the route cannot be read, written or held, or no metrics can be had at the start. The weights are then as the
/// last write left them, and the same call goes on from there.
pub async fn run(
    rollout: &Rollout,
    route: &FileRoute,
    metrics: &impl Metrics,
    mut on_event: impl FnMut(&Event<'_>),
) -> Result<State, Diagnostic> {
    let hold = route.hold(&format!("{} in process {}", rollout.run, std::process::id())).map_err(|e| shown(&e))?;
    let live = route.load().map_err(|e| shown(&e))?;
    let begin = begin(rollout, route, &live)?;
    let mut tracker = Tracker::new(rollout.series.clone(), rollout.plan.settings().criteria.clone());
    let mut drive = Drive { rollout, route, live, _hold: hold };
    let state = match begin {
        Resume::Ended(state) => {
            on_event(&Event::EndedBefore { state: &state });
            return Ok(state);
        }
        Resume::ToStable(state) => {
            let state = drive.write(state)?.state();
            on_event(&Event::Returned { state: &state });
            return Ok(state);
        }
        Resume::Continue(state) => {
            let state = match drive.write(state)? {
                Written::Ours(state) => state,
                Written::Gone(state) => return Ok(state),
            };
            on_event(&Event::Resumed { state: &state, weights: state.weights(&rollout.plan) });
            // Where the counters stand now; what was counted meanwhile is left out.
            look_at(metrics, &mut tracker, &mut on_event).await;
            state
        }
        Resume::Start { epoch, found } => {
            let snapshot = metrics.snapshot().await.map_err(|e| no_start(&e))?;
            tracker.observe(&snapshot).map_err(|e| Diagnostic::from(&e))?;
            let state = State::start(&rollout.plan, &rollout.run, (&rollout.stable, &rollout.canary), epoch, now_ms());
            let state = match drive.write(state)? {
                Written::Ours(state) => state,
                Written::Gone(state) => return Ok(state),
            };
            on_event(&Event::Started { state: &state, weights: state.weights(&rollout.plan), found: found.as_deref() });
            state
        }
    };
    let state = drive.looks(state, &mut tracker, metrics, &mut on_event).await?;
    Ok(state)
}

fn begin(rollout: &Rollout, route: &FileRoute, live: &VirtualService) -> Result<Resume, Diagnostic> {
    let found = resume(&rollout.plan, &rollout.run, route.subsets(), live).map_err(|e| shown(&route.document(e)))?;
    Ok(match (found, rollout.repeat) {
        (Resume::Ended(state), Repeat::Again) => Resume::Start { epoch: state.epoch.saturating_add(1), found: None },
        (found, _) => found,
    })
}

/// A rollout that this process drives.
struct Drive<'a> {
    rollout: &'a Rollout,
    route: &'a FileRoute,
    live: VirtualService,
    _hold: Hold,
}

/// What came of a write.
enum Written {
    /// The state stands there now.
    Ours(State),
    /// Somebody has ended the rollout; this is what they wrote.
    Gone(State),
}

impl Written {
    fn state(self) -> State {
        match self {
            Self::Ours(state) | Self::Gone(state) => state,
        }
    }
}

impl Drive<'_> {
    /// Looks at the metrics and acts on what they say until the rollout has ended.
    async fn looks(
        &mut self,
        mut state: State,
        tracker: &mut Tracker,
        metrics: &impl Metrics,
        on_event: &mut impl FnMut(&Event<'_>),
    ) -> Result<State, Diagnostic> {
        let plan = &self.rollout.plan;
        let interval = Duration::from_millis(plan.settings().interval_ms);
        let mut next = tokio::time::Instant::now() + interval;
        loop {
            if let Some(stopped) = self.wait_until(next, &state).await? {
                on_event(&Event::Stopped { state: &stopped });
                return Ok(stopped);
            }
            // Looks keep their distance where one took long: two at once would see nothing in between.
            next = (next + interval).max(tokio::time::Instant::now() + interval / 2);
            let seen = look_at(metrics, tracker, on_event).await;
            let (decided, decision) = decide(plan, state, &Observation { now_ms: now_ms(), seen });
            state = match self.write(decided)? {
                Written::Ours(state) => state,
                Written::Gone(stopped) => {
                    on_event(&Event::Stopped { state: &stopped });
                    return Ok(stopped);
                }
            };
            if let Phase::RolledBack(Reason::ForeignWeights { .. }) = state.phase {
                on_event(&Event::Returned { state: &state });
            } else {
                on_event(&Event::Look { plan, state: &state, decision: &decision });
            }
            if state.phase != Phase::Running {
                return Ok(state);
            }
        }
    }

    /// Waits for the next look; returns what somebody else wrote if the rollout is no longer ours.
    async fn wait_until(&mut self, next: tokio::time::Instant, state: &State) -> Result<Option<State>, Diagnostic> {
        loop {
            let live = self.route.load().map_err(|e| shown(&e))?;
            if live != self.live
                && let Some(theirs) = self.theirs(&live, state)?
            {
                return Ok(Some(theirs));
            }
            let now = tokio::time::Instant::now();
            if now >= next {
                return Ok(None);
            }
            tokio::time::sleep_until(next.min(now + GLANCE)).await;
        }
    }

    /// Writes a state and its weights. Where somebody has changed the document in between, their end of the rollout
    /// wins, foreign weights mean stable, and anything else in the document is kept as they left it.
    fn write(&mut self, mut state: State) -> Result<Written, Diagnostic> {
        const TRIES: usize = 20;
        let subsets = self.route.subsets();
        for _ in 0..TRIES {
            let weights = state.weights(&self.rollout.plan);
            let new = self.live.with(subsets, weights, &state.to_json());
            let new = new.map_err(|e| shown(&self.route.document(e)))?;
            match self.route.store(&self.live, new) {
                Ok(stored) => {
                    self.live = stored;
                    return Ok(Written::Ours(state));
                }
                Err(RouteError::Conflict(_)) => {}
                Err(error) => return Err(shown(&error)),
            }
            let live = self.route.load().map_err(|e| shown(&e))?;
            let before = read(&self.live).ok().flatten().unwrap_or_else(|| state.clone());
            if let Some(theirs) = self.theirs(&live, &before)? {
                return Ok(Written::Gone(theirs));
            }
            let expected = self.live.weights(subsets).map_err(|e| shown(&self.route.document(e)))?;
            let found = live.weights(subsets).map_err(|e| shown(&self.route.document(e)))?;
            if let (Ok(expected), true) = (expected, found != expected) {
                let found = found.map_or_else(|error| error.to_string(), |weights| weights.to_string());
                state.phase = Phase::RolledBack(Reason::ForeignWeights { found, expected });
            }
            self.live = live;
        }
        Err(Diagnostic::new(
            Kind::Remote,
            format!("the VirtualService changes faster than it can be written: {TRIES} tries"),
        )
        .hint("run the same command again"))
    }

    /// Returns the state on the document if it is not the one that this process goes on from.
    fn theirs(&self, live: &VirtualService, ours: &State) -> Result<Option<State>, Diagnostic> {
        let state = read(live).map_err(|e| shown(&self.route.document(e)))?;
        Ok(state.filter(|theirs| theirs.epoch != ours.epoch || theirs.run != ours.run))
    }
}

/// Returns what the metrics say since the last look; what cannot be had is told, and is no traffic.
async fn look_at(
    metrics: &impl Metrics,
    tracker: &mut Tracker,
    on_event: &mut impl FnMut(&Event<'_>),
) -> Vec<Option<Pair>> {
    let snapshot = match metrics.snapshot().await {
        Ok(snapshot) => snapshot,
        Err(error) => Snapshot { missing: vec![error.to_string()], ..Snapshot::default() },
    };
    for problem in &snapshot.missing {
        on_event(&Event::NoMetrics { problem });
    }
    tracker.observe(&snapshot).unwrap_or_else(|error| {
        on_event(&Event::NoMetrics { problem: &error.to_string() });
        Vec::new()
    })
}

fn shown(error: &RouteError) -> Diagnostic {
    Diagnostic::from(error)
}

fn no_start(error: &MetricsError) -> Diagnostic {
    Diagnostic::from(error).hint("nothing was shifted: a canary without metrics cannot be judged")
}

/// Returns the time in milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
