mod cache;
mod limits;
pub(crate) mod quick;
pub(crate) mod source;
mod switch;
mod template;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use towpath_report::OutputArgs;

pub(crate) use self::{
    cache::Caching,
    limits::Limits,
    switch::{as_in_go, boolean},
    template::{Cluster, PostRender, Release, Shown, Template, Values},
};
use crate::{all::All, build::Build, diff::Diff};

/// Renders charts, overlays and the environments of a service, in one process and without helm or kustomize.
#[derive(Debug, Parser)]
#[command(name = "towpath-render", version, after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  towpath-render template shop deploy/chart -f deploy/prod/values.yaml   as `helm template` does
  towpath-render all --output-dir rendered                               every service and environment of a repository
  towpath-render all --changed-since origin/main                         only what reads something that has changed
  towpath-render all charts --output-dir rendered                        every chart of a folder, on all cores
  towpath-render template shop oci://registry.example.com/charts/shop    the newest release in a registry
  towpath-render template shop web --repo https://charts.example.com     a chart of a repository; again with --offline
  towpath-render build deploy/kustomize/overlays/prod                    as `kustomize build` does
  towpath-render env prod --release release.json                         one environment of towpath.yaml
  towpath-render env prod --explain                                      which file each document is from, and what changed it
  towpath-render diff staging prod                                       what differs between two environments
  towpath-render diff prod@HEAD~1 prod --structural                      what a change does to one, field by field
  towpath-render diff @HEAD~1 @ --format html > page.html                what it does to every service of the repository
  towpath-render diff rendered/ branch/ --format markdown                what differs between two folders of manifests

Exit codes: 0 done, or no differences; 1 differences, or something of `all` that failed; 2 wrong input, also where `diff` tells the
differences of the rest; 3 files or git failed; 4 a defect of Towpath.";

// A hundred arguments of commands that are not meant need not be made.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Render a chart as `helm template` does
    Template(Box<Template>),
    /// Render many charts at once, each as `template` does
    All(Box<All>),
    /// Build a kustomization as `kustomize build` does
    Build(Box<Build>),
    /// Render one environment of towpath.yaml
    Env(Box<Env>),
    /// Show what differs between environments, revisions or folders of manifests; Secrets are redacted
    Diff(Box<Diff>),
}

/// The Helm whose bytes are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum HelmVersion {
    /// Helm 4.3
    #[default]
    #[value(name = "4")]
    Four,
    /// Helm 3.17
    #[value(name = "3")]
    Three,
}

/// Where the service is described, and what its image is pinned to.
#[derive(Debug, ClapArgs)]
pub(crate) struct Service {
    /// The service's description
    #[arg(long, default_value = "towpath.yaml", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Pin the image that this release carries
    #[arg(long, value_name = "FILE", conflicts_with = "image")]
    pub(crate) release: Option<PathBuf>,
    /// Pin this image: name@sha256:…
    #[arg(long, value_name = "IMAGE")]
    pub(crate) image: Option<String>,
    /// The Helm whose bytes are wanted
    #[arg(long, value_enum, default_value_t, value_name = "MAJOR")]
    pub(crate) helm_version: HelmVersion,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Env {
    /// The environment: a name, or name@revision for a git revision
    pub(crate) environment: String,
    /// Show where each document comes from and what changed it, in place of the documents; values of Secrets are redacted
    #[arg(long)]
    pub(crate) explain: bool,
    #[command(flatten)]
    pub(crate) service: Service,
    #[command(flatten)]
    pub(crate) fetching: source::Fetching,
    #[command(flatten)]
    pub(crate) caching: Caching,
}
