use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use kustomize_rs::{ChartEngine, ChartHooks, ChartRelease, ChartSource, PulledChart, RenderedChart};
use towpath_helm::{
    Chart, ChartLimits, Crds, HelmError, Hooks, Options, Patience, Profile, RenderEnv, RenderLimits, ValuesFile,
    ValuesOptions, Variable, release_name, render, unpack_chart,
};
use towpath_model::{Diagnostic, Digest, FileTree, Kind};

use crate::{
    Purpose, kubeconfig_namespace,
    source::{ChartRequest, ChartSettings, Charts, HelmHome, Releases},
};

/// How long the templates of one chart may run.
const PATIENCE: Duration = Duration::from_secs(30);

/// Renders the charts that kustomizations inflate, as helm would.
pub struct Inflation {
    charts: Arc<Charts>,
    profile: Profile,
    purpose: Purpose,
    machine: Machine,
}

/// Whether the machine decides where a release without a namespace goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Machine {
    Asked,
    PassedOver,
}

impl Inflation {
    /// Returns what fetches as `charts` does, and renders as the Helm of `profile`.
    pub fn new(charts: Arc<Charts>, profile: Profile) -> Self {
        Self { charts, profile, purpose: Purpose::Cluster, machine: Machine::Asked }
    }

    /// Returns the same with the clock and the random source that renderings for `purpose` see. A release without a namespace goes
    /// to `default` then, whatever this machine's kubeconfig says, so that a repository gives the same everywhere.
    #[must_use]
    pub fn seeing(self, purpose: Purpose) -> Self {
        Self { purpose, machine: Machine::PassedOver, ..self }
    }

    /// Source: `NameAndChart` in Helm's `pkg/action`.
    fn name(release: &ChartRelease, env: &RenderEnv) -> Result<String, Diagnostic> {
        match (release.name.as_str(), release.name_template.as_str()) {
            ("", "") => Ok("release-name".to_owned()),
            ("", template) => {
                let variable: Variable = Arc::new(|name| std::env::var(name).ok());
                release_name(template, env, &variable).map_err(|error| error.diagnostic())
            }
            (name, "") => Ok(name.to_owned()),
            _ => Err(Diagnostic::new(Kind::Usage, "cannot set --name-template and also specify a name")
                .hint("leave out releaseName or nameTemplate")),
        }
    }

    fn environment(&self, release: &ChartRelease) -> Result<RenderEnv, Diagnostic> {
        let mut env = self.purpose.world("release-name", self.profile);
        env.namespace = match (release.namespace.as_str(), self.machine) {
            ("", Machine::Asked) => namespace(),
            ("", Machine::PassedOver) => "default".to_owned(),
            (given, _) => given.to_owned(),
        };
        env.kube_version = Some(release.kube_version.clone()).filter(|version| !version.is_empty());
        env.api_versions = release.api_versions.iter().flat_map(|list| list.split(',')).map(str::to_owned).collect();
        env.release_name = Self::name(release, &env)?;
        Ok(env)
    }
}

impl ChartEngine for Inflation {
    fn pull(&self, source: &ChartSource) -> Result<PulledChart, Diagnostic> {
        let repository = source.repository.trim_end_matches('/');
        let is_registry = repository.starts_with("oci://");
        let request = ChartRequest {
            chart: if is_registry { format!("{repository}/{}", source.name) } else { source.name.clone() },
            version: Some(source.version.clone()).filter(|version| !version.is_empty()),
            repository: (!is_registry).then(|| source.repository.clone()),
            releases: if source.with_prereleases { Releases::Development } else { Releases::Stable },
            profile: self.profile,
            ..ChartRequest::default()
        };
        let bytes = if source.config_home.is_empty() {
            self.charts.pull(&request)?
        } else {
            let helm = home_at(Path::new(&source.config_home));
            Charts::new(ChartSettings { helm, ..self.charts.settings().clone() }).pull(&request)?
        };
        let limits = ChartLimits::of(self.profile);
        let told = |error: HelmError| error.diagnostic();
        let found = Chart::from_archive(&bytes, &limits).map_err(told)?.metadata().name.clone();
        if found != source.name {
            let message = format!("path `{}` not found: the chart in {repository} calls itself `{found}`", source.name);
            return Err(Diagnostic::new(Kind::Usage, message));
        }
        Ok(PulledChart { tree: unpack_chart(&bytes, &limits).map_err(told)?, digest: Digest::of(&bytes) })
    }

    fn template(&self, chart: &FileTree, release: &ChartRelease) -> Result<RenderedChart, Diagnostic> {
        let env = self.environment(release)?;
        let chart = self.charts.load_as_it_is(chart, self.profile)?;
        let files = release.values.iter();
        let files = files.map(|file| ValuesFile { name: file.name.clone(), content: file.content.to_vec() });
        let values = ValuesOptions { files: files.collect(), ..ValuesOptions::default() };
        let started = Instant::now();
        let patience = Patience::from_fn(move || started.elapsed() < PATIENCE);
        let options = Options {
            crds: if release.includes_crds { Crds::Include } else { Crds::Omit },
            hooks: match release.hooks {
                ChartHooks::All => Hooks::All,
                ChartHooks::WithoutTests => Hooks::WithoutTests,
                ChartHooks::Omitted => Hooks::Omit,
            },
            limits: RenderLimits { patience, ..RenderLimits::default() },
            ..Options::default()
        };
        let rendered = render(&chart, &values, &env, &options);
        let rendered = rendered.map_err(|error| error.diagnostic())?;
        // A template of a name sees the environment.
        let is_passing = (rendered.is_passing && self.purpose == Purpose::Cluster)
            || !release.name_template.is_empty()
            || (release.namespace.is_empty() && self.machine == Machine::Asked);
        Ok(RenderedChart { text: rendered.to_text(), is_passing })
    }
}

/// Returns the namespace that helm takes where none is given.
fn namespace() -> String {
    let named = std::env::var("HELM_NAMESPACE").ok().filter(|namespace| !namespace.is_empty());
    named.unwrap_or_else(|| kubeconfig_namespace(None, None))
}

/// Returns helm's files below a folder that `configHome` names.
fn home_at(folder: &Path) -> HelmHome {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(Into::into);
    HelmHome {
        registry_config: set("HELM_REGISTRY_CONFIG").unwrap_or_else(|| folder.join("registry/config.json")),
        repository_config: set("HELM_REPOSITORY_CONFIG").unwrap_or_else(|| folder.join("repositories.yaml")),
        repository_cache: set("HELM_REPOSITORY_CACHE").unwrap_or_else(|| folder.join(".cache/repository")),
    }
}
