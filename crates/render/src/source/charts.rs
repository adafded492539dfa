use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use tokio::runtime::{Builder, Runtime};
use towpath_helm::{Chart, ChartLimits, PackedChart, Profile};
use towpath_model::{Diagnostic, FileTree, Kind, TreePath};

use super::{
    ChartRequest, ChartSettings, Dependencies, Directory, Links, Releases, ShownTo, TlsFiles,
    dependencies::{self, Base},
    fetch::{Archive, Fetch, Origin},
    git_chart, provenance,
    registry::Registries,
    repositories::{Repositories, parse_url},
    web::{Repository, Web, redact},
};

/// Loads charts from where people keep them: folders, archives, OCI registries, HTTP repositories and git.
///
/// It may be shared by threads. Nothing of the network is set up before a chart needs it.
#[derive(Default)]
pub struct Charts {
    pub(super) settings: ChartSettings,
    pub(super) web: Web,
    pub(super) registries: Registries,
    runtime: OnceLock<Runtime>,
}

impl Charts {
    /// Returns what loads charts as `settings` say.
    pub fn new(settings: ChartSettings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// Returns what it was made of.
    pub(crate) fn settings(&self) -> &ChartSettings {
        &self.settings
    }

    /// Returns the chart that `request` asks for.
    ///
    /// # Errors
    /// When there is none, it cannot be fetched, is not what its digest or its signature says, or is no chart.
    pub fn load(&self, request: &ChartRequest) -> Result<Chart, Diagnostic> {
        let mut fetch = Fetch::new(self, request.profile);
        let limits = ChartLimits::of(request.profile);
        match self.locate(&mut fetch, request)? {
            Located::Folder(folder) => {
                let tree = FileTree::new(open(&folder)?.telling(self.settings.tell.clone()));
                let base = Base { tree, at: TreePath::root(), folder: Some(folder) };
                dependencies::load(&mut fetch, &base, request.dependencies)
            }
            Located::Tree(tree) => {
                let base = Base { tree, at: TreePath::root(), folder: None };
                dependencies::load(&mut fetch, &base, request.dependencies)
            }
            Located::Archive(archive) => {
                let (keyring, name) = (request.keyring.as_deref(), archive.file_name.clone());
                // What is not proven is not read, except for its name where nothing else tells that.
                if let (Some(keyring), Some(name)) = (keyring, &name) {
                    fetch.verify(&archive, name, keyring)?;
                }
                let place = || format!("in the archive `{}`", request.chart.trim());
                let chart = Chart::from_archive(&archive.bytes, &limits);
                let chart = chart.map_err(|error| error.diagnostic().cause(place()))?;
                if let (Some(keyring), None) = (keyring, name) {
                    let metadata = chart.metadata();
                    fetch.verify(&archive, &format!("{}-{}.tgz", metadata.name, metadata.version), keyring)?;
                }
                if request.dependencies == Dependencies::Update && chart.check_dependencies(request.profile).is_err() {
                    return Err(dependencies::only_unpacked());
                }
                Ok(chart)
            }
        }
    }

    /// Returns the chart in a folder of a tree; what `Chart.lock` pins and the tree lacks is fetched.
    ///
    /// # Errors
    /// As [`Charts::load`].
    pub fn load_from_tree(&self, tree: &FileTree, at: &TreePath, profile: Profile) -> Result<Chart, Diagnostic> {
        let mut fetch = Fetch::new(self, profile);
        let base = Base { tree: tree.clone(), at: at.clone(), folder: None };
        dependencies::load(&mut fetch, &base, Dependencies::Locked)
    }

    /// Returns the content of a values file at an `https://` or `http://` address, of [`LARGEST_FILE`](super::LARGEST_FILE)
    /// bytes at most. The logins and TLS files of charts are not shown to it, as in Helm.
    ///
    /// # Errors
    /// When it cannot be fetched, or the network may not be used and the store does not have it.
    pub fn values_file(&self, address: &str) -> Result<Vec<u8>, Diagnostic> {
        if !["http://", "https://"].iter().any(|scheme| address.starts_with(scheme)) {
            let message = format!("values file `{}` is at no http:// or https:// address", redact(address));
            return Err(Diagnostic::new(Kind::Usage, message).hint("fetch it first and name the file"));
        }
        let url = parse_url(address)?;
        let repository = Repository {
            written: address.to_owned(),
            url: url.clone(),
            login: None,
            tls: TlsFiles::default(),
            shown_to: ShownTo::Repository,
        };
        self.block(Fetch::new(self, Profile::default()).values_file(&url, &repository))?
    }

    /// Returns what stands at an `https://` or `http://` address, of [`LARGEST_FILE`](super::LARGEST_FILE) bytes at most. No login
    /// but the one in the address is shown to it.
    ///
    /// # Errors
    /// As [`Charts::values_file`].
    pub(super) fn web_file(&self, address: &str) -> Result<Vec<u8>, Diagnostic> {
        let url = parse_url(address)?;
        let repository = Repository {
            written: address.to_owned(),
            url: url.clone(),
            login: None,
            tls: self.settings.access.tls.clone(),
            shown_to: ShownTo::Repository,
        };
        self.block(Fetch::new(self, Profile::default()).web_file(&url, &repository))?
    }

    /// Returns the packed chart that `request` asks for, which stands in a repository or registry.
    ///
    /// # Errors
    /// As [`Charts::load`].
    pub(crate) fn pull(&self, request: &ChartRequest) -> Result<Vec<u8>, Diagnostic> {
        let mut fetch = Fetch::new(self, request.profile);
        match self.locate(&mut fetch, request)? {
            Located::Archive(archive) => Ok(archive.bytes),
            Located::Folder(_) | Located::Tree(_) => Err(not_found(&request.chart)),
        }
    }

    /// Returns the chart in the root of a tree, which must carry its dependencies.
    ///
    /// # Errors
    /// When it is no chart.
    pub(crate) fn load_as_it_is(&self, tree: &FileTree, profile: Profile) -> Result<Chart, Diagnostic> {
        let base = Base { tree: tree.clone(), at: TreePath::root(), folder: None };
        dependencies::load(&mut Fetch::new(self, profile), &base, Dependencies::AsTheyAre)
    }

    /// Finds the chart, and fetches it where it is remote.
    ///
    /// Source: `LocateChart` in Helm's `pkg/action/install.go`.
    fn locate(&self, fetch: &mut Fetch<'_>, request: &ChartRequest) -> Result<Located, Diagnostic> {
        let chart = request.chart.trim();
        let version =
            match (request.version.as_deref().map(str::trim).filter(|version| !version.is_empty()), request.releases) {
                (None, Releases::Development) => Some(">0.0.0-0"),
                (version, _) => version,
            };
        if let Some(address) = &request.repository {
            let repository = self.repository_at(address)?;
            let archive = self.block(fetch.repository_chart(&repository, chart, version))??;
            return Ok(Located::Archive(Box::new(archive)));
        }
        let path = Path::new(chart);
        if path.exists() {
            return local(path, request.keyring.is_some());
        }
        if git_chart::is_git(chart) {
            if request.keyring.is_some() {
                return Err(provenance::unpacked());
            }
            return git_chart::load(fetch, chart).map(Located::Tree);
        }
        if chart.starts_with("oci://") {
            return Ok(Located::Archive(Box::new(self.block(fetch.registry_chart(chart, version))??)));
        }
        if path.is_absolute() || chart.starts_with('.') {
            return Err(not_found(chart));
        }
        if chart.contains("://") {
            return Ok(Located::Archive(Box::new(self.block(fetch.addressed_chart(chart))??)));
        }
        let Some((name, inner)) = chart.split_once('/') else {
            let cause = "non-absolute URLs should be in form of repo_name/path_to_chart, got: ";
            return Err(not_found(chart).cause(format!("{cause}{chart}")));
        };
        let known = Repositories::load(&self.settings.helm.repository_config)?;
        let repository = known.named(name).cloned().ok_or_else(|| {
            not_found(chart)
                .cause(format!("repo {name} not found"))
                .hint(format!("add it with `helm repo add {name} URL`, or name its address with --repo"))
        })?;
        let repository = self.settings.access.over(repository);
        Ok(Located::Archive(Box::new(self.block(fetch.named_chart(name, &repository, inner, version))??)))
    }

    /// Returns the repository at an address that the user gave, with the options that the user gave.
    pub(super) fn repository_at(&self, address: &str) -> Result<Repository, Diagnostic> {
        let url = parse_url(address)?;
        if !matches!(url.scheme(), "http" | "https") {
            let message = format!("could not find protocol handler for: {}", url.scheme());
            return Err(Diagnostic::new(Kind::Usage, message).hint(format!(
                "--repo takes an http:// or https:// address; `{}` names its chart itself",
                redact(address)
            )));
        }
        let access = &self.settings.access;
        Ok(Repository {
            written: address.to_owned(),
            url,
            login: access.login.clone(),
            tls: access.tls.clone(),
            shown_to: access.shown_to,
        })
    }

    /// Waits for something that uses the network.
    pub(super) fn block<T>(&self, future: impl Future<Output = T>) -> Result<T, Diagnostic> {
        let runtime = if let Some(runtime) = self.runtime.get() {
            runtime
        } else {
            let made = Builder::new_multi_thread().worker_threads(1).enable_all().build();
            let made = made.map_err(|error| Diagnostic::from_error(Kind::Remote, &error))?;
            self.runtime.get_or_init(|| made)
        };
        Ok(runtime.block_on(future))
    }
}

/// Where a chart was found.
enum Located {
    Folder(PathBuf),
    Tree(FileTree),
    Archive(Box<Archive>),
}

fn local(path: &Path, verify: bool) -> Result<Located, Diagnostic> {
    if path.is_dir() {
        return if verify { Err(provenance::unpacked()) } else { Ok(Located::Folder(path.to_owned())) };
    }
    if verify && !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tgz")) {
        return Err(Diagnostic::new(Kind::Usage, "chart must be a tgz file").cause(path.display().to_string()));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let origin = Origin::File(path.to_owned());
    Ok(Located::Archive(Box::new(Archive { bytes, file_name, origin })))
}

/// Returns the folder as a source of files; links lead where they lead, since the user owns it.
pub(super) fn open(path: &Path) -> Result<Directory, Diagnostic> {
    Directory::open(path, Links::Follow).map_err(|error| unreadable(path, &error))
}

/// Packs the chart in a folder.
pub(super) fn pack(folder: &Path) -> Result<PackedChart, Diagnostic> {
    let packed = towpath_helm::pack_chart(&FileTree::new(open(folder)?), &ChartLimits::default());
    packed.map_err(|error| error.diagnostic())
}

fn not_found(chart: &str) -> Diagnostic {
    Diagnostic::new(Kind::Usage, format!("path `{chart}` not found"))
        .hint("name a chart's folder, the one with Chart.yaml in it, its archive, or where it is kept: oci://…, REPOSITORY/CHART")
}

fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(Kind::Remote, format!("cannot read `{}`", path.display())).cause(error.to_string())
}

impl std::fmt::Debug for Charts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Charts")
            .field("helm", &self.settings.helm)
            .field("access", &self.settings.access)
            .finish_non_exhaustive()
    }
}
