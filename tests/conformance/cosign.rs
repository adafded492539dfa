//! cosign 2.5 and 3.1 verify what we sign, and we verify what they sign and refuse what we must.
//!
//! Each test runs against docker-registry, which has no referrers API, and against our own registry, which has it.
//! cosign works without a network and without transparency log by these options, which [`cosign`] adds:
//!
//! | | cosign 2.5 | cosign 3.1 |
//! |---|---|---|
//! | `sign`, `attest` | `--tlog-upload=false` | `--use-signing-config=false --tlog-upload=false` |
//! | `verify` | `--insecure-ignore-tlog` | `--insecure-ignore-tlog` |
//! | `verify-attestation` of bundles | and `--new-bundle-format --trusted-root FILE` | |
//!
//! cosign 3.1 signs as a bundle, or with `--new-bundle-format=false` in the legacy format; `verify` takes bundles where
//! there are any and looks for legacy signatures only where there are none. cosign 2.5 signs and verifies images in the
//! legacy format alone, but `attest --new-bundle-format` and `verify-attestation --new-bundle-format` speak of bundles: with
//! `--type https://sigstore.dev/cosign/sign/v1` the latter verifies a signature. It would fetch a trusted root even to check
//! a key; an empty one does.
//!
//! Without the referrers API cosign 3.1.1 does find bundles, its own and ours: it lists the fallback tag without a filter. But
//! it enters its bundles there as `application/vnd.oci.empty.v1+json`, the type of their configuration, since the library below
//! it does not know `artifactType`; whoever filters the list by the type of bundles does not find them.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    sync::LazyLock,
};

use tempfile::TempDir;
use towpath_model::{Digest, ImageName, Kind, PinnedImage};
use towpath_oci::{
    Client, ClientOptions, Descriptor, Manifest, RawManifest, Reference, Registry, RunningRegistry, Tag, media_type,
};
use towpath_sign::{Format, Formats, Policy, PrivateKey, PublicKey, SignedImage, VerifyError, sign, verify};
use towpath_tests::{binary, docker_registry::DockerRegistry, output, peer};

const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
const SIGN_PREDICATE: &str = "https://sigstore.dev/cosign/sign/v1";
const PASSWORD: &str = "correct horse";
const LEGACY: Formats = Formats::Only(Format::Legacy);
const BUNDLES: Formats = Formats::Only(Format::Bundle);

enum Server {
    Docker(DockerRegistry),
    Ours(RunningRegistry),
}

/// A key pair as its two files, and opened, which takes a while.
struct Pair {
    name: &'static str,
    private_text: String,
    public_text: String,
    private: PrivateKey,
}

/// The keys `cosign2` and `cosign3`, made by those, and `ours`, made by us; they serve all tests.
static KEYS: LazyLock<[Pair; 3]> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    ["cosign2", "cosign3", "ours"].map(|name| {
        let file = |end: &str| folder.path().join(format!("{name}{end}"));
        if name == "ours" {
            let key = PrivateKey::generate().expect("random numbers");
            let private_text = key.to_encrypted_pem(PASSWORD.as_bytes()).expect("a key");
            return Pair { name, private_text, public_text: key.public().to_pem().expect("a key"), private: key };
        }
        succeeds(&cosign(folder.path(), name, &["generate-key-pair", "--output-key-prefix", name]));
        let private_text = fs::read_to_string(file(".key")).expect("a key");
        let private = PrivateKey::from_encrypted_pem(private_text.as_bytes(), PASSWORD.as_bytes()).expect("a key");
        Pair { name, private_text, public_text: fs::read_to_string(file(".pub")).expect("a key"), private }
    })
});

/// A registry, and a folder with the files of all keys.
struct Scene {
    server: Server,
    folder: TempDir,
    client: Client,
}

impl Scene {
    /// Returns a scene on a registry without and one on a registry with the referrers API.
    async fn both() -> [Self; 2] {
        let ours = Registry::default().start().await.expect("a free port");
        [Server::Docker(DockerRegistry::start()), Server::Ours(ours)].map(|server| {
            let folder = tempfile::tempdir().expect("a folder");
            let client = Client::new(ClientOptions::default()).expect("a client");
            let scene = Self { server, folder, client };
            for pair in KEYS.iter() {
                scene.write(&format!("{}.key", pair.name), &pair.private_text);
                scene.write(&format!("{}.pub", pair.name), &pair.public_text);
            }
            scene.write("predicate.json", "{\"tests\":\"passed\"}");
            scene.write("root.json", "{\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;version=0.1\"}");
            scene
        })
    }

