use std::time::Duration;

use crate::{ConfigError, parse_duration, read::Field};

/// A place that a release is promoted to.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// Its name: lower-case letters, digits and `-`.
    pub name: String,
    /// The namespace it is rendered for; absent for Helm's `default`.
    pub namespace: Option<String>,
    /// How traffic is shifted there; absent where it is not.
    pub canary: Option<Canary>,
}

/// How traffic is shifted to a new release.
#[derive(Debug, Clone, PartialEq)]
pub struct Canary {
    /// The canary's weights in percent, increasing, each 1 to 99; 100 follows by itself.
    pub steps: Vec<u8>,
    /// How long one look at the metrics covers.
    pub interval: Duration,
    /// The chance of a false rollback that is accepted, a share: 0.01 is one in a hundred.
    pub alpha: f64,
    /// How many times stable's share of errors is still tolerated, 1 or more; absent for the rollout's default.
    pub ratio: Option<f64>,
    /// How long the whole rollout may take; absent for the rollout's default.
    pub deadline: Option<Duration>,
}

impl Environment {
    pub(crate) fn read(field: Field<'_>) -> Result<Self, ConfigError> {
        let table = field.table(&["name", "namespace", "canary"])?;
        Ok(Self {
            name: table.need("name")?.name()?,
            namespace: table.get("namespace").map(|field| field.name()).transpose()?,
            canary: table.get("canary").map(Canary::read).transpose()?,
        })
    }
}

impl Canary {
    fn read(field: Field<'_>) -> Result<Self, ConfigError> {
        let table = field.table(&["steps", "interval", "alpha", "ratio", "deadline"])?;
        let duration = |field: Field<'_>| {
            field.parsed("a duration above zero, such as 30s or 5m", |text| {
                parse_duration(text).filter(|d| !d.is_zero())
            })
        };
        let alpha = table.get("alpha").map_or(Ok(0.01), |field| {
            let alpha = field.float()?;
            let fine = alpha > 0.0 && alpha <= 0.5;
            if fine { Ok(alpha) } else { Err(field.wrong(alpha.to_string(), "a share above 0 and at most 0.5", None)) }
        })?;
        let ratio = |field: Field<'_>| {
            let ratio = field.float()?;
            if ratio >= 1.0 && ratio.is_finite() {
                Ok(ratio)
            } else {
                Err(field.wrong(ratio.to_string(), "1 or more", None))
            }
        };
        Ok(Self {
            steps: steps(&table.need("steps")?)?,
            interval: table.get("interval").map_or(Ok(Duration::from_secs(30)), duration)?,
            alpha,
            ratio: table.get("ratio").map(ratio).transpose()?,
            deadline: table.get("deadline").map(duration).transpose()?,
        })
    }
}

fn steps(field: &Field<'_>) -> Result<Vec<u8>, ConfigError> {
    let mut steps: Vec<u8> = Vec::new();
    for item in field.list()? {
        let number = item.int()?;
        let step = u8::try_from(number).ok().filter(|step| (1..100).contains(step));
        match step {
            Some(step) if steps.last().is_none_or(|last| *last < step) => steps.push(step),
            Some(step) => return Err(item.wrong(step.to_string(), "steps that increase", None)),
            None => {
                let hint = (number == 100).then_some("100 follows by itself after the last step");
                return Err(item.wrong(number.to_string(), "a percentage from 1 to 99", hint));
            }
        }
    }
    if steps.is_empty() {
        return Err(field.wrong("[]", "at least one step", None));
    }
    Ok(steps)
}
