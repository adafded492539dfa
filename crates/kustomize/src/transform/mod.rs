//! What the fields of a kustomization file do to resources, in kustomize's order.

mod images;
mod labels;
mod names;
mod namespace;
mod patches;
mod plugin;
mod replacement;
mod replicas;
mod structured;
mod value_add;

use plugin::Transformer;

use crate::{
    accumulator::Accumulator,
    build::Target,
    config::Config,
    error::KustomizeError,
    fieldspec::{FieldError, FieldSpec},
    kustomization::{Namespacing, Pairs, Replacement, Text},
    marks::Forgets,
    node::Node,
    origin::Note,
    resource::Resource,
    resources::Resources,
};

/// Applies everything that one kustomization file asks for.
pub(crate) fn apply(
    target: &Target<'_>,
    all: &mut Accumulator,
    warnings: &mut Vec<String>,
) -> Result<(), KustomizeError> {
    let file = &target.kustomization;
    let config = std::sync::Arc::clone(&all.config);
    let loaded = Loaded {
        patches: patches::load(target)?,
        replacements: replacement::load(target.site(), &file.replacements)?,
        label_sets: labels::sets(file, &config)?,
    };
    let more = configured(target, &file.transformers, warnings)?;
    apply_fields(target, &mut all.resources, &config, &loaded)?;
    more.iter().try_for_each(|transformer| transformer.apply(target, &mut all.resources))
}

/// Runs the validators, which may change nothing but add the label `validated-by`.
pub(crate) fn validate(
    target: &Target<'_>,
    all: &mut Accumulator,
    warnings: &mut Vec<String>,
) -> Result<(), KustomizeError> {
    for validator in configured(target, &target.kustomization.validators, warnings)? {
        let mut marked = Resources { list: all.resources.list.clone() };
        marked.list.iter_mut().for_each(|resource| resource.node.mark());
        let before = marked.list.clone();
        validator.transform(target, &mut marked)?;
        if !same(&before, &marked.list) {
            let problem = "validator shouldn't modify the resource map".to_owned();
            return Err(validator.error(target, problem));
        }
        for (resource, after) in all.resources.list.iter_mut().zip(&marked.list) {
            resource.take_validation(after);
        }
    }
    Ok(())
}

fn same(before: &[Resource], after: &[Resource]) -> bool {
    before.len() == after.len() && before.iter().zip(after).all(|(before, after)| before.is_validated_as(after))
}

fn configured(
    target: &Target<'_>,
    entries: &[Text],
    warnings: &mut Vec<String>,
) -> Result<Vec<Transformer>, KustomizeError> {
    let configured = crate::plugins::load(target, entries, warnings)?;
    configured.into_iter().map(|configured| Transformer::load(target, configured)).collect()
}

/// What the fields name in other files.
struct Loaded {
    patches: patches::Loaded,
    replacements: Vec<Replacement>,
    label_sets: Vec<(Pairs, Vec<FieldSpec>)>,
}

fn apply_fields(
    target: &Target<'_>,
    resources: &mut Resources,
    config: &Config,
    loaded: &Loaded,
) -> Result<(), KustomizeError> {
    let file = &target.kustomization;
    let note = |resources: &mut Resources, plugin| note(target.plugin_note(plugin), resources);
    let Loaded { patches, replacements, label_sets } = loaded;
    if !patches.legacy_strategic.is_empty() {
        patches::apply_legacy(resources, &patches.legacy_strategic)?;
        note(resources, "PatchStrategicMergeTransformer");
    }
    for patch in &patches.patches {
        patch.apply(resources)?;
        note(resources, "PatchTransformer");
    }
    if !file.namespace.is_empty() {
        let namespace = file.namespace.clone();
        let namespacing = Namespacing { namespace, fields: config.namespace.clone(), ..Namespacing::default() };
        namespace::apply(resources, &namespacing)?;
        note(resources, "NamespaceTransformer");
    }
    if !file.name_prefix.is_empty() {
        names::add_prefix(resources, &file.name_prefix, &config.name_prefix)?;
        note(resources, "PrefixTransformer");
    }
    if !file.name_suffix.is_empty() {
        names::add_suffix(resources, &file.name_suffix, &config.name_suffix)?;
        note(resources, "SuffixTransformer");
    }
    for (pairs, specs) in label_sets {
        labels::apply(resources, pairs, specs)?;
        note(resources, "LabelTransformer");
    }
    if !file.common_annotations.is_empty() {
        labels::apply(resources, &file.common_annotations, &config.common_annotations)?;
        note(resources, "AnnotationsTransformer");
    }
    for patch in &patches.legacy_json {
        patch.apply_json(resources)?;
        note(resources, "PatchJson6902Transformer");
    }
    for entry in &file.replicas {
        replicas::apply(target.site(), resources, entry, &config.replicas)?;
        note(resources, "ReplicaCountTransformer");
    }
    for image in &file.images {
        images::apply(resources, image, &config.images)?;
        note(resources, "ImageTagTransformer");
    }
    if !file.replacements.is_empty() {
        replacement::apply(target.site(), resources, replacements)?;
        note(resources, "ReplacementTransformer");
    }
    Ok(())
}

/// Adds the label with which kustomize signs.
pub(crate) fn add_managed_by(resources: &mut Resources) -> Result<(), KustomizeError> {
    let pairs = [("app.kubernetes.io/managed-by".to_owned(), "kustomize-v5.8.1".to_owned())].into();
    labels::apply(resources, &pairs, &[FieldSpec::new("metadata/labels", true, "", "", "")])
}

/// Writes down that a transformer ran, if `buildMetadata` asks for it, and drops what is empty now.
fn note(note: Option<Note>, resources: &mut Resources) {
    if let Some(note) = note {
        for resource in &mut resources.list {
            if resource.note.is_some() {
                resource.transformations.push(note.clone());
            } else {
                resource.note = Some(note.clone());
            }
            // kustomize writes all annotations anew for that.
            resource.part_annotations();
        }
    }
    resources.list.retain(|resource| !resource.node.is_null_or_empty());
}

/// Applies one change at field specs to a resource and gives an error its place.
fn change(
    resource: &mut Resource,
    specs: &[FieldSpec],
    apply: impl FnOnce(&mut Node) -> Result<(), FieldError>,
) -> Result<(), KustomizeError> {
    // They find annotations where kustomize keeps some of its own.
    let meets_marks = specs.iter().any(|spec| spec.path.starts_with("metadata/annotations"));
    if meets_marks {
        resource.write_marks();
    }
    apply(&mut resource.node).map_err(|error| resource.error(error))?;
    if meets_marks {
        resource.read_marks(Forgets::Everything);
    }
    Ok(())
}
