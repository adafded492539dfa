//! Production: processes of the shop behind a proxy that follows the VirtualService, and clients that never stop.

use std::{net::SocketAddr, path::PathBuf};

use towpath_model::{Diagnostic, Kind};
use towpath_plugin_canary::{Endpoints, Event, FileRoute, Label, Repeat, Rollout, Series, run, run_name, settle};
use towpath_report::{Report, Style};
use towpath_rollout::{Criterion, Phase, Plan, Reporter, Settings, State, Subsets, stats::Counts};
use towpath_yaml::{Build, Duplicates, Profile, parse_all};

use super::{
    journey::{Clients, Look, Outcome, Shift, Side},
    load::{Load, Pace},
    node::{Running, Workload, start, workloads},
    proxy::{Backend, Proxy},
    story::rendered,
    world::{World, write},
};

/// How many requests a second the clients send.
const PACE: Pace = Pace { clients: 16, per_second: 1_500 };

/// What serves production.
pub(super) struct Production {
    stable: Served,
    canary: Option<Served>,
    proxy: Proxy,
    load: Load,
    document: PathBuf,
}

/// A process and what it is.
struct Served {
    version: String,
    workload: Workload,
    process: Running,
}

impl Served {
    async fn start(world: &World, environment: &str, track: &str, version: &str) -> Result<Self, Diagnostic> {
        let found = workloads(&rendered(world, environment)?)?;
        let workload = found.into_iter().find(|workload| workload.track == track).ok_or_else(|| {
            Diagnostic::new(Kind::Bug, format!("{environment} has no Deployment of the track {track}"))
        })?;
        let process = start(&world.client, &workload, &world.folder.join("node")).await?;
        Ok(Self { version: version.to_owned(), workload, process })
    }

    fn backend(&self, subset: &str) -> Backend {
        Backend {
            subset: subset.to_owned(),
            workload: self.workload.name.clone(),
            version: self.version.clone(),
            address: self.process.address,
        }
    }
}

impl Production {
    /// Starts the first release's process, the proxy before it and the clients.
    pub(super) async fn start(world: &World, version: &str) -> Result<Self, Diagnostic> {
        let stable = Served::start(world, "prod", "stable", version).await?;
        let document = world.folder.join("virtualservice.json");
        write(&document, virtual_service(&rendered(world, "prod")?)?.as_bytes())?;
        let proxy = Proxy::start("shop", document.clone(), vec![stable.backend("stable")]).await?;
        let load = Load::start(proxy.address(), PACE);
        Ok(Self { stable, canary: None, proxy, load, document })
    }

