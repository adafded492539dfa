use tokio::task::JoinSet;

use super::{Metrics, MetricsError, Sample, Snapshot, client, fetch, parse_url, text};

/// Proxies, or services that count for themselves, asked directly: Prometheus's text format over HTTP.
///
/// An Envoy sidecar answers on port 15090 under `/stats/prometheus`.
#[derive(Debug, Clone)]
pub struct Endpoints {
    client: reqwest::Client,
    targets: Vec<(reqwest::Url, String)>,
}

impl Endpoints {
    /// Returns the source that asks each of `urls`.
    ///
    /// # Errors
    /// When one of them is no http or https address.
    pub fn new(urls: &[impl AsRef<str>]) -> Result<Self, MetricsError> {
        let targets = urls.iter().map(|url| parse_url(url.as_ref())).collect::<Result<_, _>>()?;
        Ok(Self { client: client()?, targets })
    }
}

impl Metrics for Endpoints {
    /// Asks all targets at once; those that do not answer are missing, and an error only if none does.
    async fn snapshot(&self) -> Result<Snapshot, MetricsError> {
        let mut asked = JoinSet::new();
        for (url, shown) in self.targets.iter().cloned() {
            let request = self.client.get(url);
            asked.spawn(async move {
                let samples = scrape(request, &shown).await;
                (shown, samples)
            });
        }
        let mut snapshot = Snapshot::default();
        while let Some(Ok((shown, samples))) = asked.join_next().await {
            match samples {
                Ok(samples) => {
                    snapshot.samples.extend(samples);
                    snapshot.targets.push(shown);
                }
                Err(error) => snapshot.missing.push(error.to_string()),
            }
        }
        snapshot.missing.sort_unstable();
        if snapshot.targets.is_empty() {
            return Err(MetricsError::All(snapshot.missing.join("; ")));
        }
        Ok(snapshot)
    }
}

async fn scrape(request: reqwest::RequestBuilder, url: &str) -> Result<Vec<Sample>, MetricsError> {
    let (status, body) = fetch(request, url).await?;
    if status != 200 {
        return Err(MetricsError::Status { url: url.to_owned(), status, message: String::new() });
    }
    text::parse(url, &body).map_err(|problem| MetricsError::Format {
        url: url.to_owned(),
        expected: "Prometheus's text format",
        problem,
    })
}
