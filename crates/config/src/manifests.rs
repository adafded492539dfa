use towpath_model::Span;

use crate::{ConfigError, Pattern, read::Field};

/// Where a service's manifests come from. Paths are relative to the configuration's folder.
#[derive(Debug, Clone, PartialEq)]
pub enum Manifests {
    /// A Helm chart with values.
    Chart(Chart),
    /// A kustomization, usually one for each environment.
    Kustomize(Pattern),
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
    pub(crate) fn read(field: Field<'_>) -> Result<Self, ConfigError> {
        let table = field.table(&["chart", "kustomize", "values", "version"])?;
        let (key, source) = table.one_of(&["chart", "kustomize"])?;
        if key == "kustomize" {
            for other in ["values", "version"] {
                if let Some(field) = table.get(other) {
                    return Err(field.wrong(
                        field.node.text().unwrap_or("[…]"),
                        "nothing, since a kustomization has none",
                        None,
                    ));
                }
            }
            return Ok(Self::Kustomize(source.pattern()?));
        }
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
        Ok(Self::Chart(Chart { source: text, source_span: source.node.span(), version, values }))
    }
}
