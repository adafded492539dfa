//! Functions: plugins that are programs, which get a list of resources and print another.
//!
//! Source: kustomize `api/internal/plugins/fnplugin`, `kyaml/runfn` and `kyaml/fn/runtime` 0.21.1.

mod specification;

use std::sync::Arc;

use towpath_model::{Diagnostic, Span, TreePath};

use self::specification::Specification;
use crate::{
    error::KustomizeError,
    marks::Forgets,
    node::{Node, Value},
    origin::Note,
    output::{Origin, yaml_of},
    read,
    resource::{Behavior, Resource},
    resources::Resources,
    site::Site,
};

/// What becomes of plugins that are not kustomize's own.
#[derive(Clone, Default)]
pub enum Functions {
    /// They are refused, as kustomize does without `--enable-alpha-plugins`.
    #[default]
    Refused,
    /// Functions that are programs do nothing, as kustomize has it without `--enable-exec`.
    PassedOver,
    /// Functions that are programs run.
    Run(Arc<dyn Programs>),
}

/// Runs programs.
pub trait Programs: Send + Sync {
    /// Runs a program and returns what it prints on its standard output.
    ///
    /// # Errors
    /// When it cannot be run, or ends with a code other than 0.
    fn run(&self, program: &Program<'_>) -> Result<Vec<u8>, Diagnostic>;
}

/// A program to run.
#[derive(Debug, Clone, Copy)]
pub struct Program<'p> {
    /// The directory of the kustomization that names it, in which it runs.
    pub directory: &'p TreePath,
    /// As it is written: a path with a slash, relative to the directory, or a name to be found in the `PATH`.
    pub path: &'p str,
    /// Its arguments.
    pub arguments: &'p [String],
    /// Variables added to the environment, `NAME=value`.
    pub environment: &'p [String],
    /// A `ResourceList` in YAML, for its standard input.
    pub input: &'p str,
}

/// The configuration of a function.
#[derive(Debug)]
pub(crate) struct Function {
    config: Node,
    specification: Specification,
}

/// Annotations by which programs say what is to be done with what they made.
const NEEDS_HASH: &str = "kustomize.config.k8s.io/needs-hash";
const BEHAVIOR: &str = "kustomize.config.k8s.io/behavior";
/// The annotation by which kustomize knows a resource again.
const ID: &str = "kustomize.config.k8s.io/id";
const LOCAL: &str = "config.kubernetes.io/local-config";

impl Function {
    /// Reads the function that a configuration names.
    pub(crate) fn read(resource: &Resource) -> Result<Self, String> {
        let specification = Specification::of(resource)?;
        Ok(Self { config: resource.node.clone(), specification })
    }

    /// Returns what the function makes of nothing.
    pub(crate) fn generate(&self, site: Site<'_>) -> Result<Vec<Resource>, KustomizeError> {
        let returned = self.run(site, vec![self.config_as_item(site)])?;
        returned.into_iter().map(|resource| with_options(site, made(resource))).collect()
    }

    /// Gives resources to the function; what it does not return is gone.
    pub(crate) fn transform(&self, site: Site<'_>, resources: &mut Resources) -> Result<(), KustomizeError> {
        let mut items: Vec<Resource> = resources.list.iter().map(as_item).collect();
        if items.is_empty() {
            items.push(self.config_as_item(site));
        }
        let mut unique = Resources::default();
        unique.append(self.run(site, items)?)?;
        let ids: Vec<_> = unique.list.iter().map(Resource::id).collect();
        for (resource, id) in unique.list.into_iter().zip(&ids) {
            match resources.list.iter_mut().find(|known| known.id() == *id) {
                Some(known) => replace(known, resource),
                None => resources.append(vec![made(resource)])?,
            }
        }
        resources.list.retain(|known| ids.contains(&known.id()));
        Ok(())
    }

    fn config_as_item(&self, site: Site<'_>) -> Resource {
        let origin = Origin { file: site.file.clone(), line: site.location(Span::default()).line, generator: None };
        let mut item = Resource::new(self.config.clone(), origin);
        item.annotate([(LOCAL, Some("true".to_owned()))]);
        item
    }

