use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::config::Config;

/// The upper bounds of Envoy's default histogram, in milliseconds; a last bucket without bound follows.
/// Source: Envoy, `source/common/stats/histogram_impl.cc`, `DEFAULT_BUCKETS`.
const BOUNDS_MS: [f64; 19] = [
    0.5,
    1.0,
    5.0,
    10.0,
    25.0,
    50.0,
    100.0,
    250.0,
    500.0,
    1_000.0,
    2_500.0,
    5_000.0,
    10_000.0,
    30_000.0,
    60_000.0,
    300_000.0,
    600_000.0,
    1_800_000.0,
    3_600_000.0,
];

/// What was answered, by response code, as Istio counts it at the destination.
pub(crate) struct Metrics {
    labels: String,
    by_code: Mutex<BTreeMap<u16, Series>>,
}

#[derive(Default)]
struct Series {
    requests: u64,
    total_ms: f64,
    buckets: [u64; BOUNDS_MS.len()],
}

impl Metrics {
    /// Returns empty metrics with the labels that Istio sets for this workload.
    /// Source: Istio, "Istio Standard Metrics".
    pub(crate) fn new(config: &Config) -> Self {
        let host = format!("{}.{}.svc.cluster.local", config.service, config.namespace);
        let mut labels = String::new();
        for (name, value) in [
            ("reporter", "destination"),
            ("source_workload", "unknown"),
            ("source_workload_namespace", "unknown"),
            ("source_app", "unknown"),
            ("source_version", "unknown"),
            ("source_canonical_service", "unknown"),
            ("destination_workload", &config.workload),
            ("destination_workload_namespace", &config.namespace),
            ("destination_app", &config.service),
            ("destination_version", &config.version),
            ("destination_canonical_service", &config.service),
            ("destination_canonical_revision", &config.version),
            ("destination_service", &host),
            ("destination_service_name", &config.service),
            ("destination_service_namespace", &config.namespace),
            ("request_protocol", "http"),
            ("connection_security_policy", "none"),
        ] {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            // Writing to a String cannot fail.
            let _ = write!(labels, "{name}=\"{escaped}\",");
        }
        Self { labels, by_code: Mutex::default() }
    }

    /// Counts one answer.
    pub(crate) fn count(&self, code: u16, took: Duration) {
        let took_ms = took.as_secs_f64() * 1000.0;
        let mut by_code = self.by_code.lock().unwrap_or_else(PoisonError::into_inner);
        let series = by_code.entry(code).or_default();
        series.requests += 1;
        series.total_ms += took_ms;
        if let Some(bucket) = BOUNDS_MS.iter().position(|bound| took_ms <= *bound) {
            series.buckets[bucket] += 1;
        }
    }

    /// Returns all series in Prometheus's text format 0.0.4.
    pub(crate) fn text(&self) -> String {
        const DURATION: &str = "istio_request_duration_milliseconds";
        let by_code = self.by_code.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = "# TYPE istio_requests_total counter\n".to_owned();
        for (code, series) in by_code.iter() {
            let labels = self.labels(*code);
            let _ = writeln!(text, "istio_requests_total{{{labels}}} {}", series.requests);
        }
        let _ = writeln!(text, "# TYPE {DURATION} histogram");
        for (code, series) in by_code.iter() {
            let labels = self.labels(*code);
            let mut below = 0;
            for (bound, count) in BOUNDS_MS.iter().zip(series.buckets) {
                below += count;
                let _ = writeln!(text, "{DURATION}_bucket{{{labels},le=\"{bound}\"}} {below}");
            }
            let _ = writeln!(text, "{DURATION}_bucket{{{labels},le=\"+Inf\"}} {}", series.requests);
            let _ = writeln!(text, "{DURATION}_sum{{{labels}}} {}", series.total_ms);
            let _ = writeln!(text, "{DURATION}_count{{{labels}}} {}", series.requests);
        }
        text
    }

    fn labels(&self, code: u16) -> String {
        format!("{}response_code=\"{code}\",grpc_response_status=\"\",response_flags=\"-\"", self.labels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_under_istios_names() {
        let metrics = Metrics::new(&Config { version: "1.4.0".to_owned(), ..Config::default() });
        metrics.count(200, Duration::from_millis(3));
        metrics.count(200, Duration::from_millis(30));
        metrics.count(500, Duration::ZERO);
        let text = metrics.text();
        let line = |start: &str, end: &str, has: &str| {
            text.lines().any(|line| line.starts_with(start) && line.contains(has) && line.ends_with(end))
        };
        assert!(line("istio_requests_total{reporter=\"destination\"", "} 2", "response_code=\"200\""), "{text}");
        assert!(line("istio_requests_total{", "} 1", "response_code=\"500\""), "{text}");
        assert!(
            line("istio_request_duration_milliseconds_bucket{", ",le=\"5\"} 1", "destination_version=\"1.4.0\""),
            "{text}"
        );
        assert!(line("istio_request_duration_milliseconds_bucket{", ",le=\"+Inf\"} 2", "\"200\""), "{text}");
        assert!(line("istio_request_duration_milliseconds_sum{", "} 33", "\"200\""), "{text}");
    }
}
