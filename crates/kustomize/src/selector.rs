//! Which resources a patch or a replacement is for.

use regex::Regex;

use crate::{
    id::Gvk,
    labels::{LabelSelector, LabelSelectorError},
};

/// A selector as written: regular expressions for the parts of the name, label selectors.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Selector {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) annotations: String,
    pub(crate) labels: String,
}

/// A selector ready to be asked.
#[derive(Debug)]
pub(crate) struct Compiled {
    group: Option<Regex>,
    version: Option<Regex>,
    kind: Option<Regex>,
    name: Option<Regex>,
    namespace: Option<Regex>,
    annotations: Result<LabelSelector, LabelSelectorError>,
    labels: Result<LabelSelector, LabelSelectorError>,
}

/// Why a selector cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectorError {
    /// A part is no regular expression.
    #[error("error parsing regexp `{0}`")]
    Regex(String),
    /// A label selector breaks its grammar.
    #[error(transparent)]
    Labels(#[from] LabelSelectorError),
}

impl Selector {
    /// Tells whether it names no group, version, kind, name or namespace.
    pub(crate) fn names_nothing(&self) -> bool {
        [&self.group, &self.version, &self.kind, &self.name, &self.namespace].into_iter().all(String::is_empty)
    }

    pub(crate) fn compile(&self) -> Result<Compiled, SelectorError> {
        Ok(Compiled {
            group: whole(&self.group)?,
            version: whole(&self.version)?,
            kind: whole(&self.kind)?,
            name: whole(&self.name)?,
            namespace: whole(&self.namespace)?,
            // What is wrong with these is told once a resource is asked for its labels.
            annotations: LabelSelector::parse(&self.annotations),
            labels: LabelSelector::parse(&self.labels),
        })
    }
}

/// Returns the expression that matches only whole texts; none for the empty text, which matches everything.
fn whole(pattern: &str) -> Result<Option<Regex>, SelectorError> {
    if pattern.is_empty() {
        return Ok(None);
    }
    Regex::new(&format!("^(?:{pattern})$")).map(Some).map_err(|_| SelectorError::Regex(pattern.to_owned()))
}

fn fits(regex: Option<&Regex>, text: &str) -> bool {
    regex.is_none_or(|regex| regex.is_match(text))
}

impl Compiled {
    pub(crate) fn fits_gvk(&self, gvk: &Gvk) -> bool {
        fits(self.group.as_ref(), &gvk.group)
            && fits(self.version.as_ref(), &gvk.version)
            && fits(self.kind.as_ref(), &gvk.kind)
    }

    pub(crate) fn fits_name(&self, name: &str) -> bool {
        fits(self.name.as_ref(), name)
    }

    pub(crate) fn fits_namespace(&self, namespace: &str) -> bool {
        fits(self.namespace.as_ref(), namespace)
    }

    /// Tells whether labels, as (key, value), are selected.
    pub(crate) fn fits_labels(&self, labels: &[(&str, &str)]) -> Result<bool, SelectorError> {
        Ok(self.labels.as_ref().map_err(Clone::clone)?.fits(labels))
    }

    /// Tells whether annotations, as (key, value), are selected.
    pub(crate) fn fits_annotations(&self, annotations: &[(&str, &str)]) -> Result<bool, SelectorError> {
        Ok(self.annotations.as_ref().map_err(Clone::clone)?.fits(annotations))
    }
}
