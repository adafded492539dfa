use std::sync::{Arc, Mutex, PoisonError};

use tempfile::TempDir;
use towpath_model::{Entry, FileTree, Source, SourceError, TreePath};

use super::{Git, Place, modules};
use crate::source::GitTree;

/// As many links may lead to one another as Linux follows.
const MOST_LINKS: usize = 40;

/// The files of a commit as they would stand in a work tree: links followed, submodules filled.
pub(super) struct Checkout {
    tree: GitTree,
    /// How submodules are fetched, and what they are relative to; nothing leaves them empty.
    submodules: Option<(Git, Place)>,
    filled: Mutex<Vec<(TreePath, FileTree)>>,
    /// Where the objects stand, which is gone with the last reader.
    _folder: Option<TempDir>,
}

/// What a path goes through on its way.
enum Passed {
    Link { at: TreePath, target: String },
    Submodule { at: TreePath, commit: String },
}

/// Where a path leads.
enum Behind {
    Here(TreePath),
    /// Into a submodule, in which it is `path`.
    Submodule {
        at: TreePath,
        commit: String,
        path: TreePath,
    },
}

#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("more than {MOST_LINKS} symbolic links lead to each other")]
    Links,
    #[error("submodule `{0}` stands nowhere: .gitmodules does not name it")]
    Unnamed(TreePath),
    #[error("submodule `{at}` cannot be fetched: {message}")]
    Fetch { at: TreePath, message: String },
}

impl Checkout {
    pub(super) fn new(tree: GitTree, submodules: Option<(Git, Place)>, folder: Option<TempDir>) -> Self {
        Self { tree, submodules, filled: Mutex::default(), _folder: folder }
    }

    /// Returns the first link or submodule on the way to `path`, itself included.
    fn passed(&self, path: &TreePath) -> Result<Option<Passed>, SourceError> {
        let text = path.as_str();
        let ends = text.match_indices('/').map(|(at, _)| at).chain([text.len()]);
        for end in ends {
            let Ok(at) = TreePath::parse(&text[..end]) else { continue };
            if let Some(target) = self.tree.link(&at)? {
                return Ok(Some(Passed::Link { at, target }));
            }
            if let Some(commit) = self.tree.submodule(&at)? {
                return Ok(Some(Passed::Submodule { at, commit }));
            }
        }
        Ok(None)
    }

    /// Returns where a path leads behind all links; nothing where that is outside of the repository.
    fn behind(&self, path: &TreePath) -> Result<Option<Behind>, SourceError> {
        let mut path = path.clone();
        for _ in 0..MOST_LINKS {
            if self.tree.kind(&path)?.is_some() {
                return Ok(Some(Behind::Here(path)));
            }
            match self.passed(&path)? {
                None => return Ok(Some(Behind::Here(path))),
                Some(Passed::Submodule { at, commit }) => {
                    return Ok(Some(Behind::Submodule { path: below(&path, &at), at, commit }));
                }
                Some(Passed::Link { at, target }) => {
                    let rest = path.strip(&at).unwrap_or_default();
                    // A link out of the repository leads to nothing.
                    let Ok(next) = at.parent().join(&format!("{target}/{rest}")) else { return Ok(None) };
                    path = next;
                }
            }
        }
        Err(problem(&path, Problem::Links))
    }

    fn follow(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        match self.behind(path)? {
            None => Ok(None),
            Some(Behind::Here(real)) => self.tree.load(&real),
            Some(Behind::Submodule { at, commit, path }) => match self.submodule(&at, &commit)? {
                // An empty folder stands where a submodule is not wanted.
                None => Ok(path.as_str().is_empty().then(|| Entry::Directory(Arc::default()))),
                Some(files) => files.entry(&path),
            },
        }
    }

    /// Returns the files of a submodule, fetched once; nothing where submodules stay empty.
    fn submodule(&self, at: &TreePath, commit: &str) -> Result<Option<FileTree>, SourceError> {
        let Some((git, place)) = &self.submodules else { return Ok(None) };
        let mut filled = self.filled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, files)) = filled.iter().find(|(known, _)| known == at) {
            return Ok(Some(files.clone()));
        }
        let list = TreePath::parse(".gitmodules").unwrap_or_default();
        let text = match self.tree.load(&list)? {
            Some(Entry::File(text)) => String::from_utf8_lossy(&text).into_owned(),
            _ => String::new(),
        };
        let address = modules::address(&text, at.as_str(), &place.address);
        let address = address.ok_or_else(|| problem(at, Problem::Unnamed(at.clone())))?;
        let inner = Place {
            shown: format!("{}@{commit}", crate::source::web::redact(&address)),
            address,
            reference: Some(commit.to_owned()),
            ..place.clone()
        };
        if inner.address.starts_with("file://") {
            let message = "git does not follow submodules to repositories on this machine".to_owned();
            return Err(problem(at, Problem::Fetch { at: at.clone(), message }));
        }
        let (files, _) = git.open(&inner).map_err(|error| {
            let message = [vec![error.message], error.causes].concat().join(": ");
            problem(at, Problem::Fetch { at: at.clone(), message })
        })?;
        filled.push((at.clone(), files.clone()));
        Ok(Some(files))
    }
}

/// Returns `path` as seen from `base`.
fn below(path: &TreePath, base: &TreePath) -> TreePath {
    TreePath::parse(path.strip(base).unwrap_or_default()).unwrap_or_default()
}

fn problem(path: &TreePath, problem: Problem) -> SourceError {
    SourceError { path: path.clone(), source: Arc::new(problem) }
}

impl Source for Checkout {
    fn load(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        self.follow(path)
    }

    fn real(&self, path: &TreePath) -> Result<Option<TreePath>, SourceError> {
        let (at, inner) = match self.behind(path)? {
            None => return Ok(None),
            Some(Behind::Here(real)) => return Ok(Some(real)),
            Some(Behind::Submodule { at, commit, path }) => match self.submodule(&at, &commit)? {
                Some(files) => (at, files.real(&path)?),
                None => (at, Some(path)),
            },
        };
        Ok(inner.and_then(|inner| at.join(&format!("./{inner}")).ok()))
    }
}
