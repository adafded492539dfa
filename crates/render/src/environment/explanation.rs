//! Where the documents of an environment come from.

use kustomize_rs::{Built, Change, Changes};
use towpath_config::{Chart, Manifests};
use towpath_model::{
    Diagnostic, TreePath,
    difference::Identity,
    explanation::{Explanation, Provenance, Step, Written},
};

use super::{Manner, Rendering, overlay};
use crate::{Service, difference::field_changes, objects};

/// How the image that is set by whoever renders is named among files.
const PINNED: &str = "the pinned image";

impl Service {
    /// Returns, for every document of one environment, the file that it was read or made from, and what changed it.
    ///
    /// # Errors
    /// As [`Service::render`].
    pub fn explain(&self, environment: &str, manner: &Manner) -> Result<Explanation, Diagnostic> {
        let (rendering, manifests) = self.rendering(environment, manner, Changes::Kept)?;
        let (chart, pattern) = match manifests {
            Manifests::Chart(chart) => (Some(chart), None),
            Manifests::Kustomize(pattern) => (None, Some(pattern)),
            Manifests::ChartThenKustomize(chart, pattern) => (Some(chart), Some(pattern)),
        };
        let given = chart.map(|chart| rendering.chart(chart)).transpose()?.map(|rendered| rendered.to_text());
        let templates = Templates {
            place: chart.map(|chart| rendering.chart_place(chart)).transpose()?.unwrap_or_default(),
            text: given.as_deref().unwrap_or_default(),
        };
        let values = chart.map(|chart| rendering.layers(chart, &templates.place)).transpose()?.unwrap_or_default();
        let Some(pattern) = pattern else {
            rendering.check_pin(templates.text)?;
            return Ok(Explanation { values, documents: templates.documents()? });
        };
        let output = rendering.overlay(pattern, given.as_deref())?;
        rendering.check_pin(&output.to_yaml())?;
        let documents = output.resources.iter().map(|built| provenance(built, &templates)).collect::<Result<_, _>>()?;
        Ok(Explanation { values, documents })
    }
}

impl Rendering<'_> {
    /// Returns what stands before the paths of a chart's templates: its folder, or the chart that is kept elsewhere.
    fn chart_place(&self, chart: &Chart) -> Result<String, Diagnostic> {
        if !chart.source.contains("://") {
            return Ok(self.path(&chart.source)?.to_string());
        }
        let version = chart.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
        Ok(format!("{}{version}:", chart.source))
    }

    /// Returns the files whose values a chart is rendered with; later ones win.
    fn layers(&self, chart: &Chart, place: &str) -> Result<Vec<String>, Diagnostic> {
        let mut layers = vec![joined(place, "values.yaml")];
        for file in &chart.values {
            let name = file.path.expand(&self.service.config.name, &self.environment.name);
            layers.push(self.path(&name)?.to_string());
        }
        layers.extend(self.manner.pin.as_ref().map(|_| PINNED.to_owned()));
        Ok(layers)
    }
}

/// What a chart gave, and where its templates stand.
struct Templates<'t> {
    place: String,
    /// Each document stands behind a line that names its template.
    text: &'t str,
}

impl Templates<'_> {
    /// Returns the template of what stands at a line, counted from 1.
    fn at_line(&self, line: usize) -> Option<Written> {
        const SOURCE: &str = "# Source: ";
        let mut lines = self.text.lines().take(line.max(2)).collect::<Vec<_>>().into_iter().rev().peekable();
        while let Some(line) = lines.next() {
            // A text within a document may hold such a line, too, but not behind the mark of a document.
            if let Some(path) = line.strip_prefix(SOURCE)
                && lines.peek() == Some(&"---")
            {
                // The first part is the chart's name.
                let inner = path.split_once('/').map_or(path, |(_, inner)| inner);
                return Some(Written { file: joined(&self.place, inner), ..Written::default() });
            }
        }
        None
    }

    /// Returns the documents as the chart gives them.
    fn documents(&self) -> Result<Vec<Provenance>, Diagnostic> {
        let objects = objects("the rendered manifests", self.text)?;
        let document = |object: crate::Object<'_>| {
            let start = object.text.as_ptr() as usize - self.text.as_ptr() as usize;
            let line = self.text[..start].matches('\n').count() + 1;
            let origin = self.at_line(line).unwrap_or_default();
            Provenance { identity: object.identity, origin, steps: Vec::new() }
        };
        Ok(objects.into_iter().map(document).collect())
    }
}

/// Returns where a resource of a kustomization comes from.
fn provenance(built: &Built, templates: &Templates<'_>) -> Result<Provenance, Diagnostic> {
    let Built { api_version, kind, namespace, name, origin, .. } = built;
    let [api_version, kind, namespace, name] = [api_version, kind, namespace, name].map(Clone::clone);
    let identity = Identity { api_version, kind, namespace, name };
    let template =
        Some(origin).filter(|origin| origin.file.name() == Manifests::CHART_FILE && !templates.text.is_empty());
    let origin = template.and_then(|origin| templates.at_line(origin.line)).unwrap_or_else(|| Written {
        file: origin.file.to_string(),
        line: Some(origin.line),
        field: origin.generator.unwrap_or_default().to_owned(),
    });
    let steps = built.changes.iter().map(|change| step(change, &identity)).collect::<Result<Vec<_>, _>>()?;
    Ok(Provenance { origin, steps: steps.into_iter().filter(|step| !step.fields.is_empty()).collect(), identity })
}

fn step(change: &Change, identity: &Identity) -> Result<Step, Diagnostic> {
    let fields = field_changes(&identity.to_string(), &change.before, &change.after)?;
    let by = match &change.place {
        Some((file, _)) if is_pin(file) => Written { file: PINNED.to_owned(), ..Written::default() },
        Some((file, line)) => Written { file: file.to_string(), line: Some(*line), field: change.by.to_owned() },
        None => Written { field: change.by.to_owned(), ..Written::default() },
    };
    Ok(Step { by, source: change.source.as_ref().map(ToString::to_string), fields })
}

fn is_pin(file: &TreePath) -> bool {
    file.parent().name() == overlay::PIN
}

fn joined(place: &str, inner: &str) -> String {
    match place {
        "" => inner.to_owned(),
        place if place.ends_with(':') => format!("{place} {inner}"),
        place => format!("{place}/{inner}"),
    }
}
