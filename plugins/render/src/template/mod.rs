//! `helm template`: its flags become a release, values and options of the library.

mod ahead;
mod cluster;
mod files;
mod lookup;
mod placement;
mod post_render;
mod stack;
mod values;

use std::{
    net::ToSocketAddrs as _,
    path::Path,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use self::ahead::{Ahead, Job};
pub(crate) use self::{files::write as write_files, values::read};
use towpath_helm::{Crds, HelmError, Hooks, Options, Profile, RenderEnv, Rendered, Resolver, Schema, release_name};
use towpath_model::{Diagnostic, Kind};
use towpath_render::{
    source::{ChartSettings, Charts},
    still_environment, system_environment,
};
use towpath_report::Report;

use crate::args::{Cluster, HelmVersion, Release, Shown, Template, boolean};

/// What a rendering that failed had rendered: each file's path and text.
pub(crate) type Partly = Vec<(String, String)>;

/// Why there is nothing to give, and what there is to look at.
pub(crate) struct Failure {
    pub(crate) diagnostic: Diagnostic,
    pub(crate) rendered: Partly,
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { diagnostic, rendered: Partly::new() }
    }
}

impl From<HelmError> for Failure {
    fn from(error: HelmError) -> Self {
        let diagnostic = error.diagnostic();
        let rendered = match error {
            HelmError::Manifest(broken) => broken.rendered,
            _ => Partly::new(),
        };
        Self { diagnostic, rendered }
    }
}

impl HelmVersion {
    pub(crate) fn profile(self) -> Profile {
        match self {
            Self::Four => Profile::Helm4,
            Self::Three => Profile::Helm3,
        }
    }
}

impl Shown {
    /// Whether `--debug` or `HELM_DEBUG` is set.
    pub(crate) fn debug(&self) -> bool {
        self.debug || std::env::var("HELM_DEBUG").is_ok_and(|value| boolean(&value) == Ok(true))
    }
}

impl Release {
    /// Returns what templates see of a release called `release-name`.
    pub(crate) fn environment(&self, cluster: &Cluster, profile: Profile) -> Result<RenderEnv, Diagnostic> {
        let environment = if self.deterministic { still_environment } else { system_environment };
        let mut env = environment("release-name", profile);
        env.namespace = cluster.namespace(self.namespace.as_deref());
        env.is_upgrade = self.is_upgrade;
        env.kube_version.clone_from(&self.kube_version);
        env.api_versions.clone_from(&self.api_versions);
        env.objects = lookup::load(&self.lookup_objects)?;
        env.resolver = self.enable_dns.then(|| Resolver::from_fn(resolve));
        Ok(env)
    }
}

impl Template {
    /// Renders the chart, and returns the name of its release, too.
    pub(crate) fn render(&self, report: &Report) -> Result<(Rendered, String), Failure> {
        let profile = self.helm_version.profile();
        self.cluster.check(profile)?;
        self.check_labels()?;
        let post_renderer = self.post_render.find(profile)?;
        let mut env = self.release.environment(&self.cluster, profile)?;
        let (name, chart) = self.name_and_chart(&env)?;
        env.release_name.clone_from(&name);
        let ahead = Ahead::new();
        let settings = ChartSettings { tell: Some(ahead.reader(profile)), ..self.fetching.settings(report)? };
        let charts = Arc::new(Charts::new(settings));
        let chart = self.chart.load(chart, &charts, profile)?;
        let mut options = Options { post_renderer, parsing: ahead.rest(), ..self.options() };
        // A post-renderer would inherit the limit, and make every thread's stack as large.
        options.limits.stack_is_here = options.post_renderer.is_none() && stack::grow(options.limits.stack_bytes);
        Ok((ahead.render(Job { chart, values: self.values.read(&charts)?, env, options })?, name))
    }

    fn options(&self) -> Options {
        let hooks = match (self.shown.no_hooks, self.shown.skip_tests) {
            (true, _) => Hooks::Omit,
            (_, true) => Hooks::WithoutTests,
            _ => Hooks::All,
        };
        Options {
            crds: if self.shown.include_crds { Crds::Include } else { Crds::Omit },
            hooks,
            schema: if self.values.skip_schema_validation { Schema::Skip } else { Schema::Check },
            show_only: self.shown.show_only.clone(),
            limits: self.limits.starting_now(),
            ..Options::default()
        }
    }

    /// Source: `NameAndChart` in Helm's `pkg/action`; `helm template` knows no generated name, it has `release-name`.
    fn name_and_chart(&self, env: &RenderEnv) -> Result<(String, &str), Failure> {
        let release = &self.release;
        match self.operands.as_slice() {
            [chart] => match &release.name_template {
                None => Ok(("release-name".to_owned(), chart)),
                Some(template) => {
                    let variable: towpath_helm::Variable = Arc::new(|name| std::env::var(name).ok());
                    Ok((release_name(template, env, &variable)?, chart))
                }
            },
            [_, _] if release.generate_name => Err(usage("cannot set --generate-name and also specify a name").into()),
            [_, _] if release.name_template.is_some() => {
                Err(usage("cannot set --name-template and also specify a name").into())
            }
            [name, chart] => Ok((name.clone(), chart)),
            _ => Err(usage("no chart is named").into()),
        }
    }

    /// Source: `ContainsSystemLabels` in Helm's `pkg/storage/driver`.
    fn check_labels(&self) -> Result<(), Diagnostic> {
        const OF_HELM: [&str; 6] = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];
        for label in &self.release.labels {
            let Some((key, _)) = label.split_once('=') else {
                return Err(usage(format!("label `{label}` must be formatted as key=value")));
            };
            if OF_HELM.contains(&key) {
                let message = "user supplied labels contains system reserved label name. System labels: \
                               [name owner status version createdAt modifiedAt]";
                return Err(usage(message).hint(format!("take another name for label `{key}`")));
            }
        }
        Ok(())
    }
}

/// Returns an address of a host.
fn resolve(host: &str) -> Option<String> {
    let addresses: Vec<_> = (host, 0).to_socket_addrs().ok()?.collect();
    // Sprig picks one of them; any nanosecond will do.
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
    let at = usize::try_from(nanos).unwrap_or(0) % addresses.len().max(1);
    addresses.get(at).map(|address| address.ip().to_string())
}

fn usage(message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Kind::Usage, message)
}

/// Returns why a file could not be read or written.
fn file_failed(what: &str, path: &Path, error: &std::io::Error) -> Diagnostic {
    let kind = if error.kind() == std::io::ErrorKind::NotFound { Kind::Usage } else { Kind::Remote };
    Diagnostic::new(kind, format!("cannot {what} `{}`", path.display())).cause(error.to_string())
}
