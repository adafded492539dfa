use std::collections::BTreeMap;

use serde::Deserialize;

use super::{DURATIONS, Metrics, MetricsError, REQUESTS, Sample, Snapshot, client, fetch, parse_url};

/// A Prometheus server, or anything that speaks its query API.
///
/// It is asked for the counters themselves and not for `rate` or `increase`, which extrapolate: the tests need whole
/// requests. Between two scrapes of the server nothing changes; such a look has seen no traffic.
/// Source: Prometheus, "HTTP API", instant queries.
#[derive(Debug, Clone)]
pub struct Server {
    client: reqwest::Client,
    url: reqwest::Url,
    shown: String,
    token: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    status: String,
    #[serde(default)]
    error: String,
    data: Option<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    result_type: String,
    result: Vec<Element>,
}

#[derive(Deserialize)]
struct Element {
    metric: BTreeMap<String, String>,
    value: (f64, String),
}

impl Server {
    /// Returns the source that asks the server at `url` for the counters of the service called `service` in the mesh.
    ///
    /// A token, if given, is sent as bearer and never shown.
    ///
    /// # Errors
    /// When `url` is no http or https address.
    pub fn new(url: &str, service: &str, token: Option<String>) -> Result<Self, MetricsError> {
        let (mut url, shown) = parse_url(url)?;
        let path = format!("{}/api/v1/query", url.path().trim_end_matches('/'));
        url.set_path(&path);
        let service = service.replace('\\', "\\\\").replace('"', "\\\"");
        let query = format!("{{__name__=~\"{REQUESTS}|{DURATIONS}\",destination_service_name=\"{service}\"}}");
        url.query_pairs_mut().append_pair("query", &query);
        Ok(Self { client: client()?, url, shown, token })
    }
}

impl Metrics for Server {
    async fn snapshot(&self) -> Result<Snapshot, MetricsError> {
        let mut request = self.client.get(self.url.clone());
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let (status, body) = fetch(request, &self.shown).await?;
        let bad = |problem: String| MetricsError::Format {
            url: self.shown.clone(),
            expected: "Prometheus's query API",
            problem,
        };
        let refused = |message: String| MetricsError::Status { url: self.shown.clone(), status, message };
        let answer: Answer = match serde_json::from_str(&body) {
            Ok(answer) => answer,
            Err(_) if status != 200 => return Err(refused(String::new())),
            Err(error) => return Err(bad(error.to_string())),
        };
        if answer.status != "success" {
            return Err(refused(answer.error.chars().take(300).collect()));
        }
        let data = answer.data.filter(|data| data.result_type == "vector");
        let data = data.ok_or_else(|| bad("the result is no vector".to_owned()))?;
        let mut snapshot = Snapshot::default();
        for Element { metric: mut labels, value: (_, value) } in data.result {
            let name = labels.remove("__name__").unwrap_or_default();
            let target = labels.get("instance").or_else(|| labels.get("pod")).cloned().unwrap_or_default();
            let value = value.parse().ok().filter(|value: &f64| value.is_finite() && *value >= 0.0);
            let value = value.ok_or_else(|| bad(format!("{name} is no counter")))?;
            if !snapshot.targets.contains(&target) {
                snapshot.targets.push(target.clone());
            }
            snapshot.samples.push(Sample { target, name, labels, value });
        }
        Ok(snapshot)
    }
}
