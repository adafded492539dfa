use std::path::{Path, PathBuf};

use towpath_model::Diagnostic;
use towpath_render::{Manifests, Service};

use super::{folder, means::Means, repository};
use crate::{args::Service as Options, reference::Reference};

/// One of the two things that are compared.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Side<'a> {
    /// An environment, as it is or as it was at a revision.
    Environment(Reference<'a>),
    /// All environments of all services, of the work tree or as they were at a revision.
    Repository(Option<&'a str>),
    /// A folder or a file of rendered manifests.
    Path(PathBuf),
}

impl<'a> Side<'a> {
    /// Returns what `text` means.
    ///
    /// A path has a `/`, ends as a file of manifests does, or names a folder where no environment has the name.
    pub(super) fn parse(text: &'a str, options: &Options) -> Self {
        if let Some(revision) = text.strip_prefix('@') {
            return Self::Repository(Some(revision).filter(|revision| !revision.is_empty()));
        }
        let ends = [".yaml", ".yml", ".json"].iter().any(|end| text.ends_with(end));
        let before_revision = text.split_once('@').map_or(text, |(name, _)| name);
        if text == "." || text == ".." || before_revision.contains('/') || ends {
            return Self::Path(text.into());
        }
        let is_environment = || {
            let service = Service::open(&options.config);
            service.is_ok_and(|service| service.config.environment(text).is_some())
        };
        if Path::new(text).is_dir() && !is_environment() {
            return Self::Path(text.into());
        }
        Self::Environment(Reference::parse(text))
    }

    /// Returns its manifests.
    fn manifests(&self, means: &Means<'_>) -> Result<(Vec<Manifests>, Vec<Diagnostic>), Diagnostic> {
        match self {
            Self::Path(path) => Ok((folder::read(path)?, Vec::new())),
            Self::Repository(revision) => repository::all(&repository::open(*revision, means)?, means),
            Self::Environment(reference) => Ok((vec![means.environment(reference)?], Vec::new())),
        }
    }
}

/// The manifests of both sides.
pub(super) struct Sides {
    pub(super) from: Vec<Manifests>,
    pub(super) to: Vec<Manifests>,
    /// Why some environments of a repository are in neither.
    pub(super) failures: Vec<Diagnostic>,
}

/// Returns the manifests of both sides.
pub(super) fn both(from: &Side<'_>, to: &Side<'_>, means: &Means<'_>) -> Result<Sides, Diagnostic> {
    if let (Side::Repository(old), Side::Repository(new)) = (from, to) {
        return repository::both(&repository::open(*old, means)?, &repository::open(*new, means)?, means);
    }
    let ((mut old, mut failures), (mut new, more)) = (from.manifests(means)?, to.manifests(means)?);
    failures.extend(more);
    match (from, to) {
        (Side::Repository(_), Side::Path(_)) => folder::name_environments(&mut new, &old),
        (Side::Path(_), Side::Repository(_)) => folder::name_environments(&mut old, &new),
        _ => {}
    }
    Ok(Sides { from: old, to: new, failures })
}
