//! Where a piece of configuration is written, and the directory whose files it may name.

use std::sync::Arc;

use towpath_model::{Location, Span, TreePath};

use crate::{
    error::KustomizeError,
    kustomization::Text,
    loader::{Place, Written},
};

/// A configuration in its file: a kustomization file, or the configuration of a plugin.
#[derive(Clone, Copy)]
pub(crate) struct Site<'s> {
    pub(crate) place: &'s Place<'s>,
    pub(crate) file: &'s TreePath,
    content: &'s str,
    /// The one place that messages name where the content is not what somebody wrote.
    fixed: Option<&'s Location>,
}

impl<'s> Site<'s> {
    pub(crate) fn of_file(place: &'s Place<'s>, file: &'s TreePath, content: &'s str) -> Self {
        Self { place, file, content, fixed: None }
    }

    /// Returns the site of a configuration that is no text of a file any more; all of it stands at `location`.
    pub(crate) fn of_plugin(place: &'s Place<'s>, file: &'s TreePath, location: &'s Location) -> Self {
        Self { place, file, content: "", fixed: Some(location) }
    }

    pub(crate) fn location(&self, span: Span) -> Location {
        self.fixed.cloned().unwrap_or_else(|| Location::of(&self.file.to_string(), self.content, span))
    }

    pub(crate) fn error(&self, span: Span, message: String, hints: Vec<String>) -> KustomizeError {
        KustomizeError::Field { message, location: Box::new(self.location(span)), hints }
    }

    /// Returns the place of something that the configuration names.
    pub(crate) fn resolve(&self, path: &Text) -> Result<TreePath, KustomizeError> {
        self.place.resolve(path, Written { file: self.file, content: self.content })
    }

    /// Loads a file that the configuration names.
    pub(crate) fn load(&self, path: &Text) -> Result<(TreePath, Arc<[u8]>), KustomizeError> {
        let loaded = self.place.load(path, Written { file: self.file, content: self.content });
        match self.fixed {
            Some(location) => loaded.map_err(|error| error.at(location)),
            None => loaded,
        }
    }
}
