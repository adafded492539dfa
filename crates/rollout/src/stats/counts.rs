use serde::{Deserialize, Serialize};

use super::to_f64;

/// Requests and how many of them were bad, by whatever a criterion calls bad: failed, or slower than a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "(u64, u64)", into = "(u64, u64)")]
pub struct Counts {
    requests: u64,
    bad: u64,
}

/// What canary and stable did at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Pair {
    /// The version that is tried.
    #[serde(rename = "c")]
    pub canary: Counts,
    /// The version that it is compared with.
    #[serde(rename = "s")]
    pub stable: Counts,
}

/// A rate and its 95 % confidence interval by Wilson's score: all from 0 to 1, for display only.
///
/// It holds for one look at a time; decisions rest on e-values.
/// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Bad requests over all.
    pub rate: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Counts {
    /// Returns `bad` of `requests`; more bad ones than requests are taken as all of them.
    pub fn new(requests: u64, bad: u64) -> Self {
        Self { requests, bad: bad.min(requests) }
    }

    /// Returns the number of requests.
    pub fn requests(self) -> u64 {
        self.requests
    }

    /// Returns how many of them were bad, never more than the requests.
    pub fn bad(self) -> u64 {
        self.bad
    }

    /// Returns both counts together, at most the largest number there is.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self::new(self.requests.saturating_add(other.requests), self.bad.saturating_add(other.bad))
    }

    /// Returns the rate and its interval; nothing without requests.
    pub fn interval(self) -> Option<Interval> {
        const Z: f64 = 1.959_963_984_540_054;
        if self.requests == 0 {
            return None;
        }
        let n = to_f64(self.requests);
        let rate = to_f64(self.bad) / n;
        let shrink = 1.0 + Z * Z / n;
        let centre = (rate + Z * Z / (2.0 * n)) / shrink;
        let half = Z * (rate * (1.0 - rate) / n + Z * Z / (4.0 * n * n)).sqrt() / shrink;
        // At 0 and at 1 the ends meet the rate exactly; rounding must not put it outside.
        Some(Interval { rate, low: (centre - half).clamp(0.0, rate), high: (centre + half).clamp(rate, 1.0) })
    }
}

impl Pair {
    /// Returns both pairs together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { canary: self.canary.plus(other.canary), stable: self.stable.plus(other.stable) }
    }
}

impl From<(u64, u64)> for Counts {
    fn from((requests, bad): (u64, u64)) -> Self {
        Self::new(requests, bad)
    }
}

impl From<Counts> for (u64, u64) {
    fn from(counts: Counts) -> Self {
        (counts.requests, counts.bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_wilsons() {
        // R: prop.test(10, 100, correct = FALSE)$conf.int and prop.test(0, 50, correct = FALSE)$conf.int
        for (requests, bad, low, high) in [(100, 10, 0.055_229_14, 0.174_365_7), (50, 0, 0.0, 0.071_347_61)] {
            let interval = Counts::new(requests, bad).interval().unwrap();
            assert!((interval.low - low).abs() < 1e-6 && (interval.high - high).abs() < 1e-6, "{interval:?}");
        }
        assert_eq!(Counts::default().interval(), None);
        for counts in [Counts::new(1, 1), Counts::new(u64::MAX, u64::MAX), Counts::new(u64::MAX, 0), Counts::new(3, 9)]
        {
            let Interval { rate, low, high } = counts.interval().unwrap();
            assert!(0.0 <= low && low <= rate && rate <= high && high <= 1.0, "{counts:?}");
        }
    }
}
