use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::{
    HelmVersion,
    limits::Limits,
    source::{ChartChoice, Fetching},
    switch::{as_in_go, boolean, duration},
};

/// Render a chart as `helm template` does
#[derive(Debug, Default, Args)]
#[command(args_override_self = true, mut_args(as_in_go))]
pub(crate) struct Template {
    /// The release's name, then the chart; with one argument it is the chart
    #[arg(value_name = "[NAME] CHART", num_args = 1..=2, required = true)]
    pub(crate) operands: Vec<String>,
    #[command(flatten)]
    pub(crate) values: Values,
    #[command(flatten)]
    pub(crate) release: Release,
    #[command(flatten)]
    pub(crate) shown: Shown,
    #[command(flatten)]
    pub(crate) post_render: PostRender,
    #[command(flatten)]
    pub(crate) cluster: Cluster,
    #[command(flatten)]
    pub(crate) chart: ChartChoice,
    #[command(flatten)]
    pub(crate) fetching: Fetching,
    #[command(flatten)]
    pub(crate) limits: Limits,
    #[command(flatten)]
    pub(crate) unused: Unused,
    /// The Helm whose bytes are wanted
    #[arg(long, value_enum, default_value_t, value_name = "MAJOR")]
    pub(crate) helm_version: HelmVersion,
}

/// Where values come from.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Values")]
pub(crate) struct Values {
    /// A values file; `-` is standard input
    #[arg(short = 'f', long = "values", value_name = "FILE", value_delimiter = ',', action = ArgAction::Append)]
    pub(crate) files: Vec<String>,
    /// Set a value: key1=val1,key2=val2
    #[arg(long, value_name = "KEY=VALUE", action = ArgAction::Append)]
    pub(crate) set: Vec<String>,
    /// Set a value that stays a string
    #[arg(long, value_name = "KEY=VALUE", action = ArgAction::Append)]
    pub(crate) set_string: Vec<String>,
    /// Set a value to a file's content: key=path
    #[arg(long, value_name = "KEY=PATH", action = ArgAction::Append)]
    pub(crate) set_file: Vec<String>,
    /// Set a value to a piece of JSON: key=json
    #[arg(long, value_name = "KEY=JSON", action = ArgAction::Append)]
    pub(crate) set_json: Vec<String>,
    /// Set a value to a text in which nothing is special
    #[arg(long, value_name = "KEY=TEXT", action = ArgAction::Append)]
    pub(crate) set_literal: Vec<String>,
    /// Do not check values against values.schema.json
    #[arg(long)]
    pub(crate) skip_schema_validation: bool,
}

/// What the templates see of the release and its cluster.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Release")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Release {
    /// The namespace the release goes to [default: that of the kubeconfig's context, else default]
    #[arg(short, long, env = "HELM_NAMESPACE")]
    pub(crate) namespace: Option<String>,
    /// Give the same output in every run: a clock that stands still, random texts and keys that follow from a fixed seed
    ///
    /// Such keys and passwords are known to everybody: for comparing, never for a cluster.
    #[arg(long)]
    pub(crate) deterministic: bool,
    /// Name the release by a template, in which Sprig's functions can be called
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) name_template: Option<String>,
    /// As in helm: the release is called release-name, and a name beside it is an error
    #[arg(short, long)]
    pub(crate) generate_name: bool,
    /// Set .Release.IsUpgrade instead of .Release.IsInstall
    #[arg(long)]
    pub(crate) is_upgrade: bool,
    /// API versions that .Capabilities knows beside Helm's own
    #[arg(short, long, value_name = "VERSION", value_delimiter = ',', action = ArgAction::Append)]
    pub(crate) api_versions: Vec<String>,
    /// The Kubernetes version of .Capabilities
    #[arg(long, value_name = "VERSION")]
    pub(crate) kube_version: Option<String>,
    /// Let `lookup` find the objects of this file, or of the .yaml, .yml and .json files of this folder
    #[arg(long, value_name = "PATH", action = ArgAction::Append)]
    pub(crate) lookup_objects: Vec<PathBuf>,
    /// Let `getHostByName` ask the network
    #[arg(long)]
    pub(crate) enable_dns: bool,
    /// Labels of the release; none of Helm's own
    #[arg(short, long, value_name = "KEY=VALUE", value_delimiter = ',', action = ArgAction::Append)]
    pub(crate) labels: Vec<String>,
}

