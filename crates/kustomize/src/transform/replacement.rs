//! Source: kustomize `api/filters/replacement/replacement.go` 0.21.1.

use super::structured;
use crate::{
    error::{KustomizeError, Problem},
    id::ResId,
    kustomization::{Decoder, FieldOptions, Manner, Replacement, ReplacementEntry, Source, Target},
    node::{Create, Node},
    path, read,
    resource::Resource,
    resources::Resources,
    selector::{Compiled, Selector},
    site::Site,
};

/// What is replaced where nothing else is named.
const NAME: &str = "metadata.name";

/// Returns the replacements that a configuration names, those in files too.
pub(super) fn load(site: Site<'_>, entries: &[ReplacementEntry]) -> Result<Vec<Replacement>, KustomizeError> {
    let mut all = Vec::new();
    for entry in entries {
        let inline = &entry.replacement;
        if entry.path.text.is_empty() {
            all.push(inline.clone());
            continue;
        }
        if inline.source.is_some() || inline.targets.as_ref().is_some_and(|targets| !targets.is_empty()) {
            let message = "cannot specify both path and inline replacement".to_owned();
            return Err(site.error(inline.span, message, Vec::new()));
        }
        let (file, bytes) = site.load(&entry.path)?;
        let text = String::from_utf8_lossy(&bytes);
        let Some(document) = read::configuration(file.as_str(), &text)? else {
            let message = "unsupported replacement type encountered within replacement path: invalid".to_owned();
            return Err(site.error(entry.path.span, message, Vec::new()));
        };
        let decoder = Decoder { file: file.as_str(), text: &text, manner: Manner::Loose };
        all.extend(decoder.replacement_file(document.root())?.into_iter().map(|mut replacement| {
            // Its place is in another file; messages name the entry.
            replacement.span = inline.span;
            replacement.file = Some(file.clone());
            replacement
        }));
    }
    Ok(all)
}

pub(super) fn apply(
    site: Site<'_>,
    resources: &mut Resources,
    replacements: &[Replacement],
) -> Result<(), KustomizeError> {
    for replacement in replacements {
        let at = |problem: String| site.error(replacement.span, problem, Vec::new());
        let has_source = replacement.source.is_some() || replacement.value.is_some();
        let Some(targets) = replacement.targets.as_ref().filter(|_| has_source) else {
            return Err(at("replacements must specify a source and at least one target".to_owned()));
        };
        let mut given = match (&replacement.value, &replacement.source) {
            (Some(_), Some(_)) => return Err(at("value and resource selectors are mutually exclusive".to_owned())),
            (Some(value), None) => Given { value: Node::unset(value), field: None },
            (None, Some(source)) => source_value(resources, source).map_err(at)?,
            (None, None) => continue,
        };
        for target in targets {
            apply_target(resources, &mut given, target).map_err(at)?;
        }
    }
    Ok(())
}

/// Returns the current and all earlier names; kinds outside namespaces are no exception here.
fn ids(resource: &Resource) -> Vec<ResId> {
    std::iter::once(resource.id()).chain(resource.previous_ids()).collect()
}

fn is_selected(id: &ResId, selector: &ResId) -> bool {
    let namespace = |text: &str| if text.is_empty() { "default".to_owned() } else { text.to_owned() };
    (selector.name.is_empty() || selector.name == id.name)
        && (selector.namespace.is_empty() || namespace(&selector.namespace) == namespace(&id.namespace))
        && id.gvk.is_selected(&selector.gvk)
}

/// What is put into targets.
struct Given {
    value: Node,
    /// The resource and the field it was read from: where a target changes that field, the next gets the new value.
    field: Option<(usize, Vec<String>)>,
}

impl Given {
    /// Reads the value again, if it was read from this resource.
    fn refresh(&mut self, at: usize, resource: &Resource) {
        if let Some((_, parts)) = self.field.as_ref().filter(|(own, _)| *own == at)
            && let Ok(Some(value)) = resource.node.lookup(parts)
        {
            self.value = value.unshared();
        }
    }
}

fn source_value(resources: &Resources, source: &Source) -> Result<Given, String> {
    let shown = || {
        let path = if source.field_path.is_empty() { String::new() } else { format!(":{}", source.field_path) };
        format!("{}{path}", source.id)
    };
    let mut found = resources
        .list
        .iter()
        .enumerate()
        .filter(|(_, resource)| ids(resource).iter().any(|id| is_selected(id, &source.id)));
    let (at, resource) = found.next().ok_or_else(|| format!("nothing selected by {}", shown()))?;
    if found.next().is_some() {
        return Err(format!("multiple matches for selector {}", shown()));
    }
    let field = if source.field_path.is_empty() { NAME } else { &source.field_path };
    let parts = path::split_with_brackets(field, '.');
    let value =
        resource.node.lookup(&parts).map_err(|error| format!("error looking up replacement source: {error}"))?;
    let Some(value) = value.filter(|value| !value.is_null_or_empty()) else {
        return Err(format!("fieldPath `{field}` is missing for replacement source {}", source.id));
    };
    let value = refined(value, &source.options)?;
    Ok(Given { value, field: source.options.delimiter.is_empty().then_some((at, parts)) })
}

