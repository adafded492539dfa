//! What `generators`, `transformers` and `validators` name: configurations of kustomize's own plugins.
//!
//! Source: kustomize `api/internal/plugins/loader/loader.go` and `api/internal/target/kusttarget.go` 0.21.1.

use towpath_model::{Location, Span, TreePath};

use crate::{
    accumulator::Accumulator,
    error::KustomizeError,
    functions::{Function, Functions},
    generators, helm,
    kustomization::{Decoder, GeneratorOptions, Manner, Plugin, ServiceAccount, Text},
    loader::{Found, Place},
    origin::Note,
    output::{Origin, yaml_of},
    read,
    resource::Resource,
    resources::Resources,
    site::Site,
    target::Target,
};

/// One configuration with its place.
pub(crate) struct Configured {
    pub(crate) plugin: Plugin,
    /// How kustomize names it.
    pub(crate) id: String,
    file: TreePath,
    location: Location,
    /// What `buildMetadata` writes of it.
    pub(crate) note: Option<Note>,
}

impl Configured {
    pub(crate) fn file(&self) -> &TreePath {
        &self.file
    }

    pub(crate) fn site<'s>(&'s self, place: &'s Place<'s>) -> Site<'s> {
        Site::of_plugin(place, &self.file, &self.location)
    }
}

/// Returns the configurations that a field of a kustomization file names: those written there, then files and directories.
pub(crate) fn load(
    target: &Target<'_>,
    entries: &[Text],
    warnings: &mut Vec<String>,
) -> Result<Vec<Configured>, KustomizeError> {
    let mut all = Accumulator::default();
    let mut inline = Vec::new();
    let mut paths = Vec::new();
    for entry in entries {
        match inline_resources(target, entry)? {
            Some(resources) => {
                inline.extend(resources.iter().map(|_| entry.span));
                all.resources.append(resources)?;
            }
            None => paths.push(entry),
        }
    }
    for path in paths {
        target
            .accumulate_resource(&mut all, path, warnings)
            .map_err(|error| error.during(format!("accumulating resources from '{}' of {}", path.text, target.file)))?;
    }
    let mut configured = Vec::with_capacity(all.resources.list.len());
    for (at, resource) in all.resources.list.iter().enumerate() {
        let location = match inline.get(at) {
            Some(span) => target.written().location(*span),
            None => location_in_file(target, &resource.origin),
        };
        configured.push(configure(resource, location, &target.place.session.options.functions)?);
    }
    Ok(configured)
}

/// Returns the objects of an entry that is YAML itself; nothing for one that is a path.
fn inline_resources(target: &Target<'_>, entry: &Text) -> Result<Option<Vec<Resource>>, KustomizeError> {
    let objects = match read::objects_of_text(target.file.as_str(), &entry.text) {
        Ok(objects) => objects,
        Err(error) if entry.text.contains('\n') && target.place.find(&entry.text)? != Found::File => {
            let error = error.at(&target.written().location(entry.span));
            return Err(error.during(format!("reading a plugin configuration in {}", target.file)));
        }
        Err(_) => return Ok(None),
    };
    let line = target.written().location(entry.span).line;
    let resources = objects.into_iter().map(|object| {
        let origin = Origin { file: target.file.clone(), line, generator: None };
        Resource { note: target.file_note(), ..Resource::new(object.node, origin) }
    });
    let mut unique = Resources::default();
    unique.append(resources.collect())?;
    Ok(Some(unique.list))
}

fn location_in_file(target: &Target<'_>, origin: &Origin) -> Location {
    let name = origin.file.to_string();
    match target.place.content(&origin.file) {
        Some(bytes) => read::line_location(&name, &String::from_utf8_lossy(&bytes), origin.line),
        None => Location::of(&name, "", Span::default()),
    }
}

