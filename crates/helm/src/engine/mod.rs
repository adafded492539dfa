//! Renders the templates of a chart: the data that they see, the order in which they are read, Helm's error texts.

mod api_versions;
mod capabilities;
mod context;
mod errors;
mod files;
mod state;
mod texts;

use std::{cmp::Reverse, sync::Arc};

pub(crate) use capabilities::{BuildInfo, Capabilities, KubeVersion};
pub(crate) use errors::{FAILURE_END, FAILURE_START};
use memchr::memmem;
pub(crate) use state::State;
pub(crate) use texts::{SMALL, Texts};
use towpath_gotmpl::{Limits, Map, MissingKey, Session, Str, Templates, Value};

use crate::{HelmError, Profile, RenderEnv, chart::Instance, functions::functions, limits::RenderLimits};

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

/// Returns the templates of a chart.
///
/// # Errors
/// When one cannot be parsed.
pub(crate) fn parse_templates(
    instance: &Instance<'_>,
    values: &Map,
    env: &RenderEnv,
    capabilities: &Capabilities,
    texts: &Texts,
) -> Result<ChartTemplates, HelmError> {
    let mut renderables = context::renderables(instance, values, env, capabilities);
    sort(&mut renderables);
    keep_last(&mut renderables);
    let mut templates = Templates::new("gotpl", Arc::clone(functions(env.profile)), MissingKey::Zero);
    if env.profile == Profile::Helm3 {
        templates = templates.without_integer_ranges();
    }
    for template in &renderables {
        let name = Str::from(template.name.as_str());
        let parsed = texts.parsed(&name, &template.source, env.profile);
        let added = parsed.and_then(|parsed| templates.add(&name, &parsed));
        added.map_err(|error| errors::parse(&template.name, error))?;
    }
    Ok(ChartTemplates { renderables, templates: Arc::new(templates) })
}

impl ChartTemplates {
    /// Returns the outputs of all templates but the partials: (path, text), sorted by path.
    ///
    /// # Errors
    /// When one fails.
    pub(crate) fn execute(self, env: &RenderEnv, limits: &RenderLimits) -> Result<Executed, HelmError> {
        let mut session = Session::new(self.templates)
            .with_limits(Limits {
                stack: limits.stack_bytes(),
                output: limits.output_bytes,
                steps: limits.steps,
                memory: limits.memory_bytes,
                depth: limits.depth,
            })
            .with_budget({
                let patience = limits.patience.clone();
                move || patience.lasts()
            })
            .with_state(State::new(env));
        let mut outputs = Vec::with_capacity(self.renderables.len());
        for template in self.renderables.into_iter().filter(|template| !is_partial(&template.name)) {
            let about = [("Name", template.name.as_str()), ("BasePath", template.base_path.as_str())];
            let about = about.into_iter().collect::<Map>().with_type(context::values_type(env.profile));
            template.data.insert("Template", about);
            let name = Str::from(template.name.as_str());
            let root = template.data.with_type(context::values_type(env.profile));
            let output = session.include(&name, Value::Map(root));
            let output = output.map_err(|error| errors::execute(&template.name, error, env.profile))?;
            outputs.push((template.name, without_no_value(output)));
        }
        outputs.sort_by(|(one, _), (other, _)| one.cmp(other));
        let is_passing = session.state::<State>().is_none_or(|state| state.is_passing());
        Ok(Executed { outputs, is_passing })
    }
}

/// What templates gave.
pub(crate) struct Executed {
    /// The outputs by path, sorted.
    pub(crate) outputs: Vec<(String, Str)>,
    /// Whether another rendering of the same may give something else.
    pub(crate) is_passing: bool,
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
