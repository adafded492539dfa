//! Environments as files of a folder.

use std::path::Path;

use towpath_model::{Diagnostic, TreePath};
use towpath_render::{
    Repository,
    cache::{Cache, HeldResult, Manifests},
    output_folder::{Layout, Of, OutputFolder, Written, file, files},
};

use super::{Choice, Done, Piece};
use crate::all::args::FileLayout;

pub(super) struct Output {
    folder: OutputFolder,
    layout: Layout,
}

impl Output {
    pub(super) fn open(folder: &Path, layout: Option<FileLayout>, cache: Option<&Cache>) -> Result<Self, Diagnostic> {
        let layout = match layout {
            None | Some(FileLayout::Service) => Layout::Service,
            Some(FileLayout::Document) => Layout::Document,
        };
        Ok(Self { folder: OutputFolder::open(folder, cache)?, layout })
    }

    /// Tells what became of an environment whose file still is what `result` says; nothing where it has to be given.
    pub(super) fn keep(&self, piece: &Piece<'_>, result: HeldResult) -> Option<Done> {
        let (service, environment) = piece.service.as_ref().ok().filter(|_| self.layout == Layout::Service)?;
        let of = Of { description: piece.description, service: &service.config.name, environment };
        let name = file(of.service, environment);
        let bytes = usize::try_from(self.folder.keep(of, &name, result)?).ok()?;
        Some(Done::Written { files: vec![name], bytes, warnings: Vec::new() })
    }

    /// Writes the files of an environment; with a cache it is known of them afterwards of which result they were made.
    pub(super) fn give(&self, piece: &Piece<'_>, manifests: Manifests, is_cached: bool) -> Result<Done, Diagnostic> {
        let whole = (is_cached && self.layout == Layout::Service).then(|| manifests.result());
        let Manifests { text, warnings } = manifests;
        let (service, environment) = piece.service.as_ref().map_err(|error| (**error).clone())?;
        let of = Of { description: piece.description, service: &service.config.name, environment };
        let files = files(self.layout, of.service, environment, &text)?;
        self.folder.give(of, &files, whole)?;
        let bytes = files.values().map(|text| text.len()).sum();
        Ok(Done::Written { files: files.into_keys().collect(), bytes, warnings })
    }

    /// Removes the files of environments that are no more. Of descriptions that are wrong, and of those outside the folders that
    /// were looked through, nobody knows that.
    pub(super) fn finish(self, repositories: &[Repository], choice: &Choice<'_>) -> Result<Written, Diagnostic> {
        let is_looked_at =
            |path: &TreePath| repositories.iter().any(|repository| path.strip(repository.start()).is_some());
        self.folder.finish(|of| {
            is_looked_at(of.description)
                && !choice.existing.contains(&(of.service, of.environment))
                && !choice.wrong.contains(of.description)
        })
    }
}
