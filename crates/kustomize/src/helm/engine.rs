use std::sync::Arc;

use towpath_model::{Diagnostic, Digest, FileTree};

/// Renders charts in place of helm.
pub trait ChartEngine: Send + Sync {
    /// Returns a chart that stands in a repository or registry.
    ///
    /// # Errors
    /// When there is none, or it cannot be had.
    fn pull(&self, source: &ChartSource) -> Result<PulledChart, Diagnostic>;

    /// Returns what `helm template` gives of the chart in the root of `chart`.
    ///
    /// # Errors
    /// When it is no chart, or helm would refuse to render it.
    fn template(&self, chart: &FileTree, release: &ChartRelease) -> Result<RenderedChart, Diagnostic>;
}

/// How charts are rendered: what kustomize's flags of that name say.
#[derive(Clone)]
pub struct Helm {
    /// Renders them.
    pub engine: Arc<dyn ChartEngine>,
    /// The API versions of charts that name none.
    pub api_versions: Vec<String>,
    /// The Kubernetes version of charts that name none; may be empty.
    pub kube_version: String,
}

/// Where a chart is kept. Texts that are not written are empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartSource {
    /// The chart's name.
    pub name: String,
    /// An HTTP repository, or `oci://…` without the name.
    pub repository: String,
    /// A version, or a constraint on it.
    pub version: String,
    /// Whether prereleases count where no version is named.
    pub with_prereleases: bool,
    /// The folder of helm's own configuration.
    pub config_home: String,
}

/// A chart that was pulled.
#[derive(Debug, Clone)]
pub struct PulledChart {
    /// Its files, with `Chart.yaml` in the root.
    pub tree: FileTree,
    /// The digest of the packed chart.
    pub digest: Digest,
}

/// What a release of a chart gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedChart {
    /// What helm prints.
    pub text: String,
    /// Whether the same again may give something else: the clock, a random source or the environment decided a part of it.
    pub is_passing: bool,
}

/// One release of a chart. Texts that are not written are empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartRelease {
    /// Its name; helm names it where it is empty.
    pub name: String,
    /// A template that names it.
    pub name_template: String,
    /// The namespace that it goes to.
    pub namespace: String,
    /// The values, weakest first.
    pub values: Vec<ChartValues>,
    /// What `.Capabilities` knows beside helm's own.
    pub api_versions: Vec<String>,
    /// The Kubernetes version of `.Capabilities`.
    pub kube_version: String,
    /// Whether the chart's CRDs come with it.
    pub includes_crds: bool,
    /// Which hooks come with it.
    pub hooks: ChartHooks,
}

/// Which hooks of a chart are rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChartHooks {
    /// All.
    #[default]
    All,
    /// All but tests: `skipTests`.
    WithoutTests,
    /// None: `skipHooks`.
    Omitted,
}

/// A values file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartValues {
    /// What messages call it.
    pub name: String,
    /// Its text.
    pub content: Arc<[u8]>,
}
