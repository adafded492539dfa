//! What the fields of a kustomization file do to resources, in kustomize's order.

mod images;
mod labels;
mod names;
mod namespace;
mod patches;
mod replacement;
mod replicas;
mod structured;

use crate::{
    accumulator::Accumulator,
    build::Target,
    error::KustomizeError,
    fieldspec::{FieldError, FieldSpec},
    node::Node,
    resource::Resource,
    resources::Resources,
};

/// Applies everything that one kustomization file asks for.
pub(crate) fn apply(target: &Target<'_>, all: &mut Accumulator) -> Result<(), KustomizeError> {
    let file = &target.kustomization;
    let config = std::sync::Arc::clone(&all.config);
    let loaded = patches::load(target)?;
    let replacements = replacement::load(target.site(), &file.replacements)?;
    let label_sets = labels::sets(file, &config)?;
    let resources = &mut all.resources;
    if !loaded.legacy_strategic.is_empty() {
        patches::apply_legacy(resources, &loaded.legacy_strategic)?;
        note(target, resources, "PatchStrategicMergeTransformer");
    }
    for patch in &loaded.patches {
        patch.apply(resources)?;
        note(target, resources, "PatchTransformer");
    }
    if !file.namespace.is_empty() {
        namespace::apply(resources, &file.namespace, &config.namespace)?;
        note(target, resources, "NamespaceTransformer");
    }
    if !file.name_prefix.is_empty() {
        names::add_prefix(resources, &file.name_prefix, &config.name_prefix)?;
        note(target, resources, "PrefixTransformer");
    }
    if !file.name_suffix.is_empty() {
        names::add_suffix(resources, &file.name_suffix, &config.name_suffix)?;
        note(target, resources, "SuffixTransformer");
    }
    for (pairs, specs) in &label_sets {
        labels::apply(resources, pairs, specs)?;
        note(target, resources, "LabelTransformer");
    }
    if !file.common_annotations.is_empty() {
        labels::apply(resources, &file.common_annotations, &config.common_annotations)?;
        note(target, resources, "AnnotationsTransformer");
    }
    for patch in &loaded.legacy_json {
        patch.apply_json(resources)?;
        note(target, resources, "PatchJson6902Transformer");
    }
    for entry in &file.replicas {
        replicas::apply(target.site(), resources, entry, &config.replicas)?;
        note(target, resources, "ReplicaCountTransformer");
    }
    for image in &file.images {
        images::apply(resources, image, &config.images)?;
        note(target, resources, "ImageTagTransformer");
    }
    if !file.replacements.is_empty() {
        replacement::apply(target.site(), resources, &replacements)?;
        note(target, resources, "ReplacementTransformer");
    }
    Ok(())
}

/// Adds the label with which kustomize signs.
pub(crate) fn add_managed_by(resources: &mut Resources) -> Result<(), KustomizeError> {
    let pairs = [("app.kubernetes.io/managed-by".to_owned(), "kustomize-v5.8.1".to_owned())].into();
    labels::apply(resources, &pairs, &[FieldSpec::new("metadata/labels", true, "", "", "")])
}

/// Writes down that a transformer ran, if `buildMetadata` asks for it, and drops what is empty now.
fn note(target: &Target<'_>, resources: &mut Resources, plugin: &'static str) {
    if let Some(note) = target.plugin_note(plugin) {
        for resource in &mut resources.list {
            if resource.note.is_some() {
                resource.transformations.push(note.clone());
            } else {
                resource.note = Some(note.clone());
            }
        }
    }
    resources.list.retain(|resource| !resource.node.is_null_or_empty());
}

/// Applies one change to a resource and gives an error its place.
fn change(
    resource: &mut Resource,
    apply: impl FnOnce(&mut Node) -> Result<(), FieldError>,
) -> Result<(), KustomizeError> {
    apply(&mut resource.node).map_err(|error| resource.error(error))
}
