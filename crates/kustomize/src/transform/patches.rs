//! Source: kustomize `api/internal/builtins/Patch*Transformer.go` 0.21.1.

use towpath_model::{Span, TreePath};

use crate::{
    data,
    error::{KustomizeError, Problem},
    kustomization::{Patch, Text},
    loader::Found,
    marks::Forgets,
    node::Node,
    output::Origin,
    patch::json::{self, Operation},
    read,
    resource::Resource,
    resources::{Patching, Resources},
    selector::Selector,
    site::Site,
    target::Target,
};

/// The patches of a kustomization file, read.
pub(super) struct Loaded {
    pub(super) legacy_strategic: Vec<Patching>,
    pub(super) patches: Vec<LoadedPatch>,
    pub(super) legacy_json: Vec<LoadedPatch>,
}

/// A patch with what it is for.
pub(super) struct LoadedPatch {
    content: Content,
    target: Option<Selector>,
    /// How messages name it.
    source: String,
    /// The file that holds it.
    pub(super) file: TreePath,
    /// Where the entry stands that asks for it.
    pub(super) span: Span,
}

enum Content {
    Strategic(Vec<Patching>),
    Json(Vec<Operation>),
}

pub(super) fn load(target: &Target<'_>) -> Result<Loaded, KustomizeError> {
    let (file, site) = (&target.kustomization, target.site());
    let mut legacy_strategic = Vec::new();
    for entry in &file.patches_strategic_merge {
        legacy_strategic.extend(legacy(site, entry)?);
    }
    if let (Some(first), true) = (file.patches_strategic_merge.first(), legacy_strategic.is_empty()) {
        let names: Vec<&str> = file.patches_strategic_merge.iter().map(|entry| entry.text.as_str()).collect();
        let message = format!("patch appears to be empty; files=[{}], Patch=", names.join(" "));
        return Err(site.error(first.span, message, Vec::new()));
    }
    let patches = file.patches.iter().map(|patch| load_patch(site, patch)).collect::<Result<_, _>>()?;
    let legacy_json = file.patches_json.iter().map(|patch| load_json(site, patch)).collect::<Result<_, _>>()?;
    Ok(Loaded { legacy_strategic, patches, legacy_json })
}

/// Applies the patches of `patchesStrategicMerge`.
pub(super) fn apply_legacy(resources: &mut Resources, patches: &[Patching]) -> Result<(), KustomizeError> {
    for patch in patches {
        let at = resources
            .get(&patch.resource.id())
            .map_err(|problem| patch.resource.error(Problem::Other(problem.into())))?;
        resources.apply_patch(&[at], patch)?;
    }
    Ok(())
}

/// An entry of `patchesStrategicMerge` is a patch, or else the path of one.
pub(super) fn legacy(site: Site<'_>, entry: &Text) -> Result<Vec<Patching>, KustomizeError> {
    let inline = read::objects_of_text(site.file.as_str(), &entry.text);
    let (file, objects) = match inline {
        Ok(objects) => (site.file.clone(), objects),
        Err(error) if entry.text.contains('\n') && site.place.find(&entry.text)? != Found::File => return Err(error),
        Err(_) => {
            let (file, bytes) = site.load(entry)?;
            let objects = read::objects(&file, &bytes)?;
            (file, objects)
        }
    };
    Ok(objects.into_iter().map(|object| patching(object, &file, &Patch::default())).collect())
}

/// Returns the patches of a text that is YAML itself.
pub(super) fn inline(site: Site<'_>, text: &Text) -> Result<Vec<Patching>, KustomizeError> {
    let objects = read::objects_of_text(site.file.as_str(), &text.text)?;
    Ok(objects.into_iter().map(|object| patching(object, site.file, &Patch::default())).collect())
}

fn patching(object: read::Object, file: &TreePath, patch: &Patch) -> Patching {
    let origin = Origin { file: file.clone(), line: object.line, generator: None };
    let mut resource = Resource::new(object.node, origin);
    if patch.allow_name_change || patch.allow_kind_change {
        // kustomize writes that into the patch, which makes texts of all its annotations.
        let pairs = resource.metadata_pairs("annotations").into_iter();
        let pairs = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        resource.set_metadata_pairs("annotations", pairs);
    }
    Patching { resource, may_rename: patch.allow_name_change, may_change_kind: patch.allow_kind_change }
}

pub(super) fn load_patch(site: Site<'_>, patch: &Patch) -> Result<LoadedPatch, KustomizeError> {
    let fail = |message: &str| Err(site.error(patch.span, message.to_owned(), Vec::new()));
    let inline = patch.text.text.trim();
    let (text, file, source, span) = match (inline, patch.path.text.as_str()) {
        ("", "") => return fail("must specify one of patch and path"),
        ("", named) => {
            let (file, bytes) = site.load(&patch.path)?;
            (String::from_utf8_lossy(&bytes).into_owned(), file, format!("[path: {named:?}]"), patch.path.span)
        }
        (inline, "") => (inline.to_owned(), site.file.clone(), format!("[patch: {inline:?}]"), patch.text.span),
        _ => return fail("patch and path can't be set at the same time"),
    };
    let strategic = read::objects_of_text(file.as_str(), &text);
    let operations = json_patch(&text);
    let content = match (strategic, operations) {
        (Ok(objects), Ok(operations)) if !objects.is_empty() && !operations.is_empty() => {
            return fail(&format!("illegally qualifies as both an SM and JSON patch: {source}"));
        }
        (Ok(objects), _) => {
            Content::Strategic(objects.into_iter().map(|object| patching(object, &file, patch)).collect())
        }
        (Err(_), Ok(operations)) => Content::Json(operations),
        (Err(strategic), Err(json)) => return Err(unreadable(site, &text, &source, span, strategic, json)),
    };
    Ok(LoadedPatch { content, target: patch.target.clone(), source, file, span: patch.span })
}

