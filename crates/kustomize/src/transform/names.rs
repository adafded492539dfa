use crate::{
    error::KustomizeError,
    fieldspec::{FieldSpec, Leaf},
    id::Gvk,
    node::{Node, Scalar, Tag},
    resource::Resource,
    resources::Resources,
};

/// Kinds whose names stay as they are: group, kind.
const KEPT: &[(&str, &str)] =
    &[("", "CustomResourceDefinition"), ("apiregistration.k8s.io", "APIService"), ("", "Namespace")];

pub(super) fn add_prefix(resources: &mut Resources, prefix: &str, specs: &[FieldSpec]) -> Result<(), KustomizeError> {
    let remember = |resource: &mut Resource| {
        if !prefix.is_empty() {
            resource.prefixes.push(prefix.to_owned());
            resource.remember_id();
        }
    };
    rename(resources, specs, remember, |name| format!("{prefix}{name}"))
}

pub(super) fn add_suffix(resources: &mut Resources, suffix: &str, specs: &[FieldSpec]) -> Result<(), KustomizeError> {
    let remember = |resource: &mut Resource| {
        if !suffix.is_empty() {
            resource.suffixes.push(suffix.to_owned());
            resource.remember_id();
        }
    };
    rename(resources, specs, remember, |name| format!("{name}{suffix}"))
}

fn rename(
    resources: &mut Resources,
    specs: &[FieldSpec],
    remember: impl Fn(&mut Resource),
    new_name: impl Fn(&str) -> String,
) -> Result<(), KustomizeError> {
    for resource in &mut resources.list {
        let gvk = resource.first_id().gvk;
        if KEPT.iter().any(|(group, kind)| gvk.is_selected(&Gvk::new(group, "", kind))) {
            continue;
        }
        for spec in specs.iter().filter(|spec| gvk.is_selected(&spec.gvk)) {
            if spec.path == "metadata/name" {
                remember(resource);
            }
            super::change(resource, std::slice::from_ref(spec), |node| {
                spec.apply(node, Leaf::Scalar(Tag::Text), &mut |field: &mut Node| {
                    let name = new_name(field.as_text());
                    field.set_scalar(Scalar::unset(name)).map_err(|error| error.to_string())
                })
            })?;
            if spec.path != "metadata/name" {
                resource.spread();
            }
        }
    }
    Ok(())
}
