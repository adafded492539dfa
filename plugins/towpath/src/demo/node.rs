//! What a cluster's node does with a Deployment: pulls its image by digest and starts the program in it.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};
use towpath_model::{Diagnostic, Kind, PinnedImage};
use towpath_oci::{Client, Reference};
use towpath_yaml::{Node, Profile, parse_all};

/// An image of the demo is far smaller; in bytes.
const LARGEST_LAYER: u64 = 64 << 20;

/// How long a program may take until it listens.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a rendered Deployment asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Workload {
    /// The Deployment's name.
    pub(super) name: String,
    /// Its label `track`: `stable` or `canary`.
    pub(super) track: String,
    /// The image of its container.
    pub(super) image: PinnedImage,
    /// The container's arguments.
    pub(super) args: Vec<String>,
    /// The container's environment.
    pub(super) env: Vec<(String, String)>,
}

/// A program that runs until it is dropped.
pub(super) struct Running {
    child: Child,
    /// Where it listens.
    pub(super) address: SocketAddr,
}

/// Returns the Deployments of rendered manifests, in their order.
///
/// # Errors
/// When they are no YAML, or a Deployment's image is not pinned.
pub(super) fn workloads(rendered: &str) -> Result<Vec<Workload>, Diagnostic> {
    let name = "the rendered manifests";
    let documents = parse_all(rendered, Profile::Go2).map_err(|error| error.diagnostic(name, rendered))?;
    let deployments =
        documents.iter().map(towpath_yaml::Document::root).filter(|root| text(root.get("kind")) == "Deployment");
    deployments.map(workload).collect()
}

fn workload(root: Node<'_, '_>) -> Result<Workload, Diagnostic> {
    let metadata = root.get("metadata");
    let template = root.get("spec").and_then(|spec| spec.get("template"));
    let containers = template.and_then(|template| template.get("spec")).and_then(|spec| spec.get("containers"));
    let container = containers.and_then(|containers| containers.items().next());
    let field = |key| container.and_then(|container| container.get(key));
    let image = text(field("image"));
    Ok(Workload {
        name: text(metadata.and_then(|metadata| metadata.get("name"))),
        track: text(metadata.and_then(|metadata| metadata.get("labels")).and_then(|labels| labels.get("track"))),
        image: image.parse().map_err(|error| Diagnostic::from_error(Kind::Bug, &error))?,
        args: field("args").into_iter().flat_map(Node::items).map(|item| text(Some(item))).collect(),
        env: field("env")
            .into_iter()
            .flat_map(Node::items)
            .map(|item| (text(item.get("name")), text(item.get("value"))))
            .collect(),
    })
}

fn text(node: Option<Node<'_, '_>>) -> String {
    node.and_then(Node::text).unwrap_or_default().to_owned()
}

/// Pulls the workload's image, unpacks it below `folder` and starts its program on a free port of this machine.
///
/// There is no container around it: arguments that name files of the image are led to where they were unpacked.
///
/// # Errors
/// When the image cannot be pulled, or the program does not come up.
pub(super) async fn start(client: &Client, workload: &Workload, folder: &Path) -> Result<Running, Diagnostic> {
    let root = folder.join(&workload.image.digest().hex()[..12]);
    let entrypoint = unpack(client, &workload.image, &root).await?;
    let inside = |path: &str| -> PathBuf { root.join(path.trim_start_matches('/')) };
    let program = entrypoint.first().ok_or_else(|| failed(workload, "its image has no entry point"))?;
    let args = entrypoint[1..].iter().chain(&workload.args).map(|arg| {
        let unpacked = inside(arg);
        if arg.starts_with('/') && unpacked.exists() { unpacked.into_os_string() } else { arg.into() }
    });
    let mut command = Command::new(inside(program));
    command.args(args).env_clear().envs(workload.env.iter().cloned()).env("SHOP_LISTEN", "127.0.0.1:0");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| failed(workload, &error.to_string()))?;
    let stdout = child.stdout.take().ok_or_else(|| failed(workload, "it has no output"))?;
    let mut line = String::new();
    let read = tokio::time::timeout(PATIENCE, BufReader::new(stdout).read_line(&mut line)).await;
    let address = match read {
        Ok(Ok(_)) => line.trim().strip_prefix("listening on ").and_then(|address| address.parse().ok()),
        _ => None,
    };
    let address = address.ok_or_else(|| failed(workload, &format!("it said `{}` and no address", line.trim())))?;
    Ok(Running { child, address })
}

impl Running {
    /// Ends the program and waits until it is gone.
    ///
    /// # Errors
    /// When it cannot be ended.
    pub(super) async fn stop(mut self) -> io::Result<()> {
        self.child.kill().await
    }
}

/// Unpacks the image's layers and returns its entry point.
async fn unpack(client: &Client, image: &PinnedImage, root: &Path) -> Result<Vec<String>, Diagnostic> {
    let remote = |error: towpath_oci::RegistryError| error.diagnostic();
    let broken = |error: &dyn std::error::Error| {
        Diagnostic::from_error(Kind::Remote, error).cause(format!("while unpacking {image}"))
    };
    let mut raw = client.get_manifest(image.name(), &Reference::from(image.digest())).await.map_err(remote)?;
    if raw.is_index() {
        let index = raw.index().map_err(|error| broken(&error))?;
        let first =
            index.manifests.first().ok_or_else(|| Diagnostic::new(Kind::Remote, format!("{image} is empty")))?;
        raw = client.get_manifest(image.name(), &Reference::from(first.digest)).await.map_err(remote)?;
    }
    let manifest = raw.manifest().map_err(|error| broken(&error))?;
    for layer in &manifest.layers {
        let bytes = client.get_blob(image.name(), layer, LARGEST_LAYER).await.map_err(remote)?;
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_ref()));
        archive.set_preserve_mtime(false);
        std::fs::create_dir_all(root).and_then(|()| archive.unpack(root)).map_err(|error| broken(&error))?;
    }
    let config = client.get_blob(image.name(), &manifest.config, LARGEST_LAYER).await.map_err(remote)?;
    let config: serde_json::Value = serde_json::from_slice(&config).map_err(|error| broken(&error))?;
    let entrypoint = config["config"]["Entrypoint"].as_array().into_iter().flatten();
    Ok(entrypoint.filter_map(|part| part.as_str().map(str::to_owned)).collect())
}

fn failed(workload: &Workload, why: &str) -> Diagnostic {
    Diagnostic::new(Kind::Remote, format!("{} of {} does not start", workload.name, workload.image)).cause(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deployments_are_read_from_rendered_manifests() {
        let digest = towpath_model::Digest::of(b"x");
        let rendered = format!(
            "kind: Service\n---\nkind: Deployment\nmetadata: {{name: shop, labels: {{track: stable}}}}\nspec:\n  template:\n    \
             spec:\n      containers:\n      - image: r.example/shop@{digest}\n        args: [--config, /a]\n        \
             env: [{{name: A, value: \"1\"}}]\n"
        );
        let found = workloads(&rendered).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].name.as_str(), found[0].track.as_str()), ("shop", "stable"));
        assert_eq!(found[0].args, ["--config", "/a"]);
        assert_eq!(found[0].env, [("A".to_owned(), "1".to_owned())]);
        assert!(workloads("kind: Deployment\n").is_err(), "an image without digest is refused");
    }
}
