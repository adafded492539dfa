//! A build: directories are accumulated from the inside out, and what concerns the whole is done at the root.
//!
//! Source: kustomize `api/internal/target/kusttarget.go` and `api/krusty/kustomizer.go` 0.21.1.

use std::sync::Arc;

use towpath_model::{FileTree, TreePath};

use crate::{
    accumulator::Accumulator,
    config::{self, Config},
    error::{KustomizeError, Problem},
    generators, hash,
    kustomization::{Decoder, Kustomization, Manner, Text},
    loader::{Found, Place, Written},
    open_api,
    options::{Changes, ManagedBy, Options, Order},
    origin::{Note, Way},
    output::{Built, Origin, Output},
    plugins, read, references,
    remote::{self, RepositoryAddress, Session},
    resource::Resource,
    site::Site,
    sort, transform, vars,
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

/// A directory with its kustomization file.
pub(crate) struct Target<'t> {
    pub(crate) place: Place<'t>,
    pub(crate) kustomization: Kustomization,
    pub(crate) file: TreePath,
    content: String,
    build_metadata: Vec<String>,
    /// The way from the root of the build, if it is to be written down.
    noted: Option<Way>,
    /// The namespace of the kustomizations above, which charts go to.
    namespace_above: String,
}

impl<'t> Target<'t> {
    fn load(place: Place<'t>, warnings: &mut Vec<String>) -> Result<Self, KustomizeError> {
        let (file, bytes) = place.kustomization()?;
        let content = String::from_utf8_lossy(&bytes).into_owned();
        let kustomization = Self::decode(&file, &content)?;
        warnings.extend(kustomization.deprecated.iter().map(|field| deprecation(field)));
        Ok(Self {
            place,
            kustomization,
            file,
            content,
            build_metadata: Vec::new(),
            noted: None,
            namespace_above: String::new(),
        })
    }

    fn decode(file: &TreePath, content: &str) -> Result<Kustomization, KustomizeError> {
        let name = file.to_string();
        let document = read::configuration(&name, content)?;
        let decoder = Decoder { file: &name, text: content, manner: Manner::Kustomization };
        let Some(document) = document else {
            return Err(decoder.error(
                towpath_model::Span::default(),
                "kustomization.yaml is empty".to_owned(),
                Vec::new(),
            ));
        };
        let kustomization = Kustomization::decode(decoder, document.root())?;
        if kustomization.is_empty {
            return Err(decoder.error(document.span(), "kustomization.yaml is empty".to_owned(), Vec::new()));
        }
        let kind = &kustomization.kind;
        if ![Kustomization::KIND, Kustomization::COMPONENT].contains(&kind.text.as_str()) {
            return Err(decoder.error(kind.span, "kind should be Kustomization or Component".to_owned(), Vec::new()));
        }
        let version = if kustomization.is_component() { "v1alpha1" } else { "v1beta1" };
        let wanted = format!("kustomize.config.k8s.io/{version}");
        let given = &kustomization.api_version;
        if !given.text.is_empty() && given.text != wanted {
            let message = format!("apiVersion for {} should be {wanted}", kind.text);
            return Err(decoder.error(given.span, message, Vec::new()));
        }
        Ok(kustomization)
    }

    /// Returns whether it is kept what changed each resource.
    pub(crate) fn keeps_changes(&self) -> bool {
        self.place.session.options.changes == Changes::Kept
    }

