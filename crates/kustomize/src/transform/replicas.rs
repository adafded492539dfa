use crate::{
    error::KustomizeError,
    fieldspec::{FieldSpec, Leaf},
    kustomization::Replicas,
    node::{Scalar, Tag},
    resources::Resources,
    site::Site,
};

pub(super) fn apply(
    site: Site<'_>,
    resources: &mut Resources,
    replicas: &Replicas,
    specs: &[FieldSpec],
) -> Result<(), KustomizeError> {
    let mut found = false;
    for spec in specs {
        let places = resources.with_any_id(|id| id.name == replicas.name && id.gvk.is_selected(&spec.gvk));
        found |= !places.is_empty();
        for at in places {
            super::change(&mut resources.list[at], std::slice::from_ref(spec), |node| {
                spec.apply(node, Leaf::Scalar(Tag::Integer), &mut |field| {
                    let count = Scalar::tagged(replicas.count.to_string(), Tag::Integer);
                    field.set_scalar(count).map_err(|error| error.to_string())
                })
            })?;
        }
    }
    if found {
        return Ok(());
    }
    let kinds: Vec<String> = specs.iter().map(|spec| spec.gvk.to_string()).collect();
    let message = format!(
        "resource with name {} does not match a config with the following GVK [{}]",
        replicas.name,
        kinds.join(" ")
    );
    Err(site.error(replicas.span, message, Vec::new()))
}
