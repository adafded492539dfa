//! The JSON documents that the commands print.

use serde_json::{Value, json};
use towpath_forge::{Pull, State};
use towpath_model::difference::ObjectDifference;

use crate::{MergedInto, Next, Opened, Status};

const API_VERSION: &str = "towpath.dev/v1alpha1";

fn pull_json(pull: &Pull) -> Value {
    let mut value = json!({
        "number": pull.number,
        "state": pull.state.as_str(),
        "base": pull.base,
        "branch": pull.branch,
        "head": pull.head,
        "title": pull.title,
    });
    match &pull.state {
        State::Merged { commit } => value["commit"] = json!(commit),
        State::Closed { reason } => value["reason"] = json!(reason),
        State::Open => {}
    }
    value
}

fn object(object: &ObjectDifference) -> Value {
    json!({
        "name": object.identity().to_string(),
        "change": object.change,
        "added": object.added,
        "removed": object.removed,
    })
}

pub(crate) fn opened(opened: &Opened) -> Value {
    let promotion = &opened.promotion;
    let objects =
        opened.difference.as_ref().map(|difference| difference.objects.iter().map(object).collect::<Vec<_>>());
    json!({
        "apiVersion": API_VERSION,
        "kind": "Promotion",
        "effect": opened.effect.as_str(),
        "service": promotion.service,
        "version": promotion.version,
        "environment": promotion.environment,
        "image": promotion.image.image(),
        "from": promotion.from,
        "targets": promotion.targets.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "pull": opened.pull.as_ref().map(pull_json),
        "body": opened.pull.as_ref().map(|pull| &pull.body),
        "objects": objects,
    })
}

pub(crate) fn merged(merged: &MergedInto, environment: &str) -> Value {
    json!({
        "apiVersion": API_VERSION,
        "kind": "Merge",
        "service": merged.release.service,
        "version": merged.release.version,
        "environment": environment,
        "image": merged.release.image,
        "commit": merged.commit,
        "pull": merged.pull.as_ref().map(pull_json),
    })
}

pub(crate) fn status(status: &Status) -> Value {
    let environments: Vec<Value> = status
        .environments
        .iter()
        .map(|environment| {
            json!({
                "name": environment.name,
                "digest": environment.digest,
                "version": environment.version,
                "pull": environment.pull.as_ref().map(|open| {
                    let mut pull = pull_json(&open.pull);
                    pull["digest"] = json!(open.digest);
                    pull["version"] = json!(open.version);
                    pull
                }),
                "next": next(&environment.next),
            })
        })
        .collect();
    json!({
        "apiVersion": API_VERSION,
        "kind": "PromotionStatus",
        "service": status.service,
        "repository": status.repository,
        "base": status.base,
        "commit": status.commit,
        "environments": environments,
    })
}

fn next(next: &Next) -> Value {
    match next {
        Next::Nothing => json!({ "action": "none" }),
        Next::Merge { number } => json!({ "action": "merge", "number": number }),
        Next::Open { digest } => json!({ "action": "open", "digest": digest }),
    }
}
