use towpath_model::Span;
use towpath_yaml::Node;

use super::{Decoder, Manner, Pairs, Text};
use crate::error::KustomizeError;

type Result<T> = std::result::Result<T, KustomizeError>;

/// An entry of `configMapGenerator` or `secretGenerator`.
#[derive(Debug, Default)]
pub(crate) struct Generator {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) behavior: String,
    pub(crate) literals: Vec<Text>,
    pub(crate) files: Vec<Text>,
    pub(crate) envs: Vec<Text>,
    pub(crate) options: Option<GeneratorOptions>,
    /// Of secrets only.
    pub(crate) kind: String,
    pub(crate) span: Span,
}

/// What generated objects have in common.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct GeneratorOptions {
    pub(crate) labels: Pairs,
    pub(crate) annotations: Pairs,
    pub(crate) disable_hash: bool,
    pub(crate) immutable: bool,
}

impl GeneratorOptions {
    /// Returns the options of one generator under those of the whole file: its own labels and annotations win.
    pub(crate) fn merged(own: Option<&Self>, global: Option<&Self>) -> Self {
        let mut result = own.cloned().unwrap_or_default();
        if let Some(global) = global {
            for (own, global) in [(&mut result.labels, &global.labels), (&mut result.annotations, &global.annotations)]
            {
                for (name, value) in global {
                    own.entry(name.clone()).or_insert_with(|| value.clone());
                }
            }
            result.disable_hash |= global.disable_hash;
            result.immutable |= global.immutable;
        }
        result
    }
}

impl Decoder<'_> {
    pub(super) fn generator(&self, node: Node<'_, '_>, is_secret: bool) -> Result<Generator> {
        const NAMES: &[&str] =
            &["namespace", "name", "behavior", "literals", "files", "envs", "env", "options", "type"];
        let names = if is_secret { NAMES } else { &NAMES[..NAMES.len() - 1] };
        let mut result = Generator { span: node.span(), ..Generator::default() };
        let mut env = None;
        for (name, value) in self.object(node, "generator", names)? {
            match name {
                "namespace" => result.namespace = self.string(value, name)?,
                "name" => result.name = self.string(value, name)?,
                "behavior" => result.behavior = self.string(value, name)?,
                "literals" => result.literals = self.texts(value, name)?,
                "files" => result.files = self.texts(value, name)?,
                "envs" => result.envs = self.texts(value, name)?,
                "env" => env = Some(self.text(value, name)?),
                "options" => result.options = self.generator_options(value)?,
                _ => result.kind = self.string(value, name)?,
            }
        }
        if self.manner == Manner::Kustomization {
            // In the configuration of a plugin, kustomize reads the field and does nothing with it.
            result.envs.extend(env.filter(|env| !env.text.is_empty()));
        }
        Ok(result)
    }

    pub(super) fn generator_options(&self, node: Node<'_, '_>) -> Result<Option<GeneratorOptions>> {
        if super::decode::is_null(node.resolved()) {
            return Ok(None);
        }
        let mut options = GeneratorOptions::default();
        for (name, value) in
            self.object(node, "options", &["labels", "annotations", "disableNameSuffixHash", "immutable"])?
        {
            match name {
                "labels" => options.labels = self.pairs(value, name)?,
                "annotations" => options.annotations = self.pairs(value, name)?,
                "disableNameSuffixHash" => options.disable_hash = self.boolean(value, name)?,
                _ => options.immutable = self.boolean(value, name)?,
            }
        }
        Ok(Some(options))
    }
}
