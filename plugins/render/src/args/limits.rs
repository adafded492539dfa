use std::time::{Duration, Instant};

use clap::Args;
use towpath_helm::{Patience, RenderLimits};

/// What the templates of a chart may use; the defaults are far above what charts need.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Limits for the charts of others")]
pub(crate) struct Limits {
    /// Seconds that templates may run [default: 30]
    #[arg(id = "limit-time", long, value_name = "SECONDS")]
    time: Option<u64>,
    /// Actions, calls and iterations, about 200 ns each [default: 5000000]
    #[arg(id = "limit-steps", long, value_name = "N")]
    steps: Option<u64>,
    /// MiB of output [default: 64]
    #[arg(id = "limit-output", long, value_name = "MIB")]
    output: Option<usize>,
    /// MiB of values that templates make [default: 64]
    #[arg(id = "limit-memory", long, value_name = "MIB")]
    memory: Option<usize>,
    /// Templates that are open inside of one another [default: 20000]
    #[arg(id = "limit-depth", long, value_name = "N")]
    depth: Option<usize>,
}

impl Limits {
    /// Returns the limits of a rendering that begins now.
    pub(crate) fn starting_now(&self) -> RenderLimits {
        let (started, time) = (Instant::now(), Duration::from_secs(self.time.unwrap_or(30)));
        let default = RenderLimits::default();
        let bytes = |mib: Option<usize>, default| mib.map_or(default, |mib| mib.saturating_mul(1 << 20));
        RenderLimits {
            steps: self.steps.unwrap_or(default.steps),
            output_bytes: bytes(self.output, default.output_bytes),
            memory_bytes: bytes(self.memory, default.memory_bytes),
            depth: self.depth.unwrap_or(default.depth),
            patience: Patience::from_fn(move || started.elapsed() < time),
            ..default
        }
    }
}
