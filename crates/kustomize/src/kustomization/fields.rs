use towpath_yaml::Node;

use super::{Decoder, HelmGlobals, Image, Kustomization, Label, Patch, Replicas, SortOptions, Text, Var};
use crate::{
    error::KustomizeError,
    fieldspec::FieldSpec,
    id::{Gvk, ResId},
    selector::Selector,
};

type Result<T> = std::result::Result<T, KustomizeError>;

const FIELDS: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata",
    "openapi",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "patchesStrategicMerge",
    "patchesJson6902",
    "patches",
    "images",
    "imageTags",
    "replacements",
    "replicas",
    "vars",
    "sortOptions",
    "resources",
    "components",
    "crds",
    "bases",
    "configMapGenerator",
    "secretGenerator",
    "helmGlobals",
    "helmCharts",
    "helmChartInflationGenerator",
    "generatorOptions",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "buildMetadata",
];

/// Fields that kustomize warns of, in its order.
const DEPRECATED: &[&str] = &["bases", "commonLabels", "imageTags", "patchesJson6902", "patchesStrategicMerge", "vars"];

impl Kustomization {
    /// Reads a kustomization file.
    pub(crate) fn decode(decoder: Decoder<'_>, root: Node<'_, '_>) -> Result<Self> {
        let mut result = Self { is_empty: true, ..Self::default() };
        let (mut bases, mut image_tags) = (Vec::new(), Vec::new());
        let (mut globals, mut legacy) = (None, (Vec::new(), HelmGlobals::default()));
        let fields = decoder.object(root, "Kustomization", FIELDS)?;
        let used: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        result.deprecated = DEPRECATED.iter().copied().filter(|name| used.contains(name)).collect();
        for (name, node) in fields {
            result.spans.push((name, node.span()));
            match name {
                "bases" => bases = decoder.texts(node, name)?,
                "helmGlobals" => globals = decoder.helm_globals(node)?,
                "helmChartInflationGenerator" => legacy = decoder.legacy_charts(node)?,
                "imageTags" => image_tags = decoder.list(node, name, |item| decoder.image(item))?,
                _ => result.set(decoder, name, node)?,
            }
            let counts = !matches!(name, "apiVersion" | "kind") && !is_zero(decoder, node);
            result.is_empty &= !counts;
        }
        result.resources.extend(bases);
        result.images.extend(image_tags);
        result.helm_charts.extend(legacy.0);
        result.helm_globals = globals.unwrap_or(legacy.1);
        if result.kind.text.is_empty() {
            Self::KIND.clone_into(&mut result.kind.text);
        }
        Ok(result)
    }

    fn set(&mut self, decoder: Decoder<'_>, name: &'static str, node: Node<'_, '_>) -> Result<()> {
        match name {
            "apiVersion" => self.api_version = decoder.text(node, name)?,
            "kind" => self.kind = decoder.text(node, name)?,
            "metadata" => decoder.metadata(node)?,
            "openapi" => self.open_api = decoder.open_api(node)?,
            "namePrefix" => self.name_prefix = decoder.string(node, name)?,
            "nameSuffix" => self.name_suffix = decoder.string(node, name)?,
            "namespace" => self.namespace = decoder.string(node, name)?,
            "commonLabels" => self.common_labels = decoder.pairs(node, name)?,
            "labels" => self.labels = decoder.list(node, name, |item| decoder.label(item))?,
            "commonAnnotations" => self.common_annotations = decoder.pairs(node, name)?,
            "patchesStrategicMerge" => self.patches_strategic_merge = decoder.texts(node, name)?,
            "patchesJson6902" => self.patches_json = decoder.list(node, name, |item| decoder.patch(item))?,
            "patches" => self.patches = decoder.list(node, name, |item| decoder.patch(item))?,
            "images" => self.images = decoder.list(node, name, |item| decoder.image(item))?,
            "replacements" => self.replacements = decoder.list(node, name, |item| decoder.replacement_entry(item))?,
            "replicas" => self.replicas = decoder.list(node, name, |item| decoder.replicas(item))?,
            "vars" => self.vars = decoder.list(node, name, |item| decoder.var(item))?,
            "sortOptions" => self.sort_options = decoder.sort_options(node)?,
            "resources" => self.resources = decoder.texts(node, name)?,
            "components" => self.components = decoder.texts(node, name)?,
            "crds" => self.crds = decoder.texts(node, name)?,
            "configMapGenerator" => {
                self.config_maps = decoder.list(node, name, |item| decoder.generator(item, false))?;
            }
            "secretGenerator" => self.secrets = decoder.list(node, name, |item| decoder.generator(item, true))?,
            "generatorOptions" => self.generator_options = decoder.generator_options(node)?,
            "configurations" => self.configurations = decoder.texts(node, name)?,
            "generators" => self.generators = decoder.texts(node, name)?,
            "transformers" => self.transformers = decoder.texts(node, name)?,
            "validators" => self.validators = decoder.texts(node, name)?,
            "buildMetadata" => self.build_metadata = decoder.texts(node, name)?,
            "helmCharts" => self.helm_charts = decoder.list(node, name, |item| decoder.helm_chart(item))?,
            _ => {}
        }
        Ok(())
    }
}

