//! Files and directories as kustomization files name them.

use std::sync::Arc;

use towpath_model::{Entry, FileTree, Location, PathError, TreePath};

use crate::{
    error::KustomizeError,
    kustomization::Text,
    options::{LoadRestrictor, TreeRoot},
    remote::{self, RepositoryAddress, Session},
};

/// A directory that is being built, and those that led to it.
#[derive(Clone)]
pub(crate) struct Place<'t> {
    pub(crate) session: &'t Session<'t>,
    tree: FileTree,
    /// Where the root of `tree` stands in paths: empty, or the name of a repository.
    mount: TreePath,
    restrictor: LoadRestrictor,
    pub(crate) directory: TreePath,
    visited: Vec<Visited>,
}

/// A directory that leads to another.
#[derive(Debug, Clone)]
struct Visited {
    directory: TreePath,
    /// What was named, if it is the directory at which a repository was entered.
    address: Option<String>,
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
    pub(crate) fn root(session: &'t Session<'t>, tree: &FileTree, directory: &TreePath) -> Self {
        let visited = vec![Visited { directory: directory.clone(), address: None }];
        let restrictor = session.options.load_restrictor;
        let mount = TreePath::root();
        Self { session, tree: tree.clone(), mount, restrictor, directory: directory.clone(), visited }
    }

    /// Returns the directory of a repository at which a build begins.
    pub(crate) fn remote(session: &'t Session<'t>, address: &RepositoryAddress) -> Result<Self, KustomizeError> {
        Self::in_clone(session, address, Vec::new())
    }

    /// Returns the directory that `address` names; nothing in it leads out of its repository.
    fn in_clone(
        session: &'t Session<'t>,
        address: &RepositoryAddress,
        mut visited: Vec<Visited>,
    ) -> Result<Self, KustomizeError> {
        let tree = session.repository(address)?.tree;
        let wrong = |error: PathError| KustomizeError::Resources(error.to_string());
        let mount = TreePath::parse(&address.shown()).map_err(wrong)?;
        let inner = TreePath::parse(&address.directory).map_err(wrong)?;
        let directory = mount.join(&format!("./{inner}")).map_err(wrong)?;
        match tree.entry(&inner)? {
            Some(Entry::Directory(_)) => {}
            Some(Entry::File(_)) => {
                let message = format!("'{directory}' refers to file '{}'; expecting directory", inner.name());
                return Err(KustomizeError::Resources(message));
            }
            None => return Err(KustomizeError::Resources(format!("'{directory}' does not exist"))),
        }
        visited.push(Visited { directory: directory.clone(), address: Some(address.written.clone()) });
        Ok(Self { session, tree, mount, restrictor: LoadRestrictor::RootOnly, directory, visited })
    }

    /// Returns what stands at a path.
    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, KustomizeError> {
        if self.mount.as_str().is_empty() {
            return Ok(self.tree.entry(path)?);
        }
        let inner = path.strip(&self.mount).and_then(|inner| TreePath::parse(inner).ok());
        inner.map_or(Ok(None), |inner| Ok(self.tree.entry(&inner)?))
    }

    /// Returns the kustomization file of the directory: its path and content.
    pub(crate) fn kustomization(&self) -> Result<(TreePath, Arc<[u8]>), KustomizeError> {
        let mut found = Vec::new();
        for name in NAMES {
            let path = self.directory.join(name).map_err(|error| KustomizeError::Resources(error.to_string()))?;
            if let Some(Entry::File(bytes)) = self.entry(&path)?
                && self.allows(&path)?
            {
                found.push((path, bytes));
            }
        }
        match found.len() {
            0 => Err(KustomizeError::NoKustomization(self.directory.clone())),
            1 => Ok(found.remove(0)),
            _ => Err(KustomizeError::ManyKustomizations(self.directory.clone())),
        }
    }

    /// Returns the files of a directory, if one stands there.
    pub(crate) fn directory_at(&self, path: &TreePath) -> Result<Option<FileTree>, KustomizeError> {
        let inner = path.strip(&self.mount).and_then(|inner| TreePath::parse(inner).ok());
        match (self.entry(path)?, inner) {
            (Some(Entry::Directory(_)), Some(inner)) => Ok(Some(self.tree.below(&inner))),
            _ => Ok(None),
        }
    }

