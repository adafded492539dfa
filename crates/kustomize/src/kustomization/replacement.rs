use towpath_model::{Span, TreePath};
use towpath_yaml::Node;

use super::{Decoder, Manner, Text};
use crate::{error::KustomizeError, id::ResId, selector::Selector};

type Result<T> = std::result::Result<T, KustomizeError>;

/// An entry of `replacements`: one written there, or a file with some.
#[derive(Debug, Default)]
pub(crate) struct ReplacementEntry {
    pub(crate) path: Text,
    pub(crate) replacement: Replacement,
}

/// A value that is copied to other places.
#[derive(Debug, Clone, Default)]
pub(crate) struct Replacement {
    pub(crate) source: Option<Source>,
    pub(crate) value: Option<String>,
    pub(crate) targets: Option<Vec<Target>>,
    pub(crate) span: Span,
    /// The file that holds it, where that is another.
    pub(crate) file: Option<TreePath>,
}

/// Where the value comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Source {
    pub(crate) id: ResId,
    pub(crate) field_path: String,
    pub(crate) options: FieldOptions,
}

/// Where the value goes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Target {
    pub(crate) select: Option<Selector>,
    pub(crate) reject: Vec<Selector>,
    pub(crate) field_paths: Vec<String>,
    pub(crate) options: FieldOptions,
}

/// Which part of a text is meant, and whether a missing field is made.
#[derive(Debug, Clone, Default)]
pub(crate) struct FieldOptions {
    pub(crate) delimiter: String,
    pub(crate) index: i64,
    pub(crate) create: bool,
}

const FIELDS: &[&str] = &["path", "source", "targets", "sourceValue"];

impl Decoder<'_> {
    pub(super) fn replacement_entry(&self, node: Node<'_, '_>) -> Result<ReplacementEntry> {
        let mut path = Text::default();
        for (name, value) in self.object(node, "replacements", FIELDS)? {
            if name == "path" {
                path = self.text(value, name)?;
            }
        }
        let mut replacement = self.replacement(node)?;
        if self.manner == Manner::Kustomization {
            // kustomize writes the entry for its plugin, and leaves out what is empty.
            replacement.targets = replacement.targets.filter(|targets| !targets.is_empty());
        }
        Ok(ReplacementEntry { path, replacement })
    }

    /// Reads the content of a file of replacements: one of them or a list.
    pub(crate) fn replacement_file(&self, root: Node<'_, '_>) -> Result<Vec<Replacement>> {
        match root.kind() {
            towpath_yaml::NodeKind::Mapping(_) => Ok(vec![self.replacement(root)?]),
            towpath_yaml::NodeKind::Sequence(_) => self.list(root, "replacements", |item| self.replacement(item)),
            _ => {
                let message = "unsupported replacement type encountered within replacement path".to_owned();
                Err(self.error(root.span(), message, Vec::new()))
            }
        }
    }

    fn replacement(&self, node: Node<'_, '_>) -> Result<Replacement> {
        let mut result = Replacement { span: node.span(), ..Replacement::default() };
        for (name, value) in self.object(node, "replacements", FIELDS)? {
            match name {
                "source" => result.source = self.source(value)?,
                "sourceValue" => result.value = Some(self.string(value, name)?),
                "targets" => result.targets = Some(self.list(value, name, |item| self.target(item))?),
                _ => {}
            }
        }
        Ok(result)
    }

    fn source(&self, node: Node<'_, '_>) -> Result<Option<Source>> {
        const NAMES: &[&str] = &["group", "version", "kind", "name", "namespace", "fieldPath", "options"];
        if super::decode::is_null(node.resolved()) {
            return Ok(None);
        }
        let mut source = Source::default();
        for (name, value) in self.object(node, "source", NAMES)? {
            if name == "options" {
                source.options = self.field_options(value)?;
                continue;
            }
            let text = self.string(value, name)?;
            *match name {
                "group" => &mut source.id.gvk.group,
                "version" => &mut source.id.gvk.version,
                "kind" => &mut source.id.gvk.kind,
                "name" => &mut source.id.name,
                "namespace" => &mut source.id.namespace,
                _ => &mut source.field_path,
            } = text;
        }
        Ok(Some(source))
    }

    fn target(&self, node: Node<'_, '_>) -> Result<Target> {
        let mut target = Target::default();
        for (name, value) in self.object(node, "targets", &["select", "reject", "fieldPaths", "options"])? {
            match name {
                "select" => target.select = self.selector(value)?,
                "reject" => {
                    let rejects = self.list(value, name, |item| self.selector(item))?;
                    target.reject = rejects.into_iter().flatten().collect();
                }
                "fieldPaths" => target.field_paths = self.strings(value, name)?,
                _ => target.options = self.field_options(value)?,
            }
        }
        Ok(target)
    }

    fn field_options(&self, node: Node<'_, '_>) -> Result<FieldOptions> {
        let mut options = FieldOptions::default();
        for (name, value) in self.object(node, "options", &["delimiter", "index", "encoding", "create"])? {
            match name {
                "delimiter" => options.delimiter = self.string(value, name)?,
                "index" => options.index = self.integer(value, name)?,
                "encoding" => drop(self.text(value, name)?),
                _ => options.create = self.boolean(value, name)?,
            }
        }
        Ok(options)
    }
}
