//! Source: kustomize `api/filters/namespace/namespace.go` 0.21.1.

use std::collections::HashMap;

use crate::{
    error::{KustomizeError, Problem},
    fieldspec::{FieldError, FieldSpec, Leaf},
    kustomization::{Namespacing, Overwrite, Subjects},
    node::{Kind, Missing, Node, Scalar, Tag},
    resources::Resources,
};

pub(super) fn apply(resources: &mut Resources, namespacing: &Namespacing) -> Result<(), KustomizeError> {
    let mut taken: HashMap<_, usize> = HashMap::new();
    let key = |resource: &crate::resource::Resource| {
        let id = resource.id();
        let effective = id.effective_namespace().to_owned();
        (id.gvk, id.name, effective)
    };
    for resource in &resources.list {
        *taken.entry(key(resource)).or_default() += 1;
    }
    for resource in resources.list.iter_mut().filter(|resource| !resource.from_helm) {
        let before = key(resource);
        resource.remember_id();
        super::change(resource, &namespacing.fields, |node| set(node, namespacing))?;
        let after = key(resource);
        if before != after {
            if let Some(count) = taken.get_mut(&before) {
                *count -= 1;
            }
            *taken.entry(after.clone()).or_default() += 1;
        }
        if taken.get(&after).is_some_and(|count| *count > 1) {
            let problem = format!("namespace transformation produces ID conflict: {}", resource.id());
            return Err(resource.error(Problem::Other(problem.into())));
        }
    }
    Ok(())
}

/// Sets the namespace in one resource.
pub(super) fn set(node: &mut Node, namespacing: &Namespacing) -> Result<(), FieldError> {
    let text = |name: &str| node.field(name).map_or("", Node::as_text).to_owned();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    let leaf = Leaf::Scalar(Tag::Text);
    let mut write = |field: &mut Node| {
        if namespacing.keeps(field) {
            return Ok(());
        }
        field.set_scalar(Scalar::text(&namespacing.namespace)).map_err(|error| error.to_string())
    };
    let gvk = crate::id::Gvk::parse(&api_version, &kind);
    if !gvk.is_cluster_scoped() {
        FieldSpec::new("metadata/namespace", true, "", "", "").apply(node, leaf, &mut write)?;
    }
    let is_binding = matches!(kind.as_str(), "RoleBinding" | "ClusterRoleBinding");
    if is_binding {
        set_subjects(node, namespacing, &kind)?;
    }
    for spec in &namespacing.fields {
        let elsewhere = match spec.path.as_str() {
            "metadata/namespace" => false,
            "metadata/name" => api_version == "v1",
            "subjects/namespace" => {
                !(is_binding && matches!(spec.gvk.kind.as_str(), "RoleBinding" | "ClusterRoleBinding"))
            }
            _ => true,
        };
        if elsewhere {
            spec.apply(node, leaf, &mut write)?;
        }
    }
    Ok(())
}

/// Subjects named `default` are service accounts of the namespace itself.
fn set_subjects(node: &mut Node, namespacing: &Namespacing, kind: &str) -> Result<(), FieldError> {
    let error = |problem: String| FieldError { path: "subjects".to_owned(), object: kind.to_owned(), problem };
    let (field, wanted) = match namespacing.subjects {
        Subjects::NamedDefault => ("name", "default"),
        Subjects::ServiceAccounts => ("kind", "ServiceAccount"),
        Subjects::None => return Ok(()),
    };
    let Some(subjects) = node.field_mut("subjects").filter(|subjects| !subjects.is_null()) else { return Ok(()) };
    let Node::Sequence(items) = subjects else {
        return Err(error(format!("wrong node kind: expected SequenceNode but got {}", subjects.kind().name())));
    };
    for item in items.iter_mut().filter(|item| !item.is_null()) {
        check(Some(item), Kind::Mapping).and_then(|()| check(item.field(field), Kind::Scalar)).map_err(error)?;
        let is_meant = item.field(field).is_some_and(|value| value.text_or_empty() == wanted);
        if !is_meant {
            continue;
        }
        check(item.field("namespace"), Kind::Scalar).map_err(error)?;
        if item.field("namespace").is_some_and(|old| namespacing.keeps(old)) {
            continue;
        }
        let mut value = Scalar::text(&namespacing.namespace);
        if let Some(Node::Scalar(old)) = item.field("namespace") {
            value.style = old.style;
        }
        item.set_field("namespace", Some(Node::Scalar(value))).map_err(|problem| error(problem.to_string()))?;
    }
    Ok(())
}

/// Checks that a part of a subject is what it has to be, if it is there.
fn check(node: Option<&Node>, kind: Kind) -> Result<(), String> {
    match node {
        Some(node) if node.kind() != kind && !node.is_null() => Err(Missing::wrong_kind(kind, node).to_string()),
        _ => Ok(()),
    }
}

impl Namespacing {
    /// Tells whether a namespace that is written already stays.
    fn keeps(&self, field: &Node) -> bool {
        self.overwrite == Overwrite::OnlyEmpty && !field.is_null() && !field.as_text().is_empty()
    }
}
