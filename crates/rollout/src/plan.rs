use serde::{Deserialize, Serialize};
use towpath_model::{Diagnostic, Kind};

use crate::{Criterion, Reporter, Weights};

/// How a rollout is meant to go, before it is checked.
///
/// The defaults are those of the command line: 1, 5, 10, 25 and 50 percent, a look every 30 seconds, α = 0.01, and errors
/// as both source and destination count them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// The canary's share at each step in percent, increasing, each 1 to 99; a last step of 100 is the promotion itself.
    pub steps: Vec<i64>,
    /// The time between two looks at the metrics, in milliseconds.
    pub interval_ms: u64,
    /// How many looks a step lasts at least.
    pub looks: u32,
    /// The most that a healthy canary may risk to be rolled back, over the whole rollout: above 0, at most 0.5.
    pub alpha: f64,
    /// The risk ratio that is tolerated: 1 for "no worse than stable".
    pub tolerated_ratio: f64,
    /// The risk ratio that early promotion must rule out; above the tolerated one.
    pub bad_ratio: f64,
    /// How many requests both versions must have had in a step before the next one.
    pub min_requests: u64,
    /// After how many milliseconds the rollout is given up as inconclusive; absent for four times what it takes at best.
    pub deadline_ms: Option<u64>,
    /// What is compared; evidence is averaged over all of them.
    pub criteria: Vec<Criterion>,
    /// Whether the rollout may end before its last step.
    pub promotion: Promotion,
    /// Where traffic goes when the deadline has passed without a verdict.
    pub inconclusive: Fallback,
}

/// When a canary is promoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Promotion {
    /// After the last step.
    AfterLastStep,
    /// As soon as the evidence rules out the bad ratio, or after the last step.
    Early,
}

/// Where traffic goes without a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Fallback {
    /// Back to stable.
    Stable,
    /// It stays as the last step left it, for somebody to look.
    Stay,
}

/// A plan that has been checked: [`Plan::new`] is the only way to one.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    settings: Settings,
    steps: Vec<Weights>,
    deadline_ms: u64,
}

/// Settings that cannot be followed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// No step, or too many.
    #[error("the plan has {0} steps; it needs 1 to 100")]
    StepCount(usize),
    /// A step that is no share of a canary.
    #[error("step {0} is not from 1 to 99")]
    Step(i64),
    /// Steps that do not increase.
    #[error("step {next} does not come after {previous}")]
    Order {
        /// The step before.
        previous: i64,
        /// The step that is not greater.
        next: i64,
    },
    /// A number outside of its range.
    #[error("{name} {value} is not {range}")]
    Range {
        /// The setting's name.
        name: &'static str,
        /// What it was set to.
        value: String,
        /// What it may be.
        range: &'static str,
    },
    /// No criterion for errors, or one twice, or too many.
    #[error("the criteria are {0}; there must be one for errors at least, none twice, and at most 16")]
    Criteria(String),
}

impl From<&PlanError> for Diagnostic {
    fn from(error: &PlanError) -> Self {
        Self::from_error(Kind::Usage, error)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            steps: vec![1, 5, 10, 25, 50],
            interval_ms: 30_000,
            looks: 1,
            alpha: 0.01,
            tolerated_ratio: 1.0,
            bad_ratio: 2.0,
            min_requests: 50,
            deadline_ms: None,
            criteria: vec![Criterion::Errors(Reporter::Source), Criterion::Errors(Reporter::Destination)],
            promotion: Promotion::AfterLastStep,
            inconclusive: Fallback::Stable,
        }
    }
}

impl Plan {
    /// Returns the plan that `settings` describe.
    ///
    /// # Errors
    /// When a setting is out of its range.
    pub fn new(settings: Settings) -> Result<Self, PlanError> {
        let shares = match settings.steps.split_last() {
            Some((100, rest)) if !rest.is_empty() => rest,
            _ => &settings.steps,
        };
        if shares.is_empty() || shares.len() > 100 {
            return Err(PlanError::StepCount(shares.len()));
        }
        let step = |share: &i64| match Weights::with_canary(*share) {
            Ok(weights) if (1..100).contains(share) => Ok(weights),
            _ => Err(PlanError::Step(*share)),
        };
        let steps = shares.iter().map(step).collect::<Result<Vec<_>, _>>()?;
        if let Some(pair) = shares.windows(2).find(|pair| pair[0] >= pair[1]) {
            return Err(PlanError::Order { previous: pair[0], next: pair[1] });
        }
        check_ranges(&settings)?;
        let at_best = settings.interval_ms.saturating_mul(settings.looks.into()).saturating_mul(steps.len() as u64);
        let deadline_ms = settings.deadline_ms.unwrap_or_else(|| at_best.saturating_mul(4));
        Ok(Self { settings, steps, deadline_ms })
    }

