use serde::{Deserialize, Serialize};

use super::{Pair, ln_mean, to_f64};

/// How far beyond the hypothesis the alternatives lie that the evidence is spread over.
const FACTORS: [f64; 7] = [1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0];

/// A hypothesis on the risk ratio: the canary's error rate over stable's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RatioHypothesis {
    /// The ratio is at most this: evidence against it speaks for a rollback.
    AtMost(f64),
    /// The ratio is at least this: evidence against it speaks for a promotion.
    AtLeast(f64),
}

/// Evidence against a hypothesis on the risk ratio, from which side of the split the errors came.
///
/// Given how many errors there were, each came from the canary with the odds of its share of traffic times the risk
/// ratio. For each alternative the likelihood ratio against the hypothesis' edge is a martingale; evidence is the mean
/// over the alternatives. The share is the one observed, so the split may change between looks. Errors are taken to be
/// rare and independent; a service without errors gives no evidence either way.
///
/// Source: Lindon and Malek, "Anytime-valid inference for multinomial count data" (arXiv 2011.03567) and Lindon and
/// others (arXiv 2205.14762), the two-sided family with a mixture over the ratio.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RatioEvidence {
    ln: [f64; FACTORS.len()],
}

impl RatioEvidence {
    /// Returns the evidence with what one look saw; an arm without requests adds nothing.
    #[must_use]
    pub fn after(mut self, hypothesis: RatioHypothesis, seen: Pair) -> Self {
        let (canary, stable) = (to_f64(seen.canary.requests()), to_f64(seen.stable.requests()));
        if canary == 0.0 || stable == 0.0 {
            return self;
        }
        // Divided one by the other first: a sum of two large counts would lose the smaller.
        let odds = canary / stable;
        let (canary_bad, stable_bad) = (to_f64(seen.canary.bad()), to_f64(seen.stable.bad()));
        let edge = match hypothesis {
            RatioHypothesis::AtMost(ratio) | RatioHypothesis::AtLeast(ratio) => ratio.clamp(1e-6, 1e6),
        };
        for (ln, factor) in self.ln.iter_mut().zip(FACTORS) {
            let step = if matches!(hypothesis, RatioHypothesis::AtMost(_)) { factor } else { factor.recip() };
            // An error comes from stable with 1/(1 + odds·ratio), from the canary with odds·ratio/(1 + odds·ratio).
            let from_stable = ((1.0 + odds * edge) / (1.0 + odds * edge * step)).ln();
            *ln += canary_bad * (step.ln() + from_stable) + stable_bad * from_stable;
        }
        self
    }

    /// Returns the logarithm of the evidence: finite, 0 at the start.
    pub fn ln(&self) -> f64 {
        ln_mean(&self.ln)
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
    fn evidence_is_the_mean_likelihood_ratio() {
        // By hand: w = 100/(100+900) = 0.1, one error of the canary. For ratio r: q = 0.1r/(0.1r+0.9), so M = q/0.1.
        let by_hand: f64 = FACTORS.iter().map(|r| 0.1 * r / (0.1 * r + 0.9) / 0.1).sum::<f64>() / 7.0;
        let got = RatioEvidence::default().after(RatioHypothesis::AtMost(1.0), pair((100, 1), (900, 0)));
        assert!((got.ln() - by_hand.ln()).abs() < 1e-12, "{} {}", got.ln(), by_hand.ln());

        // And with a tolerated ratio of 2: w0 = 0.2/(0.2+0.9), alternatives at 2r; three errors of 5 from stable.
        let w0 = 0.2 / 1.1;
        let term = |r: f64| {
            let q = 0.2 * r / (0.2 * r + 0.9);
            (q / w0).powi(2) * ((1.0 - q) / (1.0 - w0)).powi(3)
        };
        let by_hand = FACTORS.iter().map(|r| term(*r)).sum::<f64>() / 7.0;
        let got = RatioEvidence::default().after(RatioHypothesis::AtMost(2.0), pair((100, 2), (900, 3)));
        assert!((got.ln() - by_hand.ln()).abs() < 1e-12);

        // The mirror: ratio at least 2, alternatives at 2/r.
        let by_hand = FACTORS.iter().map(|r| term(1.0 / r)).sum::<f64>() / 7.0;
        let got = RatioEvidence::default().after(RatioHypothesis::AtLeast(2.0), pair((100, 2), (900, 3)));
        assert!((got.ln() - by_hand.ln()).abs() < 1e-12);
    }

    #[test]
    fn looks_multiply_and_the_split_may_change() {
        let null = RatioHypothesis::AtMost(1.0);
        let (first, second) = (pair((50, 1), (950, 4)), pair((500, 9), (500, 3)));
        let both = RatioEvidence::default().after(null, first).after(null, second);
        let swapped = RatioEvidence::default().after(null, second).after(null, first);
        assert!((both.ln() - swapped.ln()).abs() < 1e-12 && both.ln() > 0.0);
        let none = pair((0, 0), (1000, 7));
        assert_eq!(both.after(null, none), both);
    }

    #[test]
    fn nothing_makes_it_infinite() {
        let numbers = [0, 1, 1000, u64::MAX];
        for requests in numbers.iter().flat_map(|a| numbers.map(|b| (*a, b))) {
            for bad in numbers.iter().flat_map(|a| numbers.map(|b| (*a, b))) {
                let seen = Pair { canary: Counts::new(requests.0, bad.0), stable: Counts::new(requests.1, bad.1) };
                for ratio in [0.0, 1e-300, 1.0, 1e300, f64::INFINITY] {
                    for null in [RatioHypothesis::AtMost(ratio), RatioHypothesis::AtLeast(ratio)] {
                        let evidence = RatioEvidence::default().after(null, seen).after(null, seen);
                        assert!(evidence.ln().is_finite(), "{null:?} {seen:?}");
                    }
                }
            }
        }
    }
}
