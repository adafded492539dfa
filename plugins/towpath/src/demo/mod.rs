//! Three releases of a real service on their way, on one machine and in one run.

mod counters;
mod follow;
mod journey;
mod load;
mod node;
mod page;
mod production;
mod proxy;
mod story;
mod summary;
mod world;

use std::{
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use towpath_model::{Diagnostic, Kind};
use towpath_report::{Outcome, OutputArgs, Plugin, Report};

/// Watch a service travel from source to production on this machine.
///
/// Three releases of a small shop are built, signed, rendered for three environments, promoted by pull requests and
/// shifted by a canary: with a registry, two git repositories, running processes and live traffic, all of them real.
/// The third release answers with errors and is taken back.
#[derive(Debug, clap::Parser)]
#[command(name = "towpath demo", version, after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    output: OutputArgs,
    /// Where everything is written: repositories, keys, programs, the report
    #[arg(long, default_value = "towpath-demo", value_name = "FOLDER")]
    folder: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  towpath demo                         watch it, then open towpath-demo/report.html
  towpath demo --folder /tmp/journey   write somewhere else
  towpath demo --output json           the figures for programs";

impl Plugin for Args {
    fn output(&self) -> &OutputArgs {
        &self.output
    }

    fn run(self, report: &Report) -> Result<Outcome, Diagnostic> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
            Diagnostic::new(Kind::Remote, "the network runtime does not start").cause(error.to_string())
        })?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let journey = runtime.block_on(story::tell(&self.folder, i64::try_from(now).unwrap_or(i64::MAX), report))?;
        let page = self.folder.join("report.html");
        world::write(&page, page::report(&journey).as_bytes())?;
        summary::show(&journey, &page, report)?;
        Ok(Outcome::Done)
    }
}
