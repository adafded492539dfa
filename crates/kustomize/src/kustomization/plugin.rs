//! The configurations of kustomize's own plugins, as files of `generators`, `transformers` and `validators` hold them.
//!
//! Source: kustomize `api/internal/builtins` 0.21.1.

use towpath_yaml::Node;

use super::{Decoder, Generator, HelmChart, HelmGlobals, Image, Pairs, Patch, ReplacementEntry, Replicas, Text};
use crate::{error::KustomizeError, fieldspec::FieldSpec, functions::Function, selector::Selector};

type Result<T> = std::result::Result<T, KustomizeError>;

/// What one configuration asks for.
#[derive(Debug)]
pub(crate) enum Plugin {
    ConfigMap(Box<Generator>),
    Secret(Box<Generator>),
    ServiceAccount(ServiceAccount),
    Chart(Box<(HelmGlobals, HelmChart)>),
    Annotations(Pairs, Vec<FieldSpec>),
    Labels(Pairs, Vec<FieldSpec>),
    Hash,
    Image(Image, Vec<FieldSpec>),
    Namespace(Namespacing),
    JsonPatch(Patch),
    StrategicPatches {
        paths: Vec<Text>,
        patches: Text,
    },
    Patch(Patch),
    /// Prefix and suffix, where they are asked for, and the fields that take them.
    Affixes {
        prefix: Option<String>,
        suffix: Option<String>,
        fields: Vec<FieldSpec>,
    },
    Replicas(Replicas, Vec<FieldSpec>),
    Replacements(Vec<ReplacementEntry>),
    ValueAdd(ValueAdd),
    /// Not kustomize's own.
    Function(Box<Function>),
}

/// The configuration of `IAMPolicyGenerator`.
#[derive(Debug, Default)]
pub(crate) struct ServiceAccount {
    pub(crate) cloud: String,
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) account: String,
    pub(crate) project: String,
}

/// A namespace and where it goes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Namespacing {
    pub(crate) namespace: String,
    pub(crate) fields: Vec<FieldSpec>,
    pub(crate) overwrite: Overwrite,
    pub(crate) subjects: Subjects,
}

/// Whether a namespace that is written already is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Overwrite {
    #[default]
    Always,
    OnlyEmpty,
}

/// The subjects of role bindings that take the namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Subjects {
    #[default]
    NamedDefault,
    ServiceAccounts,
    None,
}

/// The configuration of `ValueAddTransformer`.
#[derive(Debug, Default)]
pub(crate) struct ValueAdd {
    pub(crate) value: String,
    pub(crate) targets: Vec<ValueTarget>,
    /// A file with more targets.
    pub(crate) file: Text,
}

/// Where a value is added.
#[derive(Debug, Default)]
pub(crate) struct ValueTarget {
    pub(crate) selector: Option<Selector>,
    pub(crate) field_path: String,
    /// Counted from 1 in a field that holds a path; 0 replaces the field.
    pub(crate) position: i64,
}

impl Plugin {
    /// Reads the configuration of the plugin called `kind`; nothing for a plugin that kustomize does not have.
    pub(crate) fn decode(decoder: Decoder<'_>, kind: &str, root: Node<'_, '_>) -> Result<Option<Self>> {
        let annotated = |name, labels| decoder.pairs_and_fields(root, name, labels);
        let affixes = |with_prefix, with_suffix| decoder.affixes(root, with_prefix, with_suffix);
        Ok(Some(match kind {
            "ConfigMapGenerator" => Self::ConfigMap(Box::new(decoder.generator_plugin(root, false)?)),
            "SecretGenerator" => Self::Secret(Box::new(decoder.generator_plugin(root, true)?)),
            "IAMPolicyGenerator" => Self::ServiceAccount(decoder.of_embedded().service_account(root)?),
            "HelmChartInflationGenerator" => Self::Chart(Box::new(decoder.of_embedded().chart_plugin(root)?)),
            "AnnotationsTransformer" => annotated("annotations", Self::Annotations)?,
            "LabelTransformer" => annotated("labels", Self::Labels)?,
            "HashTransformer" => Self::Hash,
            "ImageTagTransformer" => decoder.image_tag(root)?,
            "NamespaceTransformer" => Self::Namespace(decoder.namespacing(root)?),
            "PatchJson6902Transformer" => Self::JsonPatch(decoder.json_patch(root)?),
            "PatchStrategicMergeTransformer" => decoder.strategic_patches(root)?,
            "PatchTransformer" => Self::Patch(decoder.patch(root)?),
            "PrefixTransformer" => affixes(true, false)?,
            "SuffixTransformer" => affixes(false, true)?,
            "PrefixSuffixTransformer" => affixes(true, true)?,
            "ReplicaCountTransformer" => decoder.replica_count(root)?,
            "ReplacementTransformer" => {
                let mut entries = Vec::new();
                for (name, value) in decoder.object(root, kind, &["replacements"])? {
                    entries = decoder.list(value, name, |item| decoder.of_embedded().replacement_entry(item))?;
                }
                Self::Replacements(entries)
            }
            "ValueAddTransformer" => Self::ValueAdd(decoder.value_add(root)?),
            _ => return Ok(None),
        }))
    }
}

