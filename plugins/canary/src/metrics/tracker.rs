use std::collections::{BTreeMap, BTreeSet};

use towpath_rollout::{
    Criterion,
    stats::{Counts, Pair},
};

use super::{DURATIONS, MetricsError, REQUESTS, Sample, Snapshot};

/// Which series are canary's and which are stable's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The service's name in the mesh: the label `destination_service_name`.
    pub service: String,
    /// What tells stable's series.
    pub stable: Label,
    /// What tells the canary's.
    pub canary: Label,
}

/// A label and the value that a series must have, such as `destination_version=1.4.0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The label's name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Turns counters into what happened between two looks.
///
/// A counter that is smaller than before was reset: it counts from nought again. A series that appears on a target that
/// was already known began at nought; on a target that was not known, what it has counted so far is of another time.
/// A series that disappears counts nothing, and goes on from where it was if it comes back.
#[derive(Debug, Clone)]
pub struct Tracker {
    series: Series,
    criteria: Vec<Criterion>,
    targets: BTreeSet<String>,
    last: BTreeMap<Key, f64>,
}

/// A counter's identity: its target, its metric and its labels.
type Key = (String, String, Vec<(String, String)>);

#[derive(Debug, Clone, Copy, Default)]
struct Arm {
    all: f64,
    bad: f64,
}

impl Tracker {
    /// Returns a tracker that has seen nothing; its first look only learns where the counters stand.
    pub fn new(series: Series, criteria: Vec<Criterion>) -> Self {
        Self { series, criteria, targets: BTreeSet::new(), last: BTreeMap::new() }
    }

    /// Returns what happened since the last look by each criterion, in order; nothing where no series of it was there.
    ///
    /// # Errors
    /// When there are durations, but none with a bound that a criterion needs.
    pub fn observe(&mut self, snapshot: &Snapshot) -> Result<Vec<Option<Pair>>, MetricsError> {
        let mut arms: Vec<Option<(Arm, Arm)>> = vec![None; self.criteria.len()];
        let mut bounds = BTreeSet::new();
        for sample in &snapshot.samples {
            let delta = self.delta(sample);
            let label = |name: &str| sample.labels.get(name).map_or("", String::as_str);
            let is = |wanted: &Label| label(&wanted.name) == wanted.value;
            let of_canary = is(&self.series.canary);
            if label("destination_service_name") != self.series.service || !(of_canary || is(&self.series.stable)) {
                continue;
            }
            if sample.name == DURATIONS {
                bounds.insert(label("le").to_owned());
            }
            for (criterion, arms) in self.criteria.iter().zip(&mut arms) {
                if label("reporter") == criterion.reporter().as_str() {
                    count(*criterion, sample, delta, arms, of_canary);
                }
            }
        }
        self.targets.extend(snapshot.targets.iter().cloned());
        self.check_bounds(&bounds)?;
        Ok(arms
            .into_iter()
            .map(|arms| arms.map(|(canary, stable)| Pair { canary: canary.counts(), stable: stable.counts() }))
            .collect())
    }

    fn delta(&mut self, sample: &Sample) -> f64 {
        let labels = sample.labels.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let key = (sample.target.clone(), sample.name.clone(), labels);
        match self.last.insert(key, sample.value) {
            Some(before) if sample.value >= before => sample.value - before,
            None if !self.targets.contains(&sample.target) => 0.0,
            Some(_) | None => sample.value,
        }
    }

    fn check_bounds(&self, bounds: &BTreeSet<String>) -> Result<(), MetricsError> {
        for criterion in &self.criteria {
            let Criterion::Slower { bound_ms, .. } = *criterion else { continue };
            if !bounds.is_empty() && !bounds.iter().any(|le| is_bound(le, bound_ms)) {
                let mut known: Vec<f64> =
                    bounds.iter().filter_map(|le| le.parse().ok()).filter(|le: &f64| le.is_finite()).collect();
                known.sort_unstable_by(f64::total_cmp);
                known.dedup();
                let bounds = known.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                return Err(MetricsError::Bound { bound_ms, bounds });
            }
        }
        Ok(())
    }
}

fn count(criterion: Criterion, sample: &Sample, delta: f64, arms: &mut Option<(Arm, Arm)>, of_canary: bool) {
    let le = sample.labels.get("le").map_or("", String::as_str);
    let counted = match (criterion, sample.name.as_str()) {
        (Criterion::Errors(_), REQUESTS) => Arm { all: delta, bad: if is_error(sample) { delta } else { 0.0 } },
        // What is not below the bound is slow.
        (Criterion::Slower { .. }, DURATIONS) if le == "+Inf" => Arm { all: delta, bad: delta },
        (Criterion::Slower { bound_ms, .. }, DURATIONS) if is_bound(le, bound_ms) => Arm { all: 0.0, bad: -delta },
        _ => return,
    };
    let (canary, stable) = arms.get_or_insert_default();
    let arm = if of_canary { canary } else { stable };
    arm.all += counted.all;
    arm.bad += counted.bad;
}

fn is_bound(le: &str, bound_ms: u32) -> bool {
    le.parse::<f64>().is_ok_and(|le| (le - f64::from(bound_ms)).abs() < 1e-9)
}

