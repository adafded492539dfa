//! The command as people and pipelines run it: what it prints, what it writes, how it refuses.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that fails")]

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;
use towpath_model::PinnedImage;
use towpath_oci::{
    Client, ClientOptions, CredentialSource, Credentials, ImageSource, Layout, Reference, Registry, validate,
};

/// What this test runs on.
const HOST: &str = if cfg!(target_arch = "aarch64") { "linux/arm64" } else { "linux/amd64" };

/// The smallest ELF header that says amd64 and names no loader.
fn static_program() -> Vec<u8> {
    let mut elf = vec![0; 64];
    elf[..8].copy_from_slice(b"\x7fELF\x02\x01\x01\x00");
    elf[18] = 62;
    elf
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder).args(arguments).output().unwrap()
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_towpath-build"));
    for name in ["SOURCE_DATE_EPOCH", "GIT_COMMIT", "GITHUB_SHA", "CI_COMMIT_SHA"] {
        command.env_remove(name);
    }
    command.current_dir(folder).env("DOCKER_CONFIG", folder.join("docker")).env("NO_COLOR", "1");
    command
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Runs it and returns the pinned name, which is the one line on stdout.
fn built(folder: &Path, arguments: &[&str]) -> PinnedImage {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout).strip_suffix('\n').unwrap().parse().unwrap()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("app"), static_program()).unwrap();
    fs::write(folder.path().join("page"), "hello").unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_image_is_named_recorded_and_valid() {
    let registry = Registry::default().start().await.unwrap();
    let (folder, name) = (folder(), registry.repository("acme/shop").unwrap().to_string());
    let arguments = [
        "--image",
        &name,
        "--binary",
        "app",
        "--file",
        "page:/srv/:0600",
        "--platform",
        "linux/amd64",
        "--env",
        "A=1",
        "--label",
        "l=x",
        "--user",
        "10001",
        "--workdir",
        "/srv",
        "--expose",
        "8080",
        "--cmd",
        "--verbose",
        "--push",
        "--tag",
        "1.4.0",
        "--release",
        "release.json",
        "--revision",
        "abc",
    ];
    let image = built(folder.path(), &arguments);
    let client = Client::new(ClientOptions::default()).unwrap();
    let source = ImageSource::Repository { client: client.clone(), name: image.name().clone() };
    let manifest = validate(&source, image.digest()).await.unwrap()[0].manifest().unwrap();
    let config: Value = serde_json::from_slice(&source.blob(&manifest.config, 1 << 20).await.unwrap()).unwrap();
    let expected = serde_json::json!({
        "User": "10001", "ExposedPorts": {"8080/tcp": {}}, "Env": ["A=1"], "Entrypoint": ["/app"],
        "Cmd": ["--verbose"], "WorkingDir": "/srv", "Labels": {"l": "x"},
    });
    assert_eq!(config["config"], expected);
    let tagged = client.head_manifest(image.name(), &Reference::tag("1.4.0").unwrap()).await.unwrap().unwrap();
    assert_eq!(tagged.digest, image.digest());

    let release = || serde_json::from_slice::<Value>(&fs::read(folder.path().join("release.json")).unwrap()).unwrap();
    let expected = serde_json::json!({
        "apiVersion": "towpath.dev/v1alpha1", "service": "shop", "version": "1.4.0", "revision": "abc",
        "image": image.to_string(),
    });
    assert_eq!(release(), expected);
    // A later stage wrote into the release; building the same again keeps that, building another does not.
    let mut signed = expected;
    signed["signatures"] = serde_json::json!([image.digest()]);
    fs::write(folder.path().join("release.json"), signed.to_string()).unwrap();
    assert_eq!(built(folder.path(), &arguments), image);
    assert_eq!(release(), signed);
    fs::write(folder.path().join("page"), "changed").unwrap();
    let other = built(folder.path(), &arguments);
    assert_eq!(release()["image"], other.to_string());
    assert_eq!(release()["signatures"], Value::Null);
}

#[test]
fn a_layout_holds_a_platform_each_and_the_document_tells_all() {
    let folder = folder();
    let mut arm = static_program();
    arm[18] = 183;
    for (architecture, program) in [("amd64", static_program()), ("arm64", arm)] {
        fs::create_dir_all(folder.path().join("bin").join(architecture)).unwrap();
        fs::write(folder.path().join("bin").join(architecture).join("app"), program).unwrap();
    }
    let output = run(
        folder.path(),
        &[
            "--image",
            "r.example/shop",
            "--binary",
            "bin/{arch}/app",
            "--platform",
            "linux/amd64",
            "--platform",
            "linux/arm64",
            "--layout",
            "out",
            "--tag",
            "a",
            "--tag",
            "b",
            "--output",
            "json",
        ],
    );
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&document["kind"], &document["tags"]), (&"BuiltImage".into(), &serde_json::json!(["a", "b"])));
    assert_eq!(document["platforms"][1]["platform"], "linux/arm64");
    let image: PinnedImage = document["image"].as_str().unwrap().parse().unwrap();
    let layout = Layout::open(&folder.path().join("out")).unwrap();
    assert_eq!(layout.find(Some("b")).unwrap().digest, image.digest());
    let base = format!("r.example/shop@{}", image.digest());
    assert_eq!(image.to_string(), base);
    // What was laid out is a base in its turn.
    let above = ["--image", "r.example/top", "--from", "oci:out:a", "--file", "page:/page"];
    assert_ne!(built(folder.path(), &above).digest(), image.digest());
}

