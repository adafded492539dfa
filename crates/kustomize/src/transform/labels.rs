use towpath_model::Span;

use crate::{
    config::Config,
    error::KustomizeError,
    fieldspec::{self, FieldSpec, Leaf},
    kustomization::{Kustomization, Pairs},
    node::{Kind, Node, Scalar},
    resources::Resources,
};

/// Labels with the fields that take them.
pub(super) struct Set {
    pub(super) pairs: Pairs,
    pub(super) fields: Vec<FieldSpec>,
    /// The field of the kustomization file that holds them, and where they stand.
    pub(super) field: &'static str,
    pub(super) span: Span,
}

/// Returns the labels of a kustomization file.
pub(super) fn sets(file: &Kustomization, config: &Config) -> Result<Vec<Set>, KustomizeError> {
    let mut sets = Vec::new();
    if file.labels.is_empty() && file.common_labels.is_empty() {
        return Ok(sets);
    }
    for label in &file.labels {
        let mut specs = label.fields.clone();
        fieldspec::merge(&mut specs, &config.labels)?;
        if label.include_selectors {
            fieldspec::merge(&mut specs, &config.common_labels)?;
        } else {
            if label.include_templates {
                fieldspec::merge(&mut specs, &config.template_labels)?;
            }
            fieldspec::merge(&mut specs, &[FieldSpec::new("metadata/labels", true, "", "", "")])?;
        }
        sets.push(Set { pairs: label.pairs.clone(), fields: specs, field: "labels", span: label.span });
    }
    // kustomize runs this one also when there are none, and writes that down.
    let (field, span) = ("commonLabels", file.span("commonLabels"));
    sets.push(Set { pairs: file.common_labels.clone(), fields: config.common_labels.clone(), field, span });
    Ok(sets)
}

/// Sets labels or annotations in every field that takes them.
pub(super) fn apply(resources: &mut Resources, pairs: &Pairs, specs: &[FieldSpec]) -> Result<(), KustomizeError> {
    for resource in &mut resources.list {
        for (key, value) in pairs {
            let (number, mut n_made) = (resource.next_shared(), 0);
            for spec in specs {
                // Where annotations are made, it is the same whether kustomize keeps some.
                let seeing = if spec.create { &[] } else { std::slice::from_ref(spec) };
                super::change(resource, seeing, |node| {
                    spec.apply(node, Leaf::Mapping, &mut |field| {
                        if field.kind() != Kind::Mapping && !field.is_null() {
                            let found = field.kind().name();
                            return Err(format!("wrong node kind: expected MappingNode but got {found}"));
                        }
                        if field.is_null() {
                            // kustomize sets it inside the null, where it is lost.
                            return Ok(());
                        }
                        let is_new = field.field(key).is_none();
                        field.set_field(key, Some(Node::text(value))).map_err(|error| error.to_string())?;
                        if let (true, Some(Node::Scalar(made))) = (is_new, field.field_mut(key)) {
                            made.shared = number;
                            n_made += 1;
                        }
                        Ok(())
                    })
                })?;
            }
            resource.spread();
            if n_made > 1 {
                resource.share(number, &Scalar::text(value));
            }
        }
    }
    Ok(())
}
