//! How a directory gathers what its kustomization file names, in kustomize's order.
//!
//! Source: kustomize `api/internal/target/kusttarget.go` 0.21.1.

use crate::{
    accumulator::Accumulator,
    config::Config,
    error::KustomizeError,
    generators,
    kustomization::Text,
    loader::Found,
    origin::Note,
    output::Origin,
    plugins, read,
    remote::{self, RepositoryAddress},
    resource::Resource,
    target::Target,
    transform,
};

impl Target<'_> {
    /// Adds all that the directory and those below it give to `all`.
    pub(crate) fn accumulate(
        &self,
        mut all: Accumulator,
        warnings: &mut Vec<String>,
    ) -> Result<Accumulator, KustomizeError> {
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
            let origin = self.keeps_changes().then(|| resource.origin.clone());
            all.resources.absorb(resource)?;
            if let Some(origin) = origin {
                self.trace_generated(&mut all.resources, &origin);
            }
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
}
