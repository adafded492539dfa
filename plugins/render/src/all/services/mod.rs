//! The services and environments of a repository.

mod choice;
mod output;
mod pattern;
mod tell;

use std::{mem::ManuallyDrop, path::PathBuf, sync::Arc};

use towpath_helm::{Options, Parsing, RenderLimits};
use towpath_model::{Diagnostic, FileTree, Kind};
use towpath_render::{
    Manner, RenderedEnvironment, Repository,
    cache::{Cache, Manifests},
};
use towpath_report::{Outcome, Report, Style};

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
    // What a rendering has read, which tells whether it changed, is known once it is made.
    let cache = if all.chosen.changed_since.is_none() { all.caching.open(report)? } else { None };
    let progress = report.progress("looking for services");
    let mut repositories = Vec::with_capacity(folders.len());
    for folder in folders {
        repositories.push(match &all.chosen.revision {
            Some(revision) => Repository::at_revision(folder, revision, &charts)?,
            None => Repository::open(folder, &charts, cache.as_ref())?,
        });
    }
    // They are used until the process ends; to give back every file that is known takes longer than to write the result.
    let repositories = ManuallyDrop::new(repositories);
    let choice = Choice::of(folders, &repositories, &all.chosen)?;
    let before = match &all.chosen.changed_since {
        Some(revision) => repositories.iter().map(|repository| repository.tree_at(revision).map(Some)).collect(),
        None => repositories.iter().map(|_| Ok(None)).collect::<Result<Vec<Option<FileTree>>, Diagnostic>>(),
    }?;
    let open = |folder| Output::open(folder, &all.chosen, &repositories, cache.as_ref());
    let output = all.output_dir.as_deref().map(open).transpose()?;
    let work = |index: usize| {
        let piece = &choice.pieces[index];
        let before = before[piece.repository].as_ref();
        if let Some(done) = keep(piece, &manner, output.as_ref(), cache.as_ref()) {
            return Ok(done);
        }
        let Some(manifests) = render(all, piece, &manner, before, cache.as_ref())? else {
            return Ok(Done::Unchanged);
        };
        match &output {
            None => Ok(Done::Text(manifests.text, manifests.warnings)),
            Some(output) => output.give(piece, manifests, cache.is_some()),
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
    let outcome = teller.end(written, cache.as_ref().map(Cache::stats));
    if let Some(cache) = &cache {
        cache.finish();
        report.line(Style::Dim, &cache.stats().summary());
    }
    outcome
}

/// Leaves the file of an environment as it is where it stands there as it would be written.
fn keep(piece: &Piece<'_>, manner: &Manner, output: Option<&Output>, cache: Option<&Cache>) -> Option<Done> {
    let (output, cache) = (output?, cache?);
    let (service, environment) = piece.service.as_ref().ok()?;
    let result = service.held_result(cache, environment, manner)?;
    let done = output.keep(piece, result)?;
    cache.note_use(result);
    Some(done)
}

/// Renders one environment; nothing where it is what it was in `before`.
fn render(
    all: &All,
    piece: &Piece<'_>,
    manner: &Manner,
    before: Option<&FileTree>,
    cache: Option<&Cache>,
) -> Result<Option<Manifests>, Diagnostic> {
    let (service, environment) = piece.service.as_ref().map_err(|error| (**error).clone())?;
    // Each environment has the time for itself.
    let limits = RenderLimits { stack_is_here: true, ..all.limits.starting_now() };
    let options = Options { limits, parsing: Parsing::Here, ..manner.options.clone() };
    let manner = Manner { options, ..manner.clone() };
    if let Some(cache) = cache {
        return service.render_through(cache, environment, &manner).map(Some);
    }
    let rendered = service.render_as(environment, &manner)?;
    if before.is_some_and(|before| is_same(&rendered, before)) {
        return Ok(None);
    }
    Ok(Some(Manifests { text: rendered.to_text(), warnings: rendered.warnings().to_vec() }))
}

/// Tells whether a rendering was the same before: whether everything that it read, or found missing, was.
fn is_same(rendered: &RenderedEnvironment, before: &FileTree) -> bool {
    rendered.reads().iter().all(|(path, read)| before.holds(path, read))
}

fn usage(message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Kind::Usage, message)
}
