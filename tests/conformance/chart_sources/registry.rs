//! OCI registries: docker-registry with a password file, and the one in this process.

use std::fs;

use tokio::runtime::Runtime;
use towpath_model::{Digest, ImageName};
use towpath_oci::{
    Client, ClientOptions, CredentialSource, Credentials, Manifest, Reference, Registry, RunningRegistry,
};
use towpath_tests::{
    certificates::Certificates,
    docker_registry::{DockerOptions, DockerRegistry},
};

use crate::scene::{HELMS, Scene, refused, run, succeeds};

const USER: &str = "captain";
const PASSWORD: &str = "h0rse&cart";
const VERSIONS: [&str; 4] = ["1.0.0", "1.1.0", "1.2.0+build.5", "2.0.0-rc.1"];

enum Server {
    Docker(DockerRegistry),
    Ours {
        registry: RunningRegistry,
        /// It answers on this.
        _runtime: Runtime,
    },
}

impl Server {
    fn all() -> [Self; 2] {
        let login = || Some((USER.to_owned(), PASSWORD.to_owned()));
        let docker = DockerRegistry::start_with(&DockerOptions { login: login(), certificates: None });
        let runtime = Runtime::new().expect("a runtime");
        let registry = Registry { login: login(), ..Registry::default() };
        let ours = runtime.block_on(registry.start()).expect("it starts");
        [Self::Docker(docker), Self::Ours { registry: ours, _runtime: runtime }]
    }

    fn address(&self) -> String {
        match self {
            Self::Docker(registry) => registry.address().to_string(),
            Self::Ours { registry, .. } => registry.address().to_string(),
        }
    }
}

/// Logs helm in and has it push every version of the chart `web`.
fn push(scene: &Scene, address: &str) {
    let login = ["registry", "login", address, "--plain-http", "--username", USER, "--password", PASSWORD];
    succeeds(&run(&mut scene.helm("helm4", &login)));
    for version in VERSIONS {
        let archive = scene.packed("web", version);
        let to = format!("oci://{address}/charts");
        succeeds(&run(scene.helm("helm4", &["push"]).arg(archive).args([&to, "--plain-http"])));
    }
}

fn manifest(address: &str, tag: &str) -> (Digest, Manifest) {
    let name: ImageName = format!("{address}/charts/web").parse().expect("a name");
    let credentials = Credentials::Basic { user: USER.to_owned(), password: PASSWORD.to_owned() };
    let options = ClientOptions { credentials: CredentialSource::Explicit(credentials), ..ClientOptions::default() };
    let client = Client::new(options).expect("a client");
    let reference = Reference::tag(tag).expect("a tag");
    let raw = Runtime::new().expect("a runtime").block_on(client.get_manifest(&name, &reference)).expect("it is there");
    (raw.digest(), raw.manifest().expect("a manifest"))
}