    /// Returns whether what stands at `path` may be read. A link counts as what it leads to.
    pub(crate) fn allows(&self, path: &TreePath) -> Result<bool, KustomizeError> {
        Ok(self.restrictor == LoadRestrictor::None
            || self.real(path)?.is_some_and(|real| real.strip(&self.directory).is_some()))
    }

    /// Returns where a path leads, links followed; nothing where they lead out of the tree.
    fn real(&self, path: &TreePath) -> Result<Option<TreePath>, KustomizeError> {
        if self.mount.as_str().is_empty() {
            return Ok(self.tree.real(path)?);
        }
        let inner = path.strip(&self.mount).and_then(|inner| TreePath::parse(inner).ok());
        let Some(real) = inner.map_or(Ok(None), |inner| self.tree.real(&inner))? else { return Ok(None) };
        Ok(self.mount.join(&format!("./{real}")).ok())
    }

    /// Returns the full path of what the kustomization file names.
    fn joined(&self, path: &str) -> Result<TreePath, PathError> {
        let is_local = self.mount.as_str().is_empty();
        match path.strip_prefix('/') {
            Some(inner) if is_local && self.session.options.tree == TreeRoot::FileSystem => {
                TreePath::parse(inner.trim_start_matches('/'))
            }
            _ => self.directory.join(path),
        }
    }

    pub(crate) fn resolve(&self, path: &Text, written: Written<'_>) -> Result<TreePath, KustomizeError> {
        self.joined(&path.text).map_err(|error| {
            let hint = "paths are relative to the kustomization file and stay in the tree that is built from";
            written.error(path, error.to_string(), vec![hint.to_owned()])
        })
    }

    /// Returns what a path leads to; paths out of the tree lead to nothing.
    pub(crate) fn find(&self, path: &str) -> Result<Found, KustomizeError> {
        let Ok(full) = self.joined(path) else { return Ok(Found::Nothing) };
        Ok(match self.entry(&full)? {
            Some(Entry::File(_)) => Found::File,
            Some(Entry::Directory(_)) => Found::Directory,
            None => Found::Nothing,
        })
    }