    /// Returns the settings it was made of.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the splits of the steps, at least one, the canary's share increasing.
    pub fn steps(&self) -> &[Weights] {
        &self.steps
    }

    /// Returns after how many milliseconds the rollout is given up.
    pub fn deadline_ms(&self) -> u64 {
        self.deadline_ms
    }

    /// Returns the logarithm of 1/α, which evidence must reach.
    pub fn ln_threshold(&self) -> f64 {
        -self.settings.alpha.ln()
    }
}

fn check_ranges(settings: &Settings) -> Result<(), PlanError> {
    const DAYS_100: u64 = 100 * 24 * 3_600_000;
    let check = |name, value: String, fine: bool, range| {
        if fine { Ok(()) } else { Err(PlanError::Range { name, value, range }) }
    };
    let alpha = settings.alpha;
    check("alpha", alpha.to_string(), (1e-12..=0.5).contains(&alpha), "above 0 and at most 0.5")?;
    let tolerated = settings.tolerated_ratio;
    check("tolerated ratio", tolerated.to_string(), (0.1..=100.0).contains(&tolerated), "from 0.1 to 100")?;
    let bad = settings.bad_ratio;
    check(
        "bad ratio",
        bad.to_string(),
        bad > tolerated && bad <= 1000.0,
        "above the tolerated ratio and at most 1000",
    )?;
    let interval = settings.interval_ms;
    check("interval", format!("{interval} ms"), (1..=DAYS_100).contains(&interval), "from 1 ms to 100 days")?;
    let looks = settings.looks;
    check("looks", looks.to_string(), (1..=100_000).contains(&looks), "from 1 to 100000")?;
    let needed = settings.min_requests;
    check("min requests", needed.to_string(), (1..=1_000_000_000).contains(&needed), "from 1 to 1000000000")?;
    if let Some(deadline) = settings.deadline_ms {
        check("deadline", format!("{deadline} ms"), (1..=DAYS_100).contains(&deadline), "from 1 ms to 100 days")?;
    }
    let criteria = &settings.criteria;
    let twice = criteria.iter().enumerate().any(|(at, criterion)| criteria[..at].contains(criterion));
    let errors = criteria.iter().any(|criterion| matches!(criterion, Criterion::Errors(_)));
    if twice || !errors || criteria.len() > 16 {
        let names = criteria.iter().map(|criterion| format!("`{criterion}`")).collect::<Vec<_>>();
        return Err(PlanError::Criteria(if names.is_empty() { "none".to_owned() } else { names.join(", ") }));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_checked() {
        let plan = Plan::new(Settings { steps: vec![5, 50, 100], ..Settings::default() }).unwrap();
        assert_eq!(plan.steps().iter().map(|w| w.canary()).collect::<Vec<_>>(), [5, 50]);
        assert_eq!(plan.deadline_ms(), 4 * 2 * 30_000);
        let with = |change: fn(&mut Settings)| {
            let mut settings = Settings::default();
            change(&mut settings);
            Plan::new(settings).map_err(|error| error.to_string()).err().unwrap_or_default()
        };
        for (change, message) in [
            ((|s| s.steps.clear()) as fn(&mut Settings), "the plan has 0 steps; it needs 1 to 100"),
            (|s| s.steps = vec![100], "step 100 is not from 1 to 99"),
            (|s| s.steps = vec![-5, 5], "step -5 is not from 1 to 99"),
            (|s| s.steps = vec![10, 5], "step 5 does not come after 10"),
            (|s| s.alpha = f64::NAN, "alpha NaN is not above 0 and at most 0.5"),
            (|s| s.alpha = 1.0, "alpha 1 is not above 0 and at most 0.5"),
            (|s| s.bad_ratio = 1.0, "bad ratio 1 is not above the tolerated ratio and at most 1000"),
            (|s| s.looks = 0, "looks 0 is not from 1 to 100000"),
            (|s| s.interval_ms = 0, "interval 0 ms is not from 1 ms to 100 days"),
            (|s| s.criteria.clear(), "the criteria are none; there must be one for errors at least"),
            (|s| s.criteria.extend_from_within(..1), "`errors/source`, `errors/destination`, `errors/source`"),
        ] {
            assert!(with(change).contains(message), "{}", with(change));
        }
        let settings: Settings =
            serde_json::from_str(r#"{"criteria": ["errors/source", "slower-than-250ms/source"]}"#).unwrap();
        assert_eq!(settings.criteria[1].to_string(), "slower-than-250ms/source");
        assert!(serde_json::from_str::<Settings>(r#"{"criteria": ["slow/source"]}"#).is_err());
    }
}
