use std::sync::{Arc, Mutex, PoisonError};

use towpath_model::{FileTree, Probe, SourceError, TreePath};

use super::load::without_bom;

/// A file of a chart that is read when somebody asks for it: most readmes and definitions never are.
#[derive(Debug, Clone)]
pub(crate) struct StoredFile {
    /// The path below the chart, `/` between its parts.
    pub(crate) name: String,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Here(Arc<[u8]>),
    There { tree: FileTree, path: TreePath, failure: Failure },
}

/// The first file of a chart that could not be read after all, for where nobody can be told at once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Failure(Arc<Mutex<Option<SourceError>>>);

#[derive(Debug, thiserror::Error)]
#[error("it was there when the chart was loaded and is gone")]
struct Gone;

impl Failure {
    fn note(&self, error: SourceError) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    /// Takes what failed since the last time.
    pub(crate) fn take(&self) -> Option<SourceError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl StoredFile {
    /// Returns a file whose content is known.
    pub(super) fn here(name: String, data: Arc<[u8]>) -> Self {
        Self { name, content: Content::Here(data) }
    }

    /// Returns the file at `path` of `tree`, where a probe has found it.
    pub(super) fn there(tree: &FileTree, path: TreePath, failure: &Failure) -> Self {
        let name = path.as_str().to_owned();
        Self { name, content: Content::There { tree: tree.clone(), path, failure: failure.clone() } }
    }

    /// Returns the file as another rendering reads it, which has a failure, and perhaps a tree, of its own.
    pub(super) fn reread(&self, from: Option<&FileTree>, failure: &Failure) -> Self {
        let content = match &self.content {
            Content::Here(data) => Content::Here(Arc::clone(data)),
            Content::There { tree, path, .. } => {
                let tree = from.unwrap_or(tree).clone();
                Content::There { tree, path: path.clone(), failure: failure.clone() }
            }
        };
        Self { name: self.name.clone(), content }
    }

    /// Returns how large it is; nothing is read.
    pub(crate) fn bytes(&self) -> u64 {
        match &self.content {
            Content::Here(data) => data.len() as u64,
            Content::There { tree, path, .. } => match tree.probe(path) {
                Ok(Some(Probe::File { bytes })) => bytes,
                _ => 0,
            },
        }
    }

    /// Returns the content, without a byte order mark.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn load(&self) -> Result<Arc<[u8]>, SourceError> {
        match &self.content {
            Content::Here(data) => Ok(Arc::clone(data)),
            Content::There { tree, path, .. } => match tree.file(path)? {
                Some(data) => Ok(without_bom(data)),
                None => Err(SourceError { path: path.clone(), source: Arc::new(Gone) }),
            },
        }
    }

    /// Returns the content for a template, which cannot be told that it cannot be read: then it is empty, and the chart's
    /// [`Failure`] ends the rendering.
    pub(crate) fn data(&self) -> Arc<[u8]> {
        self.load().unwrap_or_else(|error| {
            if let Content::There { failure, .. } = &self.content {
                failure.note(error);
            }
            Arc::default()
        })
    }
}
