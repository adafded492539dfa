use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use crate::args::{HelmVersion, as_in_go, source::Fetching};

const LONG: &str = "\
Build a kustomization as `kustomize build` does

DIR is a folder with a kustomization file, or a directory of a git repository:
https://HOST/OWNER/REPOSITORY//PATH?ref=REVISION. Without it the current folder is built.";

const EXAMPLES: &str = "\
Examples:
  towpath-render build deploy/prod                    a folder, as `kustomize build` does
  towpath-render build -o out deploy/prod             one file a resource, if `out` is a folder
  towpath-render build --enable-helm deploy/prod      with its helmCharts, without helm
  towpath-render build 'https://github.com/acme/shop//deploy/prod?ref=v1.0.0'
                                                      from git, kept for --offline
  towpath-render build --load-restrictor LoadRestrictionsNone deploy/prod
                                                      which may read files beside it

Every flag of kustomize 5.8.1 is taken. Containers are never run, and programs only with
--enable-alpha-plugins --enable-exec.";

/// Build a kustomization as `kustomize build` does
#[derive(Debug, Default, Args)]
#[command(args_override_self = true, mut_args(as_in_go), long_about = LONG, after_help = EXAMPLES)]
pub(crate) struct Build {
    /// The folder that holds the kustomization, or its address in git
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) target: String,
    /// Write to this file instead of standard output; to a folder, one file a resource
    #[arg(short = 'o', value_name = "PATH")]
    pub(crate) path: Option<PathBuf>,
    /// Which files may be read; those of repositories never leave their kustomization
    #[arg(long, value_enum, default_value_t, value_name = "RULE", hide_possible_values = false)]
    pub(crate) load_restrictor: LoadRestrictor,
    #[command(flatten)]
    pub(crate) helm: HelmFlags,
    #[command(flatten)]
    pub(crate) remote: RemoteFlags,
    #[command(flatten)]
    pub(crate) functions: FunctionFlags,
    /// Deprecated: `sortOptions` of the kustomization file says it
    #[arg(long, hide = true, value_enum, value_name = "ORDER")]
    pub(crate) reorder: Option<Reorder>,
    /// Deprecated: `managedByLabel` of `buildMetadata` says it
    #[arg(long, hide = true)]
    pub(crate) enable_managedby_label: bool,
    /// Of no effect
    #[arg(long, hide = true)]
    stack_trace: bool,
}

/// Which files an overlay may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum LoadRestrictor {
    /// Only files below the kustomization that names them
    #[default]
    #[value(name = "LoadRestrictionsRootOnly", alias = "")]
    RootOnly,
    /// Any file
    #[value(name = "LoadRestrictionsNone")]
    None,
}

/// The order in which resources are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reorder {
    Legacy,
    None,
}

/// How `helmCharts` are inflated.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Charts")]
pub(crate) struct HelmFlags {
    /// Inflate `helmCharts`, which are refused otherwise; charts that are not in the chart home are fetched, and nothing is
    /// written there
    #[arg(long)]
    pub(crate) enable_helm: bool,
    /// Never run: charts are rendered by this program, as the Helm of --helm-version
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) helm_command: Option<String>,
    /// An API version that .Capabilities knows beside Helm's own, for charts that name none
    #[arg(long, value_name = "VERSION", action = ArgAction::Append)]
    pub(crate) helm_api_versions: Vec<String>,
    /// The Kubernetes version of .Capabilities, for charts that name none
    #[arg(long, value_name = "VERSION")]
    pub(crate) helm_kube_version: Option<String>,
    /// Of no effect: errors always tell all that is known
    #[arg(long)]
    helm_debug: bool,
    /// The Helm whose bytes are wanted
    #[arg(long, value_enum, default_value_t, value_name = "MAJOR")]
    pub(crate) helm_version: HelmVersion,
}

/// How repositories, files on the web and charts are fetched, and where they are kept.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Fetching")]
pub(crate) struct RemoteFlags {
    /// Believe these authorities alone, a file in PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Where what was fetched is kept [default: ~/.cache/towpath/store]
    #[arg(long, value_name = "DIR", env = "TOWPATH_STORE")]
    pub(crate) store: Option<PathBuf>,
    /// How large the store may grow, in MiB; what was used longest ago goes first [default: 2048]
    #[arg(long, value_name = "MIB", env = "TOWPATH_STORE_LIMIT")]
    pub(crate) store_limit: Option<u64>,
    /// Never use the network: what is not in the store is an error
    #[arg(long, env = "TOWPATH_OFFLINE", value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) offline: bool,
}

/// Flags for functions: those that are programs run where both flags are given, containers never do.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Functions")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of `kustomize build`")]
pub(crate) struct FunctionFlags {
    /// Accept functions, and --enable-helm
    #[arg(long)]
    pub(crate) enable_alpha_plugins: bool,
    /// Run functions that are programs, with --enable-alpha-plugins
    #[arg(long)]
    pub(crate) enable_exec: bool,
    #[arg(long, hide = true)]
    network: bool,
    #[arg(long, hide = true, value_name = "NAME")]
    network_name: Option<String>,
    #[arg(long, hide = true, value_name = "MOUNT", action = ArgAction::Append)]
    mount: Vec<String>,
    /// A variable for functions, NAME=value
    #[arg(long, short, value_name = "VARIABLE", action = ArgAction::Append)]
    pub(crate) env: Vec<String>,
    #[arg(long, hide = true)]
    as_current_user: bool,
}

impl Build {
    /// Returns how charts and repositories are fetched. A login is never given: it would go to every host that is named.
    pub(super) fn fetching(&self) -> Fetching {
        let remote = &self.remote;
        Fetching {
            ca_file: remote.ca_file.clone(),
            store: remote.store.clone(),
            store_limit: remote.store_limit,
            offline: remote.offline,
            ..Fetching::default()
        }
    }
}