    fn name(&self) -> ImageName {
        let address = match &self.server {
            Server::Docker(registry) => registry.address(),
            Server::Ours(registry) => registry.address(),
        };
        format!("{address}/team/shop").parse().expect("a name")
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).expect("the file is written");
    }

    fn cosign(&self, version: &str, arguments: &[&str]) -> Output {
        cosign(self.folder.path(), version, arguments)
    }

    /// Signs with cosign, which must succeed.
    fn cosign_signs(&self, version: &str, options: &[&str], image: &PinnedImage) {
        let (key, image) = (format!("{version}.key"), image.to_string());
        succeeds(&self.cosign(version, &[&["sign", "--key", &key, &image][..], options].concat()));
    }

    /// Tells whether cosign verifies that the key by the name `key` signed the image.
    fn cosign_verifies(&self, version: &str, key: &str, image: &PinnedImage) -> bool {
        let (key, image) = (format!("{key}.pub"), image.to_string());
        self.cosign(version, &["verify", "--key", &key, &image]).status.success()
    }

    /// Tells whether cosign 2.5 verifies a bundle as the signature that it is.
    fn cosign2_verifies_bundle(&self, key: &str, image: &PinnedImage) -> bool {
        let (key, image) = (format!("{key}.pub"), image.to_string());
        let arguments = ["verify-attestation", "--type", SIGN_PREDICATE, "--key", &key, &image];
        self.cosign("cosign2", &arguments).status.success()
    }

    /// Pushes an image that nothing else is like.
    async fn image(&self, label: &str) -> PinnedImage {
        let name = self.name();
        let config = format!("{{\"architecture\":\"amd64\",\"os\":\"linux\",\"author\":\"{label}\"}}");
        let config = self.client.put_bytes(&name, media_type::CONFIG, config).await.expect("a blob");
        let raw = RawManifest::of_manifest(&Manifest::new(config, Vec::new())).expect("JSON");
        self.client.put_manifest(&name, &raw.digest().into(), &raw).await.expect("a manifest");
        PinnedImage::new(name, raw.digest())
    }

    async fn we_sign(&self, image: &PinnedImage, key: &str, formats: Formats) -> Vec<Digest> {
        let written = sign(&self.client, image, &pair(key).private, formats).await.expect("it signs");
        written.iter().map(|signature| signature.manifest).collect()
    }

    async fn we_verify(&self, image: &PinnedImage, key: &str, formats: Formats) -> Result<SignedImage, VerifyError> {
        verify(&self.client, image, &pair(key).private.public(), Policy { formats }).await
    }

    /// Returns the causes why we refuse the image, which must be a verdict.
    async fn refusal(&self, image: &PinnedImage, key: &str) -> Vec<String> {
        let error = self.we_verify(image, key, Formats::Both).await.expect_err("it is refused").diagnostic();
        assert_eq!(error.kind, Kind::Verdict, "{error:?}");
        error.causes
    }

    /// Copies what stands beside `from` to `to`, as somebody would who wants its signature to count there.
    async fn copy_signatures(&self, from: &PinnedImage, to: &PinnedImage) {
        if let Ok(raw) = self.client.get_manifest(from.name(), &signature_tag(from)).await {
            self.client.put_manifest(to.name(), &signature_tag(to), &raw).await.expect("a manifest");
        }
        let subject = self.client.get_manifest(to.name(), &to.digest().into()).await.expect("the image").descriptor();
        for entry in self.referrers(from).await {
            let raw = self.client.get_manifest(from.name(), &entry.digest.into()).await.expect("a manifest");
            let manifest = Manifest { subject: Some(subject.clone()), ..raw.manifest().expect("a manifest") };
            let raw = RawManifest::of_manifest(&manifest).expect("JSON");
            self.client.put_referrer(to.name(), &raw).await.expect("a referrer");
        }
    }

    async fn referrers(&self, image: &PinnedImage) -> Vec<Descriptor> {
        self.client.referrers(image.name(), image.digest(), None).await.expect("a list")
    }

    async fn signature_layers(&self, image: &PinnedImage) -> usize {
        let raw = self.client.get_manifest(image.name(), &signature_tag(image)).await.expect("signatures");
        raw.manifest().expect("a manifest").layers.len()
    }
}

/// Runs `cosign2` or `cosign3` in `folder`, with a home of its own and no way out of this machine.
fn cosign(folder: &Path, version: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(peer(version));
    command.current_dir(folder).args(arguments);
    command.env("HOME", folder).env("COSIGN_PASSWORD", PASSWORD).env("COSIGN_YES", "true");
    command.env("HTTPS_PROXY", "http://127.0.0.1:1").env("HTTP_PROXY", "http://127.0.0.1:1");
    match (arguments[0], version) {
        ("sign" | "attest", "cosign2") => command.arg("--tlog-upload=false"),
        ("sign" | "attest", _) => command.args(["--use-signing-config=false", "--tlog-upload=false"]),
        ("verify-attestation", "cosign2") => {
            command.args(["--insecure-ignore-tlog", "--new-bundle-format", "--trusted-root", "root.json"])
        }
        ("verify" | "verify-attestation", _) => command.arg("--insecure-ignore-tlog"),
        _ => &mut command,
    };
    output(&mut command)
}