#[test]
fn what_helm_pushed_is_rendered_as_helm_renders_it_and_offline_afterwards() {
    for server in Server::all() {
        let scene = Scene::new();
        let address = server.address();
        push(&scene, &address);
        let chart = format!("oci://{address}/charts/web");
        let (digest, _) = manifest(&address, "1.1.0");
        let pinned = format!("{chart}@{digest}");
        let tagged = format!("{chart}:1.0.0");
        let both = format!("{chart}:1.1.0@{digest}");
        let wanted: Vec<Vec<&str>> = vec![
            vec![&chart],
            vec![&chart, "--version", "1.0.0"],
            vec![&chart, "--version", "1.2.0+build.5"],
            vec![&chart, "--version", "~1.0"],
            vec![&chart, "--version", ">=1.0.0 <1.2"],
            vec![&chart, "--version", ">1.0.0-0"],
            vec![&chart, "--devel"],
            vec![&tagged],
            vec![&pinned],
            vec![&both],
        ];
        for arguments in &wanted {
            scene.agrees(&[arguments.as_slice(), &["--plain-http"]].concat());
        }
        // A registry that is gone: whoever asks it fails, whoever has the store does not.
        let online: Vec<_> = wanted.iter().map(|arguments| scene.renders("4", arguments).out).collect();
        drop(server);
        refused(&scene.renders("4", &[&chart]), 3, &["no answer"]);
        for (arguments, online) in wanted.iter().zip(online) {
            let offline = scene.renders("4", &[arguments.as_slice(), &["--offline"]].concat());
            assert_eq!((offline.code, &offline.out), (Some(0), &online), "{arguments:?}: {}", offline.err);
        }
        // What was fetched with credentials is not given to others, and not to nobody.
        fs::remove_file(scene.path("home/config/registry/config.json")).expect("helm logged in");
        for other in [vec![], vec!["--username", USER, "--password", "another"]] {
            let told = scene.renders("4", &[&[pinned.as_str(), "--offline"], other.as_slice()].concat());
            refused(
                &told,
                3,
                &["would have to be fetched", "the store has no copy of it that these credentials may read"],
            );
        }
        let same = ["--username", USER, "--password", PASSWORD];
        succeeds(&scene.renders("4", &[&[pinned.as_str(), "--offline"], same.as_slice()].concat()));
    }
}

#[test]
fn what_is_not_there_or_not_allowed_is_refused() {
    for server in Server::all() {
        let scene = Scene::new();
        let address = server.address();
        push(&scene, &address);
        let chart = format!("oci://{address}/charts/web");
        let none = format!("oci://{address}/charts/none");
        let tagged = format!("{chart}:1.0.0");
        let other = format!("{tagged}@{}", manifest(&address, "1.1.0").0);
        for (arguments, code, words) in [
            (
                vec![chart.as_str(), "--version", "^9"],
                2,
                vec!["could not locate a version matching provided version string ^9", "1.2.0+build.5"],
            ),
            (vec![&chart, "--version", "9.0.0"], 3, vec!["charts/web:9.0.0: not found"]),
            (vec![&chart, "--version", "x.y.z"], 2, vec!["mproper constraint"]),
            (vec![&none], 2, vec!["unable to locate any tags in provided repository"]),
            (vec![&tagged, "--version", "1.1.0"], 2, vec!["chart reference and version mismatch: 1.1.0 is not 1.0.0"]),
        ] {
            scene.refuses(&[arguments.as_slice(), &["--plain-http"]].concat(), code, &words);
        }
        // Helm 3 does not look whether the tag is the digest's.
        let mismatch = "chart reference digest mismatch";
        scene.refuses_with(&HELMS[..1], &[&other, "--plain-http"], 2, &[mismatch]);
        let wrong = ["--username", USER, "--password", "wr0ng&word"];
        scene.refuses(
            &[&[chart.as_str(), "--plain-http"], wrong.as_slice()].concat(),
            3,
            &["refused the credentials of `captain`"],
        );
        let told = scene.renders("4", &[&[chart.as_str()], wrong.as_slice()].concat());
        assert!(!told.err.contains("wr0ng"), "{}", told.err);
        fs::remove_file(scene.path("home/config/registry/config.json")).expect("helm logged in");
        scene.refuses(&[&chart, "--plain-http"], 3, &["wants credentials for", "helm registry login"]);
    }
}

