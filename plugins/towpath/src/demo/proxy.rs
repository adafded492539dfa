use std::{
    convert::Infallible,
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use http_body_util::{Either, Full};
use hyper::{
    Request, Response, StatusCode, Uri,
    body::{Bytes, Incoming},
    header::{self, HeaderMap, HeaderName, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo, TokioTimer},
};
use tokio::{
    net::TcpListener,
    sync::watch,
    task::{AbortHandle, JoinSet},
};
use towpath_model::Diagnostic;

use super::{counters::Counters, follow};

/// How long a backend may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// A real HTTP proxy that stands where the mesh's data plane stands.
///
/// It splits live requests between processes by the weights in a VirtualService document, which it follows; a subset
/// without a process answers 503, as an Envoy cluster without endpoints does, and traffic does not fail over. Like a
/// sidecar it counts what it sent under Istio's metric names, with `reporter="source"`, on a listener of its own.
pub(crate) struct Proxy {
    address: SocketAddr,
    metrics: SocketAddr,
    shared: Arc<Shared>,
    stop: watch::Sender<()>,
    follower: AbortHandle,
    tasks: JoinSet<()>,
}

/// A process that serves a subset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Backend {
    /// The subset of the VirtualService's route.
    pub(crate) subset: String,
    /// The Deployment it stands for: the label `destination_workload`.
    pub(crate) workload: String,
    /// The version it serves: the label `destination_version`.
    pub(crate) version: String,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

/// What the parts of the proxy share.
pub(super) struct Shared {
    pub(super) document: PathBuf,
    pub(super) table: Mutex<Arc<follow::Table>>,
    backends: Mutex<Arc<Vec<Backend>>>,
    counters: Counters,
    client: Client<HttpConnector, Incoming>,
    draws: AtomicU64,
}

impl Proxy {
    /// Starts the proxy on free ports of the loopback interface, following the first HTTP route of `document`.
    ///
    /// # Errors
    /// When the document is no VirtualService in JSON, or no port can be had.
    pub(crate) async fn start(service: &str, document: PathBuf, backends: Vec<Backend>) -> Result<Self, Diagnostic> {
        let table = follow::load(&document).await?;
        let (proxy, metrics) = (listen().await?, listen().await?);
        let address = |listener: &TcpListener| listener.local_addr().map_err(|error| no_port(&error));
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(Duration::from_secs(2)));
        let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector);
        let shared = Arc::new(Shared {
            document,
            table: Mutex::new(Arc::new(table)),
            backends: Mutex::new(Arc::new(backends)),
            counters: Counters::new(service),
            client,
            draws: AtomicU64::new(0),
        });
        let (stop, stopped) = watch::channel(());
        let (proxy_address, metrics_address) = (address(&proxy)?, address(&metrics)?);
        let mut tasks = JoinSet::new();
        let follower = tasks.spawn(follow::follow(Arc::clone(&shared)));
        tasks.spawn(accept(proxy, Door::Traffic, Arc::clone(&shared), stopped.clone()));
        tasks.spawn(accept(metrics, Door::Metrics, Arc::clone(&shared), stopped));
        Ok(Self { address: proxy_address, metrics: metrics_address, shared, stop, follower, tasks })
    }

    /// Returns where requests go.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns where the counters stand in Prometheus's text format.
    pub(crate) fn metrics_url(&self) -> String {
        format!("http://{}/metrics", self.metrics)
    }

    /// Replaces the processes; requests under way stay with theirs.
    pub(crate) fn set_backends(&self, backends: Vec<Backend>) {
        *self.shared.backends.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(backends);
    }

    /// Stops accepting, lets the requests under way end, and returns.
    pub(crate) async fn stop(mut self) {
        // Nobody listens any more where this fails.
        let _ = self.stop.send(());
        self.follower.abort();
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Shared {
    async fn answer(&self, door: Door, request: Request<Incoming>) -> Result<Response<Answer>, Infallible> {
        Ok(match door {
            Door::Traffic => self.forward(request).await,
            Door::Metrics => Response::new(Either::Right(Full::from(self.counters.text()))),
        })
    }

    async fn forward(&self, mut request: Request<Incoming>) -> Response<Answer> {
        let started = Instant::now();
        let table = Arc::clone(&self.table.lock().unwrap_or_else(PoisonError::into_inner));
        let subset = table.pick(draw(self.draws.fetch_add(1, Ordering::Relaxed)));
        let backends = Arc::clone(&self.backends.lock().unwrap_or_else(PoisonError::into_inner));
        let Some(backend) = backends.iter().find(|backend| backend.subset == subset) else {
            self.counters.count(("unknown", "unknown"), 503, "UH", started.elapsed());
            return refusal(StatusCode::SERVICE_UNAVAILABLE, &format!("no healthy upstream for subset {subset}\n"));
        };
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let to = (backend.workload.as_str(), backend.version.as_str());
        let Ok(uri) = format!("http://{}{path}", backend.address).parse::<Uri>() else {
            return refusal(StatusCode::BAD_REQUEST, "the path cannot be sent on\n");
        };
        *request.uri_mut() = uri;
        strip(request.headers_mut());
        let (mut response, flags) = match tokio::time::timeout(PATIENCE, self.client.request(request)).await {
            Ok(Ok(response)) => (response.map(Either::Left), "-"),
            Ok(Err(_)) => (refusal(StatusCode::SERVICE_UNAVAILABLE, "upstream connect error\n"), "UF"),
            Err(_) => (refusal(StatusCode::GATEWAY_TIMEOUT, "upstream request timeout\n"), "UT"),
        };
        strip(response.headers_mut());
        self.counters.count(to, response.status().as_u16(), flags, started.elapsed());
        response
    }
}

type Answer = Either<Incoming, Full<Bytes>>;

/// What a listener is for.
#[derive(Clone, Copy)]
enum Door {
    Traffic,
    Metrics,
}

/// Serves every connection of `listener` until `stopped` changes.
async fn accept(listener: TcpListener, door: Door, shared: Arc<Shared>, mut stopped: watch::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = stopped.changed() => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            // Out of descriptors, most likely: those that close now make room.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Without it small answers wait for acknowledgements; the connection works all the same.
        let _ = stream.set_nodelay(true);
        let (shared, mut stopped) = (Arc::clone(&shared), stopped.clone());
        connections.spawn(async move {
            let service = service_fn(|request| shared.answer(door, request));
            let connection =
                http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
            tokio::pin!(connection);
            tokio::select! {
                // How a connection ends is the client's affair.
                _ = connection.as_mut() => return,
                _ = stopped.changed() => connection.as_mut().graceful_shutdown(),
            }
            let _ = connection.await;
        });
    }
    while connections.join_next().await.is_some() {}
}

