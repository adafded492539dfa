use towpath_config::Chart;
use towpath_helm::{Rendered, ValuesFile, ValuesOptions};
use towpath_model::{Diagnostic, Kind, PinnedImage};

use super::{Purpose, Rendering, failed};
use crate::{source::ChartRequest, workshop::Loaded};

impl Rendering<'_> {
    /// Renders the chart with the values of the environment, and with those that pin the image over them.
    pub(super) fn chart(&self, chart: &Chart) -> Result<Rendered, Diagnostic> {
        let loaded = self.load(chart)?;
        let chart_here = match &loaded.tree {
            Some(read) => {
                self.tree.add_reads_of(read);
                loaded.chart.for_rendering(Some(&self.tree.below(&self.path(&chart.source)?)))
            }
            None => loaded.chart.for_rendering(None),
        };
        let mut values = ValuesOptions { files: self.values(chart)?, ..ValuesOptions::default() };
        values.files.extend(self.manner.pin.as_ref().map(|pin| self.pinned_values(pin)));
        let engine = &self.service.workshop.engine;
        let rendered = engine.render(&chart_here, &values, &self.world(), &self.manner.options);
        let rendered = rendered.map_err(|error| error.diagnostic())?;
        if rendered.is_passing && self.manner.purpose == Purpose::Cluster {
            self.tree.note_outside("the clock, a random source or a post-renderer");
        }
        Ok(rendered)
    }

    /// Loads the chart from the service's own files, or from where it is kept; environments and services share it.
    fn load(&self, chart: &Chart) -> Result<Loaded, Diagnostic> {
        let named = |diagnostic: Diagnostic| match diagnostic.location {
            Some(_) => diagnostic,
            None => diagnostic.at(self.service.config.location(chart.source_span)),
        };
        let (workshop, charts, profile) = (&self.service.workshop, &self.service.charts, self.manner.profile);
        if chart.source.contains("://") {
            self.tree.note_outside(format!("the chart {}", chart.source));
            let fetch = || {
                let chart = charts.load(&remote_request(chart, profile))?;
                Ok(Loaded { chart: chart.into(), tree: None })
            };
            return workshop.chart(&chart.source, chart.version.as_deref(), profile, fetch).map_err(named);
        }
        let folder = self.path(&chart.source)?;
        if self.tree.entry(&folder).map_err(|error| failed(&error))?.is_none() {
            return Err(named(Diagnostic::new(Kind::Usage, format!("chart `{}` does not exist", chart.source))));
        }
        workshop.chart(folder.as_str(), None, profile, || {
            let tree = self.tree.recording();
            let chart = charts.load_from_tree(&tree, &folder, profile)?;
            Ok(Loaded { chart: chart.into(), tree: Some(tree) })
        })
    }

    fn values(&self, chart: &Chart) -> Result<Vec<ValuesFile>, Diagnostic> {
        let config = &self.service.config;
        let read = |file: &towpath_config::ValuesFile| {
            let name = file.path.expand(&config.name, &self.environment.name);
            let content = self.tree.file(&self.path(&name)?).map_err(|error| failed(&error))?;
            let content = content.ok_or_else(|| {
                Diagnostic::new(Kind::Usage, format!("values file `{name}` does not exist"))
                    .at(config.location(file.span))
                    .hint(format!("every environment needs one; paths are relative to `{}`", config.file()))
            })?;
            Ok(ValuesFile { name, content: content.to_vec() })
        };
        chart.values.iter().map(read).collect()
    }

    /// Returns values that set the digest where promotions set it, and the repository beside it.
    fn pinned_values(&self, pin: &PinnedImage) -> ValuesFile {
        let promotion = self.service.config.promotion.as_ref();
        let pointer = promotion.map_or("/image/digest", |promotion| &promotion.set.pointer);
        let keys: Vec<String> =
            pointer.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~")).collect();
        let (last, parents) = keys.split_last().map_or(("digest", &[][..]), |(last, parents)| (last.as_str(), parents));
        let mut values = serde_json::json!({ last: pin.digest(), "repository": pin.name() });
        for key in parents.iter().rev() {
            values = serde_json::json!({ key.as_str(): values });
        }
        ValuesFile { name: "the pinned image".to_owned(), content: values.to_string().into_bytes() }
    }
}

/// Returns the request for a chart that is kept elsewhere: `https://charts.example.com/web` is the chart `web` of the
/// repository `https://charts.example.com`, unless it names an archive itself.
fn remote_request(chart: &Chart, profile: towpath_helm::Profile) -> ChartRequest {
    let mut request = ChartRequest {
        chart: chart.source.clone(),
        version: chart.version.clone(),
        profile,
        ..ChartRequest::default()
    };
    let is_repository =
        chart.source.starts_with("http") && !chart.source.split('?').next().unwrap_or_default().ends_with(".tgz");
    if is_repository && let Some((repository, name)) = chart.source.trim_end_matches('/').rsplit_once('/') {
        request.repository = Some(repository.to_owned());
        name.clone_into(&mut request.chart);
    }
    request
}
