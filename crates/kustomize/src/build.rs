//! A build: directories are accumulated from the inside out, and what concerns the whole is done at the root.
//!
//! Source: kustomize `api/krusty/kustomizer.go` 0.21.1.

use towpath_model::{FileTree, TreePath};

use crate::{
    accumulator::Accumulator,
    error::{KustomizeError, Problem},
    hash,
    loader::Place,
    open_api,
    options::{ManagedBy, Options, Order},
    origin::Way,
    output::{Built, Output},
    read, references,
    remote::{RepositoryAddress, Session},
    sort,
    target::Target,
    transform, vars,
};

/// Returns what `kustomize build` makes of the directory `root` of `tree`.
///
/// `tree` is what paths such as `../../base` may reach: usually the whole repository.
///
/// # Errors
/// When a file is missing or wrong, resources do not fit together, or a field is used that is not supported.
///
/// # Deviation
/// Plugins other than kustomize's own and functions that are programs are refused. Comments that carry OpenAPI schemas do
/// not count in strategic merge patches.
pub fn build(tree: &FileTree, root: &TreePath, options: &Options) -> Result<Output, KustomizeError> {
    let session = Session::new(options);
    run(Place::root(&session, tree, root))
}

/// Returns what `kustomize build` makes of a directory of a repository.
///
/// # Errors
/// As [`build`], or when it cannot be fetched.
pub fn build_remote(address: &RepositoryAddress, options: &Options) -> Result<Output, KustomizeError> {
    let session = Session::new(options);
    run(Place::remote(&session, address)?)
}

fn run(place: Place<'_>) -> Result<Output, KustomizeError> {
    let mut warnings = Vec::new();
    let _knowledge = open_api::Build::begin();
    let mut target = Target::load(place, &mut warnings)?;
    target.set_schema()?;
    target.build_metadata = target.kustomization.build_metadata.iter().map(|option| option.text.clone()).collect();
    target.noted = (!target.build_metadata.is_empty()).then(Way::default);
    let mut all = target.accumulate(Accumulator::default(), &mut warnings)?;
    hash::add_suffixes(&mut all.resources)?;
    target.trace_own(&mut all.resources, "name suffix hash");
    references::update(&mut all)?;
    target.trace_own(&mut all.resources, "name references");
    vars::resolve(&mut all)?;
    target.trace_own(&mut all.resources, "vars");
    drop_local(&mut all)?;
    if let Some(problem) = open_api::problem() {
        return Err(KustomizeError::Resources(problem));
    }
    if target.kustomization.sort_options.is_some() || target.place.session.options.order == Order::Legacy {
        sort::apply(&mut all.resources, target.kustomization.sort_options.as_ref(), &target.decoder())?;
    }
    target.finish(all, warnings)
}

impl Target<'_> {
    fn finish(&self, mut all: Accumulator, warnings: Vec<String>) -> Result<Output, KustomizeError> {
        let session = self.place.session;
        if self.kustomization.has_build_metadata("managedByLabel") || session.options.managed_by == ManagedBy::Labelled
        {
            transform::add_managed_by(&mut all.resources)?;
        }
        let with_origin = self.kustomization.has_build_metadata("originAnnotations");
        let with_transformations = self.kustomization.has_build_metadata("transformerAnnotations");
        for resource in &mut all.resources.list {
            resource.finish_annotations(with_origin, with_transformations);
        }
        self.trace_own(&mut all.resources, "annotations");
        let resources = all.resources.list.into_iter().map(Built::of).collect::<Result<_, _>>()?;
        Ok(Output { resources, warnings, fetched: session.fetched(), is_passing: session.is_passing() })
    }
}

/// Drops what is for the build alone: resources with the annotation `config.kubernetes.io/local-config`.
fn drop_local(all: &mut Accumulator) -> Result<(), KustomizeError> {
    all.resources.check_unique()?;
    for resource in &all.resources.list {
        read::check(&resource.node).map_err(|problem| resource.error(Problem::Other(problem.into())))?;
        if resource.has_no_place_for_marks() {
            return Err(resource.error(Problem::Other("annotations are no list".into())));
        }
    }
    all.resources.list.retain(|resource| {
        let annotations = resource.metadata_pairs("annotations");
        annotations.iter().all(|(key, value)| *key != "config.kubernetes.io/local-config" || *value == "false")
    });
    Ok(())
}