fn pair(name: &str) -> &'static Pair {
    KEYS.iter().find(|pair| pair.name == name).expect("one of the three")
}

fn signature_tag(image: &PinnedImage) -> Reference {
    Reference::Tag(Tag::of_digest(image.digest(), "sig").expect("a tag"))
}

fn succeeds(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn cosign_verifies_what_we_sign_in_both_formats() {
    for scene in Scene::both().await {
        for key in ["ours", "cosign2", "cosign3"] {
            let legacy = scene.image(&format!("legacy {key}")).await;
            scene.we_sign(&legacy, key, LEGACY).await;
            let bundle = scene.image(&format!("bundle {key}")).await;
            scene.we_sign(&bundle, key, BUNDLES).await;
            let both = scene.image(&format!("both {key}")).await;
            scene.we_sign(&both, key, Formats::Both).await;
            for version in ["cosign2", "cosign3"] {
                assert!(scene.cosign_verifies(version, key, &legacy), "{version} reads our legacy signature");
                assert!(scene.cosign_verifies(version, key, &both), "{version} reads one of both");
            }
            assert!(scene.cosign_verifies("cosign3", key, &bundle), "cosign 3 reads our bundle");
            assert!(scene.cosign2_verifies_bundle(key, &bundle), "cosign 2.5 reads our bundle");
            assert!(
                scene.cosign2_verifies_bundle(key, &both),
                "cosign 2.5 reads our bundle beside the legacy signature"
            );
            let stranger = if key == "ours" { "cosign2" } else { "ours" };
            for (version, image) in [("cosign2", &legacy), ("cosign3", &legacy), ("cosign3", &bundle)] {
                assert!(!scene.cosign_verifies(version, stranger, image), "{version} knows another key");
            }
            assert!(!scene.cosign2_verifies_bundle(stranger, &bundle), "cosign 2.5 knows another key");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn we_verify_what_cosign_signs_and_refuse_another_key_and_another_image() {
    let legacy3: &[&str] = &["--new-bundle-format=false"];
    for scene in Scene::both().await {
        for (version, options, format) in [
            ("cosign2", &[][..], Format::Legacy),
            ("cosign3", legacy3, Format::Legacy),
            ("cosign3", &[], Format::Bundle),
        ] {
            let image = scene.image(&format!("signed by {version} {format}")).await;
            scene.cosign_signs(version, options, &image);
            let signed = scene.we_verify(&image, version, Formats::Both).await.expect("it is signed");
            assert_eq!(signed.signatures().iter().map(|found| found.format).collect::<Vec<_>>(), [format], "{version}");
            assert!(scene.we_verify(&image, version, Formats::Only(format)).await.is_ok());

            let causes = scene.refusal(&image, "ours").await;
            assert!(causes.len() == 1 && causes[0].ends_with("was not made by this key"), "{causes:?}");

            let other = scene.image(&format!("not signed by {version} {format}")).await;
            assert_eq!(scene.refusal(&other, version).await, ["no signature was found beside it"]);
            scene.copy_signatures(&image, &other).await;
            let causes = scene.refusal(&other, version).await;
            let expected = format!("signs {}, not {}", image.digest(), other.digest());
            assert!(causes.len() == 1 && causes[0].ends_with(&expected), "{causes:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_bears_an_attestation_alone_is_refused() {
    let bundle2: &[&str] = &["--new-bundle-format"];
    for scene in Scene::both().await {
        for (version, options, found) in [
            ("cosign3", &[][..], true),
            ("cosign2", bundle2, true),
            // A legacy attestation stands at a tag of its own, where nobody looks for signatures.
            ("cosign2", &[], false),
        ] {
            let image = scene.image(&format!("attested by {version} {options:?}")).await;
            let (key, text) = (format!("{version}.key"), image.to_string());
            let attest = ["attest", "--type", "custom", "--predicate", "predicate.json", "--key", &key, &text];
            succeeds(&scene.cosign(version, &[&attest[..], options].concat()));
            let causes = scene.refusal(&image, version).await;
            let expected = if found {
                "is an attestation of type `https://cosign.sigstore.dev/attestation/v1`, not a signature of the image"
            } else {
                "no signature was found beside it"
            };
            assert!(causes.len() == 1 && causes[0].ends_with(expected), "{causes:?}");
            scene.we_sign(&image, version, Formats::Both).await;
            assert!(scene.we_verify(&image, version, Formats::Both).await.is_ok(), "a signature beside it counts");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_signatures_and_cosigns_stand_beside_each_other() {
    for scene in Scene::both().await {
        let image = scene.image("shared").await;
        let first = scene.we_sign(&image, "ours", Formats::Both).await;
        scene.cosign_signs("cosign2", &[], &image);
        scene.cosign_signs("cosign3", &[], &image);
        assert_eq!(scene.signature_layers(&image).await, 2);
        let listed = scene.referrers(&image).await;
        assert_eq!(listed.len(), 2);
        let ours = listed.iter().find(|entry| first.contains(&entry.digest)).expect("our bundle is still listed");
        let theirs = listed.iter().find(|entry| !first.contains(&entry.digest)).expect("cosign's bundle is listed");
        assert_eq!(ours.artifact_type.as_deref(), Some(BUNDLE));
        let expected = if matches!(scene.server, Server::Docker(_)) { media_type::EMPTY } else { BUNDLE };
        assert_eq!(theirs.artifact_type.as_deref(), Some(expected));
        for key in ["ours", "cosign2", "cosign3"] {
            assert!(scene.we_verify(&image, key, Formats::Both).await.is_ok(), "{key}");
        }
        assert!(scene.cosign_verifies("cosign2", "ours", &image) && scene.cosign_verifies("cosign3", "ours", &image));

        scene.we_sign(&image, "cosign2", LEGACY).await;
        assert_eq!(scene.signature_layers(&image).await, 2, "cosign's signature by the same key is enough");
        scene.we_sign(&image, "cosign3", Formats::Both).await;
        scene.we_sign(&image, "ours", Formats::Both).await;
        assert_eq!((scene.signature_layers(&image).await, scene.referrers(&image).await.len()), (3, 3));
        assert!(
            scene.cosign_verifies("cosign2", "cosign2", &image) && scene.cosign_verifies("cosign3", "cosign3", &image)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signers_at_once_all_stay() {
    for scene in Scene::both().await {
        let image = scene.image("crowd").await;
        let mut tasks = tokio::task::JoinSet::new();
        for pair in KEYS.iter() {
            let (client, image) = (scene.client.clone(), image.clone());
            tasks.spawn(async move { sign(&client, &image, &pair.private, Formats::Both).await });
        }
        assert!(tasks.join_all().await.iter().all(Result::is_ok));
        assert_eq!((scene.signature_layers(&image).await, scene.referrers(&image).await.len()), (3, 3));
        for pair in KEYS.iter() {
            assert!(scene.cosign_verifies("cosign2", pair.name, &image), "the legacy signature by {}", pair.name);
            assert!(scene.cosign_verifies("cosign3", pair.name, &image), "the bundle by {}", pair.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_travel_both_ways() {
    let [scene, _] = Scene::both().await;
    for version in ["cosign2", "cosign3"] {
        let public = PublicKey::from_pem(pair(version).public_text.as_bytes()).expect("a key");
        assert_eq!(pair(version).private.public(), public, "we open {version}'s key");
        let shown = scene.cosign(version, &["public-key", "--key", "ours.key"]);
        succeeds(&shown);
        assert_eq!(String::from_utf8_lossy(&shown.stdout), pair("ours").public_text, "{version} opens ours");
        let image = scene.image(&format!("our key in {version}")).await;
        succeeds(&scene.cosign(version, &["sign", "--key", "ours.key", &image.to_string()]));
        assert!(scene.we_verify(&image, "ours", Formats::Both).await.is_ok(), "{version} signs with our key");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_binary_signs_with_cosigns_key_and_verifies_with_its_public_half() {
    let program = binary("towpath-sign");
    for scene in Scene::both().await {
        let (image, other) = (scene.image("binary").await, scene.image("other").await);
        let run = |arguments: &[&str]| {
            let mut command = Command::new(&program);
            output(command.current_dir(scene.folder.path()).env("COSIGN_PASSWORD", PASSWORD).args(arguments))
        };
        let text = image.to_string();
        succeeds(&run(&["sign", &text, "--key", "cosign3.key"]));
        assert!(
            scene.cosign_verifies("cosign2", "cosign3", &image) && scene.cosign_verifies("cosign3", "cosign3", &image)
        );
        succeeds(&run(&["verify", &text, "--key", "cosign3.pub"]));
        assert_eq!(run(&["verify", &text, "--key", "cosign2.pub"]).status.code(), Some(1));
        assert_eq!(run(&["verify", &other.to_string(), "--key", "cosign3.pub"]).status.code(), Some(1));
    }
}