impl Decoder<'_> {
    fn field_specs(&self, node: Node<'_, '_>, name: &str) -> Result<Vec<FieldSpec>> {
        self.list(node, name, |item| self.field_spec(item))
    }

    fn pairs_and_fields(
        &self,
        root: Node<'_, '_>,
        field: &'static str,
        make: fn(Pairs, Vec<FieldSpec>) -> Plugin,
    ) -> Result<Plugin> {
        const LABELS: &[&str] = &["labels", "fieldSpecs"];
        const ANNOTATIONS: &[&str] = &["annotations", "fieldSpecs"];
        let (mut pairs, mut fields) = (Pairs::new(), Vec::new());
        for (name, value) in self.object(root, field, if field == "labels" { LABELS } else { ANNOTATIONS })? {
            match name {
                "fieldSpecs" => fields = self.field_specs(value, name)?,
                _ => pairs = self.pairs(value, name)?,
            }
        }
        Ok(make(pairs, fields))
    }

    /// Returns name and namespace of the configuration itself.
    fn own_name(&self, node: Node<'_, '_>) -> Result<(String, String)> {
        let mut found = (String::new(), String::new());
        for (name, value) in self.object(node, "metadata", &["name", "namespace", "labels", "annotations"])? {
            match name {
                "name" => found.0 = self.string(value, name)?,
                "namespace" => found.1 = self.string(value, name)?,
                _ => drop(self.pairs(value, name)?),
            }
        }
        Ok(found)
    }

    /// A generator takes its object's name from its own, where none is given.
    fn generator_plugin(&self, root: Node<'_, '_>, is_secret: bool) -> Result<Generator> {
        let mut generator = self.of_embedded().generator(root, is_secret)?;
        for (_, value) in self.object(root, "generator", &["metadata"])? {
            let (name, namespace) = self.own_name(value)?;
            for (field, own) in [(&mut generator.name, name), (&mut generator.namespace, namespace)] {
                if field.is_empty() {
                    *field = own;
                }
            }
        }
        Ok(generator)
    }

    fn service_account(&self, root: Node<'_, '_>) -> Result<ServiceAccount> {
        let mut result = ServiceAccount::default();
        for (name, value) in
            self.object(root, "IAMPolicyGenerator", &["cloud", "kubernetesService", "serviceAccount"])?
        {
            match name {
                "cloud" => result.cloud = self.string(value, name)?,
                "kubernetesService" => {
                    for (name, value) in self.object(value, name, &["name", "namespace"])? {
                        let text = self.string(value, name)?;
                        *(if name == "name" { &mut result.name } else { &mut result.namespace }) = text;
                    }
                }
                _ => {
                    for (name, value) in self.object(value, name, &["name", "projectId"])? {
                        let text = self.string(value, name)?;
                        *(if name == "name" { &mut result.account } else { &mut result.project }) = text;
                    }
                }
            }
        }
        Ok(result)
    }

    fn image_tag(&self, root: Node<'_, '_>) -> Result<Plugin> {
        let (mut image, mut fields) = (Image::default(), Vec::new());
        for (name, value) in self.object(root, "ImageTagTransformer", &["imageTag", "fieldSpecs"])? {
            match name {
                "imageTag" => image = self.image(value)?,
                _ => fields = self.field_specs(value, name)?,
            }
        }
        Ok(Plugin::Image(image, fields))
    }

    fn namespacing(&self, root: Node<'_, '_>) -> Result<Namespacing> {
        const NAMES: &[&str] = &["metadata", "fieldSpecs", "unsetOnly", "setRoleBindingSubjects"];
        let mut result = Namespacing::default();
        for (name, value) in self.object(root, "NamespaceTransformer", NAMES)? {
            match name {
                "metadata" => result.namespace = self.own_name(value)?.1,
                "fieldSpecs" => result.fields = self.field_specs(value, name)?,
                "unsetOnly" if self.boolean(value, name)? => result.overwrite = Overwrite::OnlyEmpty,
                "unsetOnly" => {}
                _ => {
                    let text = self.text(value, name)?;
                    result.subjects = match text.text.as_str() {
                        "" | "defaultOnly" => Subjects::NamedDefault,
                        "allServiceAccounts" => Subjects::ServiceAccounts,
                        "none" => Subjects::None,
                        other => {
                            let message = format!(
                                "invalid value {other:?} for setRoleBindingSubjects: must be one of \"defaultOnly\", \
                                 \"none\" or \"allServiceAccounts\""
                            );
                            return Err(self.error(text.span, message, Vec::new()));
                        }
                    };
                }
            }
        }
        Ok(result)
    }

    fn json_patch(&self, root: Node<'_, '_>) -> Result<Patch> {
        let mut patch = Patch { span: root.span(), ..Patch::default() };
        for (name, value) in self.object(root, "PatchJson6902Transformer", &["target", "path", "jsonOp"])? {
            match name {
                "target" => patch.target = self.selector(value)?,
                "path" => patch.path = self.text(value, name)?,
                _ => patch.text = self.text(value, name)?,
            }
        }
        Ok(patch)
    }

    fn strategic_patches(&self, root: Node<'_, '_>) -> Result<Plugin> {
        let (mut paths, mut patches) = (Vec::new(), Text::default());
        for (name, value) in self.object(root, "PatchStrategicMergeTransformer", &["paths", "patches"])? {
            match name {
                "paths" => paths = self.texts(value, name)?,
                _ => patches = self.text(value, name)?,
            }
        }
        Ok(Plugin::StrategicPatches { paths, patches })
    }

    fn affixes(&self, root: Node<'_, '_>, with_prefix: bool, with_suffix: bool) -> Result<Plugin> {
        let (mut prefix, mut suffix, mut fields) = (String::new(), String::new(), None);
        for (name, value) in self.object(root, "PrefixTransformer", &["prefix", "suffix", "fieldSpecs"])? {
            match name {
                "prefix" => prefix = self.string(value, name)?,
                "suffix" => suffix = self.string(value, name)?,
                _ => fields = Some(self.field_specs(value, name)?),
            }
        }
        let Some(fields) = fields else {
            let hint = "most mean `fieldSpecs: [{path: metadata/name}]`".to_owned();
            return Err(self.error(root.span(), "fieldSpecs is not expected to be nil".to_owned(), vec![hint]));
        };
        Ok(Plugin::Affixes { prefix: with_prefix.then_some(prefix), suffix: with_suffix.then_some(suffix), fields })
    }

    fn replica_count(&self, root: Node<'_, '_>) -> Result<Plugin> {
        let (mut replicas, mut fields) = (Replicas::default(), Vec::new());
        for (name, value) in self.object(root, "ReplicaCountTransformer", &["replica", "fieldSpecs"])? {
            match name {
                "replica" => replicas = self.replicas(value)?,
                _ => fields = self.field_specs(value, name)?,
            }
        }
        Ok(Plugin::Replicas(replicas, fields))
    }

    fn value_add(&self, root: Node<'_, '_>) -> Result<ValueAdd> {
        let mut result = ValueAdd { targets: self.value_targets(root)?, ..ValueAdd::default() };
        for (name, value) in self.object(root, "ValueAddTransformer", &["value", "targetFilePath"])? {
            match name {
                "value" => result.value = self.string(value, name)?,
                _ => result.file = self.text(value, name)?,
            }
        }
        Ok(result)
    }

    /// Reads `targets` of a configuration of `ValueAddTransformer`, or of a file that it names.
    pub(crate) fn value_targets(&self, root: Node<'_, '_>) -> Result<Vec<ValueTarget>> {
        let mut targets = Vec::new();
        for (name, value) in self.object(root, "targets", &["targets"])? {
            targets = self.list(value, name, |item| self.value_target(item))?;
        }
        Ok(targets)
    }

    fn value_target(&self, node: Node<'_, '_>) -> Result<ValueTarget> {
        let mut target = ValueTarget::default();
        for (name, value) in self.object(node, "targets", &["selector", "fieldPath", "filePathPosition"])? {
            match name {
                "selector" => target.selector = self.selector(value)?,
                "fieldPath" => target.field_path = self.string(value, name)?,
                _ => target.position = self.integer(value, name)?,
            }
        }
        Ok(target)
    }
}
