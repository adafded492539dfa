use std::{
    collections::{BTreeSet, HashMap, HashSet},
    num::NonZeroUsize,
    path::Path,
    thread,
};

use towpath_helm::{Options as HelmOptions, Parsing, RenderLimits};
use towpath_model::{Diagnostic, Kind, TreePath, difference::Place};
use towpath_render::{Manifests, Manner, Purpose, Repository, Service};

use super::{means::Means, side::Sides};
use crate::all::queue;

/// One environment of one side.
struct Task<'r> {
    place: Place,
    service: &'r Service,
    environment: &'r str,
}

/// What can be rendered of one side, and what cannot.
struct Tasks<'r> {
    list: Vec<Task<'r>>,
    /// The descriptions that are wrong.
    wrong: BTreeSet<TreePath>,
    failures: Vec<Diagnostic>,
}

/// Finds the services in and below the folder of `--config`, in the work tree or at a revision.
pub(super) fn open(revision: Option<&str>, means: &Means<'_>) -> Result<Repository, Diagnostic> {
    let options = means.options;
    if options.image.is_some() || options.release.is_some() {
        let message = "--image and --release name one service's image, and many services are compared";
        return Err(
            Diagnostic::new(Kind::Usage, message).hint("compare one environment: towpath-render diff prod@REV prod")
        );
    }
    let folder = options.config.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match revision {
        Some(revision) => Repository::at_revision(folder, revision, means.charts),
        None => Repository::open(folder, means.charts, means.cache),
    }
}

/// Returns the manifests of every environment of both repositories, without those that read the same in both.
///
/// What cannot be rendered on one side is left out on both, since nobody knows what differs there.
///
/// # Errors
/// When neither has an environment.
pub(super) fn both(from: &Repository, to: &Repository, means: &Means<'_>) -> Result<Sides, Diagnostic> {
    let (mut old, mut new) = (tasks(from), tasks(to));
    if old.is_empty() && new.is_empty() {
        return Err(none());
    }
    let mut failures = std::mem::take(&mut new.failures);
    failures.append(&mut old.failures);
    let wrong: BTreeSet<TreePath> = old.wrong.union(&new.wrong).cloned().collect();
    for list in [&mut old.list, &mut new.list] {
        list.retain(|task| !wrong.contains(task.service.file()));
    }
    let places: HashSet<Place> = old.list.iter().map(|task| task.place.clone()).collect();
    let (mut manifests, mut done) = (Vec::new(), HashSet::new());
    render(
        &new.list,
        to,
        means,
        |task| places.contains(&task.place).then_some(from),
        |task, rendered| match rendered {
            Ok(Some(one)) => manifests.push(one),
            Ok(None) => drop(done.insert(task.place.clone())),
            Err(error) => {
                failures.push(error);
                done.insert(task.place.clone());
            }
        },
    )?;
    old.list.retain(|task| !done.contains(&task.place));
    let (mut before, mut unknown) = (Vec::new(), HashSet::new());
    let nothing = |_: &Task<'_>| None;
    render(&old.list, from, means, nothing, |task, rendered| match rendered {
        Ok(one) => before.extend(one),
        Err(error) => {
            failures.push(error);
            unknown.insert(task.place.clone());
        }
    })?;
    manifests.retain(|one| one.place.as_ref().is_none_or(|place| !unknown.contains(place)));
    Ok(Sides { from: before, to: manifests, failures })
}

/// Returns the manifests of every environment, and why some have none.
///
/// # Errors
/// When there is no environment.
pub(super) fn all(repository: &Repository, means: &Means<'_>) -> Result<(Vec<Manifests>, Vec<Diagnostic>), Diagnostic> {
    let tasks = tasks(repository);
    if tasks.is_empty() {
        return Err(none());
    }
    let (mut manifests, mut failures) = (Vec::new(), tasks.failures);
    let nothing = |_: &Task<'_>| None;
    render(&tasks.list, repository, means, nothing, |_, rendered| match rendered {
        Ok(one) => manifests.extend(one),
        Err(error) => failures.push(error),
    })?;
    Ok((manifests, failures))
}

fn none() -> Diagnostic {
    Diagnostic::new(Kind::Usage, "no service with manifests and environments is described here")
        .hint("services are described by files called towpath.yaml, in and below the folder of --config")
}

impl Tasks<'_> {
    fn is_empty(&self) -> bool {
        self.list.is_empty() && self.failures.is_empty()
    }
}

/// Returns every environment, by the service's name; by its folder where two services have the same name.
fn tasks(repository: &Repository) -> Tasks<'_> {
    let mut services = Vec::new();
    let mut named: HashMap<&str, usize> = HashMap::new();
    let (mut wrong, mut failures) = (BTreeSet::new(), Vec::new());
    for found in repository.services() {
        match &found.service {
            Ok(service) if service.config.manifests.is_some() => {
                *named.entry(service.config.name.as_str()).or_default() += 1;
                services.push(service);
            }
            Ok(_) => {}
            Err(error) => {
                failures.push(error.clone());
                wrong.insert(found.file.clone());
            }
        }
    }
    let mut list = Vec::new();
    for service in services {
        let name = &service.config.name;
        let shown = if named[name.as_str()] == 1 { name.as_str() } else { service.folder.as_str() };
        for environment in &service.config.environments {
            let environment = environment.name.as_str();
            let place = Place::Environment { service: shown.to_owned(), environment: environment.to_owned() };
            list.push(Task { place, service, environment });
        }
    }
    Tasks { list, wrong, failures }
}

/// Renders on all cores and hands the results on in order: nothing where all that was read holds in what `other` returns.
fn render<'r>(
    tasks: &[Task<'_>],
    repository: &Repository,
    means: &Means<'_>,
    other: impl Fn(&Task<'_>) -> Option<&'r Repository> + Sync,
    mut take: impl FnMut(&Task<'_>, Result<Option<Manifests>, Diagnostic>),
) -> Result<(), Diagnostic> {
    let limits = RenderLimits { stack_is_here: true, ..RenderLimits::default() };
    let stack = limits.stack_bytes;
    let manner = Manner {
        purpose: Purpose::Comparison,
        profile: means.options.helm_version.profile(),
        options: HelmOptions { limits, parsing: Parsing::Here, ..HelmOptions::default() },
        ..Manner::default()
    };
    let render = |task: &Task<'_>| -> Result<Option<String>, Diagnostic> {
        if means.cache.is_some() {
            // What reads the same in both is found there the second time.
            return task.service.manifests(task.environment, &manner, means.cache).map(|made| Some(made.text));
        }
        let rendered = task.service.render_as(task.environment, &manner)?;
        let is_same =
            other(task).is_some_and(|other| rendered.reads().iter().all(|(path, read)| other.tree().holds(path, read)));
        Ok(if is_same { None } else { Some(rendered.to_text()) })
    };
    let work = |index: usize| {
        let task = &tasks[index];
        let revision = repository.revision().map(|revision| format!(" at {revision}")).unwrap_or_default();
        let name = format!("{}{revision}", task.place);
        match render(task) {
            Ok(text) => Ok(text.map(|text| Manifests { name, place: Some(task.place.clone()), text })),
            Err(error) => Err(error.cause(format!("while rendering {name}"))),
        }
    };
    let jobs = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    queue::in_order(tasks.len(), jobs, stack, work, |index, rendered: Result<Option<Manifests>, Diagnostic>| {
        take(&tasks[index], rendered);
        Ok(())
    })
}
