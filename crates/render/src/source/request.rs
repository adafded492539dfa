use std::{path::PathBuf, sync::Arc};

use towpath_helm::Profile;

use super::{Access, HelmHome, STORE_LIMIT, Store, Tell};

/// Which chart is wanted.
#[derive(Debug, Clone, Default)]
pub struct ChartRequest {
    /// What the user calls it: a folder, an archive, `oci://…`, `https://….tgz`, `git+https://…`, `REPOSITORY/CHART`, or
    /// the name of a chart in [`ChartRequest::repository`].
    pub chart: String,
    /// A version, or a constraint on it; nothing is the newest release.
    pub version: Option<String>,
    /// The address of an HTTP repository: `--repo`.
    pub repository: Option<String>,
    /// Whether prereleases count where no version is wanted.
    pub releases: Releases,
    /// The keyring that the chart's provenance is verified with: `--verify`.
    pub keyring: Option<PathBuf>,
    /// What becomes of dependencies that are missing from `charts/`.
    pub dependencies: Dependencies,
    /// The release of Helm whose rules count.
    pub profile: Profile,
}

/// Which versions count where none is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Releases {
    /// Releases alone.
    #[default]
    Stable,
    /// Prereleases too: `--devel`.
    Development,
}

/// What becomes of dependencies that are missing from `charts/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dependencies {
    /// They stay missing, which rendering refuses.
    #[default]
    AsTheyAre,
    /// What `Chart.lock` pins is fetched and laid into the chart in memory; without a lock they stay missing.
    Locked,
    /// As [`Dependencies::Locked`], but without a lock what `Chart.yaml` asks for is resolved anew: `helm dependency build`
    /// that writes nothing.
    Build,
    /// What `Chart.yaml` asks for is resolved anew and written to `charts/`, and to `Chart.lock`, as
    /// `helm template --dependency-update` does.
    Update,
}

/// Whether remotes may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Network {
    /// They may.
    #[default]
    Online,
    /// The store alone answers.
    Offline,
}

/// Is told something in one line for people.
pub type Say = Arc<dyn Fn(&str) + Send + Sync>;

/// Where charts come from, and who is told of it.
#[derive(Clone, Default)]
pub struct ChartSettings {
    /// Helm's own files.
    pub helm: HelmHome,
    /// How remotes are reached.
    pub access: Access,
    /// Where what was fetched is kept; nothing keeps nothing.
    pub store: Option<Store>,
    /// Whether remotes may be asked.
    pub network: Network,
    /// Is told what is being fetched, for a display of progress.
    pub say: Option<Say>,
    /// Is told what the user should know, such as that another version than the one named was taken.
    pub warn: Option<Say>,
    /// Is told of every file of a chart's folder as it is read.
    pub tell: Option<Tell>,
}

impl ChartSettings {
    /// Returns what a program uses that is told nothing: Helm's files and the store where the environment has them.
    pub fn from_environment() -> Self {
        let store = Store::default_folder().map(|folder| Store::new(folder, STORE_LIMIT));
        Self { helm: HelmHome::from_environment(), store, ..Self::default() }
    }
}
