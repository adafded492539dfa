use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use towpath_model::Diagnostic;
use towpath_render::{Manifests, Service, source::Charts};

use super::{folder, repository};
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
    pub(super) fn manifests(&self, options: &Options, charts: &Arc<Charts>) -> Result<Vec<Manifests>, Diagnostic> {
        match self {
            Self::Path(path) => folder::read(path),
            Self::Repository(revision) => repository::all(&repository::open(*revision, options, charts)?, options),
            Self::Environment(reference) => {
                let text = reference.preview(options, charts)?;
                let name = match reference.revision {
                    Some(revision) => format!("{} at {revision}", reference.environment),
                    None => reference.environment.to_owned(),
                };
                Ok(vec![Manifests { name, place: None, text }])
            }
        }
    }
}

/// Returns the manifests of both sides.
pub(super) fn both(
    from: &Side<'_>,
    to: &Side<'_>,
    options: &Options,
    charts: &Arc<Charts>,
) -> Result<[Vec<Manifests>; 2], Diagnostic> {
    if let (Side::Repository(old), Side::Repository(new)) = (from, to) {
        let (old, new) = (repository::open(*old, options, charts)?, repository::open(*new, options, charts)?);
        return repository::both(&old, &new, options);
    }
    let mut sides = [from.manifests(options, charts)?, to.manifests(options, charts)?];
    let [old, new] = &mut sides;
    match (from, to) {
        (Side::Repository(_), Side::Path(_)) => folder::name_environments(new, old),
        (Side::Path(_), Side::Repository(_)) => folder::name_environments(old, new),
        _ => {}
    }
    Ok(sides)
}
