//! Transformers that have a configuration of their own.

use towpath_model::TreePath;

use super::{images, labels, names, namespace, patches, replacement, replicas, value_add};
use crate::{
    error::KustomizeError,
    hash,
    kustomization::{Plugin, Replacement},
    plugins::Configured,
    resources::{Patching, Resources},
    site::Site,
    target::Target,
};

/// A transformer with all files that it names.
pub(crate) struct Transformer {
    configured: Configured,
    loaded: Loaded,
}

/// What the configuration names elsewhere.
enum Loaded {
    Nothing,
    Strategic(Vec<Patching>),
    Patch(patches::LoadedPatch),
    JsonPatch(patches::LoadedPatch),
    Replacements(Vec<Replacement>),
    Values(value_add::Values),
}

impl Transformer {
    pub(crate) fn load(target: &Target<'_>, configured: Configured) -> Result<Self, KustomizeError> {
        let site = configured.site(&target.place);
        let loaded = load(site, &configured)
            .map_err(|error| error.during(format!("plugin {} fails configuration", configured.id)))?;
        Ok(Self { configured, loaded })
    }

    /// Applies it, and writes down that it ran, if that is wanted.
    pub(super) fn apply(&self, target: &Target<'_>, resources: &mut Resources) -> Result<(), KustomizeError> {
        self.transform(target, resources)?;
        super::note(self.configured.note.clone(), resources);
        Ok(())
    }

    /// Returns the file that holds its configuration.
    pub(super) fn file(&self) -> &TreePath {
        self.configured.file()
    }

    /// Returns what is wrong with it.
    pub(crate) fn error(&self, target: &Target<'_>, problem: String) -> KustomizeError {
        self.configured.site(&target.place).error(
            towpath_model::Span::default(),
            problem,
            vec!["a field that is set to the value it has counts as modified too".to_owned()],
        )
    }

    /// Applies it and nothing else.
    pub(crate) fn transform(&self, target: &Target<'_>, resources: &mut Resources) -> Result<(), KustomizeError> {
        let site = self.configured.site(&target.place);
        match (&self.loaded, &self.configured.plugin) {
            (Loaded::Strategic(patches), _) => patches::apply_legacy(resources, patches),
            (Loaded::Patch(patch), _) => patch.apply(resources),
            (Loaded::JsonPatch(patch), _) => patch.apply_json(resources),
            (Loaded::Replacements(replacements), _) => replacement::apply(site, resources, replacements),
            (Loaded::Values(values), _) => value_add::apply(site, resources, values),
            (_, Plugin::Annotations(pairs, fields) | Plugin::Labels(pairs, fields)) => {
                labels::apply(resources, pairs, fields)
            }
            (_, Plugin::Function(function)) => function.transform(site, resources),
            (_, Plugin::Hash) => hash::add_suffixes(resources),
            (_, Plugin::Image(image, fields)) => images::apply(resources, image, fields),
            (_, Plugin::Namespace(namespacing)) if namespacing.namespace.is_empty() => Ok(()),
            (_, Plugin::Namespace(namespacing)) => namespace::apply(resources, namespacing),
            (_, Plugin::Affixes { prefix, suffix, fields }) => {
                if let Some(prefix) = prefix {
                    names::add_prefix(resources, prefix, fields)?;
                }
                suffix.as_ref().map_or(Ok(()), |suffix| names::add_suffix(resources, suffix, fields))
            }
            (_, Plugin::Replicas(entry, fields)) => replicas::apply(site, resources, entry, fields),
            _ => Ok(()),
        }
    }
}

fn load(site: Site<'_>, configured: &Configured) -> Result<Loaded, KustomizeError> {
    let fail = |message: String| Err(site.error(towpath_model::Span::default(), message, Vec::new()));
    Ok(match &configured.plugin {
        Plugin::ConfigMap(_) | Plugin::Secret(_) | Plugin::ServiceAccount(_) | Plugin::Chart(_) => {
            let hint = "name it under `generators`".to_owned();
            let message = format!("plugin {} not a transformer", configured.id);
            return Err(site.error(towpath_model::Span::default(), message, vec![hint]));
        }
        Plugin::StrategicPatches { paths, patches } => {
            if paths.is_empty() && patches.text.is_empty() {
                return fail("empty file path and empty patch content".to_owned());
            }
            let mut loaded = Vec::new();
            for path in paths {
                loaded.extend(patches::legacy(site, path)?);
            }
            if !patches.text.is_empty() {
                loaded.extend(patches::inline(site, patches)?);
            }
            if loaded.is_empty() {
                return fail("patch appears to be empty".to_owned());
            }
            Loaded::Strategic(loaded)
        }
        Plugin::Patch(patch) => Loaded::Patch(patches::load_patch(site, patch)?),
        Plugin::JsonPatch(patch) => Loaded::JsonPatch(patches::load_json(site, patch)?),
        Plugin::Replacements(entries) => Loaded::Replacements(replacement::load(site, entries)?),
        Plugin::ValueAdd(config) => Loaded::Values(value_add::load(site, config)?),
        _ => Loaded::Nothing,
    })
}
