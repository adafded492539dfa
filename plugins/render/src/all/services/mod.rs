//! The services and environments of a repository.

mod choice;
mod output;
mod pattern;
mod tell;

use std::{path::PathBuf, sync::Arc};

use towpath_helm::{Options, Parsing, RenderLimits};
use towpath_model::{Diagnostic, FileTree, Kind};
use towpath_render::{Manner, RenderedEnvironment, Repository};
use towpath_report::{Outcome, Report};

use self::{
    choice::{Choice, Piece},
    output::Output,
    tell::Teller,
};
use super::{All, queue};

/// What became of one environment.
enum Done {
    /// Its manifests, and what is to be warned of.
    Text(String, Vec<String>),
    /// The names of its files, the bytes in them, and what is to be warned of.
    Written { files: Vec<String>, bytes: usize, warnings: Vec<String> },
    /// It is what it was.
    Unchanged,
}

/// Renders what is in and below the folders.
pub(super) fn run(all: &All, folders: &[PathBuf], report: &Report) -> Result<Outcome, Diagnostic> {
    let charts = Arc::new(all.fetching.charts(report)?);
    let manner = all.manner_of_services()?;
    let progress = report.progress("looking for services");
    let mut repositories = Vec::with_capacity(folders.len());
    for folder in folders {
        repositories.push(match &all.chosen.revision {
            Some(revision) => Repository::at_revision(folder, revision, &charts)?,
            None => Repository::open(folder, &charts)?,
        });
    }
    let choice = Choice::of(folders, &repositories, &all.chosen)?;
    let before = match &all.chosen.changed_since {
        Some(revision) => repositories.iter().map(|repository| repository.tree_at(revision).map(Some)).collect(),
        None => repositories.iter().map(|_| Ok(None)).collect::<Result<Vec<Option<FileTree>>, Diagnostic>>(),
    }?;
    let output = all.output_dir.as_deref().map(|folder| Output::open(folder, all.chosen.layout)).transpose()?;
    let work = |index: usize| {
        let piece = &choice.pieces[index];
        let rendered = render(all, piece, &manner)?;
        if before[piece.repository].as_ref().is_some_and(|before| is_same(&rendered, before)) {
            return Ok(Done::Unchanged);
        }
        let (text, warnings) = (rendered.to_text(), rendered.warnings().to_vec());
        match &output {
            None => Ok(Done::Text(text, warnings)),
            Some(output) => output.give(piece, &text, warnings),
        }
    };
    let mut teller = Teller::new(report, &choice, output.is_some());
    let (count, stack) = (choice.pieces.len(), manner.options.limits.stack_bytes);
    queue::in_order(count, all.n_jobs(), stack, work, |index, result| {
        progress.say(format!("rendered {} of {count}", index + 1));
        teller.take(index, result)
    })?;
    let written = output.map(|output| output.finish(&repositories, &choice)).transpose()?;
    drop(progress);
    teller.end(written)
}

fn render(all: &All, piece: &Piece<'_>, manner: &Manner) -> Result<RenderedEnvironment, Diagnostic> {
    let (service, environment) = piece.service.as_ref().map_err(|error| (**error).clone())?;
    // Each environment has the time for itself.
    let limits = RenderLimits { stack_is_here: true, ..all.limits.starting_now() };
    let options = Options { limits, parsing: Parsing::Here, ..manner.options.clone() };
    service.render_as(environment, &Manner { options, ..manner.clone() })
}

/// Tells whether a rendering was the same before: whether everything that it read, or found missing, was.
fn is_same(rendered: &RenderedEnvironment, before: &FileTree) -> bool {
    rendered.reads().iter().all(|(path, read)| before.holds(path, read))
}

fn usage(message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Kind::Usage, message)
}