    /// Returns a file that the kustomization file names: its path and content.
    pub(crate) fn load(&self, path: &Text, written: Written<'_>) -> Result<(TreePath, Arc<[u8]>), KustomizeError> {
        if remote::is_file_address(&path.text) {
            return self.fetch(path, written);
        }
        let full = self.resolve(path, written)?;
        if !self.allows(&full)? {
            let message = format!("security; file '{full}' is not in or below '{}'", self.directory);
            let hint = "allow it with --load-restrictor LoadRestrictionsNone, or move the file below the kustomization";
            return Err(written.error(path, message, vec![hint.to_owned()]));
        }
        match self.entry(&full)? {
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

    fn fetch(&self, path: &Text, written: Written<'_>) -> Result<(TreePath, Arc<[u8]>), KustomizeError> {
        let bytes = self.session.file(&path.text).map_err(|error| error.named(written.location(path.span)))?;
        if bytes.len() > MOST_BYTES {
            let message = format!("'{}' has more than {MOST_BYTES} bytes", remote::shown(&path.text));
            return Err(written.error(path, message, Vec::new()));
        }
        let shown = remote::shown(&path.text);
        let bare = shown.split_once("://").map_or(shown.as_str(), |(_, rest)| rest);
        Ok((TreePath::parse(bare).unwrap_or_default(), bytes))
    }

    /// Tells whether it stands in the tree that is built, and not in a repository that was fetched.
    pub(crate) fn is_local(&self) -> bool {
        self.visited.iter().all(|visited| visited.address.is_none())
    }

    /// Returns the content of a file of the tree, if it is one.
    pub(crate) fn content(&self, file: &TreePath) -> Option<Arc<[u8]>> {
        match self.entry(file) {
            Ok(Some(Entry::File(bytes))) => Some(bytes),
            _ => None,
        }
    }

    fn near(&self, full: &TreePath) -> Vec<String> {
        let Ok(Some(Entry::Directory(names))) = self.entry(&full.parent()) else { return Vec::new() };
        let stem = |name: &str| name.split('.').next().unwrap_or("").to_ascii_lowercase();
        let close = names.iter().find(|name| stem(name) == stem(full.name()));
        close.map(|name| format!("there is a `{name}` in that directory")).into_iter().collect()
    }

    /// Returns the directory that the kustomization file names.
    pub(crate) fn enter(&self, path: &Text, written: Written<'_>) -> Result<Self, KustomizeError> {
        if path.text.is_empty() {
            return Err(written.error(path, "new root cannot be empty".to_owned(), Vec::new()));
        }
        if let Ok(address) = RepositoryAddress::parse(&path.text) {
            return self.enter_repository(&address, path, written);
        }
        if path.text.starts_with('/') {
            return Err(written.error(path, format!("new root '{}' cannot be absolute", path.text), Vec::new()));
        }
        let directory = self.resolve(path, written)?;
        if directory.strip(&self.mount).is_none() {
            let message = format!(
                "security; bases in kustomizations found in cloned git repos must be within the repo, but base \
                 '{directory}' is outside '{}'",
                self.mount
            );
            return Err(written.error(path, message, Vec::new()));
        }
        match self.find(&path.text)? {
            Found::Directory => {}
            Found::File => {
                let message = format!("must build at directory: '{directory}' is a file");
                return Err(written.error(path, message, Vec::new()));
            }
            Found::Nothing => {
                let message = format!("'{directory}' does not exist");
                return Err(written.error(path, message, self.near(&directory)));
            }
        }
        let Some(directory) = self.real(&directory)? else {
            let message = format!("'{directory}' leads out of the tree that is built from");
            return Err(written.error(path, message, Vec::new()));
        };
        // Every clone has a folder of its own, which no directory of another can contain.
        let entered = self.visited.iter().rposition(|visited| visited.address.is_some()).unwrap_or(0);
        let mut here = self.visited[entered..].iter().rev();
        if let Some(visited) = here.find(|visited| visited.directory.strip(&directory).is_some()) {
            let visited = &visited.directory;
            let message = format!("cycle detected: candidate root '{directory}' contains visited root '{visited}'");
            return Err(written.error(path, message, Vec::new()));
        }
        self.check_depth(path, written)?;
        let mut visited = self.visited.clone();
        visited.push(Visited { directory: directory.clone(), address: None });
        Ok(Self { directory, visited, ..self.clone() })
    }

    fn enter_repository(
        &self,
        address: &RepositoryAddress,
        path: &Text,
        written: Written<'_>,
    ) -> Result<Self, KustomizeError> {
        let before = self.visited.iter().rev().filter_map(|visited| visited.address.as_ref());
        if let Some(before) = before.into_iter().find(|before| before.starts_with(&address.written)) {
            let [before, now] = [before, &address.written].map(|text| remote::shown(text));
            let message = format!("cycle detected: URI '{now}' referenced by previous URI '{before}'");
            return Err(written.error(path, message, Vec::new()));
        }
        if address.is_on_this_machine() && self.is_from_elsewhere() {
            let message = format!("'{}' is on this machine, and named by a repository that is not", address.shown());
            let hint = "what comes from elsewhere reads nothing of this machine".to_owned();
            return Err(written.error(path, message, vec![hint]));
        }
        self.check_depth(path, written)?;
        let entered = Self::in_clone(self.session, address, self.visited.clone());
        entered.map_err(|error| error.named(written.location(path.span)))
    }

    /// Returns whether this directory stands in a repository that was fetched.
    fn is_from_elsewhere(&self) -> bool {
        let last = self.visited.iter().rev().find_map(|visited| visited.address.as_deref());
        last.and_then(|last| RepositoryAddress::parse(last).ok()).is_some_and(|last| !last.is_on_this_machine())
    }

    fn check_depth(&self, path: &Text, written: Written<'_>) -> Result<(), KustomizeError> {
        if self.visited.len() < MOST_DEPTH {
            return Ok(());
        }
        let message = format!("more than {MOST_DEPTH} directories lead to each other");
        Err(written.error(path, message, Vec::new()))
    }
}
