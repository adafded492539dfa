//! Source: kustomize `api/filters/imagetag` and `api/internal/image` 0.21.1.

use regex::Regex;

use crate::{
    error::{KustomizeError, Problem},
    fieldspec::{FieldSpec, Leaf},
    kustomization::Image,
    node::{Kind, Missing, Node, Scalar},
    resources::Resources,
};

pub(super) fn apply(resources: &mut Resources, image: &Image, specs: &[FieldSpec]) -> Result<(), KustomizeError> {
    // The name is part of the expression as it is written, as in kustomize.
    let pattern = format!("^{}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$", image.name);
    let regex = Regex::new(&pattern)
        .map_err(|_| KustomizeError::Resources(format!("image name `{}` is no regular expression", image.name)))?;
    let set = |node: &mut Node| -> Result<(), Missing> {
        if node.is_null() {
            return set_image(node, image, &regex);
        }
        match node {
            Node::Scalar(_) => set_image(node, image, &regex),
            other => Err(Missing::wrong_kind(Kind::Scalar, other)),
        }
    };
    for resource in &mut resources.list {
        if resource.kind() == "CustomResourceDefinition" {
            continue;
        }
        walk(&mut resource.node, &set).map_err(|problem| resource.error(Problem::from(problem)))?;
        for spec in specs {
            super::change(resource, std::slice::from_ref(spec), |node| {
                spec.apply(node, Leaf::None, &mut |field| set(field).map_err(|error| error.to_string()))
            })?;
        }
    }
    Ok(())
}

/// Changes the images of all lists called `containers` or `initContainers`, wherever they stand.
fn walk(node: &mut Node, set: &dyn Fn(&mut Node) -> Result<(), Missing>) -> Result<(), Missing> {
    match node {
        Node::Mapping(entries) => {
            for entry in entries {
                walk(&mut entry.value, set)?;
                if !matches!(entry.key.text.as_str(), "containers" | "initContainers") {
                    continue;
                }
                let Node::Sequence(items) = &mut entry.value else { continue };
                for item in items.iter_mut().filter(|item| !item.is_null()) {
                    match item {
                        Node::Mapping(_) => {
                            if let Some(image) = item.field_mut("image") {
                                set(image)?;
                            }
                        }
                        other => return Err(Missing::wrong_kind(Kind::Mapping, other)),
                    }
                }
            }
            Ok(())
        }
        Node::Sequence(items) => items.iter_mut().try_for_each(|item| walk(item, set)),
        Node::Scalar(_) => Ok(()),
    }
}

fn set_image(node: &mut Node, image: &Image, regex: &Regex) -> Result<(), Missing> {
    let old = node.as_text();
    if !regex.is_match(old) {
        return Ok(());
    }
    let (name, mut tag, mut digest) = split(old);
    let mut new = if image.new_name.is_empty() { name.to_owned() } else { image.new_name.clone() };
    let suffixed = format!("{tag}{}", image.tag_suffix);
    match (image.new_tag.as_str(), image.digest.as_str()) {
        ("", "") if !image.tag_suffix.is_empty() => (tag, digest) = (&suffixed, ""),
        ("", "") => {}
        (new_tag, new_digest) => (tag, digest) = (new_tag, new_digest),
    }
    for (mark, part) in [(':', tag), ('@', digest)] {
        if !part.is_empty() {
            new.push(mark);
            new.push_str(part);
        }
    }
    node.set_scalar(Scalar::unset(new))
}

/// Returns name, tag and digest of an image; a port of the registry is no tag.
fn split(image: &str) -> (&str, &str, &str) {
    let path = image.find('/').filter(|at| *at > 0).unwrap_or(0);
    let at = image[path..].find('@').map(|at| at + path);
    let colon = image[path..].find(':').map(|at| at + path);
    match (colon, at) {
        (None, None) => (image, "", ""),
        (Some(colon), Some(at)) if colon < at => (&image[..colon], &image[colon + 1..at], &image[at + 1..]),
        (_, Some(at)) => (&image[..at], "", &image[at + 1..]),
        (Some(colon), None) => (&image[..colon], &image[colon + 1..], ""),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_port_is_no_tag() {
        assert_eq!(split("r.example:5000/a/b:1@sha256:0"), ("r.example:5000/a/b", "1", "sha256:0"));
        assert_eq!(split("r.example:5000/a"), ("r.example:5000/a", "", ""));
        assert_eq!(split("nginx:1.2"), ("nginx", "1.2", ""));
        assert_eq!(split("nginx@sha256:0"), ("nginx", "", "sha256:0"));
    }
}
