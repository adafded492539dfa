use std::path::Path;

use towpath_config::Config;
use towpath_model::{Diagnostic, Kind, PinnedImage};
use towpath_report::{Outcome as Verdict, OutputArgs, OutputFormat, Plugin, Report, Style};
use towpath_rollout::{Phase, Plan, State, document, read};

use crate::{
    Endpoints, Event, FileRoute, Label, MetricsError, Outcome, Repeat, Rollout, Series, Server, abort,
    args::{Args, Command, Route, Run},
    run, run_name, settle,
    status::status,
};

impl Plugin for Args {
    fn output(&self) -> &OutputArgs {
        &self.output
    }

    fn run(self, report: &Report) -> Result<Verdict, Diagnostic> {
        match self.command {
            Command::Run(args) => start(&args, report),
            Command::Status(route) => status(&open(&route)?, report),
            Command::Abort { route, reason } => {
                let state = abort(&open(&route)?, &reason)?;
                report.line(Style::Good, "all traffic goes to stable");
                show(report, state.as_ref())
            }
            Command::Settle(route) => {
                let state = settle(&open(&route)?)?;
                report.line(Style::Good, &format!("{} serves as stable", state.canary));
                show(report, Some(&state))
            }
        }
    }
}

fn start(args: &Run, report: &Report) -> Result<Verdict, Diagnostic> {
    let route = open(&args.route)?;
    let rollout = rollout(args, &route)?;
    let bad = |error: MetricsError| Diagnostic::from(&error);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Diagnostic::new(Kind::Bug, "the runtime does not start").cause(error.to_string()))?;
    let on_event = |event: &Event<'_>| report.line(style(event), &event.to_string());
    let state = runtime.block_on(async {
        let until = async {
            match &args.metrics.prometheus {
                Some(url) => {
                    let token = args.metrics.prometheus_token.clone();
                    let metrics = Server::new(url, &rollout.series.service, token).map_err(bad)?;
                    run(&rollout, &route, &metrics, on_event).await
                }
                None => run(&rollout, &route, &Endpoints::new(&args.metrics.endpoints).map_err(bad)?, on_event).await,
            }
        };
        tokio::select! {
            ended = until => ended,
            signal = signalled() => interrupted(&route, &rollout, signal),
        }
    })?;
    let style = if state.phase == Phase::Promoted { Style::Good } else { Style::Bad };
    report.line(style, &format!("{}: {}", state.canary, Outcome(&state)));
    show(report, Some(&state))?;
    Ok(if matches!(state.phase, Phase::Promoted | Phase::Settled) { Verdict::Done } else { Verdict::Negative })
}

/// A pipeline that is cancelled must not leave traffic half way.
fn interrupted(route: &FileRoute, rollout: &Rollout, signal: &str) -> Result<State, Diagnostic> {
    let state = abort(route, &format!("{signal} while it ran"))?;
    state
        .filter(|state| state.run == rollout.run)
        .ok_or_else(|| Diagnostic::new(Kind::Verdict, format!("{signal} came before anything was shifted")))
}

async fn signalled() -> &'static str {
    use tokio::signal::unix::{SignalKind, signal};
    let wait = async |kind| match signal(kind) {
        Ok(mut signals) => {
            signals.recv().await;
        }
        Err(_) => std::future::pending().await,
    };
    tokio::select! {
        () = wait(SignalKind::interrupt()) => "SIGINT",
        () = wait(SignalKind::terminate()) => "SIGTERM",
    }
}

fn open(route: &Route) -> Result<FileRoute, Diagnostic> {
    FileRoute::open(&route.virtual_service, route.subsets()).map_err(|error| Diagnostic::from(&error))
}