fn configure(resource: &Resource, location: Location, functions: &Functions) -> Result<Configured, KustomizeError> {
    let (gvk, id) = (resource.gvk(), resource.first_id());
    let file = resource.origin.file.clone();
    let fail = |message: String, hints: Vec<String>| {
        Err(KustomizeError::Field { message, location: Box::new(location.clone()), hints })
    };
    if !(gvk.group.is_empty() && gvk.version == "builtin") {
        let message = format!("external plugins disabled; unable to load external plugin '{}'", id.gvk.kind);
        let hint = "functions that are programs run with --enable-alpha-plugins and --enable-exec; containers never do";
        if matches!(functions, Functions::Refused) {
            return fail(message, vec![hint.to_owned()]);
        }
        return match Function::read(resource) {
            Ok(function) => Ok(Configured {
                plugin: Plugin::Function(Box::new(function)),
                id: id.to_string(),
                file,
                location,
                note: resource.note.as_ref().map(|note| note.of_configuration(resource)),
            }),
            Err(problem) => fail(problem, Vec::new()),
        };
    }
    let text = yaml_of(&resource.clone().take_value()?);
    let name = file.to_string();
    let Some(document) = read::configuration(&name, &text)? else {
        return fail(format!("plugin {id} is empty"), Vec::new());
    };
    let decoder = Decoder { file: &name, text: &text, manner: Manner::Loose };
    let plugin = Plugin::decode(decoder, &gvk.kind, document.root())
        .map_err(|error| error.at(&location).during(format!("plugin {id} fails configuration")))?;
    let Some(plugin) = plugin else {
        let hints = match gvk.kind.as_str() {
            "LegacyOrderTransformer" | "SortOrderTransformer" => {
                vec!["write `sortOptions` in the kustomization file instead".to_owned()]
            }
            _ => Vec::new(),
        };
        return fail(format!("unable to load builtin {gvk}"), hints);
    };
    let note = resource.note.as_ref().map(|note| note.of_configuration(resource));
    Ok(Configured { plugin, id: id.to_string(), file, location, note })
}

/// Returns what a configured generator makes; a transformer is none.
pub(crate) fn generate(target: &Target<'_>, configured: &Configured) -> Result<Vec<Resource>, KustomizeError> {
    let site = configured.site(&target.place);
    let options = |own: Option<&GeneratorOptions>| GeneratorOptions::merged(own, None);
    let made = match &configured.plugin {
        Plugin::ConfigMap(generator) => {
            vec![generators::make(site, "ConfigMap", generator, &options(generator.options.as_ref()))?]
        }
        Plugin::Secret(generator) => {
            vec![generators::make(site, "Secret", generator, &options(generator.options.as_ref()))?]
        }
        Plugin::ServiceAccount(account) => vec![service_account(site, account)?],
        Plugin::Function(function) => function.generate(site)?,
        Plugin::Chart(config) => helm::inflate(site, &config.0, &config.1, "")?,
        _ => {
            let message = format!("plugin {} not a generator", configured.id);
            let hint = "name it under `transformers`".to_owned();
            return Err(site.error(Span::default(), message, vec![hint]));
        }
    };
    let with_origin = |resource: Resource| {
        let origin = Origin { generator: Some("generators"), ..resource.origin.clone() };
        Resource { note: resource.note.clone().or_else(|| configured.note.clone()), origin, ..resource }
    };
    Ok(made.into_iter().map(with_origin).collect())
}

/// Makes the service account that a Google service account is bound to; kustomize knows no other cloud.
fn service_account(site: Site<'_>, account: &ServiceAccount) -> Result<Resource, KustomizeError> {
    let fail = |message: String| site.error(Span::default(), message, Vec::new());
    if account.cloud != "gke" {
        return Err(fail(format!("cloud provider {} not supported yet", account.cloud)));
    }
    let mut text = format!(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  annotations:\n    \
         iam.gke.io/gcp-service-account: {}@{}.iam.gserviceaccount.com\n  name: {}\n",
        account.account, account.project, account.name
    );
    if !account.namespace.is_empty() {
        text += &format!("  namespace: {}\n", account.namespace);
    }
    // The names are part of the YAML as they are written, as in kustomize.
    let node = read::text(&text).map_err(fail)?;
    let origin = Origin { file: site.file.clone(), line: site.location(Span::default()).line, generator: None };
    Ok(Resource::new(node, origin))
}