    /// Runs the program; where there is none to run, what it would get is what it returns.
    fn run(&self, site: Site<'_>, items: Vec<Resource>) -> Result<Vec<Resource>, KustomizeError> {
        let programs = match &site.place.session.options.functions {
            Functions::Run(programs) if !self.specification.path.is_empty() => programs,
            _ => return items.into_iter().map(read_again).collect(),
        };
        let fail = |message: String, hint: &str| site.error(Span::default(), message, vec![hint.to_owned()]);
        if !site.place.is_local() {
            let message = format!("function `{}` comes from a repository and is not run", self.specification.path);
            return Err(fail(message, "only programs beside the kustomizations that are built run"));
        }
        let input = self.list(site, items)?;
        let program = Program {
            directory: &site.place.directory,
            path: &self.specification.path,
            arguments: &self.specification.arguments,
            environment: &self.specification.environment,
            input: &input,
        };
        let printed = programs.run(&program).map_err(|problem| {
            KustomizeError::outside(problem).named(site.location(Span::default())).during("couldn't execute function")
        })?;
        let name = format!("output of {}", self.specification.path);
        let objects = read::objects_of_text(&name, &String::from_utf8_lossy(&printed))?;
        let line = site.location(Span::default()).line;
        let resource = |object: read::Object| {
            let origin = Origin { file: site.file.clone(), line, generator: Some("transformers") };
            Resource::new(object.node, origin)
        };
        Ok(objects.into_iter().map(resource).collect())
    }

    /// Returns the list that the program reads.
    fn list(&self, site: Site<'_>, items: Vec<Resource>) -> Result<String, KustomizeError> {
        let mut values = Vec::with_capacity(items.len());
        for (at, mut item) in items.into_iter().enumerate() {
            let (index, id) = (Some(at.to_string()), Some((at + 1).to_string()));
            item.annotate([
                ("config.kubernetes.io/index", index.clone()),
                ("internal.config.kubernetes.io/index", index.clone()),
                ("internal.config.kubernetes.io/annotations-migration-resource-id", index),
                ("internal.config.kubernetes.io/id", id.clone()),
                ("config.k8s.io/id", id),
            ]);
            values.push(item.take_value()?);
        }
        let text = |text: &str| Value::Text(text.to_owned());
        let list = [
            ("apiVersion", text("config.kubernetes.io/v1")),
            ("functionConfig", self.config_as_item(site).take_value()?),
            ("items", Value::List(values)),
            ("kind", text("ResourceList")),
        ];
        Ok(yaml_of(&Value::Map(list.map(|(name, value)| (name.to_owned(), value)).into())))
    }
}

/// Returns a resource as a function sees it, with what kustomize remembers of it.
fn as_item(resource: &Resource) -> Resource {
    let mut item = resource.clone();
    let id = resource.id();
    let fields = [
        ("group", id.gvk.group),
        ("kind", id.gvk.kind),
        ("name", id.name),
        ("namespace", id.namespace),
        ("version", id.gvk.version),
    ];
    let fields = fields.into_iter().filter(|(_, text)| !text.is_empty());
    let id = Value::Map(fields.map(|(name, text)| (name.to_owned(), Value::Text(text))).collect());
    item.write_marks();
    item.annotate([(ID, Some(yaml_of(&id)))]);
    item
}

/// Returns a resource as kustomize has it after it wrote and read it.
fn read_again(mut resource: Resource) -> Result<Resource, KustomizeError> {
    let value = resource.take_value()?;
    Ok(Resource { node: Node::of_value(value), ..resource })
}

/// Puts what a function returned in the place of the resource that has its name.
///
/// What kustomize remembers of that stays only where the annotation for it is still there.
fn replace(known: &mut Resource, returned: Resource) {
    known.node = returned.node;
    known.read_marks(Forgets::Everything);
    without_marks(known);
}

/// Returns a resource that was not there before.
fn made(mut resource: Resource) -> Resource {
    let pairs = resource.metadata_pairs("annotations");
    let origin = pairs.iter().find(|(key, _)| *key == Note::ORIGIN).and_then(|(_, text)| Note::parse(text));
    resource.note = origin;
    without_marks(&mut resource);
    resource
}

fn without_marks(resource: &mut Resource) {
    resource.drop_build_annotations();
    resource.annotate([(ID, None), (Note::ORIGIN, None), (Note::TRANSFORMATIONS, None)]);
}

/// Reads what a program says of an object that it made.
fn with_options(site: Site<'_>, mut resource: Resource) -> Result<Resource, KustomizeError> {
    let annotation = |name: &str| {
        let pairs = resource.metadata_pairs("annotations");
        pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    };
    let (needs_hash, behavior) = (annotation(NEEDS_HASH), annotation(BEHAVIOR));
    resource.needs_hash = match needs_hash.as_deref() {
        None | Some("0" | "f" | "F" | "false" | "False" | "FALSE") => false,
        Some("1" | "t" | "T" | "true" | "True" | "TRUE") => true,
        Some(other) => {
            let message = format!("the annotation {NEEDS_HASH:?} contains an invalid value ({other:?})");
            return Err(site.error(Span::default(), message, Vec::new()));
        }
    };
    resource.behavior = Behavior::parse(behavior.as_deref().unwrap_or_default());
    resource.annotate([(NEEDS_HASH, None), (BEHAVIOR, None)]);
    Ok(resource)
}