fn rollout(args: &Run, route: &FileRoute) -> Result<Rollout, Diagnostic> {
    let config = args.plan.config.as_deref().map(load_config).transpose()?;
    let environment = match (&config, &args.plan.env) {
        (Some(config), Some(name)) => Some(config.environment(name).ok_or_else(|| no_environment(config, name))?),
        _ => None,
    };
    let settings = args.plan.settings(environment.and_then(|environment| environment.canary.as_ref()));
    let plan = Plan::new(settings).map_err(|error| Diagnostic::from(&error))?;
    let service = match &args.metrics.service {
        Some(service) => service.clone(),
        None => destination(route)?,
    };
    let canary = match (&args.release.document, &args.release.image, &args.release.run) {
        (Some(file), ..) => load_release(file)?.image.to_string(),
        (_, Some(image), _) => {
            image.parse::<PinnedImage>().map_err(|e| Diagnostic::from_error(Kind::Usage, &e))?.to_string()
        }
        (_, _, Some(run)) => run.clone(),
        _ => return Err(Diagnostic::new(Kind::Usage, "nothing is released").hint("give --release, --image or --run")),
    };
    let stable = args.release.stable_image.clone();
    let run = args.release.run.clone().unwrap_or_else(|| run_name(&service, &stable, &canary, &plan));
    let label = |given: &Option<Label>, subset: &str| {
        given.clone().unwrap_or_else(|| Label { name: "destination_version".to_owned(), value: subset.to_owned() })
    };
    let series = Series {
        service,
        stable: label(&args.metrics.stable_series, &args.route.stable),
        canary: label(&args.metrics.canary_series, &args.route.canary),
    };
    if series.stable == series.canary {
        return Err(Diagnostic::new(Kind::Usage, "canary and stable have the same series")
            .hint("tell them apart with --stable-series and --canary-series"));
    }
    Ok(Rollout { plan, run, stable, canary, series, repeat: if args.again { Repeat::Again } else { Repeat::Never } })
}

/// Returns the service that the route leads to: the first label of its destination's host.
fn destination(route: &FileRoute) -> Result<String, Diagnostic> {
    let live = route.load().map_err(|error| Diagnostic::from(&error))?;
    let destinations = live.destinations(route.subsets().route.as_deref());
    let destinations = destinations.map_err(|error| Diagnostic::from(&route.document(error)))?;
    let host = destinations.first().and_then(|destination| destination.host.split('.').next()).unwrap_or_default();
    if host.is_empty() {
        return Err(Diagnostic::new(Kind::Usage, "the route names no host").hint("give the service with --service"));
    }
    Ok(host.to_owned())
}

fn load_config(path: &Path) -> Result<Config, Diagnostic> {
    Config::parse(&path.display().to_string(), &read_text(path)?).map_err(|error| error.diagnostic())
}

fn load_release(path: &Path) -> Result<towpath_model::Release, Diagnostic> {
    towpath_model::Release::parse(&path.display().to_string(), read_text(path)?.as_bytes())
}

fn read_text(path: &Path) -> Result<String, Diagnostic> {
    std::fs::read_to_string(path).map_err(|error| {
        Diagnostic::new(Kind::Remote, format!("cannot read `{}`", path.display())).cause(error.to_string())
    })
}

fn no_environment(config: &Config, name: &str) -> Diagnostic {
    let names: Vec<&str> = config.environments.iter().map(|environment| environment.name.as_str()).collect();
    Diagnostic::new(Kind::Usage, format!("{} has no environment `{name}`", config.file()))
        .hint(format!("its environments are {}", names.join(", ")))
}

fn style(event: &Event<'_>) -> Style {
    match event {
        Event::NoMetrics { .. } | Event::Stopped { .. } | Event::Returned { .. } => Style::Notice,
        Event::Look { .. } => Style::Plain,
        _ => Style::Strong,
    }
}

/// Gives the JSON document where it is asked for.
pub(crate) fn show(report: &Report, state: Option<&State>) -> Result<Verdict, Diagnostic> {
    if report.format() == OutputFormat::Json {
        let plan = state.and_then(|state| Plan::new(state.settings.clone()).ok());
        let value = match (plan, state) {
            (Some(plan), Some(state)) => document(&plan, state),
            _ => serde_json::json!({ "apiVersion": "towpath.dev/v1alpha1", "kind": "Rollout", "outcome": "none" }),
        };
        report.json(&value)?;
    }
    Ok(Verdict::Done)
}

/// Returns the state of the last rollout.
pub(crate) fn last(route: &FileRoute) -> Result<Option<State>, Diagnostic> {
    let live = route.load().map_err(|error| Diagnostic::from(&error))?;
    read(&live).map_err(|error| Diagnostic::from(&route.document(error)))
}
