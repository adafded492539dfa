//! HTTP repositories with the index that helm writes: for anybody, with a login, and with TLS.

use std::fs;

use towpath_tests::{
    certificates::Certificates,
    web_server::{Misbehaviour, WebOptions, WebServer},
};

use crate::scene::{HELMS, Scene, refused, run, succeeds};

const USER: &str = "captain";
const PASSWORD: &str = "h0rse&cart";

/// Has helm pack and index several versions of the chart `web`, and serves them.
pub(crate) fn serve(scene: &Scene, options: WebOptions) -> WebServer {
    for version in ["1.0.0", "1.1.0", "1.2.0+build.5", "2.0.0-rc.1"] {
        scene.packed("web", version);
    }
    let server = WebServer::start(WebOptions { files: scene.path("packed"), ..options });
    succeeds(&run(&mut scene.helm("helm4", &["repo", "index", "packed"])));
    server
}

fn with_login() -> WebOptions {
    WebOptions { login: Some((USER.to_owned(), PASSWORD.to_owned())), ..WebOptions::default() }
}

#[test]
fn values_are_fetched_from_an_address_and_kept() {
    let scene = Scene::new();
    let chart = scene.chart("chart", "web", "1.0.0", "");
    let chart = chart.display().to_string();
    scene.write("served/prod.yaml", "greeting: from an address\n");
    scene.write("served/text.txt", "text\n");
    let server = WebServer::start(WebOptions { files: scene.path("served"), ..WebOptions::default() });
    let values = format!("{}/prod.yaml", server.url());
    let text = format!("greeting={}/text.txt", server.url());
    scene.agrees(&[&chart, "-f", &values]);
    scene.agrees(&[&chart, "--set-file", &text]);
    let online = scene.renders("4", &[&chart, "-f", &values]);
    assert!(online.out.contains("from an address"), "{}", online.out);
    let missing = format!("{}/none.yaml", server.url());
    scene.refuses(&[&chart, "-f", &missing], 3, &["none.yaml", "404 Not Found"]);
    scene.refuses(&[&chart, "-f", "ftp://example.com/values.yaml"], 2, &["http:// or https://"]);
    drop(server);
    assert_eq!(scene.renders("4", &[&chart, "-f", &values, "--offline"]).out, online.out);
    scene.refuses(&[&chart, "-f", &missing, "--offline"], 3, &["would have to be fetched"]);
}

#[test]
fn charts_of_a_repository_are_rendered_as_helm_renders_them() {
    let scene = Scene::new();
    let server = serve(&scene, WebOptions::default());
    let url = server.url();
    for version in [
        "",
        "1.0.0",
        "1.0",
        "v1.1.0",
        "^1",
        "~1.0",
        ">=1.0.0 <1.2",
        "1.0.0 - 1.1.9",
        "1.x",
        ">0.0.0-0",
        "1.2.0+build.5",
    ] {
        scene.agrees(&["--repo", &url, "web", "--version", version]);
    }
    scene.agrees(&["--repo", &url, "web", "--devel"]);
    scene.agrees(&["--repo", &format!("{url}/"), "web"]);
    scene.agrees(&[&format!("{url}/web-1.1.0.tgz")]);
    let told = scene.renders("4", &["--repo", &url, "web", "--version", "1.0"]);
    assert!(told.err.contains("unable to find exact version 1.0"), "{}", told.err);
    for (arguments, code, words) in [
        (
            vec!["web", "--version", "^9"],
            2,
            vec!["chart \"web\" version \"^9\" not found in", "no chart version found for web-^9"],
        ),
        (vec!["web", "--version", "x.y.z"], 2, vec!["mproper constraint"]),
        (vec!["none"], 2, vec!["chart \"none\" not found in", "no chart name found"]),
    ] {
        scene.refuses(&[&["--repo", &url], arguments.as_slice()].concat(), code, &words);
    }
    let beside = format!("{url}/none");
    scene.refuses(
        &["--repo", &beside, "web"],
        3,
        &["is not a valid chart repository or cannot be reached", "404 Not Found"],
    );
    scene.refuses(&[&format!("{url}/none-1.0.0.tgz")], 3, &["failed to fetch", "404 Not Found"]);
    scene.refuses(&["--repo", "ftp://localhost/x", "web"], 2, &["could not find protocol handler for: ftp"]);
    scene.refuses(&["stranger/web"], 2, &["repo stranger not found"]);
}

