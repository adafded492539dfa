use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// The upper bounds of Envoy's default histogram up to a minute, in milliseconds.
/// Source: Envoy, `source/common/stats/histogram_impl.cc`, `DEFAULT_BUCKETS`.
const BOUNDS_MS: [f64; 15] = [0.5, 1.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1e3, 2.5e3, 5e3, 1e4, 3e4, 6e4];

/// What the proxy sent and got back, as a sidecar counts it at the source.
pub(super) struct Counters {
    service: String,
    series: Mutex<BTreeMap<Key, Series>>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    workload: String,
    version: String,
    code: u16,
    flags: &'static str,
}

#[derive(Default)]
struct Series {
    requests: u64,
    total_ms: f64,
    buckets: [u64; BOUNDS_MS.len()],
}

impl Counters {
    /// Returns counters of requests to `service`, all at nought.
    pub(super) fn new(service: &str) -> Self {
        Self { service: service.to_owned(), series: Mutex::default() }
    }

    /// Counts one answer from a workload and version; `flags` are Envoy's response flags, `-` for none.
    pub(super) fn count(&self, to: (&str, &str), code: u16, flags: &'static str, took: Duration) {
        let key = Key { workload: to.0.to_owned(), version: to.1.to_owned(), code, flags };
        let took_ms = took.as_secs_f64() * 1000.0;
        let mut all = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        let series = all.entry(key).or_default();
        series.requests += 1;
        series.total_ms += took_ms;
        if let Some(bucket) = BOUNDS_MS.iter().position(|bound| took_ms <= *bound) {
            series.buckets[bucket] += 1;
        }
    }

    /// Returns all series in Prometheus's text format 0.0.4.
    pub(super) fn text(&self) -> String {
        const DURATION: &str = "istio_request_duration_milliseconds";
        let all = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        // Writing to a String cannot fail.
        let mut text = "# TYPE istio_requests_total counter\n".to_owned();
        for (key, series) in all.iter() {
            let _ = writeln!(text, "istio_requests_total{{{}}} {}", self.labels(key), series.requests);
        }
        let _ = writeln!(text, "# TYPE {DURATION} histogram");
        for (key, series) in all.iter() {
            let labels = self.labels(key);
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

    fn labels(&self, key: &Key) -> String {
        let escape = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let (service, version) = (escape(&self.service), escape(&key.version));
        format!(
            "reporter=\"source\",source_workload=\"gateway\",source_workload_namespace=\"default\",source_app=\"gateway\",\
             destination_workload=\"{}\",destination_workload_namespace=\"default\",destination_app=\"{service}\",\
             destination_version=\"{version}\",destination_canonical_service=\"{service}\",\
             destination_canonical_revision=\"{version}\",destination_service=\"{service}.default.svc.cluster.local\",\
             destination_service_name=\"{service}\",destination_service_namespace=\"default\",request_protocol=\"http\",\
             response_code=\"{}\",grpc_response_status=\"\",response_flags=\"{}\",connection_security_policy=\"unknown\"",
            escape(&key.workload),
            key.code,
            key.flags,
        )
    }
}
