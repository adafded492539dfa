use serde::{Deserialize, Serialize};

use super::{Pair, to_f64};

/// Evidence against "the canary's rate is at most stable's", from two streams of yes and no, exact for any rate.
///
/// Before each look the two rates are estimated from the looks before it; the look multiplies the evidence by the
/// likelihood of what it saw under these estimates over that under their pooled mean. While the estimates say that the
/// canary is no worse, the factor is 1: a bet on nothing. That keeps the test valid on the whole hypothesis and not on
/// its edge alone, because the expected factor grows with the canary's rate and falls with stable's.
///
/// Source: Turner, Ly and Grünwald, "Generic E-variables for exact sequential k-sample tests that allow for optional
/// stopping" (arXiv 2106.02693), section 3.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct PairEvidence {
    #[serde(rename = "l")]
    ln: f64,
    #[serde(rename = "p")]
    past: Pair,
}

impl PairEvidence {
    /// Returns the evidence with what one look saw; the first look with requests on both sides only teaches.
    #[must_use]
    pub fn after(self, seen: Pair) -> Self {
        Self { ln: self.ln + self.factor(seen), past: self.past.plus(seen) }
    }

    /// Returns the logarithm of the evidence: finite, 0 at the start.
    pub fn ln(&self) -> f64 {
        self.ln
    }

    fn factor(&self, seen: Pair) -> f64 {
        if self.past.canary.requests() == 0 || self.past.stable.requests() == 0 {
            return 0.0;
        }
        // Half a bad request of one more keeps estimates off 0 and 1 (Jeffreys' prior).
        let estimate =
            |bad: u64, requests: u64| ((to_f64(bad) + 0.5) / (to_f64(requests) + 1.0)).clamp(1e-12, 1.0 - 1e-12);
        let canary = estimate(self.past.canary.bad(), self.past.canary.requests());
        let stable = estimate(self.past.stable.bad(), self.past.stable.requests());
        let (canary_requests, stable_requests) = (to_f64(seen.canary.requests()), to_f64(seen.stable.requests()));
        let total = canary_requests + stable_requests;
        if canary <= stable || total == 0.0 {
            return 0.0;
        }
        let pooled = ((canary_requests * canary + stable_requests * stable) / total).clamp(stable, canary);
        let ln_factor = |rate: f64, bad: f64, requests: f64| {
            bad * (rate / pooled).ln() + (requests - bad) * ((pooled - rate) / (1.0 - pooled)).ln_1p()
        };
        ln_factor(canary, to_f64(seen.canary.bad()), canary_requests)
            + ln_factor(stable, to_f64(seen.stable.bad()), stable_requests)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Counts;

    fn pair(canary: (u64, u64), stable: (u64, u64)) -> Pair {
        Pair { canary: canary.into(), stable: stable.into() }
    }

    #[test]
    fn evidence_is_the_predictive_likelihood_ratio() {
        let first = PairEvidence::default().after(pair((99, 9), (199, 9)));
        assert!(first.ln().abs() < 1e-15, "the first look has nothing to predict from");
        // By hand: θc = 9.5/100, θb = 9.5/200, θ0 = (50·0.095 + 150·0.0475)/200 = 0.059375.
        let (canary, stable, pooled): (f64, f64, f64) = (0.095, 0.0475, 0.059_375);
        let by_hand = 4.0 * (canary / pooled).ln()
            + 46.0 * ((1.0 - canary) / (1.0 - pooled)).ln()
            + 8.0 * (stable / pooled).ln()
            + 142.0 * ((1.0 - stable) / (1.0 - pooled)).ln();
        let got = first.after(pair((50, 4), (150, 8))).ln();
        assert!((got - by_hand).abs() < 1e-12, "{got} {by_hand}");
    }

    #[test]
    fn a_better_canary_is_no_evidence() {
        let mut evidence = PairEvidence::default();
        for _ in 0..50 {
            evidence = evidence.after(pair((1000, 1), (1000, 50)));
        }
        assert!(evidence.ln().abs() < 1e-15);
    }

    /// The expected factor is at most 1 wherever the canary is no worse, summed exactly over all outcomes.
    #[test]
    fn the_expected_factor_is_at_most_one_on_the_whole_hypothesis() {
        fn binomial(n: u64, k: u64, p: f64) -> f64 {
            let choose = (0..k).fold(1.0, |c, i| c * to_f64(n - i) / to_f64(i + 1));
            choose * p.powi(i32::try_from(k).unwrap()) * (1.0 - p).powi(i32::try_from(n - k).unwrap())
        }
        for past in [pair((20, 5), (60, 2)), pair((3, 3), (3, 0)), pair((500, 6), (500, 5))] {
            let start = PairEvidence { ln: 0.0, past };
            for (canary_rate, stable_rate) in
                [(0.1, 0.1), (0.01, 0.01), (0.5, 0.5), (0.05, 0.2), (0.2, 0.9), (0.9, 0.9)]
            {
                let mut expected = 0.0;
                for canary_bad in 0..=7 {
                    for stable_bad in 0..=12 {
                        let chance = binomial(7, canary_bad, canary_rate) * binomial(12, stable_bad, stable_rate);
                        expected += chance * start.factor(pair((7, canary_bad), (12, stable_bad))).exp();
                    }
                }
                assert!(expected <= 1.0 + 1e-9, "{past:?} {canary_rate} {stable_rate}: {expected}");
            }
        }
    }

    #[test]
    fn nothing_makes_it_infinite() {
        let numbers = [0, 1, 1000, u64::MAX];
        for requests in numbers.iter().flat_map(|a| numbers.map(|b| (*a, b))) {
            for bad in numbers.iter().flat_map(|a| numbers.map(|b| (*a, b))) {
                let seen = Pair { canary: Counts::new(requests.0, bad.0), stable: Counts::new(requests.1, bad.1) };
                for first in [pair((10, 10), (10, 0)), pair((u64::MAX, u64::MAX), (u64::MAX, 0)), seen] {
                    let evidence = PairEvidence::default().after(first).after(seen).after(seen);
                    assert!(evidence.ln().is_finite(), "{first:?} {seen:?}");
                }
            }
        }
    }
}
