//! From rendered templates to what `helm template` prints: documents, hooks, order.

mod head;
mod order;
mod quick_head;
mod split;

use std::collections::BTreeMap;

use towpath_gotmpl::Str;
use towpath_model::Location;

pub(crate) use split::split;

use crate::{BrokenManifest, HelmError, Hook, HookEvent, Manifest, Profile, error::Problem};

/// The documents of all files, in Helm's order.
pub(crate) struct Sorted {
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) hooks: Vec<Hook>,
}

/// How many documents all files together may hold.
const MOST_DOCUMENTS: usize = 200_000;

/// Splits the outputs into documents, tells hooks from manifests and sorts both by kind.
///
/// # Errors
/// When a document is not YAML or has a head of another shape.
pub(crate) fn sort(outputs: &[(String, Str)], profile: Profile) -> Result<Sorted, HelmError> {
    let mut sorted = Sorted { manifests: Vec::new(), hooks: Vec::new() };
    let mut n_documents = 0;
    for (path, output) in outputs {
        if crate::engine::is_partial(path) {
            continue;
        }
        let text = output.to_string_lossy();
        if text.trim().is_empty() {
            continue;
        }
        for document in split(&text, profile) {
            n_documents += 1;
            if n_documents > MOST_DOCUMENTS {
                let message = format!("the templates give more than {MOST_DOCUMENTS} documents");
                let problem = Problem::new(message).hint(format!("look for a loop in {path}"));
                return Err(HelmError::Manifest(Box::new(BrokenManifest { problem: *problem, rendered: Vec::new() })));
            }
            sorted.add(path, document, profile).map_err(|problem| {
                let rendered = outputs.iter().map(|(path, text)| (path.clone(), text.to_string_lossy().into_owned()));
                HelmError::Manifest(Box::new(BrokenManifest { problem: *problem, rendered: rendered.collect() }))
            })?;
        }
    }
    order::by_kind(&mut sorted.manifests, profile, |manifest| &manifest.kind);
    order::by_kind(&mut sorted.hooks, profile, |hook| &hook.manifest.kind);
    Ok(sorted)
}

impl Sorted {
    fn add(&mut self, path: &str, document: &str, profile: Profile) -> Result<(), Box<Problem>> {
        let head = head::read(document, profile).map_err(|(message, span)| {
            let location = span.map(|span| {
                // Nobody has the rendered text before them.
                Location::of(&format!("{path} (rendered)"), document, span).with_lines_before(document, 3)
            });
            let problem = Problem::new(format!("YAML parse error on {path}: {message}"));
            problem.at(location).hint("look at the indentation that `indent`, `nindent` and `toYaml` give")
        })?;
        let manifest = Manifest {
            path: path.to_owned(),
            api_version: head.api_version,
            kind: head.kind,
            name: head.name,
            content: document.to_owned(),
        };
        let Some(hook) = head.annotations.get("helm.sh/hook") else {
            self.manifests.push(manifest);
            return Ok(());
        };
        // A hook with an event that Helm does not know is dropped as a whole.
        let events: Option<Vec<HookEvent>> =
            hook.split(',').map(|event| HookEvent::parse(event.trim().to_lowercase().as_str())).collect();
        if let Some(events) = events {
            let weight = head.annotations.get("helm.sh/hook-weight").and_then(|weight| weight.parse().ok());
            let policies = list(&head.annotations, "helm.sh/hook-delete-policy");
            self.hooks.push(Hook { manifest, events, weight: weight.unwrap_or(0), delete_policies: policies });
        }
        Ok(())
    }
}

fn list(annotations: &BTreeMap<String, String>, key: &str) -> Vec<String> {
    let policies = annotations.get(key).into_iter().flat_map(|policies| policies.split(','));
    policies.map(|policy| policy.trim().to_lowercase()).collect()
}
