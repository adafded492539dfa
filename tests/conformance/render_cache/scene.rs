use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use serde_json::Value;
use tempfile::TempDir;
use towpath_oci::{Registry, RunningRegistry};
use towpath_tests::{binary, docker_registry::DockerRegistry, output, redis_server::RedisServer};

/// A repository with a chart, an overlay and a chart with a Secret, and a clone of it elsewhere.
pub(crate) struct Scene {
    pub(crate) folder: TempDir,
}

const FILES: &[(&str, &str)] = &[
    ("shop/chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
    ("shop/chart/values.yaml", "size: 1\nlines: 3\n"),
    (
        "shop/chart/templates/map.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata:\n  size: {{ .Values.size | quote }}\n\
         {{- range until (int .Values.lines) }}\n  line{{ . }}: {{ $.Values.size | quote }}\n{{- end }}\n",
    ),
    ("shop/prod.yaml", "size: 3\n"),
    ("web/prod/kustomization.yaml", "resources: [../base]\nnamePrefix: prod-\n"),
    ("web/base/kustomization.yaml", "resources: [map.yaml]\n"),
    ("web/base/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: b}\n"),
    ("vault/prod/kustomization.yaml", "secretGenerator: [{name: vault, literals: [password=open]}]\n"),
];

const SERVICES: &[(&str, &str)] = &[
    ("shop", "{chart: chart, values: ['{env}.yaml']}"),
    ("web", "{kustomize: '{env}'}"),
    ("vault", "{kustomize: '{env}'}"),
];

impl Scene {
    pub(crate) fn new() -> Self {
        let scene = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        let one = scene.one();
        for (path, text) in FILES {
            write(&one.join(path), text);
        }
        for (name, manifests) in SERVICES {
            let text = format!(
                "apiVersion: towpath.dev/v1alpha1\nkind: Service\nmetadata: {{name: {name}}}\nmanifests: {manifests}\n\
                 environments: [{{name: prod}}]\n"
            );
            write(&one.join(name).join("towpath.yaml"), &text);
        }
        git(&one, &["init", "-q", "."]);
        git(&one, &["add", "."]);
        git(&one, &["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "m"]);
        git(scene.folder.path(), &["clone", "-q", "one", "elsewhere/two"]);
        scene
    }

    pub(crate) fn one(&self) -> PathBuf {
        self.folder.path().join("one")
    }

    pub(crate) fn two(&self) -> PathBuf {
        self.folder.path().join("elsewhere/two")
    }
}

pub(crate) fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("because files stand in folders")).expect("it is made");
    fs::write(path, text).expect("it is written");
}

fn git(folder: &Path, arguments: &[&str]) {
    fs::create_dir_all(folder).expect("it is made");
    let status = Command::new("git").current_dir(folder).args(arguments).status();
    assert!(status.expect("git is installed").success(), "git {arguments:?}");
}

/// Returns the program, which knows nothing of the machine's own caches.
pub(crate) fn program() -> Command {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let mut command = Command::new(PROGRAM.get_or_init(|| binary("towpath-render")));
    for name in ["", "_LIMIT", "_REMOTE", "_TENANT", "_SECRETS", "_SECRET", "_USERNAME", "_PASSWORD"] {
        command.env_remove(format!("TOWPATH_CACHE{name}"));
    }
    command
}

/// Returns a call that renders a service's `environment`.
pub(crate) fn render(repository: &Path, service: &str, environment: &str, remote: Option<&str>) -> Command {
    let mut command = program();
    command.args(["env", environment, "--output", "json", "--config"]);
    command.arg(repository.join(service).join("towpath.yaml"));
    if let Some(remote) = remote {
        command.env("TOWPATH_CACHE_REMOTE", remote);
    }
    command
}

/// What a call gave.
pub(crate) struct Given {
    pub(crate) manifests: String,
    cache: Value,
    pub(crate) said: String,
}

impl Given {
    pub(crate) fn count(&self, name: &str) -> u64 {
        self.cache[name].as_u64().expect("the cache counts")
    }
}

pub(crate) fn given(command: &mut Command) -> Given {
    let output = output(command);
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(output.status.success(), "{command:?}: {said}");
    let document: Value = serde_json::from_slice(&output.stdout).expect("a document");
    let manifests = document["manifests"].as_str().expect("manifests").to_owned();
    Given { manifests, cache: document["cache"].clone(), said }
}

/// A shared cache that really runs.
pub(crate) enum Server {
    Docker(DockerRegistry),
    Ours { registry: RunningRegistry, _runtime: tokio::runtime::Runtime },
    Redis(RedisServer),
}

impl Server {
    pub(crate) fn all() -> [Self; 3] {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("threads");
        let ours = runtime.block_on(Registry::default().start()).expect("it starts");
        [
            Self::Docker(DockerRegistry::start()),
            Self::Ours { registry: ours, _runtime: runtime },
            Self::Redis(RedisServer::start(towpath_tests::redis_server::RedisOptions::default())),
        ]
    }

    pub(crate) fn address(&self) -> String {
        match self {
            Self::Docker(registry) => format!("oci://{}/team/cache", registry.address()),
            Self::Ours { registry, .. } => format!("oci://{}", registry.repository("team/cache").expect("a name")),
            Self::Redis(server) => format!("redis://{}/2", server.address()),
        }
    }
}
