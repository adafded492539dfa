use towpath_yaml::Node;

use crate::{
    kustomization::{Decoder, Manner},
    output::yaml_of,
    read,
    resource::Resource,
};

/// What a function runs.
#[derive(Debug, Default)]
pub(super) struct Specification {
    /// Empty where nothing is to run.
    pub(super) path: String,
    pub(super) arguments: Vec<String>,
    /// `NAME=value`, sorted; the last of a name counts.
    pub(super) environment: Vec<String>,
}

const ANNOTATIONS: &[&str] = &["config.kubernetes.io/function", "config.k8s.io/function"];

impl Specification {
    /// Reads it from the annotation of a configuration, or from `metadata.configFn`.
    pub(super) fn of(resource: &Resource) -> Result<Self, String> {
        let annotations = resource.metadata_pairs("annotations");
        let annotation = |name: &str| annotations.iter().find(|(key, text)| *key == name && !text.is_empty());
        let written = match ANNOTATIONS.iter().find_map(|name| annotation(name)) {
            Some((_, text)) => Some((*text).to_owned()),
            None => match resource.node.field("metadata").and_then(|metadata| metadata.field("configFn")) {
                Some(node) if !node.is_null() => {
                    Some(yaml_of(&node.clone().into_value().map_err(|error| error.to_string())?))
                }
                _ => None,
            },
        };
        if let Some(text) = written {
            return Self::parse(&text);
        }
        match annotation("config.kubernetes.io/container") {
            Some((_, image)) => Err(container(image)),
            None => Err(format!(
                "'{}' is neither kustomize's own plugin nor a function; programs of a plugin folder are not run",
                resource.kind()
            )),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let name = ANNOTATIONS[0];
        let fail = |error: crate::error::KustomizeError| format!("{name} unmarshal error: {}", error.root());
        let Some(document) = read::strict_configuration(name, text).map_err(fail)? else { return Ok(Self::default()) };
        let decoder = Decoder { file: name, text, manner: Manner::Strict };
        let mut result = Self::default();
        for (field, value) in
            decoder.object(document.root(), "function", &["deferFailure", "container", "exec"]).map_err(fail)?
        {
            match field {
                "container" => {
                    if let Some(image) = image(decoder, value).map_err(fail)? {
                        return Err(container(&image));
                    }
                }
                "exec" => result = Self::exec(decoder, value).map_err(fail)?,
                _ => drop(decoder.boolean(value, field).map_err(fail)?),
            }
        }
        Ok(result)
    }

    fn exec(decoder: Decoder<'_>, node: Node<'_, '_>) -> Result<Self, crate::error::KustomizeError> {
        let mut result = Self::default();
        for (name, value) in decoder.object(node, "exec", &["path", "args", "envs"])? {
            match name {
                "path" => result.path = decoder.string(value, name)?,
                "args" => result.arguments = decoder.strings(value, name)?,
                _ => result.environment = decoder.strings(value, name)?,
            }
        }
        Ok(result)
    }
}

fn image(decoder: Decoder<'_>, node: Node<'_, '_>) -> Result<Option<String>, crate::error::KustomizeError> {
    for (name, value) in decoder.object(node, "container", &["image", "network", "mounts", "envs"])? {
        if name == "image" {
            let image = decoder.string(value, name)?;
            return Ok((!image.is_empty()).then_some(image));
        }
    }
    Ok(None)
}

fn container(image: &str) -> String {
    format!("function `{image}` is a container, and containers are not run")
}
