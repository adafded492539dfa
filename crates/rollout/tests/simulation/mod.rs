//! Simulated rollouts: what E1, E2 and rules in use today decide on the same traffic.

use towpath_rollout::{
    Criterion, Decision, Observation, Plan, Reporter, Settings, State, decide,
    stats::{Counts, Pair, PairEvidence},
};

/// Looks of one rollout.
pub(crate) const LOOKS: u32 = 60;
/// Requests to both versions between two looks.
const REQUESTS: u64 = 2000;
/// Requests of the canary that a check of the fixed rule sees, and how many checks it makes.
const CHECK: u64 = 30;
const CHECKS: u32 = 20;

/// A source of random numbers with a fixed sequence: `SplitMix64`.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// Returns a number above 0 and below 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Returns how many of `trials` succeed, each with chance `rate`, by jumping from success to success.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float becomes a count by saturating"
    )]
    fn binomial(&mut self, trials: u64, rate: f64) -> u64 {
        let (mut at, mut successes) = (0_u64, 0);
        loop {
            let gap = (self.next().ln() / (-rate).ln_1p()).floor();
            at = at.saturating_add(gap as u64).saturating_add(1);
            if at > trials {
                return successes;
            }
            successes += 1;
        }
    }
}

/// At which look each rule stopped the canary, if it did.
#[derive(Debug, Default, Clone)]
pub(crate) struct Stopped {
    /// E1 through `decide`, whole rollouts.
    pub(crate) ratio: Option<u32>,
    /// E2.
    pub(crate) rates: Option<u32>,
    /// A one-sided z-test on all requests so far, at every look.
    pub(crate) z_test: Option<u32>,
    /// 99 % success in each check, 2 failed checks.
    pub(crate) fixed_2: Option<u32>,
    /// 99 % success in each check, 5 failed checks.
    pub(crate) fixed_5: Option<u32>,
}

/// Returns the plan: a ramp from 5 to 50 percent over the looks.
pub(crate) fn plan(alpha: f64) -> Plan {
    let settings = Settings {
        steps: (1..=10).map(|step| step * 5).collect(),
        looks: LOOKS / 10,
        alpha,
        criteria: vec![Criterion::Errors(Reporter::Source)],
        ..Settings::default()
    };
    Plan::new(settings).expect("the plan is one")
}

/// Runs one rollout of a canary whose requests fail with `rates.0` beside a stable version with `rates.1`.
pub(crate) fn rollout(plan: &Plan, rates: (f64, f64), random: &mut Random) -> Stopped {
    let mut stopped = Stopped::default();
    let mut state = State::start(plan, "simulated", ("stable", "canary"), 1, 0);
    let (mut evidence, mut all, mut failed_checks) = (PairEvidence::default(), Pair::default(), 0);
    for look in 1..=LOOKS {
        // The plan as it was meant, so that every rule sees the same traffic whatever the others decide.
        let weight = u64::from(plan.steps()[usize::try_from((look - 1) / (LOOKS / 10)).expect("few")].canary());
        let canary = REQUESTS * weight / 100;
        let stable = REQUESTS - canary;
        let seen = Pair {
            canary: Counts::new(canary, random.binomial(canary, rates.0)),
            stable: Counts::new(stable, random.binomial(stable, rates.1)),
        };
        all = all.plus(seen);
        evidence = evidence.after(seen);
        let (next, decision) = decide(plan, state, &Observation { now_ms: look.into(), seen: vec![Some(seen)] });
        state = next;
        let found = |stop: bool, before: Option<u32>| before.or_else(|| stop.then_some(look));
        stopped.ratio = found(matches!(decision, Decision::RollBack(_)), stopped.ratio);
        stopped.rates = found(evidence.ln() >= plan.ln_threshold(), stopped.rates);
        stopped.z_test = found(z(all) > 2.326_347_874_040_841, stopped.z_test);
        if look <= CHECKS {
            // One error in 30 is a success rate of 96.7 %.
            failed_checks += u32::from(random.binomial(CHECK, rates.0) > 0);
            stopped.fixed_2 = found(failed_checks >= 2, stopped.fixed_2);
            stopped.fixed_5 = found(failed_checks >= 5, stopped.fixed_5);
        }
    }
    stopped
}

/// Returns the z-score of the difference of two rates, pooled.
#[expect(clippy::cast_precision_loss, reason = "the counts are small")]
fn z(all: Pair) -> f64 {
    let (canary, stable) = (all.canary.requests() as f64, all.stable.requests() as f64);
    let pooled = (all.canary.bad() + all.stable.bad()) as f64 / (canary + stable);
    let spread = (pooled * (1.0 - pooled) * (1.0 / canary + 1.0 / stable)).sqrt();
    if spread == 0.0 { 0.0 } else { (all.canary.bad() as f64 / canary - all.stable.bad() as f64 / stable) / spread }
}
