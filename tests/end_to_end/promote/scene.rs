//! A service, its repository and its registry, all in one folder and this process.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
};

use serde_json::Value;
use towpath_forge::{Author, Edit, LocalForge, Stamp};
use towpath_model::{PinnedImage, Release};
use towpath_oci::{Client, ClientOptions, Manifest, RawManifest, Reference, Registry, RunningRegistry, media_type};
use towpath_sign::{Formats, PrivateKey};

const CONFIG: &str = "\
apiVersion: towpath.dev/v1alpha1
kind: Service
metadata: {name: shop}
manifests:
  chart: deploy/chart
  values: ['deploy/{env}/values.yaml']
environments:
  - name: staging
  - name: prod
promotion:
  repository: REPOSITORY
  forge: local
  set: 'apps/{service}/deploy/{env}/values.yaml#/image/digest'
";

const FILES: [(&str, &str); 4] = [
    ("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
    (
        "chart/templates/config.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\ndata:\n  \
         image: \"{{ .Values.image.repository }}@{{ .Values.image.digest }}\"\n  replicas: \"{{ .Values.replicas }}\"\n",
    ),
    ("staging/values.yaml", VALUES),
    ("prod/values.yaml", VALUES),
];

const VALUES: &str = "\
# What runs here.
image:
  repository: registry.example.com/shop
  # set by promotions
  digest: sha256:0000000000000000000000000000000000000000000000000000000000000000
replicas: 2
";

/// What the repository holds beside the values files.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// The whole service: its `towpath.yaml` and its chart.
    Service,
    /// Nothing; the chart stands in the service's own folder.
    ValuesOnly,
}

pub(crate) struct Scene {
    folder: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
    registry: RunningRegistry,
    key: PrivateKey,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::with(Holds::Service)
    }

    pub(crate) fn with(holds: Holds) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let registry = runtime.block_on(Registry::default().start()).expect("a registry");
        let key = PrivateKey::generate().expect("a key");
        let scene = Self { folder, runtime, registry, key };
        let repository = scene.repository();
        fs::write(scene.folder().join("cosign.pub"), scene.key.public().to_pem().expect("PEM")).expect("a file");
        let config = CONFIG.replace("REPOSITORY", &format!("file://{}", repository.display()));
        fs::write(scene.folder().join("towpath.yaml"), &config).expect("a file");
        let mut files = vec![];
        if holds == Holds::Service {
            files.push(Edit { path: "apps/shop/towpath.yaml".to_owned(), content: config.into_bytes() });
        }
        for (path, content) in FILES {
            let own = scene.folder().join("deploy").join(path);
            if holds == Holds::Service || path.ends_with("values.yaml") {
                files.push(Edit { path: format!("apps/shop/deploy/{path}"), content: content.as_bytes().to_vec() });
            } else {
                fs::create_dir_all(own.parent().expect("a folder")).expect("a folder");
                fs::write(own, content).expect("a file");
            }
        }
        let stamp = Stamp { author: Author::default(), seconds: 1 };
        LocalForge::create(&repository, "main", &files, &stamp).expect("a repository");
        scene
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn repository(&self) -> PathBuf {
        self.folder().join("gitops.git")
    }

    /// Pushes an image whose content is `content` and returns it.
    pub(crate) fn push_image(&self, content: &str) -> PinnedImage {
        let name = self.registry.repository("acme/shop").expect("a name");
        let digest = self.runtime.block_on(async {
            let client = Client::new(ClientOptions::default()).expect("a client");
            let config = format!("{{\"config\":{{\"Labels\":{{\"content\":\"{content}\"}}}}}}");
            let config = client.put_bytes(&name, media_type::CONFIG, config).await.expect("a config");
            let manifest = RawManifest::of_manifest(&Manifest::new(config, Vec::new())).expect("a manifest");
            client.put_manifest(&name, &Reference::tag("latest").expect("a tag"), &manifest).await.expect("an image")
        });
        PinnedImage::new(name, digest)
    }

    fn sign(&self, image: &PinnedImage, key: &PrivateKey) {
        self.runtime.block_on(async {
            let client = Client::new(ClientOptions::default()).expect("a client");
            towpath_sign::sign(&client, image, key, Formats::Both).await.expect("a signature");
        });
    }

    pub(crate) fn sign_with_another_key(&self, image: &PinnedImage) {
        self.sign(image, &PrivateKey::generate().expect("a key"));
    }

    pub(crate) fn write_release(&self, version: &str, image: &PinnedImage) {
        let release = Release::new("shop", version, image.clone());
        let json = serde_json::to_vec(&release).expect("JSON");
        fs::write(self.folder().join("release.json"), json).expect("a file");
    }

    pub(crate) fn read_release(&self) -> Release {
        let json = fs::read(self.folder().join("release.json")).expect("a file");
        serde_json::from_slice(&json).expect("a release")
    }

    /// Pushes and signs an image and makes it the release of `release.json`.
    pub(crate) fn release(&self, version: &str) {
        let image = self.push_image(version);
        self.sign(&image, &self.key);
        self.write_release(version, &image);
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        static BINARY: OnceLock<PathBuf> = OnceLock::new();
        let mut command = Command::new(BINARY.get_or_init(|| towpath_tests::binary("towpath-promote")));
        command.current_dir(self.folder()).args(arguments);
        if arguments[0] == "open" {
            command.args(["--key", "cosign.pub"]);
        }
        // Neither the user's credentials nor the user's git configuration play a part.
        command.env("DOCKER_CONFIG", self.folder()).env("HOME", self.folder()).env_remove("SOURCE_DATE_EPOCH");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn output(&self, arguments: &[&str]) -> Output {
        towpath_tests::output(&mut self.command(arguments))
    }

    pub(crate) fn text(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.text(&[arguments, &["--output", "json"]].concat())).expect("JSON")
    }

    /// Runs a command that must fail with `code` and returns what it says on stderr.
    pub(crate) fn refused(&self, arguments: &[&str], code: i32) -> String {
        let output = self.output(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        said
    }

    /// Asks the real git, which must have nothing to complain about.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.arg("--git-dir").arg(self.repository()).args(arguments);
        let output = towpath_tests::output(&mut git);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }
}

/// Returns the digest in a values file.
pub(crate) fn digest_in(values: &str) -> &str {
    let line = values.lines().find_map(|line| line.trim().strip_prefix("digest: ")).expect("a digest");
    line.trim_matches('"')
}
