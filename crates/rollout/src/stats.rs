//! Statistics that stay valid however often one looks.
//!
//! An e-value is evidence against a hypothesis: its mean is at most 1 while the hypothesis holds, at every time at once.
//! So the chance that it ever reaches 1/α is at most α (Ville's inequality). Everything is kept as natural logarithms,
//! finite for every input. All tests assume that requests fail independently of each other; failures that come in
//! clusters, by pod or by client, weigh more than they should.

mod counts;
mod pair;
mod ratio;

pub use counts::{Counts, Interval, Pair};
pub use pair::PairEvidence;
pub use ratio::{RatioEvidence, RatioHypothesis};

/// Returns the logarithm of the mean of e-values that are given by their logarithms; 0 (no evidence) for none.
///
/// The mean of e-values is an e-value however they depend on each other.
pub fn ln_mean(ln_values: &[f64]) -> f64 {
    let most = ln_values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !most.is_finite() {
        return if most > 0.0 { f64::MAX } else { 0.0 };
    }
    let sum: f64 = ln_values.iter().map(|ln| (ln - most).exp()).sum();
    // At least one term is 1, so the logarithm is finite.
    most + (sum / to_f64(ln_values.len() as u64)).ln()
}

/// Returns a count as a floating point number; above 2^53 it is rounded, which no rate can tell.
#[expect(clippy::cast_precision_loss, reason = "rates need no more than 53 bits")]
pub(crate) fn to_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_of_e_values_are_taken_without_overflow() {
        let check = |values: &[f64], expected: f64| {
            let got = ln_mean(values);
            assert!((got - expected).abs() < 1e-9, "{values:?} gave {got}, not {expected}");
        };
        check(&[], 0.0);
        check(&[4.0_f64.ln(), 2.0_f64.ln()], 3.0_f64.ln());
        check(&[2000.0, -2000.0], 2000.0 - 2.0_f64.ln());
        check(&[-1e18, -1e18], -1e18);
    }
}
