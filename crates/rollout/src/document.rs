use serde_json::{Value, json};

use crate::{
    Look, Phase, Plan, State,
    stats::{Counts, Pair},
};

/// Returns the rollout as the documented JSON: where it stands, its figures and every look that its log keeps.
///
/// Rates are shares from 0 to 1 with 95 % confidence intervals; evidence is given as its natural logarithm beside
/// `lnThreshold`, which it must reach for a rollback.
pub fn document(plan: &Plan, state: &State) -> Value {
    let settings = plan.settings();
    let (outcome, reason) = match &state.phase {
        Phase::Running => ("running", None),
        Phase::Promoted => ("promoted", None),
        Phase::Settled => ("settled", None),
        Phase::RolledBack(reason) => ("rolledBack", Some(reason.to_string())),
        Phase::Inconclusive(lack) => ("inconclusive", Some(lack.to_string())),
        Phase::Aborted(why) => ("aborted", Some(why.clone())),
    };
    let criteria = settings.criteria.iter().zip(&state.evidence).map(|(criterion, evidence)| {
        json!({
            "criterion": criterion.to_string(),
            "canary": counts(evidence.seen.canary),
            "stable": counts(evidence.seen.stable),
            "lnEvidence": evidence.ln_worse(),
        })
    });
    json!({
        "apiVersion": "towpath.dev/v1alpha1",
        "kind": "Rollout",
        "run": state.run,
        "epoch": state.epoch,
        "stable": state.stable,
        "canary": state.canary,
        "outcome": outcome,
        "reason": reason,
        "weights": { "stable": state.weights(plan).stable(), "canary": state.weights(plan).canary() },
        "step": state.step,
        "steps": plan.steps().iter().map(|weights| weights.canary()).collect::<Vec<_>>(),
        "startedMs": state.started_ms,
        "deadlineMs": state.deadline_ms,
        "alpha": settings.alpha,
        "lnThreshold": plan.ln_threshold(),
        "criteria": criteria.collect::<Vec<_>>(),
        "looks": state.log.iter().map(|entry| look(plan, entry)).collect::<Vec<_>>(),
    })
}

/// Returns one look as it stands in the rollout's JSON.
pub fn look(plan: &Plan, look: &Look) -> Value {
    let seen = plan.settings().criteria.iter().zip(&look.seen).filter_map(|(criterion, pair)| {
        let Pair { canary, stable } = (*pair)?;
        Some(json!({ "criterion": criterion.to_string(), "canary": counts(canary), "stable": counts(stable) }))
    });
    json!({
        "atMs": look.at_ms,
        "canaryWeight": look.weights.canary(),
        "seen": seen.collect::<Vec<_>>(),
        "lnEvidence": look.ln_evidence,
        "decision": look.decision,
    })
}

fn counts(counts: Counts) -> Value {
    let mut value = json!({ "requests": counts.requests(), "bad": counts.bad() });
    if let Some(interval) = counts.interval() {
        value["rate"] = interval.rate.into();
        value["low"] = interval.low.into();
        value["high"] = interval.high.into();
    }
    value
}
