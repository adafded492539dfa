use towpath_yaml::Node;

use super::{BackReferences, Config};
use crate::{error::KustomizeError, kustomization::Decoder};

const FIELDS: &[&str] = &[
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "templateLabels",
    "commonAnnotations",
    "nameReference",
    "varReference",
    "images",
    "replicas",
];

/// Reads one file of `configurations`.
pub(crate) fn from_configuration(decoder: Decoder<'_>, root: Node<'_, '_>) -> Result<Config, KustomizeError> {
    let mut config = Config::default();
    for (name, node) in decoder.object(root, "configurations", FIELDS)? {
        if name == "nameReference" {
            config.name_reference = decoder.list(node, name, |item| references(decoder, item))?;
            continue;
        }
        let specs = decoder.list(node, name, |item| decoder.field_spec(item))?;
        *match name {
            "namePrefix" => &mut config.name_prefix,
            "nameSuffix" => &mut config.name_suffix,
            "namespace" => &mut config.namespace,
            "commonLabels" => &mut config.common_labels,
            "labels" => &mut config.labels,
            "templateLabels" => &mut config.template_labels,
            "commonAnnotations" => &mut config.common_annotations,
            "varReference" => &mut config.var_reference,
            "images" => &mut config.images,
            _ => &mut config.replicas,
        } = specs;
    }
    config.sort();
    Ok(config)
}

fn references(decoder: Decoder<'_>, node: Node<'_, '_>) -> Result<BackReferences, KustomizeError> {
    let mut result = BackReferences::default();
    for (name, value) in decoder.object(node, "nameReference", &["group", "version", "kind", "fieldSpecs"])? {
        match name {
            "group" => result.gvk.group = decoder.of_kind().string(value, name)?,
            "version" => result.gvk.version = decoder.of_kind().string(value, name)?,
            "kind" => result.gvk.kind = decoder.of_kind().string(value, name)?,
            _ => {
                result.referrers = decoder.list(value, name, |item| decoder.field_spec(item))?;
            }
        }
    }
    Ok(result)
}
