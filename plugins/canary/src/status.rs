use towpath_model::Diagnostic;
use towpath_report::{Outcome as Verdict, Report, Style};
use towpath_rollout::{Evalue, Phase, Plan, Rate, State, stats::ln_mean};

use crate::{
    FileRoute, Outcome, RouteError,
    run::{last, show},
};

/// Shows where the last rollout stands: weights, evidence, and what it waits for.
pub(crate) fn status(route: &FileRoute, report: &Report) -> Result<Verdict, Diagnostic> {
    let failed = |error: RouteError| Diagnostic::from(&error);
    let weights = route.load().map_err(failed)?.weights(route.subsets()).map_err(|e| failed(route.document(e)))?;
    match weights {
        Ok(weights) => report.line(Style::Strong, &format!("weights {weights} (stable/canary)")),
        Err(error) => report.warn(&error.to_string()),
    }
    let state = last(route)?;
    match &state {
        None => report.line(Style::Dim, "no rollout yet"),
        Some(state) => {
            report.line(Style::Plain, &format!("rollout {} of {} over {}", state.run, state.canary, state.stable));
            if let Ok(plan) = Plan::new(state.settings.clone()) {
                figures(report, &plan, state);
            }
            let holder = route.holder().map_err(failed)?;
            let line = match (&state.phase, holder) {
                (Phase::Running, Some(holder)) => format!("{}; driven by {holder}", waiting(state)),
                (Phase::Running, None) => {
                    format!("{}; nobody drives it: run the same command again, or abort", waiting(state))
                }
                _ => Outcome(state).to_string(),
            };
            report.line(Style::Notice, &line);
        }
    }
    show(report, state.as_ref())
}

fn figures(report: &Report, plan: &Plan, state: &State) {
    let mut ln_all = Vec::with_capacity(state.evidence.len());
    for (criterion, evidence) in plan.settings().criteria.iter().zip(&state.evidence) {
        let (canary, stable) = (Rate(evidence.seen.canary), Rate(evidence.seen.stable));
        let ln = evidence.ln_worse();
        report.line(Style::Plain, &format!("  {criterion}: canary {canary}, stable {stable}; evidence {}", Evalue(ln)));
        ln_all.push(ln);
    }
    let (all, needed) = (Evalue(ln_mean(&ln_all)), Evalue(plan.ln_threshold()));
    report.line(
        Style::Plain,
        &format!("  evidence of all {all}; a rollback needs {needed} (alpha {})", plan.settings().alpha),
    );
}

/// Says what a running rollout waits for.
fn waiting(state: &State) -> String {
    let settings = &state.settings;
    let had = state.evidence.iter().map(|e| e.step.canary.requests().min(e.step.stable.requests())).max().unwrap_or(0);
    let step = format!("step {} of {}", state.step + 1, settings.steps.len());
    if had < settings.min_requests {
        format!("{step}, waits for requests: {had} of {} to each version", settings.min_requests)
    } else {
        format!("{step}, waits for looks: {} of {}", state.step_looks, settings.looks)
    }
}
