//! The binary as people and pipelines run it, against a registry in this process.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use tempfile::TempDir;
use towpath_model::{Digest, PinnedImage, Release};
use towpath_oci::{Client, ClientOptions, Manifest, RawManifest, Registry, RunningRegistry, media_type};

/// A folder with `cosign.key` and `cosign.pub`, and a registry with an image.
struct Scene {
    folder: TempDir,
    image: PinnedImage,
    _registry: RunningRegistry,
}

impl Scene {
    async fn set() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let registry = Registry::default().start().await.expect("a free port");
        let client = Client::new(ClientOptions::default()).expect("a client");
        let name = registry.repository("team/shop").expect("a name");
        let config = client.put_bytes(&name, media_type::CONFIG, "{}").await.expect("a blob");
        let raw = RawManifest::of_manifest(&Manifest::new(config, Vec::new())).expect("JSON");
        client.put_manifest(&name, &raw.digest().into(), &raw).await.expect("a manifest");
        let scene = Self { folder, image: PinnedImage::new(name, raw.digest()), _registry: registry };
        assert_eq!(code(&scene.run(&["key", "generate"])), 0);
        scene
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_towpath-sign"));
        command.current_dir(self.folder.path()).args(arguments);
        command.env_remove("COSIGN_PASSWORD").env("TOWPATH_KEY_PASSWORD", "pass");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("it starts")
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).expect("a file")
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("no signal")
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The registry answers on other threads while the binary runs.
#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_signed_and_verified_and_recorded_in_its_release() {
    let scene = Scene::set().await;
    let image = scene.image.to_string();
    let path = scene.folder.path().join("release.json");
    let release = Release::new("shop", "1.0.0", scene.image.clone());
    fs::write(&path, serde_json::to_string(&release).unwrap()).unwrap();

    let unsigned = scene.run(&["verify", &image, "--key", "cosign.pub"]);
    assert_eq!(code(&unsigned), 1, "{}", errors(&unsigned));
    assert!(errors(&unsigned).contains(&format!("error: image {image} is not signed")));

    let signed = scene.run(&["sign", "--release", "release.json", "--key", "cosign.key"]);
    assert_eq!(
        (code(&signed), String::from_utf8_lossy(&signed.stdout).trim()),
        (0, image.as_str()),
        "{}",
        errors(&signed)
    );
    let recorded: Release = serde_json::from_str(&scene.file("release.json")).unwrap();
    assert_eq!(recorded.signatures.len(), 2);
    assert!(recorded.signatures.is_sorted());

    let again = scene.run(&["sign", "--release", "release.json", "--key", "cosign.key"]);
    assert_eq!(code(&again), 0);
    assert_eq!(
        serde_json::from_str::<Release>(&scene.file("release.json")).unwrap(),
        recorded,
        "signing again changes nothing"
    );

    let verified = scene.run(&["verify", &image, "--key", "cosign.pub", "--output", "json"]);
    assert_eq!(code(&verified), 0, "{}", errors(&verified));
    let document: serde_json::Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!((&document["kind"], &document["image"]), (&"SignedImage".into(), &image.as_str().into()));
    let manifests = document["signatures"].as_array().unwrap().iter().map(|found| found["manifest"].as_str().unwrap());
    assert_eq!(manifests.collect::<Vec<_>>(), recorded.signatures.iter().map(Digest::to_string).collect::<Vec<_>>());

    let other = scene.run(&[
        "verify",
        &format!("{}@{}", scene.image.name(), Digest::of(b"")),
        "--release",
        "release.json",
        "--key",
        "cosign.pub",
    ]);
    assert_eq!(code(&other), 2);
    assert!(errors(&other).contains(&format!("the release is of image {image}")), "{}", errors(&other));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_input_says_what_to_do() {
    let scene = Scene::set().await;
    let image = scene.image.to_string();
    fs::write(scene.folder.path().join("broken.json"), "{\n  \"serivce\": 1\n}").unwrap();
    for (arguments, exit, parts) in [
        (
            vec!["sign", "r.example/shop:latest", "--key", "cosign.key"],
            2,
            vec!["`r.example/shop:latest` has no digest", "hint: name it by its content"],
        ),
        (vec!["sign", &image, "--key", "nowhere.key"], 2, vec!["cannot read the key `nowhere.key`"]),
        (
            vec!["sign", &image, "--key", "env://TOWPATH_NO_SUCH_KEY"],
            2,
            vec!["no key in the variable `TOWPATH_NO_SUCH_KEY`"],
        ),
        (vec!["sign", &image, "--key", "awskms:///alias/x"], 2, vec!["a key is a file or `env://NAME`"]),
        (vec!["sign", &image, "--key", "cosign.pub"], 2, vec!["the PEM block is a `PUBLIC KEY`"]),
        (
            vec!["verify", &image, "--key", "cosign.key"],
            2,
            vec!["the PEM block is a `ENCRYPTED SIGSTORE PRIVATE KEY`", "towpath-sign key public"],
        ),
        (
            vec!["verify", "--release", "broken.json", "--key", "cosign.pub"],
            2,
            vec!["unknown field `serivce`", "broken.json:2:"],
        ),
        (vec!["verify", "--key", "cosign.pub"], 2, vec!["<IMAGE@DIGEST>"]),
        (
            vec![
                "sign",
                "127.0.0.1:1/shop@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "--key",
                "cosign.key",
            ],
            3,
            vec!["no answer from 127.0.0.1:1"],
        ),
        (vec!["key", "generate"], 2, vec!["`cosign.pub` exists and is not overwritten"]),
    ] {
        let output = scene.run(&arguments);
        assert_eq!(code(&output), exit, "{arguments:?}: {}", errors(&output));
        for part in parts {
            assert!(errors(&output).contains(part), "{arguments:?}: {}", errors(&output));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_come_from_a_file_or_a_variable_and_a_wrong_one_is_told() {
    let scene = Scene::set().await;
    fs::write(scene.folder.path().join("password"), "pass\n").unwrap();
    let public = scene.file("cosign.pub");
    let show = ["key", "public", "--key", "cosign.key"];
    let bare = |arguments: &[&str]| {
        let mut command = scene.command(arguments);
        command.env_remove("TOWPATH_KEY_PASSWORD").stdin(std::process::Stdio::null());
        command
    };
    for output in [
        scene.command(&show).env("COSIGN_PASSWORD", "ignored").output().unwrap(),
        bare(&show).env("COSIGN_PASSWORD", "pass").output().unwrap(),
        bare(&[&show[..], &["--password-file", "password"]].concat()).output().unwrap(),
        bare(&["key", "public", "--key", "env://PASTED_KEY"])
            .envs([("PASTED_KEY", scene.file("cosign.key").as_str()), ("COSIGN_PASSWORD", "pass")])
            .output()
            .unwrap(),
    ] {
        assert_eq!(
            (code(&output), String::from_utf8_lossy(&output.stdout)),
            (0, public.as_str().into()),
            "{}",
            errors(&output)
        );
    }
    let wrong = bare(&show).env("COSIGN_PASSWORD", "word").output().unwrap();
    assert_eq!(code(&wrong), 2);
    assert!(errors(&wrong).starts_with("error: the password does not open the private key\n"), "{}", errors(&wrong));
    assert!(errors(&wrong).contains("in the key `cosign.key`"), "{}", errors(&wrong));
    let none = bare(&show).output().unwrap();
    assert_eq!(code(&none), 2);
    assert!(errors(&none).contains("hint: set TOWPATH_KEY_PASSWORD or COSIGN_PASSWORD"), "{}", errors(&none));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_pair_is_private_whole_and_completed_but_never_overwritten() {
    let scene = Scene::set().await;
    let (private, public) = (scene.file("cosign.key"), scene.file("cosign.pub"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(scene.folder.path().join("cosign.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let left: Vec<_> = fs::read_dir(scene.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "no part is left: {left:?}");
    fs::remove_file(scene.folder.path().join("cosign.pub")).unwrap();
    assert_eq!(code(&scene.run(&["key", "generate"])), 0, "as after a kill between the two files");
    assert_eq!((scene.file("cosign.key"), scene.file("cosign.pub")), (private, public));
    assert_eq!(code(&scene.run(&["key", "generate", "--output-prefix", "other"])), 0);
    assert!(Path::new(&scene.folder.path().join("other.pub")).is_file());
    let absent = scene.run(&["key", "generate", "--output-prefix", "no/such/folder"]);
    assert_eq!(
        (code(&absent), errors(&absent).contains("cannot write `no/such/folder.key`")),
        (3, true),
        "{}",
        errors(&absent)
    );
}
