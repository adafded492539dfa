use std::{
    collections::{HashMap, HashSet},
    num::NonZeroUsize,
    path::Path,
    sync::Arc,
    thread,
};

use towpath_helm::{Options as HelmOptions, Parsing, RenderLimits};
use towpath_model::{Diagnostic, Kind, difference::Place};
use towpath_render::{Manifests, Manner, Purpose, Repository, Service, source::Charts};

use crate::{all::queue, args::Service as Options};

/// One environment of one side.
struct Task<'r> {
    place: Place,
    service: &'r Service,
    environment: &'r str,
}

/// Finds the services in and below the folder of `--config`, in the work tree or at a revision.
pub(super) fn open(revision: Option<&str>, options: &Options, charts: &Arc<Charts>) -> Result<Repository, Diagnostic> {
    if options.image.is_some() || options.release.is_some() {
        let message = "--image and --release name one service's image, and many services are compared";
        return Err(
            Diagnostic::new(Kind::Usage, message).hint("compare one environment: towpath-render diff prod@REV prod")
        );
    }
    let folder = options.config.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let repository = match revision {
        Some(revision) => Repository::at_revision(folder, revision, charts)?,
        None => Repository::open(folder, charts)?,
    };
    Ok(repository)
}

/// Returns the manifests of every environment of both repositories, without those that read the same in both.
///
/// # Errors
/// When neither has an environment, a description is wrong, or an environment cannot be rendered.
pub(super) fn both(from: &Repository, to: &Repository, options: &Options) -> Result<[Vec<Manifests>; 2], Diagnostic> {
    let (mut old, new) = (tasks(from)?, tasks(to)?);
    if old.is_empty() && new.is_empty() {
        return Err(none());
    }
    let places: HashSet<Place> = old.iter().map(|task| task.place.clone()).collect();
    let (mut manifests, mut same) = (Vec::new(), HashSet::new());
    render(
        &new,
        to,
        options,
        |task| places.contains(&task.place).then_some(from),
        |task, rendered| match rendered {
            Some(one) => manifests.push(one),
            None => drop(same.insert(task.place.clone())),
        },
    )?;
    old.retain(|task| !same.contains(&task.place));
    let mut before = Vec::new();
    render(&old, from, options, |_| None, |_, rendered| before.extend(rendered))?;
    Ok([before, manifests])
}

/// Returns the manifests of every environment.
///
/// # Errors
/// As [`both`].
pub(super) fn all(repository: &Repository, options: &Options) -> Result<Vec<Manifests>, Diagnostic> {
    let tasks = tasks(repository)?;
    if tasks.is_empty() {
        return Err(none());
    }
    let mut manifests = Vec::new();
    render(&tasks, repository, options, |_| None, |_, rendered| manifests.extend(rendered))?;
    Ok(manifests)
}

fn none() -> Diagnostic {
    Diagnostic::new(Kind::Usage, "no service with manifests and environments is described here")
        .hint("services are described by files called towpath.yaml, in and below the folder of --config")
}

/// Returns every environment, by the service's name; by its folder where two services have the same name.
fn tasks(repository: &Repository) -> Result<Vec<Task<'_>>, Diagnostic> {
    let mut services = Vec::new();
    let mut named: HashMap<&str, usize> = HashMap::new();
    for found in repository.services() {
        let service = found.service.as_ref().map_err(Clone::clone)?;
        if service.config.manifests.is_some() {
            *named.entry(service.config.name.as_str()).or_default() += 1;
            services.push(service);
        }
    }
    let mut tasks = Vec::new();
    for service in services {
        let name = &service.config.name;
        let shown = if named[name.as_str()] == 1 { name.as_str() } else { service.folder.as_str() };
        for environment in &service.config.environments {
            let environment = environment.name.as_str();
            let place = Place::Environment { service: shown.to_owned(), environment: environment.to_owned() };
            tasks.push(Task { place, service, environment });
        }
    }
    Ok(tasks)
}

/// Renders on all cores and hands the results on in order: nothing where all that was read holds in what `other` returns.
fn render<'r>(
    tasks: &[Task<'_>],
    repository: &Repository,
    options: &Options,
    other: impl Fn(&Task<'_>) -> Option<&'r Repository> + Sync,
    mut take: impl FnMut(&Task<'_>, Option<Manifests>),
) -> Result<(), Diagnostic> {
    let limits = RenderLimits { stack_is_here: true, ..RenderLimits::default() };
    let stack = limits.stack_bytes;
    let manner = Manner {
        purpose: Purpose::Comparison,
        profile: options.helm_version.profile(),
        options: HelmOptions { limits, parsing: Parsing::Here, ..HelmOptions::default() },
        ..Manner::default()
    };
    let work = |index: usize| {
        let task = &tasks[index];
        let revision = repository.revision().map(|revision| format!(" at {revision}")).unwrap_or_default();
        let name = format!("{}{revision}", task.place);
        let rendered = task.service.render_as(task.environment, &manner);
        let rendered = rendered.map_err(|error| error.cause(format!("while rendering {name}")))?;
        if let Some(other) = other(task)
            && rendered.reads().iter().all(|(path, read)| other.tree().holds(path, read))
        {
            return Ok(None);
        }
        Ok(Some(Manifests { name, place: Some(task.place.clone()), text: rendered.to_text() }))
    };
    let jobs = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    queue::in_order(tasks.len(), jobs, stack, work, |index, rendered: Result<Option<Manifests>, Diagnostic>| {
        take(&tasks[index], rendered?);
        Ok(())
    })
}
