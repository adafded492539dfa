use std::path::PathBuf;

use clap::{Parser, Subcommand};
use towpath_config::Key;
use towpath_forge::Author;
use towpath_model::{Diagnostic, Kind};
use towpath_oci::{ClientOptions, CredentialSource};
use towpath_report::{Outcome, OutputArgs, Plugin, Report};

use crate::{MergeOptions, OpenOptions, PlaceOptions, run};

/// Promotes a release from environment to environment by pull requests
#[derive(Debug, Parser)]
#[command(name = "towpath-promote", version, after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    output: OutputArgs,
}

const EXAMPLES: &str = "\
Examples:
  Ask for a release in staging; run it again with a newer release and the same pull request is updated:
    towpath-promote open --to staging --release release.json --key cosign.pub

  Merge it, if it still is the head that was reviewed, and note it in release.json:
    towpath-promote merge --to staging --release release.json --head 1f3a…

  See where every environment stands and what comes next:
    towpath-promote status
    towpath-promote status --output json | jq '.environments[].next'

Every command can be killed and run again: there is one pull request for each service and environment, and one commit.
The image's signature is verified in its registry each time; an image that is not signed is refused (exit code 1).";

#[derive(Debug, Subcommand)]
enum Command {
    /// Opens the pull request that brings a release to an environment, or updates the one that is open
    Open(OpenArgs),
    /// Merges the open pull request of an environment
    Merge(MergeArgs),
    /// Shows what every environment runs, what is open, and what comes next
    Status(StatusArgs),
}

#[derive(Debug, clap::Args)]
struct PlaceArgs {
    /// The service's configuration
    #[arg(long, value_name = "FILE", default_value = "towpath.yaml")]
    config: PathBuf,
    /// The repository that holds what is deployed, instead of promotion.repository: a path or a file:// URL
    #[arg(long, value_name = "REPOSITORY")]
    repository: Option<String>,
    /// The branch that promotions are merged into, instead of promotion.base
    #[arg(long, value_name = "BRANCH")]
    base: Option<String>,
    /// Who commits are by, written `Name <address>`
    #[arg(long, value_name = "AUTHOR", env = "TOWPATH_AUTHOR", default_value_t = Author::default())]
    author: Author,
}

#[derive(Debug, clap::Args)]
struct OpenArgs {
    /// The environment to promote to
    #[arg(long, value_name = "ENVIRONMENT")]
    to: String,
    /// The release, as towpath-build wrote it
    #[arg(long, value_name = "FILE", default_value = "release.json")]
    release: PathBuf,
    /// The public key that the image must be signed with: a file, or `env://NAME` for the content of a variable
    #[arg(long, value_name = "KEY")]
    key: String,
    #[command(flatten)]
    registry: RegistryArgs,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Registry")]
struct RegistryArgs {
    /// A registry that speaks plain HTTP, as HOST or HOST:PORT; loopback addresses always may
    #[arg(long, value_name = "REGISTRY")]
    plain_http: Vec<String>,
    /// A file with further certificate authorities, in PEM
    #[arg(long, value_name = "FILE")]
    ca_file: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct MergeArgs {
    /// The environment whose pull request is merged
    #[arg(long, value_name = "ENVIRONMENT")]
    to: String,
    /// The release; the environment is noted in it
    #[arg(long, value_name = "FILE", default_value = "release.json")]
    release: PathBuf,
    /// The commit that was reviewed: another head is refused
    #[arg(long, value_name = "COMMIT")]
    head: Option<towpath_forge::CommitId>,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Debug, clap::Args)]
struct StatusArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

impl PlaceArgs {
    fn options(self) -> PlaceOptions {
        let Self { config, repository, base, author } = self;
        PlaceOptions { config, repository, base, author, seconds: None }
    }
}

impl RegistryArgs {
    /// Returns the client's options, with the authorities read.
    fn options(self) -> Result<ClientOptions, Diagnostic> {
        let read = |path: &PathBuf| {
            std::fs::read(path).map_err(|error| {
                Diagnostic::new(Kind::Usage, format!("cannot read `{}`", path.display())).cause(error.to_string())
            })
        };
        Ok(ClientOptions {
            credentials: CredentialSource::docker(),
            plain_http: self.plain_http,
            authorities: self.ca_file.iter().map(read).collect::<Result<_, _>>()?,
            ..ClientOptions::default()
        })
    }
}

impl Plugin for Args {
    fn output(&self) -> &OutputArgs {
        &self.output
    }

    fn run(self, report: &Report) -> Result<Outcome, Diagnostic> {
        match self.command {
            Command::Open(OpenArgs { to, release, key, registry, place }) => {
                let (key, registry) = (Key::parse(&key), registry.options()?);
                run::open(&OpenOptions { to, release, key, registry, place: place.options() }, report)
            }
            Command::Merge(MergeArgs { to, release, head, place }) => {
                run::merge(&MergeOptions { to, release, head, place: place.options() }, report)
            }
            Command::Status(StatusArgs { place }) => run::status(&place.options(), report),
        }
    }
}