/// Tells whether the series counts failures of the service: HTTP 5xx, and gRPC codes that are the server's fault.
///
/// Source: gRPC, "Status codes and their use": unknown, deadline exceeded, internal, unavailable, data loss, and
/// unimplemented, which a new version may have forgotten.
fn is_error(sample: &Sample) -> bool {
    let label = |name: &str| sample.labels.get(name).map_or("", String::as_str);
    let code = label("response_code");
    (code.len() == 3 && code.starts_with('5'))
        || matches!(label("grpc_response_status"), "2" | "4" | "12" | "13" | "14" | "15")
}

impl Arm {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counters are whole and not negative")]
    fn counts(self) -> Counts {
        Counts::new(self.all.round() as u64, self.bad.max(0.0).round() as u64)
    }
}

#[cfg(test)]
mod tests {
    use towpath_rollout::Reporter;

    use super::*;
    use crate::metrics::text;

    fn tracker(criteria: &[Criterion]) -> Tracker {
        let label = |value: &str| Label { name: "destination_version".to_owned(), value: value.to_owned() };
        let series = Series { service: "shop".to_owned(), stable: label("1"), canary: label("2") };
        Tracker::new(series, criteria.to_vec())
    }

    /// Counters in short: target, version, code and value.
    fn snapshot(counters: &[(&str, &str, &str, f64)]) -> Snapshot {
        let mut snapshot = Snapshot::default();
        for (target, version, code, value) in counters {
            let line = format!(
                "istio_requests_total{{reporter=\"source\",destination_service_name=\"shop\",\
                 destination_version=\"{version}\",response_code=\"{code}\"}} {value}"
            );
            snapshot.samples.extend(text::parse(target, &line).unwrap());
            snapshot.targets.push((*target).to_owned());
        }
        snapshot
    }

    #[test]
    fn counters_become_what_happened_between_looks() {
        let mut tracker = tracker(&[Criterion::Errors(Reporter::Source), Criterion::Errors(Reporter::Destination)]);
        let mut check = |counters: &[(&str, &str, &str, f64)], expected: ((u64, u64), (u64, u64))| {
            let seen = tracker.observe(&snapshot(counters)).unwrap();
            assert_eq!(
                seen,
                [Some(Pair { canary: expected.0.into(), stable: expected.1.into() }), None],
                "{counters:?}"
            );
        };
        // What stood there before is of another time.
        check(&[("a", "1", "200", 500.0), ("a", "2", "200", 10.0)], ((0, 0), (0, 0)));
        check(&[("a", "1", "200", 600.0), ("a", "2", "200", 15.0)], ((5, 0), (100, 0)));
        // A new series on a known target began at nought.
        check(&[("a", "1", "200", 600.0), ("a", "2", "200", 15.0), ("a", "2", "503", 3.0)], ((3, 3), (0, 0)));
        // A reset counts from nought; a series that is away counts nothing.
        check(&[("a", "1", "200", 40.0), ("a", "2", "503", 4.0)], ((1, 1), (40, 0)));
        check(&[("a", "1", "200", 40.0), ("a", "2", "200", 17.0)], ((2, 0), (0, 0)));
        // A new target has a past of its own.
        check(&[("b", "1", "200", 9000.0), ("b", "2", "500", 9000.0)], ((0, 0), (0, 0)));
        check(&[("b", "1", "200", 9001.0), ("b", "2", "500", 9002.0), ("b", "3", "500", 7.0)], ((2, 2), (1, 0)));
        // No series at all is a missing metric.
        assert_eq!(tracker.observe(&Snapshot::default()).unwrap(), [None, None]);
    }

    #[test]
    fn slow_requests_are_those_above_the_bound() {
        let criterion = Criterion::Slower { reporter: Reporter::Source, bound_ms: 250 };
        let mut tracker = tracker(&[criterion]);
        let durations = |numbers: [u64; 4]| {
            let line = |(version, le, value): (&str, &str, u64)| {
                format!(
                    "istio_request_duration_milliseconds_bucket{{reporter=\"source\",destination_service_name=\"shop\",\
                     destination_version=\"{version}\",le=\"{le}\"}} {value}\n"
                )
            };
            let [a, b, c, d] = numbers;
            let lines = [("1", "250", a), ("1", "+Inf", b), ("2", "250.0", c), ("2", "+Inf", d)].map(line).concat();
            Snapshot { samples: text::parse("a", &lines).unwrap(), targets: vec!["a".to_owned()], missing: Vec::new() }
        };
        tracker.observe(&durations([10, 10, 5, 5])).unwrap();
        let seen = tracker.observe(&durations([100, 110, 10, 25])).unwrap();
        assert_eq!(seen, [Some(Pair { canary: (20, 15).into(), stable: (100, 10).into() })]);
        let mut other =
            Tracker::new(tracker.series.clone(), vec![Criterion::Slower { reporter: Reporter::Source, bound_ms: 300 }]);
        let message = other.observe(&durations([1, 1, 1, 1])).unwrap_err().to_string();
        assert_eq!(message, "the durations have no bucket with the bound 300 ms; the bounds are 250");
    }

    #[test]
    fn grpc_failures_count_although_the_response_code_is_200() {
        let sample = |code: &str, status: &str| {
            let line = format!("istio_requests_total{{response_code=\"{code}\",grpc_response_status=\"{status}\"}} 1");
            is_error(&text::parse("a", &line).unwrap()[0])
        };
        assert!(sample("200", "14") && sample("503", "") && sample("500", "0"));
        assert!(!sample("200", "0") && !sample("200", "5") && !sample("404", "") && !sample("0", ""));
    }
}