async fn listen() -> Result<TcpListener, Diagnostic> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(|error| no_port(&error))
}

fn no_port(error: &io::Error) -> Diagnostic {
    Diagnostic::new(towpath_model::Kind::Remote, "the proxy cannot listen on 127.0.0.1").cause(error.to_string())
}

fn refusal(status: StatusCode, text: &str) -> Response<Answer> {
    let mut response = Response::new(Either::Right(Full::from(text.to_owned())));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}

/// Removes what belongs to one connection and not to the message. Source: RFC 9110, section 7.6.1.
fn strip(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    let fixed = ["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];
    for name in named.into_iter().chain(fixed.into_iter().map(HeaderName::from_static)) {
        headers.remove(name);
    }
}

/// Returns the `number`-th draw of a well mixed sequence, so that shares are even without a random source.
/// Source: `SplitMix64`, Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
fn draw(number: u64) -> u64 {
    let mut z = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::demo::load::{Load, Pace};

    /// Starts a server that answers everything with `status` and returns where.
    async fn backend(status: &'static str) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut buffer = [0; 4096];
                    while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\nhi");
                        if stream.write_all(answer.as_bytes()).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        address
    }

    fn document(stable: u8, canary: u8) -> String {
        serde_json::json!({
            "apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "shop"},
            "spec": {"http": [{"route": [
                {"destination": {"host": "shop", "subset": "stable"}, "weight": stable},
                {"destination": {"host": "shop", "subset": "canary"}, "weight": canary},
            ]}]},
        })
        .to_string()
    }

    fn serving(subset: &str, version: &str, address: SocketAddr) -> Backend {
        let [subset, workload, version] = [subset, &format!("shop-{subset}"), version].map(str::to_owned);
        Backend { subset, workload, version, address }
    }

    /// Sends requests until `enough` answers have come.
    async fn drive(proxy: &Proxy, enough: u64) -> crate::demo::load::LoadCounts {
        let load = Load::start(proxy.address(), Pace { clients: 4, per_second: 4000 });
        while load.counts().total() < enough {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        load.stop().await
    }

    #[tokio::test]
    async fn traffic_is_split_by_the_weights_of_the_document_and_follows_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vs.json");
        std::fs::write(&path, document(70, 30)).unwrap();
        let (stable, canary) = (backend("200 OK").await, backend("500 Broken").await);
        let backends = vec![serving("stable", "1", stable), serving("canary", "2", canary)];
        let proxy = Proxy::start("shop", path.clone(), backends.clone()).await.unwrap();

        let counts = drive(&proxy, 1000).await;
        let share = counts.errors() * 100 / counts.total();
        assert!((24..=36).contains(&share) && counts.broken == 0, "{counts:?}");

        // A document that cannot be read leaves the weights in force; the next good one is taken over.
        std::fs::write(&path, "{").unwrap();
        std::fs::write(folder.path().join("new"), document(0, 100)).unwrap();
        std::fs::rename(folder.path().join("new"), &path).unwrap();
        while proxy.shared.table.lock().unwrap().pick(0) != "canary" {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let counts = drive(&proxy, 100).await;
        assert_eq!(counts.errors(), counts.total());

        // Without a process for the subset there is an answer, but no failing over.
        proxy.set_backends(backends[..1].to_vec());
        let counts = drive(&proxy, 100).await;
        assert_eq!(counts.answers.keys().collect::<Vec<_>>(), [&503]);

        let text = reqwest::get(proxy.metrics_url()).await.unwrap().text().await.unwrap();
        for part in [
            "istio_requests_total{reporter=\"source\"",
            "destination_workload=\"shop-canary\"",
            "destination_version=\"2\"",
            "response_flags=\"UH\"",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        proxy.stop().await;
    }
}
