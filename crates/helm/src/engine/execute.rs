//! Executes the templates of a chart, in their order or with the help of another thread.

use std::sync::Arc;

use towpath_gotmpl::{Limits, Map, Session, Str, Templates, Value};

use super::{
    ChartTemplates, Renderable, State, context, errors,
    helper::{About, Helper},
    is_partial, without_no_value,
};
use crate::{HelmError, Profile, RenderEnv, limits::RenderLimits};

/// Where a template finds its own name.
const TEMPLATE: &str = "Template";

/// What templates gave.
pub(crate) struct Executed {
    /// The outputs by path, sorted.
    pub(crate) outputs: Vec<(String, Str)>,
    /// Whether another rendering of the same may give something else.
    pub(crate) is_passing: bool,
}

impl ChartTemplates {
    /// Returns the outputs of all templates but the partials: (path, text), sorted by path.
    ///
    /// # Errors
    /// When one fails.
    pub(crate) fn execute(
        self,
        env: &RenderEnv,
        limits: &RenderLimits,
        mut helper: Option<&Helper>,
    ) -> Result<Executed, HelmError> {
        let mut session = session(self.templates, env, limits);
        let renderables = executed(self.renderables);
        if helper.is_some() {
            settle(&renderables);
        }
        let n = renderables.len();
        let (mut outputs, mut helped) = (Vec::with_capacity(n), None);
        for (at, template) in renderables.into_iter().enumerate() {
            if let Some(helper) = helper.take_if(|helper| !helper.begin(at)) {
                helped = Some(helper.finish());
            }
            // What the helper gave counts as long as nobody has changed anything and the limits suffice for both. Before the
            // first of it there may be a template that the helper had to put down.
            helped.take_if(|(_, about)| about.has_changed || session.has_changed() || !session.affords(about.spent));
            let given = helped.as_mut().and_then(|(outputs, _)| outputs.get_mut(n - 1 - at));
            let output = match given.map(std::mem::take) {
                Some(output) => output.into(),
                None => template
                    .execute(&mut session, env.profile)
                    .map_err(|error| errors::execute(&template.name, error, env.profile))?,
            };
            if session.has_changed()
                && let Some(helper) = helper.take()
            {
                helper.dismiss();
            }
            outputs.push((template.name, without_no_value(output)));
        }
        outputs.sort_by(|(one, _), (other, _)| one.cmp(other));
        let is_passing = helped.is_some_and(|(_, about)| about.is_passing) || has_passed(&mut session);
        Ok(Executed { outputs, is_passing })
    }

    /// Executes templates for a thread that executes all of them, beginning with the last, until the two meet.
    pub(crate) fn help(self, env: &RenderEnv, limits: &RenderLimits, helper: &Helper) {
        let mut session = session(self.templates, env, limits);
        let renderables = executed(self.renderables);
        settle(&renderables);
        // Each chart shows the template that was executed last also to the others, as a part of `.Subcharts`.
        for template in &renderables {
            template.show(env.profile);
        }
        while let Some(taken) = helper.take(renderables.len()) {
            let (before, template) = (&renderables[..taken.at], &renderables[taken.at]);
            let Ok(output) = template.execute(&mut session, env.profile) else { return };
            let is_passing = has_passed(&mut session);
            let about = About { spent: session.spent(), is_passing, has_changed: session.has_changed() };
            taken.give(output.as_bytes().to_vec(), about);
            match before.iter().rfind(|other| other.data.is_same(&template.data)) {
                Some(other) => other.show(env.profile),
                None => drop(template.data.remove(TEMPLATE)),
            }
        }
    }
}

impl Renderable {
    fn execute(&self, session: &mut Session, profile: Profile) -> Result<Str, towpath_gotmpl::Error> {
        self.show(profile);
        let root = self.data.with_type(context::values_type(profile));
        session.include(&Str::from(self.name.as_str()), Value::Map(root))
    }

    /// Makes this the template that its chart shows as the present one.
    fn show(&self, profile: Profile) {
        let about = [("Name", self.name.as_str()), ("BasePath", self.base_path.as_str())];
        let about = about.into_iter().collect::<Map>().with_type(context::values_type(profile));
        self.data.insert(TEMPLATE, about);
    }
}

fn session(templates: Arc<Templates>, env: &RenderEnv, limits: &RenderLimits) -> Session {
    let patience = limits.patience.clone();
    Session::new(templates)
        .with_limits(Limits {
            stack: limits.stack_bytes(),
            output: limits.output_bytes,
            steps: limits.steps,
            memory: limits.memory_bytes,
            depth: limits.depth,
        })
        .with_budget(move || patience.lasts())
        .with_state(State::new(env))
}

fn executed(mut renderables: Vec<Renderable>) -> Vec<Renderable> {
    renderables.retain(|template| !is_partial(&template.name));
    renderables
}

/// Marks what templates see, so that a change is noticed.
fn settle(renderables: &[Renderable]) {
    for template in renderables {
        template.data.settle();
    }
}

/// Tells whether something was asked that answers otherwise the next time.
fn has_passed(session: &mut Session) -> bool {
    session.state::<State>().is_none_or(|state| state.is_passing())
}
