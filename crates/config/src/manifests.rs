use towpath_model::Span;

use crate::{
    ConfigError, Pattern,
    read::{Field, Table},
};

/// Where a service's manifests come from. Paths are relative to the configuration's folder.
#[derive(Debug, Clone, PartialEq)]
pub enum Manifests {
    /// A Helm chart with values.
    Chart(Chart),
    /// A kustomization, usually one for each environment.
    Kustomize(Pattern),
    /// A chart whose output a kustomization changes: it stands in the kustomization's folder as [`Manifests::CHART_FILE`],
    /// which the kustomization names in its `resources`. It exists in memory alone.
    ChartThenKustomize(Chart, Pattern),
}

/// A Helm chart and the values it is rendered with.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// A folder; or, with a version, `oci://REGISTRY/PATH`, `https://REPOSITORY/CHART` or an archive's address; or
    /// `git+https://REPOSITORY//PATH?ref=REVISION`.
    pub source: String,
    /// Where `source` stands in the file.
    pub source_span: Span,
    /// The version or constraint of a chart from a repository.
    pub version: Option<String>,
    /// Values files, the later over the earlier.
    pub values: Vec<ValuesFile>,
}

/// A values file of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct ValuesFile {
    /// Its path.
    pub path: Pattern,
    /// Where the path stands in the configuration.
    pub span: Span,
}

impl Manifests {
    /// The name under which a chart's output stands in the folder of the kustomization that changes it.
    pub const CHART_FILE: &str = "chart.yaml";

    /// Returns the chart, where there is one.
    pub fn chart(&self) -> Option<&Chart> {
        match self {
            Self::Chart(chart) | Self::ChartThenKustomize(chart, _) => Some(chart),
            Self::Kustomize(_) => None,
        }
    }

    pub(crate) fn read(field: Field<'_>) -> Result<Self, ConfigError> {
        let table = field.table(&["chart", "kustomize", "values", "version"])?;
        let kustomize = table.get("kustomize").map(|field| field.pattern()).transpose()?;
        match (table.get("chart"), kustomize) {
            (Some(source), None) => Chart::read(&table, &source).map(Self::Chart),
            (Some(source), Some(overlay)) => Ok(Self::ChartThenKustomize(Chart::read(&table, &source)?, overlay)),
            (None, None) => Err(table.without(&["chart", "kustomize"])),
            (None, Some(overlay)) => {
                for other in ["values", "version"] {
                    if let Some(field) = table.get(other) {
                        let found = field.node.text().unwrap_or("[…]");
                        return Err(field.wrong(found, "nothing, since a kustomization has none", None));
                    }
                }
                Ok(Self::Kustomize(overlay))
            }
        }
    }
}

impl Chart {
    fn read(table: &Table<'_>, source: &Field<'_>) -> Result<Self, ConfigError> {
        let text = source.text()?.to_owned();
        let version = table.get("version").map(|field| field.text().map(str::to_owned)).transpose()?;
        // A revision in git stands behind its `?ref=`.
        let versioned = text.contains("://") && !text.starts_with("git+");
        if versioned && version.is_none() {
            return Err(source.wrong(text, "a `version` beside a chart from a repository", None));
        }
        let values = table.get("values").map_or_else(|| Ok(Vec::new()), |field| field.list())?;
        let file = |field: &Field<'_>| Ok(ValuesFile { path: field.pattern()?, span: field.node.span() });
        let values = values.iter().map(file).collect::<Result<_, ConfigError>>()?;
        Ok(Self { source: text, source_span: source.node.span(), version, values })
    }
}
