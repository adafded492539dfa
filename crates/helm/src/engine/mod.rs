//! Renders the templates of a chart: the data that they see, the order in which they are read, Helm's error texts.

mod api_versions;
mod capabilities;
mod context;
mod errors;
mod execute;
mod files;
mod helper;
mod state;
mod texts;

use std::{cmp::Reverse, sync::Arc};

pub(crate) use capabilities::{BuildInfo, Capabilities, KubeVersion};
pub(crate) use errors::{FAILURE_END, FAILURE_START};
pub(crate) use execute::Executed;
pub use helper::Helper;
use memchr::memmem;
pub(crate) use state::State;
pub(crate) use texts::{SMALL, Texts};
use towpath_gotmpl::{Map, MissingKey, Str, Templates};

use crate::{HelmError, Profile, RenderEnv, chart::Instance, functions::functions};

/// One template of a chart with the data it sees.
struct Renderable {
    /// Its path in the output: `shop/templates/service.yaml`.
    name: String,
    source: Arc<[u8]>,
    data: Map,
    base_path: String,
}

/// The templates of a chart and its subcharts, parsed, with what they see.
pub(crate) struct ChartTemplates {
    renderables: Vec<Renderable>,
    templates: Arc<Templates>,
}

/// Returns the templates of a chart; of a rendering and its helper the first parses them for both.
///
/// # Errors
/// When one cannot be parsed.
pub(crate) fn parse_templates(
    instance: &Instance<'_>,
    values: &Map,
    env: &RenderEnv,
    capabilities: &Capabilities,
    (texts, helper): (&Texts, Option<&Helper>),
) -> Result<ChartTemplates, HelmError> {
    let mut renderables = context::renderables(instance, values, env, capabilities);
    sort(&mut renderables);
    keep_last(&mut renderables);
    let known = helper.and_then(Helper::templates);
    let templates = known.map_or_else(|| parsed(&renderables, env.profile, texts), Ok)?;
    helper.inspect(|helper| helper.keep_templates(&templates));
    Ok(ChartTemplates { renderables, templates })
}

fn parsed(renderables: &[Renderable], profile: Profile, texts: &Texts) -> Result<Arc<Templates>, HelmError> {
    let mut templates = Templates::new("gotpl", Arc::clone(functions(profile)), MissingKey::Zero);
    if profile == Profile::Helm3 {
        templates = templates.without_integer_ranges();
    }
    for template in renderables {
        let name = Str::from(template.name.as_str());
        let parsed = texts.parsed(&name, &template.source, profile);
        let added = parsed.and_then(|parsed| templates.add(&name, &parsed));
        added.map_err(|error| errors::parse(&template.name, error))?;
    }
    Ok(Arc::new(templates))
}

/// Returns a text without Go's mark for a missing value.
pub(crate) fn without_no_value(output: Str) -> Str {
    const MARK: &[u8] = b"<no value>";
    let bytes = output.as_bytes();
    let Some(first) = memmem::find(bytes, MARK) else { return output };
    let mut kept = Vec::with_capacity(bytes.len());
    kept.extend_from_slice(&bytes[..first]);
    let mut rest = &bytes[first + MARK.len()..];
    while let Some(at) = memmem::find(rest, MARK) {
        kept.extend_from_slice(&rest[..at]);
        rest = &rest[at + MARK.len()..];
    }
    kept.extend_from_slice(rest);
    kept.into()
}

/// Whether a file is only there to be included.
pub(crate) fn is_partial(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.starts_with('_'))
}

/// Of templates with one path the last counts, as in Go's map of them.
fn keep_last(templates: &mut Vec<Renderable>) {
    templates.reverse();
    templates.dedup_by(|one, other| one.name == other.name);
    templates.reverse();
}

/// Deep paths come first, so that the templates of a parent redefine those of its subcharts.
fn sort(templates: &mut [Renderable]) {
    let depth = |template: &Renderable| template.name.matches('/').count();
    templates.sort_by(|one, other| other.name.cmp(&one.name));
    templates.sort_by_cached_key(|template| Reverse(depth(template)));
}