/// A text that is no patch of either kind: the reason is that of the kind that it looks like.
fn unreadable(
    site: Site<'_>,
    text: &str,
    source: &str,
    span: Span,
    strategic: KustomizeError,
    json: String,
) -> KustomizeError {
    let shown: String = source.chars().take(200).collect();
    let message = format!("unable to parse SM or JSON patch from {shown}");
    if text.trim_start().starts_with(['-', '[']) {
        return site.error(span, message, vec![json]);
    }
    strategic.during(message)
}

/// Returns the operations of a JSON patch in JSON, or in YAML where it begins otherwise.
fn json_patch(text: &str) -> Result<Vec<Operation>, String> {
    if text.is_empty() {
        return Err("empty json patch operations".to_owned());
    }
    let value = if text.starts_with('[') { data::from_json(text)? } else { data::from_yaml(text)? };
    json::operations(&value).ok_or_else(|| "a JSON patch is a list of objects".to_owned())
}

pub(super) fn load_json(site: Site<'_>, patch: &Patch) -> Result<LoadedPatch, KustomizeError> {
    let fail = |message: String| Err(site.error(patch.span, message, Vec::new()));
    if patch.target.as_ref().is_none_or(|selector| selector.name.is_empty()) {
        return fail("must specify the target name".to_owned());
    }
    let (text, file) = match (patch.text.text.as_str(), patch.path.text.as_str()) {
        ("", "") => return fail("empty file path and empty jsonOp".to_owned()),
        ("", named) => {
            let (file, bytes) = site.load(&patch.path)?;
            if bytes.is_empty() {
                return fail(format!("patch file '{named}' empty seems to be empty"));
            }
            (String::from_utf8_lossy(&bytes).into_owned(), file)
        }
        (inline, "") => (inline.to_owned(), site.file.clone()),
        _ => return fail("must specify a file path or jsonOp, not both".to_owned()),
    };
    match json_patch(&text) {
        Ok(operations) if operations.is_empty() => {
            fail(format!("patch appears to be empty; file={}, JsonOp={text}", patch.path.text))
        }
        Ok(operations) => {
            let content = Content::Json(operations);
            let (target, source, span) = (patch.target.clone(), String::new(), patch.span);
            Ok(LoadedPatch { content, target, source, file, span })
        }
        Err(problem) => fail(format!("decoding {text}: {problem}")),
    }
}

impl LoadedPatch {
    pub(super) fn apply(&self, resources: &mut Resources) -> Result<(), KustomizeError> {
        match (&self.content, &self.target) {
            (Content::Strategic(patches), Some(selector)) => match patches.as_slice() {
                [] => Ok(()),
                [patch] => {
                    let places = resources.select(selector)?;
                    resources.apply_patch(&places, patch)
                }
                _ => Err(KustomizeError::Resources(format!(
                    "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set `patches.target` field: {}",
                    self.source
                ))),
            },
            (Content::Strategic(patches), None) => patches.iter().try_for_each(|patch| apply_by_id(resources, patch)),
            (Content::Json(operations), None) if operations.is_empty() => Ok(()),
            (Content::Json(_), None) => {
                let problem = format!("must specify a target for JSON patch {}", self.source);
                Err(KustomizeError::Resources(problem))
            }
            (Content::Json(operations), Some(selector)) => self.operate(resources, selector, operations, true),
        }
    }

    /// Applies a patch of `patchesJson6902`.
    pub(super) fn apply_json(&self, resources: &mut Resources) -> Result<(), KustomizeError> {
        match (&self.content, &self.target) {
            (Content::Json(operations), Some(selector)) => self.operate(resources, selector, operations, false),
            _ => Ok(()),
        }
    }

    fn operate(
        &self,
        resources: &mut Resources,
        selector: &Selector,
        operations: &[Operation],
        remembers: bool,
    ) -> Result<(), KustomizeError> {
        for at in resources.select(selector)? {
            let resource = &mut resources.list[at];
            if remembers {
                resource.remember_id();
            }
            resource.write_marks();
            let id = resource.id();
            let mut value = resource.take_value()?;
            json::apply(&mut value, operations).map_err(|problem| KustomizeError::Resource {
                problem: Box::new(problem.into()),
                id: id.to_string(),
                file: self.file.clone(),
            })?;
            resource.node = Node::of_value(value);
            resource.shared.clear();
            resource.read_marks(Forgets::Notes);
        }
        Ok(())
    }
}

fn apply_by_id(resources: &mut Resources, patch: &Patching) -> Result<(), KustomizeError> {
    let id = patch.resource.id();
    let at = resources.get(&id).map_err(|problem| {
        let problem = format!("no resource matches strategic merge patch \"{id}\": {problem}");
        patch.resource.error(Problem::Other(problem.into()))
    })?;
    if !resources.list[at].patch(patch.clone())? {
        resources.remove(&[at]);
    }
    Ok(())
}