    pub(crate) fn written(&self) -> Written<'_> {
        Written { file: &self.file, content: &self.content }
    }

    pub(crate) fn site(&self) -> Site<'_> {
        Site::of_file(&self.place, &self.file, &self.content)
    }

    pub(crate) fn decoder(&self) -> Decoder<'_> {
        Decoder { file: self.file.as_str(), text: &self.content, manner: Manner::Kustomization }
    }

    /// Returns what `buildMetadata` writes for an object that stands in the kustomization file itself.
    pub(crate) fn file_note(&self) -> Option<Note> {
        self.noted.as_ref().map(|noted| Note::of_file(noted.on_to(self.file.name())))
    }

    /// Loads a file that the kustomization file names.
    pub(crate) fn load_file(&self, path: &Text) -> Result<(TreePath, Arc<[u8]>), KustomizeError> {
        self.place.load(path, self.written())
    }

    /// Returns the namespace that charts without one go to; it may be empty.
    pub(crate) fn chart_namespace(&self) -> &String {
        let own = &self.kustomization.namespace;
        if own.is_empty() { &self.namespace_above } else { own }
    }

    /// Returns what `buildMetadata` writes for one of kustomize's own plugins.
    pub(crate) fn plugin_note(&self, plugin: &'static str) -> Option<Note> {
        let noted = self.noted.as_ref()?;
        Some(Note::of_plugin(noted.on_to(self.file.name()), plugin))
    }

    fn accumulate(&self, mut all: Accumulator, warnings: &mut Vec<String>) -> Result<Accumulator, KustomizeError> {
        for path in &self.kustomization.resources {
            self.accumulate_resource(&mut all, path, warnings).map_err(|error| {
                error.during(format!("accumulating resources from '{}' of {}", path.text, self.file))
            })?;
        }
        // What is new is watched from here on.
        self.trace_own(&mut all.resources, "resources");
        let config = self.config()?;
        all.config = Config::merged(&all.config, &config)?;
        if !self.kustomization.crds.is_empty() {
            all.config = Config::merged(&all.config, &self.crds()?)?;
        }
        let configured = plugins::load(self, &self.kustomization.generators, warnings)
            .map_err(|error| error.during("loading generator plugins"))?;
        self.absorb(&mut all, generators::generate(self)?)?;
        for generator in &configured {
            self.absorb(&mut all, plugins::generate(self, generator)?)?;
        }
        for path in &self.kustomization.components {
            let doing = format!("accumulating components from '{}' of {}", path.text, self.file);
            all = self.accumulate_component(all, path, warnings).map_err(|error| error.during(doing))?;
        }
        transform::apply(self, &mut all, warnings)?;
        transform::validate(self, &mut all, warnings)?;
        all.add_vars(&self.kustomization.vars)?;
        Ok(all)
    }

    /// Adds what a generator made: as something new, or into what is there.
    fn absorb(&self, all: &mut Accumulator, made: Vec<Resource>) -> Result<(), KustomizeError> {
        for resource in made {
            let Origin { file, line, generator } = resource.origin.clone();
            all.resources.absorb(resource)?;
            self.trace_generated(&mut all.resources, generator.unwrap_or("generators"), line, &file);
        }
        Ok(())
    }

    /// Adds what a file or directory holds.
    pub(crate) fn accumulate_resource(
        &self,
        all: &mut Accumulator,
        path: &Text,
        warnings: &mut Vec<String>,
    ) -> Result<(), KustomizeError> {
        if remote::is_file_address(&path.text) {
            return self.accumulate_address(all, path, warnings);
        }
        if self.place.find(&path.text)? == Found::File {
            return all.resources.append(self.resources_of(path)?);
        }
        self.accumulate_directory(all, path, warnings)
    }

    /// Adds what an address names: a file, or a directory of a repository, which cannot be told without asking.
    fn accumulate_address(
        &self,
        all: &mut Accumulator,
        path: &Text,
        warnings: &mut Vec<String>,
    ) -> Result<(), KustomizeError> {
        let as_file = match self.resources_of(path) {
            Ok(resources) => return all.resources.append(resources),
            Err(error) => error,
        };
        if RepositoryAddress::parse(&path.text).is_err() {
            return Err(as_file);
        }
        self.accumulate_directory(all, path, warnings).map_err(|error| match as_file.root() {
            KustomizeError::Outside(diagnostic) => error.beside(diagnostic),
            _ => error,
        })
    }

    /// Returns the resources of a file.
    fn resources_of(&self, path: &Text) -> Result<Vec<Resource>, KustomizeError> {
        let (file, bytes) = self.load_file(path)?;
        let objects = read::objects(&file, &bytes)?;
        let note = self.noted.as_ref().map(|noted| Note::of_file(noted.on_to(&path.text)));
        let resource = |object: read::Object| {
            let origin = Origin { file: file.clone(), line: object.line, generator: None };
            Resource { note: note.clone(), ..Resource::new(object.node, origin) }
        };
        Ok(objects.into_iter().map(resource).collect())
    }

    fn accumulate_directory(
        &self,
        all: &mut Accumulator,
        path: &Text,
        warnings: &mut Vec<String>,
    ) -> Result<(), KustomizeError> {
        let below = self.enter(path, warnings)?;
        if below.kustomization.is_component() {
            let message = format!("expected kind != 'Component' for path '{}'", below.place.directory);
            let hint = "name components under `components`".to_owned();
            return Err(self.written().error(path, message, vec![hint]));
        }
        let found = below.accumulate(Accumulator::default(), warnings)?;
        all.merge(found)
    }

    fn accumulate_component(
        &self,
        all: Accumulator,
        path: &Text,
        warnings: &mut Vec<String>,
    ) -> Result<Accumulator, KustomizeError> {
        let component = self.enter(path, warnings)?;
        if !component.kustomization.is_component() {
            let (place, kind) = (&component.place.directory, &component.kustomization.kind.text);
            let message = format!("expected kind 'Component' for path '{place}' but got '{kind}'");
            return Err(self.written().error(path, message, vec!["name it under `resources`".to_owned()]));
        }
        let found = component.accumulate(all, warnings)?;
        // kustomize starts anew here, which counts where tables of field specs are merged.
        let mut all = Accumulator::default();
        all.merge(found)?;
        Ok(all)
    }

    fn enter(&self, path: &Text, warnings: &mut Vec<String>) -> Result<Self, KustomizeError> {
        if RepositoryAddress::is_forced(&path.text) {
            warnings.push(FORCED_GIT.to_owned());
        }
        let mut below = Self::load(self.place.enter(path, self.written())?, warnings)?;
        below.set_schema()?;
        below.build_metadata.clone_from(&self.build_metadata);
        below.namespace_above.clone_from(self.chart_namespace());
        below.noted = self.noted.as_ref().map(|noted| noted.on_to(&path.text));
        Ok(below)
    }

    fn config(&self) -> Result<Arc<Config>, KustomizeError> {
        let mut config = Config::standard();
        for path in &self.kustomization.configurations {
            let (file, bytes) = self.load_file(path)?;
            let text = String::from_utf8_lossy(&bytes);
            let Some(document) = read::strict_configuration(file.as_str(), &text)? else { continue };
            let decoder = Decoder { file: file.as_str(), text: &text, manner: Manner::Strict };
            let more = config::from_configuration(decoder, document.root())?;
            config = Config::merged(&config, &Arc::new(more))?;
        }
        Ok(config)
    }

    /// Takes the OpenAPI document or version that the file names, unless one was taken before.
    fn set_schema(&self) -> Result<(), KustomizeError> {
        let open_api = &self.kustomization.open_api;
        let field = |name: &str| open_api.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        let document = field("path").map(|path| self.load_file(path)).transpose()?;
        let document = document.map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned());
        let version = field("version");
        open_api::set(version.map(|version| version.text.as_str()), document.as_deref()).map_err(|refused| {
            let hint = match refused {
                open_api::Refused::Both => "take one of `path` and `version` away",
                open_api::Refused::Version => "only v1.21.2 is",
            };
            let span = version.map(|version| version.span).unwrap_or_default();
            self.decoder().error(span, refused.to_string(), vec![hint.to_owned()])
        })
    }

    /// Returns the field specs that definitions of custom kinds bring.
    fn crds(&self) -> Result<Arc<Config>, KustomizeError> {
        let mut config = Arc::new(Config::default());
        for path in &self.kustomization.crds {
            let (_, bytes) = self.load_file(path)?;
            let more = config::from_definitions(&String::from_utf8_lossy(&bytes)).map_err(|problem| {
                let message = format!("unable to parse open API definition from '{}': {problem}", path.text);
                let hint = "`crds` takes OpenAPI definitions by the names of types, no CustomResourceDefinition";
                self.written().error(path, message, vec![hint.to_owned()])
            })?;
            config = Config::merged(&config, &Arc::new(more))?;
        }
        Ok(config)
    }

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

const FORCED_GIT: &str = "Warning: Forcing the git protocol using the 'git::' URL prefix is not supported. Kustomize currently \
     strips this invalid prefix, but will stop doing so in a future release. Please remove the 'git::' prefix from your \
     configuration.";

fn deprecation(field: &str) -> String {
    let instead = match field {
        "bases" => "resources",
        "commonLabels" => "labels",
        "imageTags" => "images",
        "vars" => "replacements",
        _ => "patches",
    };
    let experimental = if field == "vars" { "[EXPERIMENTAL] " } else { "" };
    format!(
        "# Warning: '{field}' is deprecated. Please use '{instead}' instead. \
         {experimental}Run 'kustomize edit fix' to update your Kustomization automatically."
    )
}
