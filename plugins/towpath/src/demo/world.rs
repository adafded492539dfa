//! What a release needs around it: a registry, two repositories, a key, and the example's files.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use towpath_config::Config;
use towpath_forge::{Author, Edit, LocalForge, Stamp};
use towpath_model::{Diagnostic, Kind};
use towpath_oci::{Client, ClientOptions, Registry, RunningRegistry};
use towpath_plugin_promote::PlaceOptions;
use towpath_sign::PrivateKey;
use towpath_yaml::{NewValue, Which, set};

/// The example as this binary carries it: (path, content), sorted.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The example's program, linked statically.
const SHOP: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/shop"));

/// Stands in a folder that the demo made, so that it removes no other.
const MARK: &str = ".towpath-demo";

/// The branch of both repositories.
pub(super) const BRANCH: &str = "main";

/// Where the service stands in the repository that is deployed from.
pub(super) const SERVICE: &str = "apps/shop";

/// Everything around a release, all of it real and all of it on this machine.
pub(super) struct World {
    /// The folder that holds it.
    pub(super) folder: PathBuf,
    /// The registry, in this process; it answers as long as the world stands.
    pub(super) registry: RunningRegistry,
    /// The registry's client.
    pub(super) client: Client,
    /// The service's description, as written.
    pub(super) config: Config,
    /// The private key.
    pub(super) key: PrivateKey,
    /// The repository of the service's source.
    pub(super) source: LocalForge,
    /// The repository that is deployed from.
    pub(super) gitops: LocalForge,
    /// By whom and when commits are made.
    pub(super) stamp: Stamp,
}

impl World {
    /// Makes the folder anew and puts everything into it.
    ///
    /// # Errors
    /// When the folder holds something else or cannot be written, or no port can be had.
    pub(super) async fn make(folder: &Path, seconds: i64) -> Result<Self, Diagnostic> {
        let folder = fresh(folder)?;
        let registry = Registry::default().start().await.map_err(|error| failed("start the registry", &error))?;
        let stamp = Stamp { author: Author::default(), seconds };
        let image = registry.repository("acme/shop").map_err(|error| Diagnostic::from_error(Kind::Bug, &error))?;
        let gitops = folder.join("gitops.git");
        let described = describe(&image.to_string(), &format!("file://{}", gitops.display()))?;
        let config = Config::parse("towpath.yaml", &described)?;

        let key = PrivateKey::generate().map_err(|error| error.diagnostic())?;
        let public = key.public().to_pem().map_err(|error| error.diagnostic())?;
        write(&folder.join("cosign.pub"), public.as_bytes())?;
        write(&folder.join("source/bin/shop"), SHOP)?;
        write(&folder.join("source/towpath.yaml"), described.as_bytes())?;

        let mut deployed = Vec::new();
        for (path, content) in FILES.iter().filter(|(path, _)| *path != "towpath.yaml") {
            let content = seed(path, content, &image.to_string())?;
            write(&folder.join("source").join(path), &content)?;
            deployed.push(Edit { path: format!("{SERVICE}/{path}"), content });
        }
        deployed.push(Edit { path: format!("{SERVICE}/towpath.yaml"), content: described.clone().into_bytes() });
        let described = Edit { path: "towpath.yaml".to_owned(), content: described.into_bytes() };
        let forge = |path: &str, files: &[Edit]| {
            LocalForge::create(&folder.join(path), BRANCH, files, &stamp).map_err(|error| error.diagnostic())
        };
        let source = forge("source.git", &[described])?;
        let gitops = forge("gitops.git", &deployed)?;
        let client = Client::new(ClientOptions::default()).map_err(|error| error.diagnostic())?;
        Ok(Self { folder, registry, client, config, key, source, gitops, stamp })
    }

    /// Returns where promotions find the service and its repository.
    pub(super) fn place(&self) -> PlaceOptions {
        PlaceOptions {
            config: self.folder.join("source/towpath.yaml"),
            repository: None,
            base: None,
            author: self.stamp.author.clone(),
            seconds: Some(self.stamp.seconds),
        }
    }
}

/// Returns the example's description with this world's registry and repository in it.
fn describe(image: &str, repository: &str) -> Result<String, Diagnostic> {
    let text =
        FILES.iter().find(|(path, _)| *path == "towpath.yaml").map(|(_, content)| String::from_utf8_lossy(content));
    let text = text.ok_or_else(|| Diagnostic::new(Kind::Bug, "the example has no towpath.yaml"))?;
    let edited = edit("towpath.yaml", &text, "/image/repository", image)?;
    edit("towpath.yaml", &edited, "/promotion/repository", repository)
}

/// Returns a file of the example as it is deployed from: values name this world's registry.
fn seed(path: &str, content: &[u8], image: &str) -> Result<Vec<u8>, Diagnostic> {
    if path != "deploy/chart/values.yaml" {
        return Ok(content.to_vec());
    }
    edit(path, &String::from_utf8_lossy(content), "/image/repository", image).map(String::into_bytes)
}

/// Returns `text` with the scalar at `pointer` set and every other byte kept.
pub(super) fn edit(file: &str, text: &str, pointer: &str, value: &str) -> Result<String, Diagnostic> {
    set(text, Which::Only, pointer, NewValue::Str(value)).map_err(|error| error.diagnostic(file, text))
}

/// Makes an empty folder; one that an earlier demo left is emptied, another is refused.
fn fresh(folder: &Path) -> Result<PathBuf, Diagnostic> {
    let occupied = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if occupied && !folder.join(MARK).exists() {
        return Err(Diagnostic::new(Kind::Usage, format!("`{}` holds something else than a demo", folder.display()))
            .hint("name another one with --folder"));
    }
    let made = if occupied { fs::remove_dir_all(folder) } else { Ok(()) }
        .and_then(|()| fs::create_dir_all(folder))
        .and_then(|()| fs::write(folder.join(MARK), "made by `towpath demo`, which may remove it\n"))
        .and_then(|()| fs::canonicalize(folder));
    made.map_err(|error| failed(&format!("make `{}`", folder.display()), &error))
}

/// Writes a file and the folders above it.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), Diagnostic> {
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, content));
    written.map_err(|error| failed(&format!("write `{}`", path.display()), &error))
}

pub(super) fn failed(what: &str, error: &io::Error) -> Diagnostic {
    Diagnostic::new(Kind::Remote, format!("cannot {what}")).cause(error.to_string())
}