#[test]
fn credentials_come_from_helm_docker_the_environment_and_standard_input() {
    let [docker, _] = Server::all();
    let (scene, address) = (Scene::new(), docker.address());
    push(&scene, &address);
    let chart = format!("oci://{address}/charts/web");
    let helms = scene.path("home/config/registry/config.json");
    // Helm's file under another name, then the same as Docker's own.
    fs::rename(&helms, scene.path("elsewhere.json")).expect("helm logged in");
    refused(&scene.renders("4", &[&chart]), 3, &["wants credentials"]);
    let elsewhere = scene.path("elsewhere.json").display().to_string();
    succeeds(&scene.renders("4", &[&chart, "--registry-config", &elsewhere]));
    succeeds(&run(scene.ours(&["template", "shop", &chart]).env("HELM_REGISTRY_CONFIG", &elsewhere)));
    fs::create_dir_all(scene.path("home/.docker")).expect("a folder");
    fs::rename(&elsewhere, scene.path("home/.docker/config.json")).expect("it is moved");
    succeeds(&scene.renders("4", &[&chart]));
    fs::remove_file(scene.path("home/.docker/config.json")).expect("it is there");
    let named = |password: &str| {
        run(scene.ours(&["template", "shop", &chart, "--username", USER]).env("TOWPATH_CHART_PASSWORD", password))
    };
    succeeds(&named(PASSWORD));
    refused(&named("wrong"), 3, &["refused the credentials"]);
    let password = scene.write("password", &format!("{PASSWORD}\n"));
    let mut command = scene.ours(&["template", "shop", &chart, "--username", USER, "--password-stdin"]);
    succeeds(&run(command.stdin(fs::File::open(password).expect("it is there"))));
}

#[test]
fn a_blob_that_was_changed_in_the_registry_is_noticed() {
    let registry = DockerRegistry::start();
    let scene = Scene::new();
    let address = registry.address().to_string();
    let to = format!("oci://{address}/charts");
    succeeds(&run(scene.helm("helm4", &["push"]).arg(scene.packed("web", "1.0.0")).args([&to, "--plain-http"])));
    let layer = manifest(&address, "1.0.0").1.layers[0].digest;
    let path = registry.blob(layer);
    let mut bytes = fs::read(&path).expect("the blob is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).expect("it is changed");
    let chart = format!("oci://{address}/charts/web");
    scene.refuses(
        &[&chart, "--plain-http"],
        3,
        &["has digest", &format!("expected {layer}"), "nothing of it was used"],
    );
    // Nothing of it was kept either.
    refused(&scene.renders("4", &[&chart, "--version", "1.0.0", "--offline"]), 3, &["would have to be fetched"]);
}

#[test]
fn a_registry_proves_itself_by_the_given_authority() {
    let scene = Scene::new();
    let certificates = Certificates::make(scene.folder.path());
    let options = DockerOptions { login: None, certificates: Some(certificates.clone()) };
    let registry = DockerRegistry::start_with(&options);
    let to = format!("oci://{}/charts", registry.address());
    let authority = certificates.authority.display().to_string();
    let archive = scene.packed("web", "1.0.0");
    succeeds(&run(scene.helm("helm4", &["push"]).arg(archive).args([&to, "--ca-file", &authority])));
    let chart = format!("{to}/web");
    // Helm 3 speaks plain HTTP to this machine, whatever is said about certificates.
    let newer = &HELMS[..1];
    scene.agrees_with(newer, &[&chart, "--ca-file", &authority]);
    scene.agrees_with(newer, &[&chart, "--insecure-skip-tls-verify"]);
    let other = tempfile::tempdir().expect("a folder");
    let stranger = Certificates::make(other.path()).authority.display().to_string();
    scene.refuses(&[&chart, "--ca-file", &stranger], 3, &["certificate"]);
    scene.refuses(&[&chart, "--ca-file", "none.pem"], 2, &["can't read CA file `none.pem`"]);
}

#[test]
fn both_helms_push_and_both_profiles_pull() {
    let registry = DockerRegistry::start();
    let scene = Scene::new();
    for (helm, _) in HELMS {
        let to = format!("oci://{}/{helm}", registry.address());
        let archive = scene.packed("web", "1.0.0");
        succeeds(&run(scene.helm(helm, &["push"]).arg(archive).args([&to, "--plain-http"])));
        scene.agrees(&[&format!("{to}/web"), "--plain-http"]);
    }
}
