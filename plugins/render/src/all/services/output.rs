//! Environments as files of a folder.

use std::path::Path;

use towpath_model::{Diagnostic, TreePath};
use towpath_render::{
    Repository,
    output_folder::{Layout, Of, OutputFolder, Written, files},
};

use super::{Choice, Done, Piece};
use crate::all::args::FileLayout;

pub(super) struct Output {
    folder: OutputFolder,
    layout: Layout,
}

impl Output {
    pub(super) fn open(folder: &Path, layout: Option<FileLayout>) -> Result<Self, Diagnostic> {
        let layout = match layout {
            None | Some(FileLayout::Service) => Layout::Service,
            Some(FileLayout::Document) => Layout::Document,
        };
        Ok(Self { folder: OutputFolder::open(folder)?, layout })
    }

    pub(super) fn give(&self, piece: &Piece<'_>, text: &str, warnings: Vec<String>) -> Result<Done, Diagnostic> {
        let (service, environment) = piece.service.as_ref().map_err(|error| (**error).clone())?;
        let of = Of { description: piece.description, service: &service.config.name, environment };
        let files = files(self.layout, of.service, environment, text)?;
        self.folder.give(of, &files)?;
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
