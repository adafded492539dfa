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
    config::Config,
    error::KustomizeError,
    fieldspec::{FieldError, FieldSpec},
    kustomization::{Namespacing, Replacement, Text},
    marks::Forgets,
    node::Node,
    origin::Note,
    resource::Resource,
    resources::Resources,
    target::Target,
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
    for transformer in &more {
        transformer.apply(target, &mut all.resources)?;
        let span = file.span("transformers");
        target.trace(&mut all.resources, "transformers", span, Some(transformer.file()));
    }
    Ok(())
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
        let span = target.kustomization.span("validators");
        target.trace(&mut all.resources, "validators", span, Some(validator.file()));
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
    label_sets: Vec<labels::Set>,
}

fn apply_fields(
    target: &Target<'_>,
    resources: &mut Resources,
    config: &Config,
    loaded: &Loaded,
) -> Result<(), KustomizeError> {
    let file = &target.kustomization;
    // kustomize writes down what ran; what changed is found out where somebody asks for it.
    let done = |resources: &mut Resources, plugin, field, span| {
        note(target.plugin_note(plugin), resources);
        target.trace(resources, field, span, None);
    };
    let whole = |field| (field, file.span(field));
    let Loaded { patches, replacements, label_sets } = loaded;
    if !patches.legacy_strategic.is_empty() {
        let (field, span) = whole("patchesStrategicMerge");
        for patch in &patches.legacy_strategic {
            patches::apply_legacy(resources, std::slice::from_ref(patch))?;
            target.trace(resources, field, span, Some(&patch.resource.origin.file));
        }
        done(resources, "PatchStrategicMergeTransformer", field, span);
    }
    for patch in &patches.patches {
        patch.apply(resources)?;
        target.trace(resources, "patches", patch.span, Some(&patch.file));
        done(resources, "PatchTransformer", "patches", patch.span);
    }
    if !file.namespace.is_empty() {
        let (field, span) = whole("namespace");
        let namespace = file.namespace.clone();
        let namespacing = Namespacing { namespace, fields: config.namespace.clone(), ..Namespacing::default() };
        namespace::apply(resources, &namespacing)?;
        done(resources, "NamespaceTransformer", field, span);
    }
    if !file.name_prefix.is_empty() {
        let (field, span) = whole("namePrefix");
        names::add_prefix(resources, &file.name_prefix, &config.name_prefix)?;
        done(resources, "PrefixTransformer", field, span);
    }
    if !file.name_suffix.is_empty() {
        let (field, span) = whole("nameSuffix");
        names::add_suffix(resources, &file.name_suffix, &config.name_suffix)?;
        done(resources, "SuffixTransformer", field, span);
    }
    for labels::Set { pairs, fields, field, span } in label_sets {
        labels::apply(resources, pairs, fields)?;
        done(resources, "LabelTransformer", field, *span);
    }
    if !file.common_annotations.is_empty() {
        let (field, span) = whole("commonAnnotations");
        labels::apply(resources, &file.common_annotations, &config.common_annotations)?;
        done(resources, "AnnotationsTransformer", field, span);
    }
    for patch in &patches.legacy_json {
        patch.apply_json(resources)?;
        target.trace(resources, "patchesJson6902", patch.span, Some(&patch.file));
        done(resources, "PatchJson6902Transformer", "patchesJson6902", patch.span);
    }
    for entry in &file.replicas {
        replicas::apply(target.site(), resources, entry, &config.replicas)?;
        done(resources, "ReplicaCountTransformer", "replicas", entry.span);
    }
    for image in &file.images {
        images::apply(resources, image, &config.images)?;
        done(resources, "ImageTagTransformer", "images", image.span);
    }
    if !file.replacements.is_empty() {
        for replacement in replacements {
            replacement::apply(target.site(), resources, std::slice::from_ref(replacement))?;
            target.trace(resources, "replacements", replacement.span, replacement.file.as_ref());
        }
        let (field, span) = whole("replacements");
        done(resources, "ReplacementTransformer", field, span);
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
