//! A VirtualService in a folder, the traffic that it would get, and an eye on its weights.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;
use towpath_rollout::{Subsets, VirtualService};
use towpath_tests::binary;

/// A folder with a VirtualService, and counters of the traffic that it would get.
pub(crate) struct Mesh {
    pub(crate) folder: TempDir,
    pub(crate) address: SocketAddr,
}

/// How the simulated services behave.
#[derive(Clone, Copy)]
pub(crate) struct Traffic {
    /// Requests to both between two scrapes.
    requests: u64,
    /// One in so many of the canary's fails; of stable's one in 200.
    canary_fails: u64,
}

pub(crate) const HEALTHY: Traffic = Traffic { requests: 2000, canary_fails: 200 };
pub(crate) const BAD: Traffic = Traffic { requests: 2000, canary_fails: 10 };
pub(crate) const NONE: Traffic = Traffic { requests: 0, canary_fails: 1 };

impl Mesh {
    pub(crate) fn new(traffic: Traffic) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("shop.json");
        std::fs::write(&path, virtual_service(100, 0)).expect("a file");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || serve_counters(&listener, &path, traffic));
        Self { folder, address }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("shop.json")
    }

    pub(crate) fn document(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.path()).expect("the file is there")).expect("the file is JSON")
    }

    pub(crate) fn canary_weight(&self) -> u64 {
        self.document()["spec"]["http"][0]["route"][1]["weight"].as_u64().expect("a weight")
    }

    pub(crate) fn canary(&self, command: &str) -> Command {
        let mut process = Command::new(towpath_canary());
        process.args([command, "--virtual-service"]).arg(self.path());
        process
    }

    /// The command of the tests: three steps of two looks, a look every 30 ms.
    pub(crate) fn run(&self) -> Command {
        self.run_with(&[])
    }

    /// The same with other options: each a name and its value.
    pub(crate) fn run_with(&self, other: &[[&str; 2]]) -> Command {
        let metrics = format!("http://{}/metrics", self.address);
        let usual = [
            ["--run", "shop-1.4.0"],
            ["--steps", "5,25,50"],
            ["--interval", "30ms"],
            ["--looks", "2"],
            ["--reporter", "source"],
            ["--deadline", "60s"],
            ["--metrics", &metrics],
        ];
        let mut run = self.canary("run");
        let usual = usual.iter().filter(|[name, _]| !other.iter().any(|[another, _]| another == name));
        run.args(usual.chain(other).flatten());
        run
    }
}

fn towpath_canary() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| binary("towpath-canary"))
}

fn virtual_service(stable: u8, canary: u8) -> String {
    serde_json::json!({
        "apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "shop"},
        "spec": {"hosts": ["shop"], "http": [{"name": "primary", "timeout": "5s", "route": [
            {"destination": {"host": "shop", "subset": "stable"}, "weight": stable},
            {"destination": {"host": "shop", "subset": "canary"}, "weight": canary},
        ]}]},
    })
    .to_string()
}

pub(crate) fn weights(path: &Path) -> Option<u8> {
    let subsets = Subsets { route: None, stable: "stable".to_owned(), canary: "canary".to_owned() };
    let document = VirtualService::parse(&std::fs::read_to_string(path).ok()?).ok()?;
    document.weights(&subsets).ok()?.ok().map(towpath_rollout::Weights::canary)
}

/// Answers each scrape with counters that have grown by the traffic of the weights in force: as text, or as a Prometheus
/// server does.
fn serve_counters(listener: &TcpListener, path: &Path, traffic: Traffic) {
    let mut counts = [[0_u64; 2]; 2];
    for stream in listener.incoming() {
        let Ok(mut stream) = stream else { continue };
        let mut request = String::new();
        let mut reader = BufReader::new(&stream);
        while reader.read_line(&mut request).is_ok_and(|read| read > 2) {}
        let Some(weight) = weights(path) else { return };
        for (arm, share, one_in) in [(0, 100 - weight, 200), (1, weight, traffic.canary_fails)] {
            let requests = traffic.requests * u64::from(share) / 100;
            counts[arm][1] += requests / one_in;
            counts[arm][0] += requests - requests / one_in;
        }
        let body = if request.contains("/api/v1/query") { as_vector(counts) } else { as_text(counts) };
        let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
        // The peer may have been killed.
        let _ = stream.write_all((head + &body).as_bytes());
    }
}

fn series(counts: [[u64; 2]; 2]) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
    [("stable", "200", 0, 0), ("stable", "503", 0, 1), ("canary", "200", 1, 0), ("canary", "503", 1, 1)]
        .into_iter()
        .map(move |(version, code, arm, failed)| (version, code, counts[arm][failed]))
}

fn as_text(counts: [[u64; 2]; 2]) -> String {
    let line = |(version, code, value)| {
        format!(
            "istio_requests_total{{reporter=\"source\",destination_service_name=\"shop\",destination_version=\"{version}\",\
             response_code=\"{code}\"}} {value}\n"
        )
    };
    series(counts).map(line).collect()
}

fn as_vector(counts: [[u64; 2]; 2]) -> String {
    let element = |(version, code, value): (&str, &str, u64)| {
        serde_json::json!({
            "metric": {"__name__": "istio_requests_total", "reporter": "source", "destination_service_name": "shop",
                "destination_version": version, "response_code": code, "instance": "10.0.0.7:15090"},
            "value": [1_700_000_000.5, value.to_string()],
        })
    };
    let result: Vec<Value> = series(counts).map(element).collect();
    serde_json::json!({"status": "success", "data": {"resultType": "vector", "result": result}}).to_string()
}

/// Reads the file all the time, from before a run until it is told to stop, and keeps every weight in order.
pub(crate) struct Watcher {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<u8>>,
}

impl Watcher {
    pub(crate) fn start(path: PathBuf) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut seen = Vec::new();
            while !stopped.load(Ordering::SeqCst) {
                let weight = weights(&path).expect("the file is whole and its weights total 100 at every instant");
                if seen.last() != Some(&weight) {
                    seen.push(weight);
                }
                std::thread::sleep(Duration::from_micros(300));
            }
            seen
        });
        Self { stop, thread }
    }

    pub(crate) fn stop(self) -> Vec<u8> {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.join().expect("the watcher saw nothing but whole files")
    }
}
