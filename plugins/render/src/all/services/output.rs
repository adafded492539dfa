//! Environments as files of a folder.

use std::path::Path;

use towpath_model::Diagnostic;
use towpath_render::{
    Repository,
    cache::{Cache, HeldResult, Manifests},
    output_folder::{Layout, Of, OutputFolder, Written, file, files},
};

use super::{Choice, Done, Piece};
use crate::all::args::{Chosen, FileLayout};

pub(super) struct Output {
    folder: OutputFolder,
    layout: Layout,
    /// Whose files they are, a name for each repository.
    owners: Vec<String>,
}

impl Output {
    pub(super) fn open(
        folder: &Path,
        chosen: &Chosen,
        repositories: &[Repository],
        cache: Option<&Cache>,
    ) -> Result<Self, Diagnostic> {
        let layout = match chosen.layout {
            None | Some(FileLayout::Service) => Layout::Service,
            Some(FileLayout::Document) => Layout::Document,
        };
        let owner = |repository: &Repository| chosen.output_owner.clone().unwrap_or_else(|| repository.identity());
        let owners = repositories.iter().map(owner).collect();
        Ok(Self { folder: OutputFolder::open(folder, cache)?, layout, owners })
    }

    /// Tells what became of an environment whose file still is what `result` says; nothing where it has to be given.
    pub(super) fn keep(&self, piece: &Piece<'_>, result: HeldResult) -> Option<Done> {
        let (service, environment) = piece.service.as_ref().ok().filter(|_| self.layout == Layout::Service)?;
        let of = self.of(piece, &service.config.name, environment);
        let name = file(of.service, environment);
        let bytes = usize::try_from(self.folder.keep(of, &name, result)?).ok()?;
        Some(Done::Written { files: vec![name], bytes, warnings: Vec::new() })
    }

    /// Writes the files of an environment; with a cache it is known of them afterwards of which result they were made.
    pub(super) fn give(&self, piece: &Piece<'_>, manifests: Manifests, is_cached: bool) -> Result<Done, Diagnostic> {
        let whole = (is_cached && self.layout == Layout::Service).then(|| manifests.result());
        let Manifests { text, warnings } = manifests;
        let (service, environment) = piece.service.as_ref().map_err(|error| (**error).clone())?;
        let of = self.of(piece, &service.config.name, environment);
        let files = files(self.layout, of.service, environment, &text)?;
        self.folder.give(of, &files, whole)?;
        let bytes = files.values().map(|text| text.len()).sum();
        Ok(Done::Written { files: files.into_keys().collect(), bytes, warnings })
    }

    fn of<'a>(&'a self, piece: &Piece<'a>, service: &'a str, environment: &'a str) -> Of<'a> {
        Of { repository: &self.owners[piece.repository], description: piece.description, service, environment }
    }

    /// Removes the files of environments that are no more. Of descriptions that are wrong, of those outside the folders that
    /// were looked through, and of those in other repositories nobody knows that.
    pub(super) fn finish(self, repositories: &[Repository], choice: &Choice<'_>) -> Result<Written, Diagnostic> {
        let is_looked_at = |of: Of<'_>| {
            repositories.iter().zip(&self.owners).any(|(repository, owner)| {
                (of.repository.is_empty() || of.repository == owner)
                    && of.description.strip(repository.start()).is_some()
            })
        };
        self.folder.finish(|of| {
            is_looked_at(of)
                && !choice.existing.contains(&(of.service, of.environment))
                && !choice.wrong.contains(of.description)
        })
    }
}
