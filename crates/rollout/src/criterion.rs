use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Which side of the wire counted: Istio's label `reporter`.
///
/// The destination misses requests that never reached the pod; the source hides those that a retry masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reporter {
    /// The proxy of who asks: a gateway or a client's sidecar.
    Source,
    /// The proxy of who answers.
    Destination,
    /// A waypoint, in ambient mode.
    Waypoint,
}

/// What canary and stable are compared on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Criterion {
    /// The share of requests that fail, by the risk ratio.
    Errors(Reporter),
    /// The share of requests that take longer than a bound of the duration's histogram.
    Slower {
        /// Who counted.
        reporter: Reporter,
        /// The bound in milliseconds: one that the histogram has.
        bound_ms: u32,
    },
}

/// A text that names no criterion.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("criterion `{0}` is neither `errors/REPORTER` nor `slower-than-NUMBERms/REPORTER`")]
pub struct CriterionError(String);

impl Reporter {
    /// Returns the value of the label.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Destination => "destination",
            Self::Waypoint => "waypoint",
        }
    }
}

impl FromStr for Reporter {
    type Err = CriterionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Source, Self::Destination, Self::Waypoint]
            .into_iter()
            .find(|reporter| reporter.as_str() == text)
            .ok_or_else(|| CriterionError(text.to_owned()))
    }
}

impl Criterion {
    /// Returns who counted.
    pub fn reporter(self) -> Reporter {
        match self {
            Self::Errors(reporter) | Self::Slower { reporter, .. } => reporter,
        }
    }
}

impl fmt::Display for Reporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Criterion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Errors(reporter) => write!(f, "errors/{reporter}"),
            Self::Slower { reporter, bound_ms } => write!(f, "slower-than-{bound_ms}ms/{reporter}"),
        }
    }
}

impl FromStr for Criterion {
    type Err = CriterionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || CriterionError(text.chars().take(100).collect());
        let (what, reporter) = text.split_once('/').ok_or_else(bad)?;
        let reporter = reporter.parse().map_err(|_| bad())?;
        if what == "errors" {
            return Ok(Self::Errors(reporter));
        }
        let number = what.strip_prefix("slower-than-").and_then(|rest| rest.strip_suffix("ms"));
        let bound_ms = number.and_then(|number| number.parse().ok()).ok_or_else(bad)?;
        Ok(Self::Slower { reporter, bound_ms })
    }
}

impl TryFrom<String> for Criterion {
    type Error = CriterionError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Criterion> for String {
    fn from(criterion: Criterion) -> Self {
        criterion.to_string()
    }
}
