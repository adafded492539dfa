//! Files and directories as kustomization files name them.

use std::sync::Arc;

use towpath_model::{Entry, FileTree, Location, TreePath};

use crate::{error::KustomizeError, kustomization::Text, options::LoadRestrictor};

/// A directory that is being built, and those that led to it.
#[derive(Debug, Clone)]
pub(crate) struct Place<'t> {
    tree: &'t FileTree,
    restrictor: LoadRestrictor,
    pub(crate) directory: TreePath,
    visited: Vec<TreePath>,
}

/// How many bytes one file may have.
const MOST_BYTES: usize = 64 << 20;

/// How many directories may lead to each other.
const MOST_DEPTH: usize = 100;

/// Names of the kustomization file.
const NAMES: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// What a path leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    File,
    Directory,
    Nothing,
}

/// The file in which a path is written, to say where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Written<'f> {
    pub(crate) file: &'f TreePath,
    pub(crate) content: &'f str,
}

impl Written<'_> {
    pub(crate) fn location(&self, span: towpath_model::Span) -> Location {
        Location::of(&self.file.to_string(), self.content, span)
    }

    pub(crate) fn error(&self, path: &Text, message: String, hints: Vec<String>) -> KustomizeError {
        KustomizeError::Path { message, location: Box::new(self.location(path.span)), hints }
    }
}

impl<'t> Place<'t> {
    pub(crate) fn root(tree: &'t FileTree, directory: &TreePath, restrictor: LoadRestrictor) -> Self {
        Self { tree, restrictor, directory: directory.clone(), visited: vec![directory.clone()] }
    }

    /// Returns the kustomization file of the directory: its path and content.
    pub(crate) fn kustomization(&self) -> Result<(TreePath, Arc<[u8]>), KustomizeError> {
        let mut found = Vec::new();
        for name in NAMES {
            let path = self.directory.join(name).map_err(|error| KustomizeError::Resources(error.to_string()))?;
            if let Some(bytes) = self.tree.file(&path)? {
                found.push((path, bytes));
            }
        }
        match found.len() {
            0 => Err(KustomizeError::NoKustomization(self.directory.clone())),
            1 => Ok(found.remove(0)),
            _ => Err(KustomizeError::ManyKustomizations(self.directory.clone())),
        }
    }

    fn resolve(&self, path: &Text, written: Written<'_>) -> Result<TreePath, KustomizeError> {
        self.directory.join(&path.text).map_err(|error| {
            let hint = "paths are relative to the kustomization file and stay in the tree that is built from";
            written.error(path, error.to_string(), vec![hint.to_owned()])
        })
    }

    /// Returns what a path leads to; paths out of the tree lead to nothing.
    pub(crate) fn find(&self, path: &str) -> Result<Found, KustomizeError> {
        let Ok(full) = self.directory.join(path) else { return Ok(Found::Nothing) };
        Ok(match self.tree.entry(&full)? {
            Some(Entry::File(_)) => Found::File,
            Some(Entry::Directory(_)) => Found::Directory,
            None => Found::Nothing,
        })
    }

    /// Returns a file that the kustomization file names: its path and content.
    pub(crate) fn load(&self, path: &Text, written: Written<'_>) -> Result<(TreePath, Arc<[u8]>), KustomizeError> {
        refuse_remote(path, written)?;
        let full = self.resolve(path, written)?;
        if self.restrictor == LoadRestrictor::RootOnly && full.strip(&self.directory).is_none() {
            let message = format!("security; file '{full}' is not in or below '{}'", self.directory);
            let hint = "allow it with --load-restrictor LoadRestrictionsNone, or move the file below the kustomization";
            return Err(written.error(path, message, vec![hint.to_owned()]));
        }
        match self.tree.entry(&full)? {
            Some(Entry::File(bytes)) if bytes.len() > MOST_BYTES => {
                Err(written.error(path, format!("file '{full}' has more than {MOST_BYTES} bytes"), Vec::new()))
            }
            Some(Entry::File(bytes)) => Ok((full, bytes)),
            Some(Entry::Directory(_)) => {
                Err(written.error(path, format!("'{full}' must resolve to a file"), Vec::new()))
            }
            None => Err(written.error(path, format!("file '{full}' does not exist"), self.near(&full))),
        }
    }

    fn near(&self, full: &TreePath) -> Vec<String> {
        let Ok(Some(Entry::Directory(names))) = self.tree.entry(&full.parent()) else { return Vec::new() };
        let stem = |name: &str| name.split('.').next().unwrap_or("").to_ascii_lowercase();
        let close = names.iter().find(|name| stem(name) == stem(full.name()));
        close.map(|name| format!("there is a `{name}` in that directory")).into_iter().collect()
    }

    /// Returns the directory that the kustomization file names.
    pub(crate) fn enter(&self, path: &Text, written: Written<'_>) -> Result<Self, KustomizeError> {
        if path.text.is_empty() {
            return Err(written.error(path, "new root cannot be empty".to_owned(), Vec::new()));
        }
        let directory = self.resolve(path, written)?;
        match self.find(&path.text)? {
            Found::Directory => {}
            Found::File => {
                let message = format!("must build at directory: '{directory}' is a file");
                return Err(written.error(path, message, Vec::new()));
            }
            Found::Nothing => {
                refuse_remote(path, written)?;
                let message = format!("'{directory}' does not exist");
                return Err(written.error(path, message, self.near(&directory)));
            }
        }
        if let Some(visited) = self.visited.iter().rev().find(|visited| visited.strip(&directory).is_some()) {
            let message = format!("cycle detected: candidate root '{directory}' contains visited root '{visited}'");
            return Err(written.error(path, message, Vec::new()));
        }
        if self.visited.len() >= MOST_DEPTH {
            let message = format!("more than {MOST_DEPTH} directories lead to each other");
            return Err(written.error(path, message, Vec::new()));
        }
        let mut visited = self.visited.clone();
        visited.push(directory.clone());
        Ok(Self { directory, visited, ..self.clone() })
    }
}

fn refuse_remote(path: &Text, written: Written<'_>) -> Result<(), KustomizeError> {
    let text = &path.text;
    let is_remote = text.contains("://")
        || text.starts_with("git@")
        || text.starts_with("git::")
        || text.starts_with("github.com")
        || text.contains("?ref=")
        || text.contains("?version=");
    if !is_remote {
        return Ok(());
    }
    let message = format!("remote resource `{text}` is not supported yet");
    Err(written.error(path, message, vec!["keep a copy of it in the repository and name that".to_owned()]))
}
