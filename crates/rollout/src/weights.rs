use std::fmt;

use serde::{Deserialize, Serialize};

/// How traffic is split: two shares in percent, each 0 to 100, that total 100.
///
/// There is no other way to one than through a check, so a split that drops or doubles traffic cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Weights {
    canary: u8,
}

/// Two numbers that are no split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeightsError {
    /// One of them is negative or more than 100.
    #[error("weight {0} is not from 0 to 100")]
    Range(i64),
    /// They are shares, but not of one whole.
    #[error("weights {stable} and {canary} total {}, not 100", .stable.saturating_add(*.canary))]
    Total {
        /// The share of stable.
        stable: i64,
        /// The share of the canary.
        canary: i64,
    },
}

impl Weights {
    /// All traffic to stable.
    pub const STABLE: Self = Self { canary: 0 };
    /// All traffic to the canary.
    pub const CANARY: Self = Self { canary: 100 };

    /// Returns the split of two shares in percent.
    ///
    /// # Errors
    /// When a share is not from 0 to 100, or they do not total 100.
    pub fn new(stable: i64, canary: i64) -> Result<Self, WeightsError> {
        let share = |weight: i64| u8::try_from(weight).ok().filter(|w| *w <= 100).ok_or(WeightsError::Range(weight));
        let (stable_share, canary_share) = (share(stable)?, share(canary)?);
        if stable_share + canary_share == 100 {
            Ok(Self { canary: canary_share })
        } else {
            Err(WeightsError::Total { stable, canary })
        }
    }

    /// Returns the split that gives the canary `percent` and stable the rest.
    ///
    /// # Errors
    /// When `percent` is not from 0 to 100.
    pub fn with_canary(percent: i64) -> Result<Self, WeightsError> {
        Self::new(100_i64.saturating_sub(percent), percent).map_err(|_| WeightsError::Range(percent))
    }

    /// Returns the canary's share in percent, 0 to 100.
    pub fn canary(self) -> u8 {
        self.canary
    }

    /// Returns stable's share in percent, 0 to 100.
    pub fn stable(self) -> u8 {
        100 - self.canary
    }
}

/// Writes `95/5`: stable's share, then the canary's.
impl fmt::Display for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.stable(), self.canary)
    }
}

impl TryFrom<i64> for Weights {
    type Error = WeightsError;

    fn try_from(canary: i64) -> Result<Self, Self::Error> {
        Self::with_canary(canary)
    }
}

impl From<Weights> for i64 {
    fn from(weights: Weights) -> Self {
        weights.canary.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_splits_of_a_hundred_exist() {
        assert_eq!(Weights::new(95, 5).map(|w| w.to_string()), Ok("95/5".to_owned()));
        for (stable, canary, message) in [
            (90, 5, "weights 90 and 5 total 95, not 100"),
            (0, 0, "weights 0 and 0 total 0, not 100"),
            (150, -50, "weight 150 is not from 0 to 100"),
            (101, -1, "weight 101 is not from 0 to 100"),
            (i64::MAX, i64::MAX, "weight 9223372036854775807 is not from 0 to 100"),
        ] {
            assert_eq!(Weights::new(stable, canary).unwrap_err().to_string(), message);
        }
        for percent in [-1, 101, i64::MIN, i64::MAX] {
            assert_eq!(Weights::with_canary(percent), Err(WeightsError::Range(percent)));
        }
        assert!(serde_json::from_str::<Weights>("101").is_err());
        assert_eq!(serde_json::from_str::<Weights>("5").unwrap().stable(), 95);
    }
}