    /// Starts what an environment without a canary runs, asks it a little and stops it; returns what it said.
    pub(super) async fn try_out(world: &World, manifests: &str, environment: &str) -> Result<String, Diagnostic> {
        let found = workloads(manifests)?;
        let workload =
            found.first().ok_or_else(|| Diagnostic::new(Kind::Bug, format!("{environment} runs nothing")))?;
        let process = start(&world.client, workload, &world.folder.join("node")).await?;
        let health = ask(process.address, "healthz").await?;
        let front = ask(process.address, "").await?;
        let metrics = ask(process.address, "metrics").await?;
        process.stop().await.map_err(|error| stuck(&error))?;
        let series = metrics.1.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).count();
        Ok(format!(
            "{} answers /healthz with {}, / with {}, /metrics with {series} series",
            workload.name, health.0, front.0
        ))
    }

    /// Starts the canary's process and shifts traffic to it, or back.
    pub(super) async fn shift(
        &mut self,
        world: &World,
        version: &str,
        stable: &str,
        report: &Report,
    ) -> Result<(Shift, Outcome), Diagnostic> {
        let canary = Served::start(world, "prod", "canary", version).await?;
        self.proxy.set_backends(vec![self.stable.backend("stable"), canary.backend("canary")]);
        let endpoints = [
            self.proxy.metrics_url(),
            format!("http://{}/metrics", self.stable.process.address),
            format!("http://{}/metrics", canary.process.address),
        ];
        let metrics = Endpoints::new(&endpoints).map_err(|error| Diagnostic::from(&error))?;
        let route = self.route()?;
        let rollout = rollout(world, stable, version)?;
        let images = (self.stable.workload.image.to_string(), canary.workload.image.to_string());
        self.canary = Some(canary);
        let run_name = run_name("shop", &images.0, &images.1, &rollout.plan);
        let rollout = Rollout { run: run_name, stable: images.0, canary: images.1, ..rollout };
        let tell = |event: &Event<'_>| {
            if let Event::Look { plan, state, decision } = event {
                report.line(Style::Plain, &format!("  canary    {}", line(plan, state, &decision.to_string())));
            }
        };
        let state = run(&rollout, &route, &metrics, tell).await?;
        let outcome = match state.phase {
            Phase::Promoted => Outcome::Promoted,
            Phase::RolledBack(_) => Outcome::RolledBack,
            _ => {
                let message = format!("the canary of {version} ended undecided");
                let why = towpath_plugin_canary::Outcome(&state).to_string();
                return Err(Diagnostic::new(Kind::Verdict, message).cause(why));
            }
        };
        let shift = record(&rollout.plan, &state);
        let style = if outcome == Outcome::Promoted { Style::Good } else { Style::Bad };
        report.line(style, &format!("  canary    {}", shift.verdict));
        Ok((shift, outcome))
    }

    /// Brings the processes in line with what the repository now says: the canary's version as stable, or no canary.
    pub(super) async fn settle(&mut self, world: &World, outcome: Outcome, version: &str) -> Result<(), Diagnostic> {
        if outcome == Outcome::Promoted {
            let next = Served::start(world, "prod", "stable", version).await?;
            let canary = self.canary.as_ref().map(|canary| canary.backend("canary"));
            self.proxy.set_backends(canary.into_iter().chain([next.backend("stable")]).collect());
            settle(&self.route()?)?;
            std::mem::replace(&mut self.stable, next).process.stop().await.map_err(|error| stuck(&error))?;
        }
        self.proxy.set_backends(vec![self.stable.backend("stable")]);
        if let Some(canary) = self.canary.take() {
            canary.process.stop().await.map_err(|error| stuck(&error))?;
        }
        Ok(())
    }

    /// Stops clients, proxy and processes, and returns what the clients saw.
    pub(super) async fn stop(self) -> Result<Clients, Diagnostic> {
        let seen = self.load.stop().await;
        self.proxy.stop().await;
        self.stable.process.stop().await.map_err(|error| stuck(&error))?;
        Ok(Clients { answers: seen.total(), errors: seen.errors(), broken: seen.broken })
    }

    fn route(&self) -> Result<FileRoute, Diagnostic> {
        let subsets =
            Subsets { route: Some("primary".to_owned()), stable: "stable".to_owned(), canary: "canary".to_owned() };
        FileRoute::open(&self.document, subsets).map_err(|error| Diagnostic::from(&error))
    }
}

/// Returns the plan that the environment asks for, with the counters of both versions.
fn rollout(world: &World, stable: &str, canary: &str) -> Result<Rollout, Diagnostic> {
    let asked = world.config.environment("prod").and_then(|environment| environment.canary.as_ref());
    let asked = asked.ok_or_else(|| Diagnostic::new(Kind::Bug, "prod has no canary"))?;
    let settings = Settings {
        steps: asked.steps.iter().map(|step| i64::from(*step)).collect(),
        interval_ms: u64::try_from(asked.interval.as_millis()).unwrap_or(u64::MAX),
        looks: 3,
        alpha: asked.alpha,
        criteria: vec![Criterion::Errors(Reporter::Source), Criterion::Errors(Reporter::Destination)],
        ..Settings::default()
    };
    let plan = Plan::new(settings).map_err(|error| Diagnostic::from(&error))?;
    let label = |version: &str| Label { name: "destination_version".to_owned(), value: version.to_owned() };
    let series = Series { service: "shop".to_owned(), stable: label(stable), canary: label(canary) };
    let (run, stable, canary) = (String::new(), stable.to_owned(), canary.to_owned());
    Ok(Rollout { plan, run, stable, canary, series, repeat: Repeat::Never })
}

/// Returns the looks as the report tells them, each with what was counted up to it.
fn record(plan: &Plan, state: &State) -> Shift {
    let mut seen = (Counts::default(), Counts::default());
    let first = state.started_ms;
    let mut looks = Vec::new();
    for look in &state.log {
        // The proxy's view comes first in the criteria; it is the one that counts what clients saw.
        if let Some(Some(pair)) = look.seen.first() {
            seen = (seen.0.plus(pair.stable), seen.1.plus(pair.canary));
        }
        looks.push(Look {
            seconds: seconds_between(first, look.at_ms),
            weight: look.weights.canary(),
            stable: side(seen.0),
            canary: side(seen.1),
            evidence: look.ln_evidence.exp(),
            decision: look.decision.clone(),
        });
    }
    let figures = looks.last().map(|look| {
        let share = |side: Side| format!("{} of {} ({:.2} %)", side.errors, side.requests, side.share.1 * 100.0);
        format!("errors: canary {}, stable {}", share(look.canary), share(look.stable))
    });
    let outcome = towpath_plugin_canary::Outcome(state).to_string();
    // A rollback's reason has the figures in it already.
    let verdict = match (&state.phase, figures) {
        (Phase::Promoted, Some(figures)) => format!("{outcome}; {figures}"),
        _ => outcome,
    };
    Shift { alpha: plan.settings().alpha, looks, verdict }
}

