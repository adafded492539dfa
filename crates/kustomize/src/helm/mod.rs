//! Charts that a kustomization inflates: which files and values they take, and what becomes of their output.
//!
//! Source: kustomize `api/internal/builtins/HelmChartInflationGenerator.go` and `api/types/helmchartargs.go` 0.21.1.

mod engine;
mod values;

use towpath_model::{FileTree, TreePath};

pub use self::engine::{
    ChartEngine, ChartHooks, ChartRelease, ChartSource, ChartValues, Helm, PulledChart, RenderedChart,
};
use crate::{
    error::KustomizeError,
    kustomization::{HelmChart, HelmGlobals, Text},
    output::Origin,
    read,
    remote::{self, Pin},
    resource::Resource,
    site::Site,
};

/// Where charts stand unless `chartHome` says otherwise.
const CHART_HOME: &str = "charts";

/// Returns the resources that a chart gives, in the order in which helm prints them.
///
/// It goes to `namespace` if it names none itself.
pub(crate) fn inflate(
    site: Site<'_>,
    globals: &HelmGlobals,
    chart: &HelmChart,
    namespace: &str,
) -> Result<Vec<Resource>, KustomizeError> {
    let Some(helm) = &site.place.session.options.helm else {
        let hint = "charts are rendered only where they are expected: give --enable-helm";
        return Err(site.error(chart.span, "must specify --enable-helm".to_owned(), vec![hint.to_owned()]));
    };
    if chart.name.is_empty() {
        return Err(site.error(chart.span, "chart name cannot be empty".to_owned(), Vec::new()));
    }
    let inflation = Inflation { site, globals, chart, home: home(globals, chart) };
    let merge = values::Merge::of(site, &chart.values_merge)?;
    let additional: Vec<ChartValues> =
        chart.additional_values_files.iter().map(|path| inflation.load(path)).collect::<Result<_, _>>()?;
    let files = inflation.files(helm)?;
    let mut all = vec![inflation.values(&files, merge)?];
    all.extend(additional);
    let hooks = match (chart.skip_hooks, chart.skip_tests) {
        (true, _) => ChartHooks::Omitted,
        (_, true) => ChartHooks::WithoutTests,
        _ => ChartHooks::All,
    };
    let or = |own: &str, given: &str| if own.is_empty() { given.to_owned() } else { own.to_owned() };
    let release = ChartRelease {
        name: chart.release_name.clone(),
        name_template: chart.name_template.clone(),
        namespace: or(&chart.namespace, namespace),
        values: all,
        api_versions: if chart.api_versions.is_empty() { &helm.api_versions } else { &chart.api_versions }.clone(),
        kube_version: or(&chart.kube_version, &helm.kube_version),
        includes_crds: chart.include_crds,
        hooks,
    };
    let location = || site.location(chart.span);
    let rendered = helm.engine.template(&files.tree, &release);
    let rendered = rendered.map_err(|problem| KustomizeError::outside(problem).named(location()))?;
    site.place.session.note_chart(&rendered);
    let origin = Origin { file: site.file.clone(), line: location().line, generator: None };
    let objects = read::objects_of_text(&format!("helm template {}", chart.name), &rendered.text)?;
    let resource = |object: read::Object| Resource { from_helm: true, ..Resource::new(object.node, origin.clone()) };
    Ok(objects.into_iter().map(resource).collect())
}

/// Returns the folder of charts as the configuration would name it; what is pulled at a version has one of its own.
fn home(globals: &HelmGlobals, chart: &HelmChart) -> String {
    let home = if globals.chart_home.text.is_empty() { CHART_HOME } else { &globals.chart_home.text };
    match (chart.version.as_str(), chart.repository.as_str()) {
        ("", _) | (_, "") => home.to_owned(),
        (version, _) => format!("{home}/{}-{version}", chart.name),
    }
}

struct Inflation<'i> {
    site: Site<'i>,
    globals: &'i HelmGlobals,
    chart: &'i HelmChart,
    home: String,
}

/// The files of a chart.
struct Files {
    tree: FileTree,
    /// Where the chart stands, or would if it were written there.
    folder: TreePath,
}

impl Inflation<'_> {
    fn text(&self, path: String) -> Text {
        let written = &self.globals.chart_home;
        let span = if written.text.is_empty() { self.chart.span } else { written.span };
        Text { text: path, span }
    }

    fn load(&self, path: &Text) -> Result<ChartValues, KustomizeError> {
        let (file, bytes) = self.site.load(path)?;
        Ok(ChartValues { name: file.to_string(), content: bytes })
    }

    /// Returns the chart's files: those in the folder of charts, or what its repository has.
    fn files(&self, helm: &Helm) -> Result<Files, KustomizeError> {
        let (chart, session) = (self.chart, self.site.place.session);
        let path = self.text(format!("{}/{}", self.home, chart.name));
        let folder = self.site.resolve(&path)?;
        if let Some(tree) = self.site.place.directory_at(&folder)? {
            return Ok(Files { tree, folder });
        }
        if chart.repository.is_empty() {
            let message = format!("no repo specified for pull, no chart found at '{folder}'");
            return Err(self.site.error(chart.span, message, Vec::new()));
        }
        if let Some(tree) = session.pulled(&folder) {
            return Ok(Files { tree, folder });
        }
        let source = ChartSource {
            name: chart.name.clone(),
            repository: chart.repository.clone(),
            version: chart.version.clone(),
            with_prereleases: chart.devel,
            config_home: self.globals.config_home.clone(),
        };
        let pulled = helm.engine.pull(&source);
        let pulled = pulled.map_err(|error| KustomizeError::outside(error).named(self.site.location(chart.span)))?;
        let address = format!("{}/{}", remote::shown(chart.repository.trim_end_matches('/')), chart.name);
        let version = if chart.version.is_empty() { String::new() } else { format!(":{}", chart.version) };
        session.note(address + &version, Pin::Content(pulled.digest));
        session.keep_pulled(folder.clone(), pulled.tree.clone());
        Ok(Files { tree: pulled.tree, folder })
    }

    /// Returns the values in place of the chart's own.
    fn values(&self, files: &Files, merge: values::Merge) -> Result<ChartValues, KustomizeError> {
        let chart = self.chart;
        let path = if chart.values_file.text.is_empty() {
            self.text(format!("{}/{}/values.yaml", self.home, chart.name))
        } else {
            chart.values_file.clone()
        };
        if chart.values_inline.is_empty() {
            return self.values_file(files, &path);
        }
        if merge == values::Merge::InlineAlone {
            let content = values::inline(&chart.values_inline).into_bytes().into();
            return Ok(ChartValues { name: format!("valuesInline of {}", self.site.file), content });
        }
        let file = self.values_file(files, &path)?;
        let merged = values::merged(&file, &chart.values_inline, merge);
        let content = merged.map_err(|problem| self.site.error(path.span, problem, Vec::new()))?.into_bytes().into();
        Ok(ChartValues { name: format!("{} and valuesInline of {}", file.name, self.site.file), content })
    }

    /// Returns a values file, which may be one of a chart that was pulled.
    fn values_file(&self, files: &Files, path: &Text) -> Result<ChartValues, KustomizeError> {
        let full = self.site.resolve(path)?;
        let inner = full.strip(&files.folder).and_then(|inner| TreePath::parse(inner).ok());
        let pulled = match inner {
            Some(inner) if self.site.place.allows(&full)? => files.tree.file(&inner)?,
            _ => None,
        };
        match pulled {
            Some(content) => Ok(ChartValues { name: full.to_string(), content }),
            None => self.load(path),
        }
    }
}
