use std::{path::PathBuf, time::Duration};

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use towpath_config::parse_duration;
use towpath_report::OutputArgs;
use towpath_rollout::{Criterion, Fallback, Promotion, Reporter, Settings, Subsets};

use crate::Label;

/// Shifts traffic to a new version by Istio weights, and back to stable when the figures say so.
#[derive(Debug, Parser)]
#[command(name = "towpath-canary", version, after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  towpath-canary run --virtual-service shop.json --release release.json \\
      --prometheus http://prometheus:9090 --config towpath.yaml --env prod
  towpath-canary run --virtual-service shop.json --run shop-1.4.0 --steps 5,25,50 --interval 30s \\
      --metrics http://10.0.0.7:15090/stats/prometheus --stable-series destination_version=1.3.0 \\
      --canary-series destination_version=1.4.0
  towpath-canary status --virtual-service shop.json
  towpath-canary abort --virtual-service shop.json --reason 'wrong release'
  towpath-canary settle --virtual-service shop.json

Canary and stable are compared while both serve. The chance that a healthy canary is rolled back is at most
--alpha over the whole rollout, however often it looks; requests are taken to fail independently of each other.
No traffic is inconclusive: never failed, never passed. A run that was killed goes on when the same command runs again.

Exit codes: 0 promoted; 1 rolled back, inconclusive or aborted; 2 wrong input, or another rollout is running;
3 the file or the metrics failed; 4 a defect of Towpath.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Carry a rollout out, or go on with it
    Run(Box<Run>),
    /// Show weights, evidence and what the rollout waits for
    Status(Route),
    /// Return all traffic to stable in one write and end the rollout
    Abort {
        #[command(flatten)]
        route: Route,
        /// Why, for those who look later
        #[arg(long, default_value = "by towpath-canary abort", value_name = "TEXT")]
        reason: String,
    },
    /// After a promotion, once stable runs the promoted version: return traffic to the stable subset
    Settle(Route),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Route {
    /// The VirtualService, as JSON, that the data plane follows
    #[arg(long, value_name = "FILE")]
    pub(crate) virtual_service: PathBuf,
    /// The name of its HTTP route; the first one if absent
    #[arg(long = "route", value_name = "NAME")]
    pub(crate) http: Option<String>,
    /// The subset that serves now
    #[arg(long, default_value = "stable", value_name = "SUBSET")]
    pub(crate) stable: String,
    /// The subset that is tried
    #[arg(long, default_value = "canary", value_name = "SUBSET")]
    pub(crate) canary: String,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) route: Route,
    #[command(flatten)]
    pub(crate) release: Release,
    #[command(flatten)]
    pub(crate) metrics: Metrics,
    #[command(flatten)]
    pub(crate) plan: Plan,
    /// Begin anew if this rollout has ended before
    #[arg(long)]
    pub(crate) again: bool,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "What is released")]
#[group(id = "what", required = true, multiple = false, args = ["document", "image", "run"])]
pub(crate) struct Release {
    /// The release document that the earlier stages wrote
    #[arg(long = "release", value_name = "FILE")]
    pub(crate) document: Option<PathBuf>,
    /// The image that is tried: name@sha256:…
    #[arg(long, value_name = "IMAGE")]
    pub(crate) image: Option<String>,
    /// A name for this rollout, in place of the one made of image and plan
    #[arg(long, value_name = "NAME")]
    pub(crate) run: Option<String>,
    /// What stable is, for those who look later
    #[arg(long, default_value = "stable", value_name = "IMAGE")]
    pub(crate) stable_image: String,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Metrics")]
#[group(id = "source", required = true, multiple = true, args = ["endpoints", "prometheus"])]
pub(crate) struct Metrics {
    /// Where a proxy gives its counters in Prometheus's text format; may be repeated
    #[arg(long = "metrics", value_name = "URL", conflicts_with = "prometheus")]
    pub(crate) endpoints: Vec<String>,
    /// A Prometheus server
    #[arg(long, value_name = "URL")]
    pub(crate) prometheus: Option<String>,
    /// Its bearer token
    #[arg(
        long,
        env = "TOWPATH_PROMETHEUS_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN",
        requires = "prometheus"
    )]
    pub(crate) prometheus_token: Option<String>,
    /// The service's name in the mesh; that of the route's destination if absent
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<String>,
    /// Which series are stable's; `destination_version` is the subset if absent
    #[arg(long, value_name = "LABEL=VALUE", value_parser = parse_label)]
    pub(crate) stable_series: Option<Label>,
    /// Which series are the canary's; `destination_version` is the subset if absent
    #[arg(long, value_name = "LABEL=VALUE", value_parser = parse_label)]
    pub(crate) canary_series: Option<Label>,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Plan")]
