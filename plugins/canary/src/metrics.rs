//! What the proxies counted: where it comes from, and what it says of canary and stable between two looks.

mod endpoints;
mod server;
mod text;
mod tracker;

use std::collections::BTreeMap;

use towpath_model::{Diagnostic, Kind};

pub use endpoints::Endpoints;
pub use server::Server;
pub use tracker::{Label, Series, Tracker};

/// The counter of requests.
pub(crate) const REQUESTS: &str = "istio_requests_total";
/// The buckets of their durations.
pub(crate) const DURATIONS: &str = "istio_request_duration_milliseconds_bucket";

/// A source of Istio's counters.
pub trait Metrics {
    /// Returns every series of the two metrics that the source has now.
    ///
    /// # Errors
    /// When nothing of it can be had.
    fn snapshot(&self) -> impl Future<Output = Result<Snapshot, MetricsError>> + Send;
}

/// Counters at one time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Snapshot {
    /// The series, in any order.
    pub samples: Vec<Sample>,
    /// The targets that were asked and answered, among them those that have no series yet.
    pub targets: Vec<String>,
    /// What could not be had, one line each.
    pub missing: Vec<String>,
}

/// One counter.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The process that counted: its address.
    pub target: String,
    /// The metric.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// What it has counted since the process started.
    pub value: f64,
}

/// Metrics that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    /// The address is none.
    #[error("`{0}` is no http or https address")]
    Address(String),
    /// The HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up")]
    Client(#[source] reqwest::Error),
    /// Nobody answers.
    #[error("no metrics from {url}")]
    Request {
        /// The address, without credentials and query.
        url: String,
        /// What came of it.
        #[source]
        source: reqwest::Error,
    },
    /// The answer is an error.
    #[error("{url} answers {status}{}", if .message.is_empty() { String::new() } else { format!(": {}", .message) })]
    Status {
        /// The address, without credentials and query.
        url: String,
        /// The response code.
        status: u16,
        /// What a Prometheus server says of it.
        message: String,
    },
    /// The answer is too long.
    #[error("{0} answers with more than 64 MiB")]
    Large(String),
    /// The answer is something else.
    #[error("{url} does not answer in {expected}: {problem}")]
    Format {
        /// The address, without credentials and query.
        url: String,
        /// The format that it should have.
        expected: &'static str,
        /// What is wrong, with the line.
        problem: String,
    },
    /// A bound that the histogram does not have.
    #[error("the durations have no bucket with the bound {bound_ms} ms; the bounds are {bounds}")]
    Bound {
        /// The bound that was asked for.
        bound_ms: u32,
        /// Those that there are.
        bounds: String,
    },
    /// None of many targets answers.
    #[error("no target answers: {0}")]
    All(String),
}

impl From<&MetricsError> for Diagnostic {
    fn from(error: &MetricsError) -> Self {
        match error {
            MetricsError::Address(_) | MetricsError::Bound { .. } => Self::from_error(Kind::Usage, error),
            _ => Self::from_error(Kind::Remote, error),
        }
    }
}

/// Reads an answer of at most 64 MiB.
pub(crate) async fn fetch(request: reqwest::RequestBuilder, url: &str) -> Result<(u16, String), MetricsError> {
    const LIMIT: usize = 64 * 1024 * 1024;
    let failed = |source: reqwest::Error| MetricsError::Request { url: url.to_owned(), source: source.without_url() };
    let mut response = request.send().await.map_err(failed)?;
    let status = response.status().as_u16();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if bytes.len() + chunk.len() > LIMIT {
            return Err(MetricsError::Large(url.to_owned()));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((status, String::from_utf8_lossy(&bytes).into_owned()))
}

/// Returns the HTTP client of both sources: short of patience, because the next look comes soon.
pub(crate) fn client() -> Result<reqwest::Client, MetricsError> {
    let builder = reqwest::Client::builder().connect_timeout(std::time::Duration::from_secs(3));
    builder.timeout(std::time::Duration::from_secs(10)).build().map_err(MetricsError::Client)
}

/// Returns `address` parsed, and as it may be shown: without user, password and query.
pub(crate) fn parse_url(address: &str) -> Result<(reqwest::Url, String), MetricsError> {
    let bad = || MetricsError::Address(address.split(['@', '?']).next_back().unwrap_or_default().to_owned());
    let url = reqwest::Url::parse(address).map_err(|_| bad())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(bad());
    }
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let shown = format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path());
    Ok((url, shown))
}
