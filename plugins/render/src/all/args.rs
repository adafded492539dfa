use std::{num::NonZeroUsize, path::PathBuf, sync::Arc};

use clap::Args;
use towpath_helm::{Crds, Hooks, Options, RenderEnv, Schema, ValuesOptions, Variable, release_name};
use towpath_model::Diagnostic;
use towpath_render::source::Charts;

use crate::args::{Cluster, HelmVersion, Limits, Release, Values, as_in_go, source::Fetching};

/// Render many charts at once, each as `template` does
#[derive(Debug, Args)]
#[command(args_override_self = true, mut_args(as_in_go))]
pub(crate) struct All {
    /// Charts: folders, archives, oci://…:TAG, addresses of archives, REPOSITORY/CHART, or folders that hold charts
    #[arg(value_name = "CHART", required_unless_present = "charts_from")]
    pub(super) charts: Vec<String>,
    /// A file with one chart a line, behind those of the command line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(super) charts_from: Option<String>,
    /// Write each chart's output to NAME.yaml in this folder instead of standard output
    #[arg(long, value_name = "FOLDER")]
    pub(super) output_dir: Option<PathBuf>,
    /// How many charts are rendered at the same time [default: one a core]
    #[arg(long, short, value_name = "N")]
    pub(super) jobs: Option<NonZeroUsize>,
    /// The name of every release [default: release-name]
    #[arg(long, value_name = "NAME", conflicts_with = "name_template")]
    name: Option<String>,
    /// Put each chart's CRDs in front
    #[arg(long)]
    include_crds: bool,
    /// Leave tests out
    #[arg(long)]
    skip_tests: bool,
    /// Leave hooks out
    #[arg(long)]
    no_hooks: bool,
    #[command(flatten)]
    values: Values,
    #[command(flatten)]
    release: Release,
    #[command(flatten)]
    cluster: Cluster,
    /// The version of the charts, or a constraint on it: 1.2.3, ^1.2, ">=1 <2"; without it each one's newest release
    #[arg(long, value_name = "VERSION", help_heading = "Fetching")]
    pub(super) version: Option<String>,
    #[command(flatten)]
    pub(super) fetching: Fetching,
    #[command(flatten)]
    pub(super) limits: Limits,
    /// The Helm whose bytes are wanted
    #[arg(long, value_enum, default_value_t, value_name = "MAJOR")]
    helm_version: HelmVersion,
}

/// How every chart is rendered.
pub(super) struct Manner {
    pub(super) env: RenderEnv,
    pub(super) values: ValuesOptions,
    pub(super) options: Options,
}

impl All {
    /// Returns how every chart is rendered; values files are read once.
    pub(super) fn manner(&self, charts: &Arc<Charts>) -> Result<Manner, Diagnostic> {
        let profile = self.helm_version.profile();
        self.cluster.check(profile)?;
        let mut env = self.release.environment(&self.cluster, profile)?;
        if let Some(name) = &self.name {
            env.release_name.clone_from(name);
        }
        if let Some(template) = &self.release.name_template {
            let variable: Variable = Arc::new(|name| std::env::var(name).ok());
            env.release_name = release_name(template, &env, &variable).map_err(|error| error.diagnostic())?;
        }
        let hooks = match (self.no_hooks, self.skip_tests) {
            (true, _) => Hooks::Omit,
            (_, true) => Hooks::WithoutTests,
            _ => Hooks::All,
        };
        let options = Options {
            crds: if self.include_crds { Crds::Include } else { Crds::Omit },
            hooks,
            schema: if self.values.skip_schema_validation { Schema::Skip } else { Schema::Check },
            ..Options::default()
        };
        Ok(Manner { env, values: self.values.read(charts)?, options })
    }
}
