//! `towpath-canary` as its users run it: real processes, killed, doubled, starved of traffic and interrupted.

mod mesh;
mod shops;

use std::{
    collections::BTreeSet,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    process::{Child, Command, Output, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use towpath_tests::output;

use self::{
    mesh::{BAD, HEALTHY, Mesh, NONE, Watcher},
    shops::{client, shop},
};

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