/// What is shown, and where.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Shown")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of `helm template`; they become enums in the library"
)]
pub(crate) struct Shown {
    /// Put the chart's CRDs in front
    #[arg(long)]
    pub(crate) include_crds: bool,
    /// Leave tests out
    #[arg(long)]
    pub(crate) skip_tests: bool,
    /// Leave hooks out
    #[arg(long)]
    pub(crate) no_hooks: bool,
    /// Show only what these templates gave; `*` stands for a part of a name
    #[arg(short, long, value_name = "TEMPLATE", action = ArgAction::Append)]
    pub(crate) show_only: Vec<String>,
    /// Write each template's output to a file below this folder instead
    #[arg(long, value_name = "FOLDER")]
    pub(crate) output_dir: Option<String>,
    /// Put a folder of the release's name between --output-dir and the files
    #[arg(long)]
    pub(crate) release_name: bool,
    /// Show what was rendered, too, when it is no manifest
    #[arg(long)]
    pub(crate) debug: bool,
}

/// A program that changes what was rendered.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Post-rendering")]
pub(crate) struct PostRender {
    /// The name of a post-renderer plugin; with --helm-version 3 the path or name of a program
    #[arg(long, value_name = "NAME")]
    pub(crate) post_renderer: Option<String>,
    /// An argument for the post-renderer
    #[arg(long, value_name = "ARGUMENT", allow_hyphen_values = true, action = ArgAction::Append)]
    pub(crate) post_renderer_args: Vec<String>,
}

/// Flags that ask for a cluster or say how it is reached. Nothing here talks to one.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Cluster (never contacted)")]
pub(crate) struct Cluster {
    /// client; server is refused, since it needs a cluster
    #[arg(long, value_name = "WHERE", num_args = 0..=1, require_equals = true, default_missing_value = "client", conflicts_with = "validate")]
    pub(crate) dry_run: Option<String>,
    /// Refused, since it needs a cluster
    #[arg(long)]
    pub(crate) validate: bool,
    /// The kubeconfig whose context names the namespace
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<String>,
    /// The context in it
    #[arg(long, value_name = "NAME", env = "HELM_KUBECONTEXT")]
    pub(crate) kube_context: Option<String>,
    #[arg(long, hide = true, value_name = "URL")]
    kube_apiserver: Option<String>,
    #[arg(long, hide = true, value_name = "GROUP", action = ArgAction::Append)]
    kube_as_group: Vec<String>,
    #[arg(long, hide = true, value_name = "USER")]
    kube_as_user: Option<String>,
    #[arg(long, hide = true, value_name = "FILE")]
    kube_ca_file: Option<String>,
    #[arg(long, hide = true)]
    kube_insecure_skip_tls_verify: bool,
    #[arg(long, hide = true, value_name = "NAME")]
    kube_tls_server_name: Option<String>,
    #[arg(long, hide = true, value_name = "TOKEN")]
    kube_token: Option<String>,
    #[arg(long, hide = true, value_name = "N")]
    burst_limit: Option<i64>,
    #[arg(long, hide = true, value_name = "N")]
    qps: Option<f32>,
}

/// How `--wait` waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Wait {
    Watcher,
    #[value(name = "hookOnly")]
    HookOnly,
    Legacy,
    True,
    False,
}

/// Flags that change an installation and no rendering: taken as helm takes them, to no effect.
#[derive(Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of `helm template`")]
pub(crate) struct Unused {
    #[arg(long, hide = true, alias = "rollback-on-failure")]
    atomic: bool,
    #[arg(long, hide = true)]
    create_namespace: bool,
    #[arg(long, hide = true, value_name = "TEXT")]
    description: Option<String>,
    #[arg(long, hide = true)]
    disable_openapi_validation: bool,
    #[arg(long, hide = true, alias = "force-replace", conflicts_with = "force_conflicts")]
    force: bool,
    #[arg(long, hide = true)]
    force_conflicts: bool,
    #[arg(long, hide = true)]
    hide_notes: bool,
    #[arg(long, hide = true)]
    render_subchart_notes: bool,
    #[arg(long, hide = true)]
    replace: bool,
    #[arg(long, hide = true, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = boolean)]
    server_side: Option<bool>,
    #[arg(long, hide = true)]
    skip_crds: bool,
    #[arg(long, hide = true)]
    take_ownership: bool,
    #[arg(long, hide = true, value_name = "DURATION", value_parser = duration)]
    timeout: Option<String>,
    #[arg(long, hide = true, value_enum, value_name = "STRATEGY", num_args = 0..=1, require_equals = true, default_missing_value = "watcher")]
    wait: Option<Wait>,
    #[arg(long, hide = true)]
    wait_for_jobs: bool,
}
