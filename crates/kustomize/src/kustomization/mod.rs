//! The kustomization file as it is written.

mod decode;
mod fields;
mod generators;
mod helm;
mod plugin;
mod replacement;

use towpath_model::Span;

pub(crate) use decode::{Decoder, Manner};
pub(crate) use generators::{Generator, GeneratorOptions};
pub(crate) use helm::{HelmChart, HelmGlobals};
pub(crate) use plugin::{Namespacing, Overwrite, Plugin, ServiceAccount, Subjects, ValueAdd, ValueTarget};
pub(crate) use replacement::{FieldOptions, Replacement, ReplacementEntry, Source, Target};

use crate::{fieldspec::FieldSpec, id::ResId, selector::Selector};

/// A text of the file with its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// Names and values, sorted by name, unique.
pub(crate) type Pairs = std::collections::BTreeMap<String, String>;

/// A kustomization file.
#[derive(Debug, Default)]
pub(crate) struct Kustomization {
    pub(crate) api_version: Text,
    pub(crate) kind: Text,
    pub(crate) open_api: Vec<(String, Text)>,
    pub(crate) name_prefix: String,
    pub(crate) name_suffix: String,
    pub(crate) namespace: String,
    pub(crate) common_labels: Pairs,
    pub(crate) labels: Vec<Label>,
    pub(crate) common_annotations: Pairs,
    pub(crate) patches_strategic_merge: Vec<Text>,
    pub(crate) patches_json: Vec<Patch>,
    pub(crate) patches: Vec<Patch>,
    pub(crate) images: Vec<Image>,
    pub(crate) replacements: Vec<ReplacementEntry>,
    pub(crate) replicas: Vec<Replicas>,
    pub(crate) vars: Vec<Var>,
    pub(crate) sort_options: Option<SortOptions>,
    pub(crate) resources: Vec<Text>,
    pub(crate) components: Vec<Text>,
    pub(crate) crds: Vec<Text>,
    pub(crate) config_maps: Vec<Generator>,
    pub(crate) secrets: Vec<Generator>,
    pub(crate) generator_options: Option<GeneratorOptions>,
    pub(crate) configurations: Vec<Text>,
    pub(crate) generators: Vec<Text>,
    pub(crate) transformers: Vec<Text>,
    pub(crate) validators: Vec<Text>,
    pub(crate) build_metadata: Vec<Text>,
    pub(crate) helm_charts: Vec<HelmChart>,
    pub(crate) helm_globals: HelmGlobals,
    /// Where the value of each field that is written stands.
    spans: Vec<(&'static str, Span)>,
    /// Deprecated fields in use, in the order in which kustomize warns of them.
    pub(crate) deprecated: Vec<&'static str>,
    /// Nothing but `apiVersion` and `kind` stands there.
    pub(crate) is_empty: bool,
}

/// An entry of `labels`.
#[derive(Debug, Default)]
pub(crate) struct Label {
    pub(crate) pairs: Pairs,
    pub(crate) include_selectors: bool,
    pub(crate) include_templates: bool,
    pub(crate) fields: Vec<FieldSpec>,
    pub(crate) span: Span,
}

/// An entry of `patches` or `patchesJson6902`.
#[derive(Debug, Default)]
pub(crate) struct Patch {
    pub(crate) path: Text,
    pub(crate) text: Text,
    pub(crate) target: Option<Selector>,
    pub(crate) allow_name_change: bool,
    pub(crate) allow_kind_change: bool,
    pub(crate) span: Span,
}

/// An entry of `images`.
#[derive(Debug, Default)]
pub(crate) struct Image {
    pub(crate) name: String,
    pub(crate) new_name: String,
    pub(crate) tag_suffix: String,
    pub(crate) new_tag: String,
    pub(crate) digest: String,
    pub(crate) span: Span,
}

/// An entry of `replicas`.
#[derive(Debug, Default)]
pub(crate) struct Replicas {
    pub(crate) name: String,
    pub(crate) count: i64,
    pub(crate) span: Span,
}

/// An entry of `vars`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Var {
    pub(crate) name: String,
    pub(crate) object: ResId,
    pub(crate) field_path: String,
}

/// `sortOptions`.
#[derive(Debug, Default)]
pub(crate) struct SortOptions {
    pub(crate) order: Text,
    pub(crate) legacy: Option<(Vec<String>, Vec<String>)>,
}

impl Kustomization {
    pub(crate) const KIND: &'static str = "Kustomization";
    pub(crate) const COMPONENT: &'static str = "Component";

    pub(crate) fn is_component(&self) -> bool {
        self.kind.text == Self::COMPONENT
    }

    /// Returns where the value of a field stands.
    pub(crate) fn span(&self, field: &str) -> Span {
        self.spans.iter().find(|(name, _)| *name == field).map(|(_, span)| *span).unwrap_or_default()
    }

    pub(crate) fn has_build_metadata(&self, option: &str) -> bool {
        self.build_metadata.iter().any(|entry| entry.text == option)
    }
}