fn refined(value: &Node, options: &FieldOptions) -> Result<Node, String> {
    let mut value = value.unshared();
    if options.delimiter.is_empty() {
        return Ok(value);
    }
    let Node::Scalar(scalar) = &mut value else {
        return Err("delimiter option can only be used with scalar nodes".to_owned());
    };
    let part = usize::try_from(options.index).ok().and_then(|at| scalar.text.split(&options.delimiter).nth(at));
    match part.map(str::to_owned) {
        Some(part) => scalar.text = part,
        None => return Err(format!("options.index {} is out of bounds for value {}", options.index, scalar.text)),
    }
    Ok(value)
}

fn apply_target(resources: &mut Resources, given: &mut Given, target: &Target) -> Result<(), String> {
    let selector = target.select.as_ref().ok_or("target must specify resources to select")?;
    let compile =
        |selector: &Selector| selector.compile().map_err(|error| format!("error creating target selector: {error}"));
    let select = compile(selector)?;
    let reject = target
        .reject
        .iter()
        .map(|selector| compile(selector).map(|compiled| (selector, compiled)))
        .collect::<Result<Vec<_>, _>>()?;
    for (at, resource) in resources.list.iter_mut().enumerate() {
        let ids = ids(resource);
        let by_metadata = |compiled: &Compiled| -> Result<bool, String> {
            let by_annotations = compiled.fits_annotations(&resource.metadata_pairs("annotations"));
            let by_labels = compiled.fits_labels(&resource.metadata_pairs("labels"));
            Ok(by_annotations.map_err(|error| error.to_string())? && by_labels.map_err(|error| error.to_string())?)
        };
        if !by_metadata(&select)? {
            continue;
        }
        let fits = |compiled: &Compiled, id: &ResId| {
            compiled.fits_gvk(&id.gvk) && compiled.fits_name(&id.name) && compiled.fits_namespace(&id.namespace)
        };
        let mut rejected = false;
        for (selector, compiled) in &reject {
            let has_metadata = !selector.annotations.is_empty() || !selector.labels.is_empty();
            rejected |= (has_metadata && by_metadata(compiled)?)
                || (!selector.names_nothing() && ids.iter().any(|id| fits(compiled, id)));
        }
        if rejected || !ids.iter().any(|id| fits(&select, id)) {
            continue;
        }
        copy(at, resource, given, target).map_err(|problem| {
            let id = resource.id();
            format!("{problem} ({id})")
        })?;
        resource.spread();
    }
    Ok(())
}

fn copy(at: usize, resource: &mut Resource, given: &mut Given, target: &Target) -> Result<(), String> {
    let name = [NAME.to_owned()];
    let fields = if target.field_paths.is_empty() { &name[..] } else { &target.field_paths };
    for field in fields {
        let create = if target.options.create { Create::Leaf(given.value.kind()) } else { Create::No };
        let parts = path::split_with_brackets(field, '.');
        if structured::set(&mut resource.node, &given.value, &parts, create)? {
            continue;
        }
        let unfound = || {
            let how = if target.options.create { "find or create" } else { "find" };
            format!("unable to {how} field {field:?} in replacement target")
        };
        let found = resource.node.matching(&parts, create).map_err(|error| format!("{}: {error}", unfound()))?;
        if found.nodes.is_empty() && found.inside_texts == 0 {
            return Err(unfound());
        }
        for way in found.nodes {
            given.refresh(at, resource);
            set(resource.node.at_mut(&way), &given.value, &target.options)?;
        }
        given.refresh(at, resource);
    }
    Ok(())
}

/// A scalar takes the text and keeps its type; anything else is replaced.
fn set(field: &mut Node, value: &Node, options: &FieldOptions) -> Result<(), String> {
    if !options.delimiter.is_empty() {
        let Node::Scalar(scalar) = field else {
            return Err("delimiter option can only be used with scalar nodes".to_owned());
        };
        let mut parts: Vec<&str> = scalar.text.split(&options.delimiter).collect();
        let text = value.text_or_empty().to_owned();
        match usize::try_from(options.index) {
            Err(_) => parts.insert(0, &text),
            Ok(at) if at >= parts.len() => parts.push(&text),
            Ok(at) => parts[at] = &text,
        }
        scalar.text = parts.join(&options.delimiter);
        return Ok(());
    }
    match field {
        Node::Scalar(scalar) => value.as_text().clone_into(&mut scalar.text),
        other => *other = value.clone(),
    }
    Ok(())
}

impl From<String> for Problem {
    fn from(problem: String) -> Self {
        Self::Other(problem.into())
    }
}
