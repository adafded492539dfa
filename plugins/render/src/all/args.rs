use std::{num::NonZeroUsize, path::PathBuf, sync::Arc};

use clap::{ArgAction, Args, ValueEnum, builder::NonEmptyStringValueParser};
use towpath_helm::{Crds, Hooks, Options, RenderEnv, Schema, ValuesOptions, Variable, release_name};
use towpath_model::{Diagnostic, Kind};
use towpath_render::{Purpose, source::Charts};

use crate::args::{Caching, Cluster, HelmVersion, Limits, Release, Values, as_in_go, source::Fetching};

/// Render every service and environment of a repository, or many charts, at once
#[derive(Debug, Args)]
#[command(args_override_self = true, mut_args(as_in_go))]
pub(crate) struct All {
    /// Folders with a towpath.yaml in or below them [default: .]; or charts, each rendered as `template` does: folders, archives,
    /// oci://…:TAG, addresses of archives, REPOSITORY/CHART, or folders that hold charts
    #[arg(value_name = "FOLDER|CHART")]
    pub(super) charts: Vec<String>,
    #[command(flatten)]
    pub(super) chosen: Chosen,
    /// A file with one chart a line, behind those of the command line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(super) charts_from: Option<String>,
    /// Write to this folder instead of standard output: services as --layout says, each chart to NAME.yaml
    #[arg(long, value_name = "FOLDER")]
    pub(super) output_dir: Option<PathBuf>,
    /// How many are rendered at the same time [default: one a core]
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
    pub(super) caching: Caching,
    #[command(flatten)]
    pub(super) limits: Limits,
    /// The Helm whose bytes are wanted
    #[arg(long, value_enum, default_value_t, value_name = "MAJOR")]
    helm_version: HelmVersion,
}

/// Which services are meant, and where they come from.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Services of towpath.yaml")]
pub(super) struct Chosen {
    /// Only services of this name; `*` stands for a part of it
    #[arg(long, value_name = "NAME", action = ArgAction::Append)]
    pub(super) service: Vec<String>,
    /// Only environments of this name; `*` stands for a part of it
    #[arg(long, value_name = "NAME", action = ArgAction::Append)]
    pub(super) environment: Vec<String>,
    /// Render what a git revision holds; nothing is checked out
    #[arg(long, value_name = "REVISION")]
    pub(super) revision: Option<String>,
    /// Only what was rendered otherwise, or not at all, at this revision: of which a file that the rendering reads, or finds
    /// missing, was another one
    #[arg(long, value_name = "REVISION")]
    pub(super) changed_since: Option<String>,
    /// How --output-dir is laid out
    #[arg(long, value_enum, value_name = "LAYOUT", requires = "output_dir")]
    pub(super) layout: Option<FileLayout>,
    /// Whose files they are in --output-dir; those of other owners stay, so that several repositories can share the folder
    /// [default: the address of the repository's remote, or its folder]
    #[arg(long, value_name = "NAME", requires = "output_dir", value_parser = NonEmptyStringValueParser::new())]
    pub(super) output_owner: Option<String>,
}

/// How environments are laid into files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FileLayout {
    /// SERVICE/ENVIRONMENT.yaml
    Service,
    /// SERVICE/ENVIRONMENT/KIND-NAME.yaml, one file a document
    Document,
}

impl Chosen {
    /// Whether something was said that only services have.
    pub(super) fn is_asked(&self) -> bool {
        let any = [&self.revision, &self.changed_since].iter().any(|given| given.is_some());
        any || self.layout.is_some()
            || self.output_owner.is_some()
            || !self.service.is_empty()
            || !self.environment.is_empty()
    }
}

/// How every chart is rendered.
pub(super) struct Manner {
    pub(super) env: RenderEnv,
    pub(super) values: ValuesOptions,
    pub(super) options: Options,
}

impl All {
    /// Returns how environments are rendered; the time of each begins when it does.
    ///
    /// # Errors
    /// When something is given that a service says itself.
    pub(super) fn manner_of_services(&self) -> Result<towpath_render::Manner, Diagnostic> {
        let profile = self.helm_version.profile();
        self.cluster.check(profile)?;
        let values = &self.values;
        let lists =
            [&values.files, &values.set, &values.set_string, &values.set_file, &values.set_json, &values.set_literal];
        let release = &self.release;
        let is_said = lists.iter().any(|list| !list.is_empty())
            || self.name.is_some()
            || release.name_template.is_some()
            || release.is_upgrade
            || !release.lookup_objects.is_empty()
            || self.version.is_some();
        if is_said {
            let message = "values, names and versions of services come from their towpath.yaml";
            return Err(Diagnostic::new(Kind::Usage, message).hint("leave --set, --values, --name and --version out"));
        }
        Ok(towpath_render::Manner {
            purpose: if release.deterministic { Purpose::Comparison } else { Purpose::Cluster },
            profile,
            kube_version: release.kube_version.clone(),
            api_versions: release.api_versions.clone(),
            options: self.options(),
            pin: None,
        })
    }

    fn options(&self) -> Options {
        let hooks = match (self.no_hooks, self.skip_tests) {
            (true, _) => Hooks::Omit,
            (_, true) => Hooks::WithoutTests,
            _ => Hooks::All,
        };
        Options {
            crds: if self.include_crds { Crds::Include } else { Crds::Omit },
            hooks,
            schema: if self.values.skip_schema_validation { Schema::Skip } else { Schema::Check },
            ..Options::default()
        }
    }

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
        Ok(Manner { env, values: self.values.read(charts)?, options: self.options() })
    }
}