#[test]
fn the_same_input_gives_the_same_digest_and_check_says_so() {
    let (one, two) = (folder(), folder());
    fs::set_permissions(two.path().join("page"), fs::Permissions::from_mode(0o600)).unwrap();
    let arguments = ["--image", "r.example/shop", "--binary", "app", "--file", "page:/page"];
    assert_eq!(built(one.path(), &arguments), built(two.path(), &arguments));
    assert_eq!(built(one.path(), &[&arguments[..], &["--check"]].concat()), built(two.path(), &arguments));
    let dated = command(one.path()).args(arguments).env("SOURCE_DATE_EPOCH", "1700000000").output().unwrap();
    assert_ne!(text(&dated.stdout).trim(), built(two.path(), &arguments).to_string());
}

#[test]
fn towpath_yaml_is_built_as_it_says_and_options_win() {
    let folder = folder();
    let service = folder.path().join("service");
    fs::create_dir(&service).unwrap();
    fs::rename(folder.path().join("app"), service.join("app")).unwrap();
    let yaml = "apiVersion: towpath.dev/v1alpha1\nkind: Service\nmetadata: {name: shop}\nimage:\n  repository: r.example/shop\n  \
                files: [{from: app, to: /shop, mode: \"0755\"}]\n  entrypoint: [/shop]\n";
    fs::write(service.join("towpath.yaml"), yaml).unwrap();
    let here = built(&service, &["--release", "release.json"]);
    let there = built(folder.path(), &["--config", "service/towpath.yaml"]);
    assert_eq!(here, there);
    let release: Value = serde_json::from_slice(&fs::read(service.join("release.json")).unwrap()).unwrap();
    assert_eq!(
        (&release["service"], release["version"].as_str().unwrap()),
        (&"shop".into(), &here.digest().hex()[..12])
    );
    let more =
        built(folder.path(), &["--config", "service/towpath.yaml", "--image", "r.example/x", "--file", "page:/p"]);
    assert_eq!(more.name().to_string(), "r.example/x");
    assert_ne!(more.digest(), here.digest());
}

