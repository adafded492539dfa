use std::collections::BTreeMap;

use kustomize_rs::Output;
use towpath_helm::Rendered;
use towpath_model::{FileTree, Read, TreePath};

/// What rendering an environment gave.
#[derive(Debug)]
pub struct RenderedEnvironment {
    pub(super) made: Made,
    pub(super) tree: FileTree,
}

#[derive(Debug)]
pub(super) enum Made {
    Chart(Box<Rendered>),
    Overlay(Box<Output>),
}

impl Made {
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Chart(rendered) => rendered.to_text(),
            Self::Overlay(output) => output.to_yaml(),
        }
    }
}

impl RenderedEnvironment {
    /// Returns the manifests: what `helm template` or `kustomize build` prints.
    pub fn to_text(&self) -> String {
        self.made.to_text()
    }

    /// Returns what kustomize warns of, in its words, each one line.
    pub fn warnings(&self) -> &[String] {
        match &self.made {
            Made::Chart(_) => &[],
            Made::Overlay(output) => &output.warnings,
        }
    }

    /// Returns the tree whose record says what was read, and what was used that is none of it.
    pub(crate) fn tree(&self) -> &FileTree {
        &self.tree
    }

    /// Returns everything of the tree that decided the result, by path, sorted: what was absent and what was only looked at, too.
    ///
    /// A tree in which all of it holds gives the same manifests in the same manner. What a chart or a base from elsewhere holds
    /// is not part of it.
    pub fn reads(&self) -> BTreeMap<TreePath, Read> {
        self.tree.reads()
    }
}