#[test]
fn a_login_comes_from_helms_file_or_the_command_line_and_stays_with_its_host() {
    let scene = Scene::new();
    let server = serve(&scene, with_login());
    let url = server.url();
    let login = ["--username", USER, "--password", PASSWORD];
    scene.agrees(&[&["--repo", &url, "web"], login.as_slice()].concat());
    scene.refuses(&["--repo", &url, "web"], 3, &["401 Unauthorized", "wants a login"]);
    let wrong = ["--username", USER, "--password", "wr0ng&word"];
    scene.refuses(
        &[&["--repo", &url, "web"], wrong.as_slice()].concat(),
        3,
        &["401 Unauthorized", "`captain` was refused"],
    );
    let told = scene.renders("4", &[&["--repo", &url, "web"], wrong.as_slice()].concat());
    assert!(!told.err.contains("wr0ng"), "{}", told.err);
    let written = url.replace("://", &format!("://{USER}:{}@", PASSWORD.replace('&', "%26")));
    scene.agrees(&["--repo", &written, "web"]);

    succeeds(&run(scene.helm("helm4", &["repo", "add", "local", &url]).args(login)));
    scene.agrees(&["local/web"]);
    scene.agrees(&["local/web", "--version", "1.0.0"]);
    // Helm uses the login for a direct address only where an index spells that address out.
    let direct = format!("{url}/web-1.1.0.tgz");
    succeeds(&scene.renders("4", &[&direct]));

    // An index that points to another host does not send the login there, unless that is asked for.
    let elsewhere = WebServer::start(WebOptions { files: scene.path("packed"), ..with_login() });
    let index = fs::read_to_string(scene.path("packed/index.yaml")).expect("helm wrote it");
    fs::create_dir_all(scene.path("pointing")).expect("a folder");
    let pointing = index.replace("- web-", &format!("- {}/web-", elsewhere.url()));
    fs::write(scene.path("pointing/index.yaml"), pointing).expect("it is written");
    let front = WebServer::start(WebOptions { files: scene.path("pointing"), ..with_login() });
    scene.refuses(&[&["--repo", &front.url(), "web"], login.as_slice()].concat(), 3, &["401 Unauthorized"]);
    assert!(elsewhere.seen().iter().all(|seen| !seen.carried_login));
    scene.agrees(&[&["--repo", &front.url(), "web", "--pass-credentials"], login.as_slice()].concat());
    // Nor does a redirect.
    elsewhere.seen();
    server.misbehave("/web-1.1.0.tgz", Some(Misbehaviour::MovedTo(format!("{}/web-1.1.0.tgz", elsewhere.url()))));
    let moved = format!("{url}/web-1.1.0.tgz");
    refused(&scene.renders("4", &[&[moved.as_str()], login.as_slice()].concat()), 3, &["401 Unauthorized"]);
    assert!(elsewhere.seen().iter().all(|seen| !seen.carried_login));

    // Without the index of `helm repo update`, which helm then misses, the repository's own is asked.
    fs::remove_dir_all(scene.path("home/cache/repository")).expect("helm has cached it");
    succeeds(&scene.renders("4", &["local/web", "--version", "1.0.0"]));
}