#[expect(clippy::cast_precision_loss, reason = "a demo lasts seconds, not the 285,000 years where it would matter")]
fn seconds_between(first_ms: u64, at_ms: u64) -> f64 {
    at_ms.saturating_sub(first_ms) as f64 / 1000.0
}

fn side(counts: Counts) -> Side {
    let share = counts.interval().map_or((0.0, 0.0, 1.0), |interval| (interval.low, interval.rate, interval.high));
    Side { requests: counts.requests(), errors: counts.bad(), share }
}

/// Returns a look as one short line.
fn line(plan: &Plan, state: &State, decision: &str) -> String {
    let shift = record(plan, state);
    let Some(look) = shift.looks.last() else { return decision.to_owned() };
    let share = |side: Side| format!("{}/{}", side.errors, side.requests);
    format!(
        "{:>3} %  errors: canary {}, stable {}; evidence {} of {:.0}: {decision}",
        look.weight,
        share(look.canary),
        share(look.stable),
        super::page::evidence_text(look.evidence),
        1.0 / shift.alpha
    )
}

async fn ask(address: SocketAddr, path: &str) -> Result<(u16, String), Diagnostic> {
    let failed = |error: reqwest::Error| Diagnostic::from_error(Kind::Remote, &error);
    let answer = reqwest::get(format!("http://{address}/{path}")).await.map_err(failed)?;
    let status = answer.status().as_u16();
    Ok((status, answer.text().await.map_err(failed)?))
}

fn stuck(error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(Kind::Remote, "a process does not end").cause(error.to_string())
}

/// Returns the VirtualService of rendered manifests as JSON, which the proxy follows and the canary writes.
fn virtual_service(manifests: &str) -> Result<String, Diagnostic> {
    let name = "the rendered manifests";
    let documents = parse_all(manifests, Profile::Go2).map_err(|error| error.diagnostic(name, manifests))?;
    let kind = |root: towpath_yaml::Node<'_, '_>| {
        root.get("kind").and_then(towpath_yaml::Node::text) == Some("VirtualService")
    };
    let root = documents.iter().map(towpath_yaml::Document::root).find(|root| kind(*root));
    let root = root.ok_or_else(|| Diagnostic::new(Kind::Bug, "prod has no VirtualService"))?;
    let value = towpath_yaml::build(root, Profile::Go2, Duplicates::Usual, &mut Json)
        .map_err(|error| error.diagnostic(name, manifests))?;
    Ok(format!("{value:#}\n"))
}

/// Makes JSON of YAML.
struct Json;

impl Build for Json {
    type Value = serde_json::Value;
    type Map = serde_json::Map<String, serde_json::Value>;

    fn null(&mut self) -> Self::Value {
        serde_json::Value::Null
    }
    fn bool(&mut self, value: bool) -> Self::Value {
        value.into()
    }
    fn int(&mut self, value: i64) -> Self::Value {
        value.into()
    }
    fn uint(&mut self, value: u64) -> Self::Value {
        value.into()
    }
    fn float(&mut self, value: f64) -> Self::Value {
        value.into()
    }
    fn string(&mut self, value: std::borrow::Cow<'_, str>) -> Self::Value {
        value.into_owned().into()
    }
    fn list(&mut self, items: Vec<Self::Value>) -> Self::Value {
        items.into()
    }
    fn map(&mut self, size: usize) -> Self::Map {
        serde_json::Map::with_capacity(size)
    }
    fn insert(&mut self, map: &mut Self::Map, key: std::borrow::Cow<'_, str>, value: Self::Value) -> bool {
        map.insert(key.into_owned(), value).is_some()
    }
    fn contains(&self, map: &Self::Map, key: &str) -> bool {
        map.contains_key(key)
    }
    fn finish(&mut self, map: Self::Map) -> Self::Value {
        map.into()
    }
}
