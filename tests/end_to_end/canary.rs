//! `towpath-canary` as its users run it: real processes, killed, doubled, starved of traffic and interrupted.

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;
use towpath_rollout::{Subsets, VirtualService};
use towpath_tests::{binary, output};

/// A folder with a VirtualService, and counters of the traffic that it would get.
struct Mesh {
    folder: TempDir,
    address: SocketAddr,
}

/// How the simulated services behave.
#[derive(Clone, Copy)]
struct Traffic {
    /// Requests to both between two scrapes.
    requests: u64,
    /// One in so many of the canary's fails; of stable's one in 200.
    canary_fails: u64,
}

const HEALTHY: Traffic = Traffic { requests: 2000, canary_fails: 200 };
const BAD: Traffic = Traffic { requests: 2000, canary_fails: 10 };
const NONE: Traffic = Traffic { requests: 0, canary_fails: 1 };

impl Mesh {
    fn new(traffic: Traffic) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("shop.json");
        std::fs::write(&path, virtual_service(100, 0)).expect("a file");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || serve_counters(&listener, &path, traffic));
        Self { folder, address }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("shop.json")
    }

    fn document(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.path()).expect("the file is there")).expect("the file is JSON")
    }

    fn canary_weight(&self) -> u64 {
        self.document()["spec"]["http"][0]["route"][1]["weight"].as_u64().expect("a weight")
    }

    fn canary(&self, command: &str) -> Command {
        let mut process = Command::new(towpath_canary());
        process.args([command, "--virtual-service"]).arg(self.path());
        process
    }

    /// The command of the tests: three steps of two looks, a look every 30 ms.
    fn run(&self) -> Command {
        self.run_with(&[])
    }

    /// The same with other options: each a name and its value.
    fn run_with(&self, other: &[[&str; 2]]) -> Command {
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

fn weights(path: &Path) -> Option<u8> {
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
struct Watcher {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<u8>>,
}

impl Watcher {
    fn start(path: PathBuf) -> Self {
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

    fn stop(self) -> Vec<u8> {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.join().expect("the watcher saw nothing but whole files")
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn check(output: &Output, code: i32, message: &str) {
    let shown = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{shown}");
    assert!(shown.contains(message), "`{message}` is not in:\n{shown}");
}

/// Starts a rollout and returns it once its first shift stands.
fn started(mesh: &Mesh, run: &mut Command) -> Child {
    let mut child = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    while mesh.canary_weight() == 0 {
        assert!(child.try_wait().expect("it is ours").is_none(), "it ended before its first shift");
        std::thread::sleep(Duration::from_millis(1));
    }
    child
}

fn terminate(child: &Child) {
    assert!(Command::new("kill").arg(child.id().to_string()).status().expect("kill runs").success());
}

#[test]
fn killed_at_any_instant_it_goes_on_and_weights_are_planned_ones() {
    let mut interrupted = BTreeSet::new();
    for instant in 0..20_u64 {
        let mesh = Mesh::new(HEALTHY);
        let watcher = Watcher::start(mesh.path());
        let mut child = mesh.run().stderr(Stdio::null()).spawn().expect("it starts");
        // Spread over the whole run, a different odd amount each time.
        std::thread::sleep(Duration::from_micros(instant * 17_000 + instant * instant * 137 % 9000));
        child.kill().expect("it is ours");
        child.wait().expect("it ends");
        interrupted.insert(mesh.canary_weight());

        let again = output(&mut mesh.run());
        check(&again, 0, "promoted");
        let seen = watcher.stop();
        let planned = [0, 5, 25, 50, 100];
        assert!(seen.iter().all(|weight| planned.contains(weight)), "killed at {instant}: {seen:?}");
        assert!(seen.windows(2).all(|pair| pair[0] < pair[1]), "killed at {instant}: {seen:?}");
        let document = mesh.document();
        assert_eq!(document["spec"]["http"][0]["timeout"], "5s");

        // A third time changes not a byte.
        let before = std::fs::read(mesh.path()).unwrap();
        check(&output(&mut mesh.run()), 0, "had ended before: promoted");
        assert_eq!(std::fs::read(mesh.path()).unwrap(), before);
    }
    assert!(interrupted.len() > 2, "the kills must fall into different steps: {interrupted:?}");
}

#[test]
fn a_bad_canary_is_rolled_back_and_stays_so_until_told_otherwise() {
    let mesh = Mesh::new(BAD);
    let watcher = Watcher::start(mesh.path());
    let ended = output(&mut mesh.run_with(&[["--output", "json"]]));
    check(&ended, 1, "rolled back: errors/source of the canary");
    assert_eq!(watcher.stop().last(), Some(&0));
    let document: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!((&document["kind"], &document["outcome"]), (&"Rollout".into(), &"rolledBack".into()));
    let looks = document["looks"].as_array().unwrap();
    assert_eq!(looks.last().unwrap()["decision"], "rollBack");
    assert!(document["criteria"][0]["canary"]["rate"].as_f64().unwrap() > 0.09, "{document:#}");

    check(&output(&mut mesh.run()), 1, "had ended before: rolled back");
    let anew = output(mesh.run().arg("--again"));
    check(&anew, 1, "weights 95/5");
    check(&output(&mut mesh.canary("status")), 0, "rolled back: errors/source");
    check(&output(&mut mesh.canary("settle")), 2, "was not promoted");
}

#[test]
fn no_traffic_is_inconclusive() {
    let mesh = Mesh::new(NONE);
    let ended = output(&mut mesh.run_with(&[["--deadline", "200ms"]]));
    check(&ended, 1, "inconclusive: canary had 0 and stable 0 requests at this step, each needs 50");
    assert_eq!(mesh.canary_weight(), 0);
}

#[test]
fn a_second_run_is_refused_and_abort_wins() {
    let mesh = Mesh::new(NONE);
    let first = started(&mesh, &mut mesh.run());
    let refused = output(&mut mesh.run());
    check(
        &refused,
        2,
        &format!("another rollout is driving `{}`: shop-1.4.0 in process {}", mesh.path().display(), first.id()),
    );
    let other = output(&mut mesh.run_with(&[["--run", "shop-1.5.0"]]));
    check(&other, 2, "another rollout is driving");
    check(
        &output(&mut mesh.canary("status")),
        0,
        "step 1 of 3, waits for requests: 0 of 50 to each version; driven by",
    );
    assert_eq!(mesh.canary_weight(), 5);

    check(&output(mesh.canary("abort").args(["--reason", "wrong release"])), 0, "all traffic goes to stable");
    let first = first.wait_with_output().unwrap();
    check(&first, 1, "aborted: wrong release");
    assert_eq!(mesh.canary_weight(), 0);
    check(&output(&mut mesh.run()), 1, "had ended before: aborted: wrong release");
}

#[test]
fn a_signal_and_foreign_weights_lead_back_to_stable() {
    let mesh = Mesh::new(NONE);
    let child = started(&mesh, &mut mesh.run());
    terminate(&child);
    check(&child.wait_with_output().unwrap(), 1, "aborted: SIGTERM while it ran");
    assert_eq!(mesh.canary_weight(), 0);

    let mesh = Mesh::new(NONE);
    let child = started(&mesh, &mut mesh.run());
    // Somebody writes weights past the tool, whole but without asking. The tool may write between the reading and the
    // renaming, so that their weights stand on an older state: it is stable all the same.
    let mut theirs = mesh.document();
    theirs["spec"]["http"][0]["route"][0]["weight"] = 37.into();
    theirs["spec"]["http"][0]["route"][1]["weight"] = 63.into();
    let draft = mesh.folder.path().join("theirs");
    std::fs::write(&draft, theirs.to_string()).unwrap();
    std::fs::rename(&draft, mesh.path()).unwrap();
    check(&child.wait_with_output().unwrap(), 1, "the live weights were 37/63 where the rollout had written 95/5");
    assert_eq!(mesh.canary_weight(), 0);
}

#[test]
fn another_release_supersedes_what_was_cut_off_and_settles_when_promoted() {
    let mesh = Mesh::new(HEALTHY);
    let mut cut = started(&mesh, &mut mesh.run_with(&[["--run", "shop-1.3.9"], ["--looks", "9999"]]));
    cut.kill().unwrap();
    cut.wait().unwrap();
    check(&output(&mut mesh.canary("status")), 0, "nobody drives it: run the same command again, or abort");
    let ended = output(&mut mesh.run());
    check(&ended, 0, "(instead of the rollout shop-1.3.9 of shop-1.3.9 cut off at 95/5)");
    assert_eq!(mesh.canary_weight(), 100);
    check(&output(&mut mesh.canary("settle")), 0, "shop-1.4.0 serves as stable");
    assert_eq!(mesh.canary_weight(), 0);
    check(&output(&mut mesh.run()), 0, "had ended before: promoted and settled");
}

#[test]
fn a_prometheus_server_serves_as_well() {
    let mesh = Mesh::new(HEALTHY);
    let server = |mesh: &Mesh, url: &str| {
        let mut run = mesh.canary("run");
        run.args(["--run", "x", "--steps", "50", "--interval", "30ms", "--reporter", "source", "--prometheus", url]);
        output(&mut run)
    };
    check(&server(&mesh, &format!("http://{}/prefix/", mesh.address)), 0, "promoted");

    // Metrics that cannot be had at the start leave the weights alone.
    for (answer, code, message) in [
        ("HTTP/1.1 401 Unauthorized\r\n\r\n", 3, "answers 401"),
        ("HTTP/1.1 400 Bad\r\n\r\n{\"status\":\"error\",\"error\":\"parse error\"}", 3, "answers 400: parse error"),
        ("HTTP/1.1 200 OK\r\n\r\n<html>", 3, "does not answer in Prometheus's query API"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{", 3, "no metrics from"),
        ("", 3, "no metrics from"),
    ] {
        let mesh = Mesh::new(HEALTHY);
        let before = std::fs::read(mesh.path()).unwrap();
        check(&server(&mesh, &format!("http://user:secret@{}/", fixed(answer))), code, message);
        assert_eq!(std::fs::read(mesh.path()).unwrap(), before);
    }
    let secret = server(&mesh, "ftp://user:secret@prometheus/");
    check(&secret, 2, "`prometheus/` is no http or https address");
    assert!(!text(&secret.stderr).contains("secret"));
}

/// Serves one fixed answer to everybody.
fn fixed(answer: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

#[test]
fn mistakes_are_named() {
    let mesh = Mesh::new(NONE);
    check(&output(&mut mesh.run_with(&[["--steps", "25,5"]])), 2, "step 5 does not come after 25");
    check(&output(&mut mesh.run_with(&[["--alpha", "1"]])), 2, "alpha 1 is not above 0 and at most 0.5");
    check(
        &output(&mut mesh.run_with(&[["--stable", "primary"]])),
        2,
        "destinations are `stable`, `canary`; it must have the subsets `primary`",
    );
    check(&output(&mut mesh.run_with(&[["--route", "none"]])), 2, "no HTTP route `none`");
    check(&output(&mut mesh.run_with(&[["--interval", "soon"]])), 2, "`soon` is no duration");
    let mut image = mesh.canary("run");
    image.args(["--image", "r.example/shop:latest", "--metrics", "http://127.0.0.1:1/"]);
    check(&output(&mut image), 2, "image `r.example/shop:latest` has no digest");
    std::fs::write(mesh.path(), "kind: VirtualService\n").unwrap();
    check(&output(&mut mesh.run()), 2, "shop.json: the VirtualService is no JSON");
    std::fs::remove_file(mesh.path()).unwrap();
    check(&output(&mut mesh.run()), 3, "cannot read");
}

/// The example service as two processes, under load that follows the weights.
#[test]
fn real_services_are_judged_by_what_they_answer() {
    let mesh = Mesh::new(NONE);
    let shops = [("1.0.0", "0.005"), ("2.0.0", "0.25")].map(|(version, errors)| shop(version, errors));
    let addresses = [&shops[0], &shops[1]].map(|(_, address)| *address);
    let stop = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(Mutex::new([0_u64; 2]));
    let clients: Vec<_> = (0..4_u64)
        .map(|number| {
            let (stop, path, answered) = (Arc::clone(&stop), mesh.path(), Arc::clone(&answered));
            std::thread::spawn(move || client(number, addresses, &path, &stop, &answered))
        })
        .collect();
    let mut run = mesh.canary("run");
    run.args([
        "--run",
        "shop-2.0.0",
        "--steps",
        "25,50",
        "--interval",
        "100ms",
        "--looks",
        "3",
        "--reporter",
        "destination",
    ]);
    run.args(["--stable-series", "destination_version=1.0.0", "--canary-series", "destination_version=2.0.0"]);
    run.args(["--deadline", "60s"]);
    for address in addresses {
        run.args(["--metrics", &format!("http://{address}/metrics")]);
    }
    let ended = output(&mut run);
    stop.store(true, Ordering::SeqCst);
    for client in clients {
        client.join().unwrap();
    }
    for (mut shop, _) in shops {
        terminate(&shop);
        assert!(shop.wait().unwrap().success());
    }
    check(&ended, 1, "rolled back: errors/destination of the canary");
    assert_eq!(mesh.canary_weight(), 0);
    // How many there were when the evidence sufficed is chance; that both were asked is not.
    assert!(answered.lock().unwrap().iter().all(|count| *count > 0));
}

fn shop(version: &str, errors: &str) -> (Child, SocketAddr) {
    let mut shop = Command::new(binary("shop"))
        .envs([("SHOP_LISTEN", "127.0.0.1:0"), ("SHOP_VERSION", version), ("SHOP_ERROR_SHARE", errors)])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the shop starts");
    let mut line = String::new();
    BufReader::new(shop.stdout.as_mut().expect("a pipe")).read_line(&mut line).expect("a line");
    let address = line.trim().strip_prefix("listening on ").and_then(|address| address.parse().ok());
    (shop, address.expect("the shop says where it listens"))
}

/// Sends requests over one kept connection to each version, by the weights in the file.
fn client(number: u64, addresses: [SocketAddr; 2], path: &Path, stop: &AtomicBool, answered: &Mutex<[u64; 2]>) {
    let mut streams = addresses.map(|address| TcpStream::connect(address).expect("the shop accepts"));
    let mut draw = number;
    while !stop.load(Ordering::SeqCst) {
        draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let canary = usize::from((draw >> 33) % 100 < u64::from(weights(path).unwrap_or(0)));
        let stream = &mut streams[canary];
        stream.write_all(b"GET / HTTP/1.1\r\nhost: shop\r\n\r\n").expect("the shop reads");
        let mut buffer = [0; 2048];
        assert!(stream.read(&mut buffer).expect("the shop answers") > 0);
        answered.lock().expect("no client panics")[canary] += 1;
        std::thread::sleep(Duration::from_millis(2));
    }
}