#[test]
fn a_repository_proves_itself_by_the_given_authority() {
    let scene = Scene::new();
    let certificates = Certificates::make(scene.folder.path());
    let server = serve(&scene, WebOptions { certificates: Some(certificates.clone()), ..WebOptions::default() });
    let url = server.url();
    let authority = certificates.authority.display().to_string();
    scene.agrees(&["--repo", &url, "web", "--ca-file", &authority]);
    scene.agrees(&["--repo", &url, "web", "--insecure-skip-tls-verify"]);
    scene.refuses(&["--repo", &url, "web"], 3, &["certificate", "--ca-file"]);
    let add = ["repo", "add", "local", &url, "--ca-file", &authority];
    succeeds(&run(&mut scene.helm("helm4", &add)));
    scene.agrees(&["local/web", "--version", "1.0.0"]);
}

#[test]
fn an_archive_that_is_not_what_the_index_says_is_refused() {
    let scene = Scene::new();
    let server = serve(&scene, WebOptions::default());
    let url = server.url();
    let arguments = ["--repo", &url, "web", "--version", "1.1.0"];
    for (how, words) in [
        (Misbehaviour::Corrupted, ["has digest", "but the index says"]),
        (Misbehaviour::Torn, ["failed to fetch", "/web-1.1.0.tgz"]),
    ] {
        server.misbehave("/web-1.1.0.tgz", Some(how));
        refused(&scene.renders("4", &arguments), 3, &words);
        refused(&scene.renders("4", &[&arguments[..], &["--offline"]].concat()), 3, &["would have to be fetched"]);
    }
    server.misbehave("/web-1.1.0.tgz", Some(Misbehaviour::MovedTo("/web-1.1.0.tgz".to_owned())));
    refused(&scene.renders("4", &arguments), 3, &["stopped after 10 redirects"]);
    server.misbehave("/web-1.1.0.tgz", Some(Misbehaviour::MovedTo("/web-1.0.0.tgz".to_owned())));
    refused(&scene.renders("4", &arguments), 3, &["but the index says"]);
    server.misbehave("/web-1.1.0.tgz", None);
    scene.agrees(&arguments);
}

#[test]
fn an_index_of_many_charts_gives_the_one_that_is_asked_for() {
    let scene = Scene::new();
    let server = serve(&scene, WebOptions::default());
    let index = fs::read_to_string(scene.path("packed/index.yaml")).expect("helm wrote it");
    let entries = index.split_once("entries:\n").expect("it has entries").1;
    let entries = &entries[..=entries.find("\ngenerated:").expect("it says when")];
    let mut whole = "apiVersion: v1\nentries:\n".to_owned();
    for n in 0..4000 {
        whole +=
            &entries.replace("  web:\n", &format!("  chart-{n}:\n")).replace("name: web", &format!("name: chart-{n}"));
    }
    whole += entries;
    whole += "generated: \"2026-01-01T00:00:00Z\"\n";
    assert!(whole.len() > 3_000_000, "{} bytes", whole.len());
    fs::write(scene.path("packed/index.yaml"), whole).expect("it is written");
    scene.agrees(&["--repo", &server.url(), "web", "--version", "~1.0"]);
}

#[test]
fn an_index_may_point_into_a_registry() {
    let scene = Scene::new();
    let registry = towpath_tests::docker_registry::DockerRegistry::start();
    let to = format!("oci://{}/charts", registry.address());
    succeeds(&run(scene.helm("helm4", &["push"]).arg(scene.packed("web", "1.0.0")).args([&to, "--plain-http"])));
    let index = format!(
        "apiVersion: v1\nentries:\n  web:\n  - name: web\n    version: 1.0.0\n    urls:\n    - {to}/web:1.0.0\n"
    );
    scene.write("site/index.yaml", &index);
    let server = WebServer::start(WebOptions { files: scene.path("site"), ..WebOptions::default() });
    for (helm, version) in HELMS {
        let theirs = run(&mut scene.helm(helm, &["template", "shop", "src/web-1.0.0"]));
        let ours = scene.renders(version, &["--repo", &server.url(), "web"]);
        assert_eq!(ours.out, theirs.out, "{}", ours.err);
    }
}