/// Tells whether a value is what Go has where nothing was written; an empty list is not.
fn is_zero(decoder: Decoder<'_>, node: Node<'_, '_>) -> bool {
    decoder.text(node, "").is_ok_and(|text| text.text.is_empty())
}

impl Decoder<'_> {
    fn metadata(&self, node: Node<'_, '_>) -> Result<()> {
        for (name, value) in self.object(node, "metadata", &["name", "namespace", "labels", "annotations"])? {
            match name {
                "labels" | "annotations" => drop(self.pairs(value, name)?),
                _ => drop(self.text(value, name)?),
            }
        }
        Ok(())
    }

    fn open_api(&self, node: Node<'_, '_>) -> Result<Vec<(String, Text)>> {
        let entries = self.entries(node, "openapi")?;
        entries
            .into_iter()
            .map(|(key, value)| Ok((super::decode::key_text(key), self.text(value, "openapi")?)))
            .collect()
    }

    fn label(&self, node: Node<'_, '_>) -> Result<Label> {
        let mut result = Label { span: node.span(), ..Label::default() };
        for (name, value) in
            self.object(node, "labels", &["pairs", "includeSelectors", "includeTemplates", "fields"])?
        {
            match name {
                "pairs" => result.pairs = self.pairs(value, name)?,
                "includeSelectors" => result.include_selectors = self.boolean(value, name)?,
                "includeTemplates" => result.include_templates = self.boolean(value, name)?,
                _ => result.fields = self.list(value, name, |item| self.field_spec(item))?,
            }
        }
        Ok(result)
    }

    pub(crate) fn field_spec(&self, node: Node<'_, '_>) -> Result<FieldSpec> {
        let mut spec = FieldSpec::default();
        for (name, value) in self.object(node, "fieldSpec", &["group", "version", "kind", "path", "create"])? {
            match name {
                "group" => spec.gvk.group = self.of_kind().string(value, name)?,
                "version" => spec.gvk.version = self.of_kind().string(value, name)?,
                "kind" => spec.gvk.kind = self.of_kind().string(value, name)?,
                "path" => spec.path = self.string(value, name)?,
                _ => spec.create = self.boolean(value, name)?,
            }
        }
        Ok(spec)
    }

    pub(super) fn patch(&self, node: Node<'_, '_>) -> Result<Patch> {
        let mut patch = Patch { span: node.span(), ..Patch::default() };
        for (name, value) in self.object(node, "patches", &["path", "patch", "target", "options"])? {
            match name {
                "path" => patch.path = self.text(value, name)?,
                "patch" => patch.text = self.text(value, name)?,
                "target" => patch.target = self.selector(value)?,
                _ => {
                    for (name, value) in self.object(value, "options", &["allowNameChange", "allowKindChange"])? {
                        match name {
                            "allowNameChange" => patch.allow_name_change = self.boolean(value, name)?,
                            _ => patch.allow_kind_change = self.boolean(value, name)?,
                        }
                    }
                }
            }
        }
        Ok(patch)
    }

    /// Returns the selector; nothing for null.
    pub(super) fn selector(&self, node: Node<'_, '_>) -> Result<Option<Selector>> {
        const NAMES: &[&str] =
            &["group", "version", "kind", "name", "namespace", "annotationSelector", "labelSelector"];
        if super::decode::is_null(node.resolved()) {
            return Ok(None);
        }
        let mut selector = Selector::default();
        let decoder = self.of_embedded();
        for (name, value) in decoder.object(node, "target", NAMES)? {
            let text = decoder.string(value, name)?;
            *match name {
                "group" => &mut selector.group,
                "version" => &mut selector.version,
                "kind" => &mut selector.kind,
                "name" => &mut selector.name,
                "namespace" => &mut selector.namespace,
                "annotationSelector" => &mut selector.annotations,
                _ => &mut selector.labels,
            } = text;
        }
        Ok(Some(selector))
    }

    pub(super) fn image(&self, node: Node<'_, '_>) -> Result<Image> {
        let mut image = Image { span: node.span(), ..Image::default() };
        for (name, value) in self.object(node, "images", &["name", "newName", "tagSuffix", "newTag", "digest"])? {
            let text = self.string(value, name)?;
            *match name {
                "name" => &mut image.name,
                "newName" => &mut image.new_name,
                "tagSuffix" => &mut image.tag_suffix,
                "newTag" => &mut image.new_tag,
                _ => &mut image.digest,
            } = text;
        }
        Ok(image)
    }

    pub(super) fn replicas(&self, node: Node<'_, '_>) -> Result<Replicas> {
        let mut replicas = Replicas { span: node.span(), ..Replicas::default() };
        for (name, value) in self.object(node, "replicas", &["name", "count"])? {
            match name {
                "name" => replicas.name = self.string(value, name)?,
                _ => replicas.count = self.integer(value, name)?,
            }
        }
        Ok(replicas)
    }

    fn var(&self, node: Node<'_, '_>) -> Result<Var> {
        let mut var = Var { field_path: "metadata.name".to_owned(), ..Var::default() };
        for (name, value) in self.object(node, "vars", &["name", "objref", "fieldref"])? {
            match name {
                "name" => var.name = self.string(value, name)?,
                "objref" => var.object = self.object_reference(value)?,
                _ => {
                    for (name, value) in self.object(value, "fieldref", &["fieldPath"])? {
                        let path = self.string(value, name)?;
                        if !path.is_empty() {
                            var.field_path = path;
                        }
                    }
                }
            }
        }
        Ok(var)
    }

    fn object_reference(&self, node: Node<'_, '_>) -> Result<ResId> {
        const NAMES: &[&str] = &["apiVersion", "group", "version", "kind", "name", "namespace"];
        let mut id = ResId::default();
        let mut api_version = String::new();
        for (name, value) in self.object(node, "objref", NAMES)? {
            let text = self.string(value, name)?;
            *match name {
                "apiVersion" => &mut api_version,
                "group" => &mut id.gvk.group,
                "version" => &mut id.gvk.version,
                "kind" => &mut id.gvk.kind,
                "name" => &mut id.name,
                _ => &mut id.namespace,
            } = text;
        }
        match api_version.split('/').collect::<Vec<_>>()[..] {
            [""] => {}
            [version] => version.clone_into(&mut id.gvk.version),
            [group, version] => id.gvk = Gvk::new(group, version, &id.gvk.kind),
            _ => {}
        }
        Ok(id)
    }

    fn sort_options(&self, node: Node<'_, '_>) -> Result<Option<SortOptions>> {
        if super::decode::is_null(node.resolved()) {
            return Ok(None);
        }
        let mut options = SortOptions::default();
        for (name, value) in self.object(node, "sortOptions", &["order", "legacySortOptions"])? {
            if name == "order" {
                options.order = self.text(value, name)?;
            } else {
                let mut lists = (Vec::new(), Vec::new());
                for (name, value) in self.object(value, name, &["orderFirst", "orderLast"])? {
                    let list = self.strings(value, name)?;
                    *(if name == "orderFirst" { &mut lists.0 } else { &mut lists.1 }) = list;
                }
                options.legacy = Some(lists);
            }
        }
        Ok(Some(options))
    }
}