pub(crate) struct Plan {
    /// towpath.yaml, whose environment --env gives steps, interval and alpha; flags win
    #[arg(long, value_name = "FILE", requires = "env")]
    pub(crate) config: Option<PathBuf>,
    /// The environment in it
    #[arg(long, value_name = "NAME", requires = "config")]
    pub(crate) env: Option<String>,
    /// The canary's share at each step in percent [default: 1,5,10,25,50]
    #[arg(long, value_delimiter = ',', value_name = "PERCENT,…")]
    steps: Option<Vec<i64>>,
    /// The time between two looks, such as 500ms, 30s or 5m [default: 30s]
    #[arg(long, value_parser = duration, value_name = "DURATION")]
    interval: Option<Duration>,
    /// How many looks a step lasts at least [default: 1]
    #[arg(long, value_name = "N")]
    looks: Option<u32>,
    /// The chance of a false rollback that is accepted [default: 0.01]
    #[arg(long, value_name = "SHARE")]
    alpha: Option<f64>,
    /// How many times stable's error rate is tolerated [default: 1]
    #[arg(long, value_name = "RATIO")]
    ratio: Option<f64>,
    /// How many requests both versions need at a step [default: 50]
    #[arg(long, value_name = "N")]
    min_requests: Option<u64>,
    /// When it is given up as inconclusive [default: four times what it takes at best]
    #[arg(long, value_parser = duration, value_name = "DURATION")]
    deadline: Option<Duration>,
    /// Who counts errors: source, destination, waypoint [default: source,destination]
    #[arg(long, value_delimiter = ',', value_name = "REPORTER,…")]
    reporter: Option<Vec<Reporter>>,
    /// Compare also the share of requests slower than this bound of the histogram; may be repeated
    #[arg(long, value_parser = duration, value_name = "DURATION")]
    slower_than: Vec<Duration>,
    /// Promote as soon as the evidence rules out this risk ratio, without the remaining steps
    #[arg(long, value_name = "RATIO")]
    early: Option<f64>,
    /// Where traffic goes when it is inconclusive
    #[arg(long, value_enum, default_value_t, value_name = "WHERE")]
    inconclusive: Inconclusive,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Inconclusive {
    /// Back to stable
    #[default]
    Stable,
    /// It stays at its step, for somebody to look
    Stay,
}

impl Route {
    /// Returns the subsets that are weighed.
    pub(crate) fn subsets(&self) -> Subsets {
        Subsets { route: self.http.clone(), stable: self.stable.clone(), canary: self.canary.clone() }
    }
}

impl Plan {
    /// Returns the settings of the flags over those of the environment over the defaults.
    pub(crate) fn settings(&self, environment: Option<&towpath_config::Canary>) -> Settings {
        let default = Settings::default();
        let of = environment;
        let reporters = self.reporter.clone().unwrap_or_else(|| vec![Reporter::Source, Reporter::Destination]);
        let mut criteria: Vec<Criterion> = reporters.iter().copied().map(Criterion::Errors).collect();
        for bound in &self.slower_than {
            let bound_ms = u32::try_from(bound.as_millis()).unwrap_or(u32::MAX);
            criteria.extend(reporters.iter().map(|reporter| Criterion::Slower { reporter: *reporter, bound_ms }));
        }
        let steps = || of.map(|canary| canary.steps.iter().map(|step| i64::from(*step)).collect());
        Settings {
            steps: self.steps.clone().or_else(steps).unwrap_or(default.steps),
            interval_ms: self.interval.or_else(|| of.map(|c| c.interval)).map_or(default.interval_ms, millis),
            looks: self.looks.unwrap_or(default.looks),
            alpha: self.alpha.or_else(|| of.map(|c| c.alpha)).unwrap_or(default.alpha),
            tolerated_ratio: self.ratio.or_else(|| of.and_then(|c| c.ratio)).unwrap_or(default.tolerated_ratio),
            bad_ratio: self.early.unwrap_or_else(|| default.bad_ratio.max(2.0 * self.tolerated(of))),
            min_requests: self.min_requests.unwrap_or(default.min_requests),
            deadline_ms: self.deadline.or_else(|| of.and_then(|c| c.deadline)).map(millis),
            criteria,
            promotion: if self.early.is_some() { Promotion::Early } else { Promotion::AfterLastStep },
            inconclusive: match self.inconclusive {
                Inconclusive::Stable => Fallback::Stable,
                Inconclusive::Stay => Fallback::Stay,
            },
        }
    }

    fn tolerated(&self, environment: Option<&towpath_config::Canary>) -> f64 {
        self.ratio.or_else(|| environment.and_then(|canary| canary.ratio)).unwrap_or(1.0)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).ok_or_else(|| format!("`{text}` is no duration such as 500ms, 30s or 5m"))
}

fn parse_label(text: &str) -> Result<Label, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok(Label { name: name.to_owned(), value: value.to_owned() }),
        _ => Err(format!("`{text}` is not LABEL=VALUE")),
    }
}
