use clap::{Args, ValueEnum};

use crate::args::{Caching, Service, source::Fetching};

/// How a difference is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Written {
    /// For a terminal, in colour there; for `patch`-like reading everywhere
    #[default]
    Text,
    /// For the text of a pull request
    Markdown,
    /// A page that needs no other file
    Html,
    /// As `--output json`
    Json,
}

/// Show what differs between environments, revisions or folders of manifests; Secrets are redacted
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// From: an environment, environment@revision, @revision for all services (`@` is the work tree), or a folder or file of manifests
    pub(super) from: String,
    /// To: an environment, environment@revision, @revision for all services (`@` is the work tree), or a folder or file of manifests
    pub(super) to: String,
    /// How the difference is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: Written,
    /// Tell fields instead of lines: order of keys, comments and style do not count
    #[arg(long, conflicts_with = "context")]
    pub(super) structural: bool,
    /// Show one line an object
    #[arg(long)]
    pub(super) stat: bool,
    /// Lines around each change
    #[arg(short = 'U', long, default_value_t = 3, value_name = "LINES")]
    pub(super) context: usize,
    /// The most characters that markdown may have; what does not fit is counted
    #[arg(long, default_value_t = towpath_report::difference::MARKDOWN_BUDGET, value_name = "CHARACTERS")]
    pub(super) limit: usize,
    #[command(flatten)]
    pub(super) service: Service,
    #[command(flatten)]
    pub(super) fetching: Fetching,
    #[command(flatten)]
    pub(super) caching: Caching,
}