#[test]
fn what_cannot_be_built_is_refused_with_its_place_and_a_way_out() {
    let folder = folder();
    let own = std::env::current_exe().unwrap();
    fs::copy(own, folder.path().join("dynamic")).unwrap();
    let mut arm = static_program();
    arm[18] = 183;
    fs::write(folder.path().join("arm"), arm).unwrap();
    let image = |key: &str| {
        format!(
            "apiVersion: towpath.dev/v1alpha1\nkind: Service\nmetadata: {{name: shop}}\nimage:\n  repository: r.example/shop\n  {key}\n"
        )
    };
    fs::write(folder.path().join("jar.yaml"), image("jar: app.jar")).unwrap();
    fs::write(folder.path().join("docker.yaml"), image("dockerfile: Dockerfile")).unwrap();
    fs::write(folder.path().join("typo.yaml"), image("binari: app")).unwrap();
    let to = ["--image", "r.example/shop"];
    let cases: [(&[&str], &[&str]); 13] = [
        (
            &["--binary", "dynamic", "--platform", HOST],
            &[
                "error: `/dynamic` needs the loader `/lib",
                "which scratch has not",
                "hint: link it statically",
                "hint: or build on a base image",
            ],
        ),
        (&["--binary", "arm"], &["error: `/arm` is built for arm64, not for linux/amd64", "`{arch}`"]),
        (&["--binary", "absent"], &["error: cannot read `", "absent`", "No such file"]),
        (
            &["--file", "page:/page", "--entrypoint", "/page"],
            &["error: `/page` is the entry point but may not be executed", "hint: give it the mode 0755"],
        ),
        (&["--file", "page"], &["invalid value 'page'", "expected SRC:DST"]),
        (&["--env", "A"], &["expected NAME=VALUE"]),
        (
            &["--from", "alpine:3", "--binary", "app"],
            &["error: image `alpine:3` has no digest", "hint: a base is pinned"],
        ),
        (&["--from", "oci:absent", "--binary", "app"], &["error: cannot read `", "absent/oci-layout`"]),
        (&["--platform", "linux", "--binary", "app"], &["error: platform `linux` is not `os/architecture`"]),
        (
            &["--platform", "linux/amd64", "--platform", "linux/amd64", "--binary", "app"],
            &["error: platform `linux/amd64` is asked for twice"],
        ),
        (&["--expose", "http", "--binary", "app"], &["error: port `http` is not a number"]),
        (&["--tag=-x", "--binary", "app"], &["tag `-x` is not up to 128 letters"]),
        (&[], &["error: the image would hold nothing of its own", "hint: name a binary or files"]),
    ];
    for (arguments, parts) in cases {
        let output = run(folder.path(), &[&to[..], arguments].concat());
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(parts.iter().all(|part| message.contains(part)), "{arguments:?}: {message}");
    }
    for (file, parts) in [
        (
            "jar.yaml",
            [
                "error: `image.jar` is not supported yet",
                "--> jar.yaml:6:8",
                "jar: app.jar",
                "hint: use `binary:` or `files:`",
            ],
        ),
        (
            "docker.yaml",
            [
                "error: `image.dockerfile` is not supported yet",
                "--> docker.yaml:6:15",
                "dockerfile: Dockerfile",
                "hint: use",
            ],
        ),
        (
            "typo.yaml",
            [
                "error: unknown key `binari` in image",
                "--> typo.yaml:6:3",
                "binari: app",
                "hint: did you mean `binary`?",
            ],
        ),
        (
            "absent.yaml",
            [
                "error: cannot read the configuration `absent.yaml`",
                "caused by: No such file",
                "hint: name it with --config",
                "",
            ],
        ),
    ] {
        let output = run(folder.path(), &["--config", file]);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    }
    let allowed = [&to[..], &["--binary", "dynamic", "--allow-dynamic", "--platform", HOST]].concat();
    assert_eq!(run(folder.path(), &allowed).status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_come_from_dockers_configuration_and_its_helpers() {
    let login = Some(("ann".to_owned(), "secret".to_owned()));
    let registry = Registry { login, ..Registry::default() }.start().await.unwrap();
    let (folder, host) = (folder(), registry.address().to_string());
    let name = format!("{host}/shop");
    let arguments = ["--image", &name, "--binary", "app", "--push"];
    let config = folder.path().join("docker/config.json");
    fs::create_dir(folder.path().join("docker")).unwrap();
    let helpers = folder.path().join("helpers");
    fs::create_dir(&helpers).unwrap();
    let helper = helpers.join("docker-credential-vault");
    fs::write(&helper, "#!/bin/sh\nread host\ntest \"$1\" = get && echo \"{\\\"ServerURL\\\":\\\"$host\\\",\\\"Username\\\":\\\"ann\\\",\\\"Secret\\\":\\\"secret\\\"}\"\n").unwrap();
    fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", helpers.display(), std::env::var("PATH").unwrap());
    for (content, code, part) in [
        (None, 3, "wants credentials for blob"),
        (
            Some(format!("{{\"auths\":{{\"http://{host}/v2/\":{{\"auth\":\"YW5uOnNlY3JldA==\"}}}}}}")),
            0,
            "pushed: 2 blobs sent",
        ),
        (
            Some(format!("{{\"auths\":{{\"{host}\":{{\"auth\":\"YW5uOndyb25n\"}}}}}}")),
            3,
            "refused the credentials of `ann`",
        ),
        (Some(format!("{{\"auths\":{{\"{host}\":{{\"auth\":\"!\"}}}}}}")), 2, "is not base64 of `user:password`"),
        (Some(format!("{{\"credHelpers\":{{\"{host}\":\"vault\"}}}}")), 0, "2 already there"),
        (
            Some("{\"credsStore\":\"absent\"}".to_owned()),
            2,
            "credential helper `docker-credential-absent` gave no credentials",
        ),
        (Some("{\"auths\": \"secret\"}".to_owned()), 2, "is not a configuration of Docker's: line 1"),
    ] {
        if let Some(content) = &content {
            fs::write(&config, content).unwrap();
        }
        let output = command(folder.path()).args(arguments).env("PATH", &path).output().unwrap();
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{content:?}: {message}");
        assert!(message.contains(part) && !message.contains("secret"), "{content:?}: {message}");
    }
    let credentials = Credentials::Basic { user: "ann".to_owned(), password: "secret".to_owned() };
    let credentials = CredentialSource::Explicit(credentials);
    let client = Client::new(ClientOptions { credentials, ..ClientOptions::default() }).unwrap();
    assert_eq!(client.tags(&name.parse().unwrap()).await.unwrap(), Vec::<String>::new());
}
