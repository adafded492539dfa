use towpath_model::Span;
use towpath_yaml::{Node, NodeKind, Profile, Scalar};

use super::{Decoder, Text, decode};
use crate::{
    error::KustomizeError,
    node::{Number, Value},
};

type Result<T> = std::result::Result<T, KustomizeError>;

/// An entry of `helmCharts`.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the file")]
pub(crate) struct HelmChart {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) repository: String,
    pub(crate) release_name: String,
    pub(crate) namespace: String,
    pub(crate) name_template: String,
    pub(crate) additional_values_files: Vec<Text>,
    pub(crate) values_file: Text,
    /// Pairs of a mapping; empty where nothing is written.
    pub(crate) values_inline: Vec<(String, Value)>,
    pub(crate) values_merge: Text,
    pub(crate) include_crds: bool,
    pub(crate) skip_hooks: bool,
    pub(crate) skip_tests: bool,
    pub(crate) api_versions: Vec<String>,
    pub(crate) kube_version: String,
    pub(crate) devel: bool,
    pub(crate) span: Span,
}

/// `helmGlobals`.
#[derive(Debug, Clone, Default)]
pub(crate) struct HelmGlobals {
    pub(crate) chart_home: Text,
    pub(crate) config_home: String,
}

const GLOBALS: &[&str] = &["chartHome", "configHome"];
const CHART: &[&str] = &[
    "name",
    "version",
    "repo",
    "releaseName",
    "namespace",
    "additionalValuesFiles",
    "valuesFile",
    "valuesInline",
    "valuesMerge",
    "includeCRDs",
    "skipHooks",
    "apiVersions",
    "kubeVersion",
    "nameTemplate",
    "skipTests",
    "debug",
    "devel",
];
const LEGACY: &[&str] = &[
    "chartName",
    "chartVersion",
    "chartRepoUrl",
    "chartHome",
    "chartRepoName",
    "helmBin",
    "helmHome",
    "values",
    "valuesLocal",
    "valuesMerge",
    "releaseName",
    "releaseNamespace",
    "extraArgs",
];

/// How many values may stand in one mapping once aliases are followed.
const MOST_VALUES: usize = 2_000_000;

impl Decoder<'_> {
    /// Returns `helmGlobals`; nothing for null.
    pub(super) fn helm_globals(&self, node: Node<'_, '_>) -> Result<Option<HelmGlobals>> {
        if decode::is_null(node.resolved()) {
            return Ok(None);
        }
        let mut globals = HelmGlobals::default();
        for (name, value) in self.object(node, "helmGlobals", GLOBALS)? {
            self.helm_global(&mut globals, name, value)?;
        }
        Ok(Some(globals))
    }

    fn helm_global(&self, globals: &mut HelmGlobals, name: &str, value: Node<'_, '_>) -> Result<()> {
        match name {
            "chartHome" => globals.chart_home = self.text(value, name)?,
            _ => globals.config_home = self.string(value, name)?,
        }
        Ok(())
    }

    /// Returns an entry of `helmCharts`.
    pub(super) fn helm_chart(&self, node: Node<'_, '_>) -> Result<HelmChart> {
        let mut chart = HelmChart { span: node.span(), ..HelmChart::default() };
        for (name, value) in self.object(node, "helmCharts", CHART)? {
            self.helm_chart_field(&mut chart, name, value)?;
        }
        Ok(chart)
    }

    /// Returns the chart that a configuration of the plugin `HelmChartInflationGenerator` asks for.
    pub(super) fn chart_plugin(&self, node: Node<'_, '_>) -> Result<(HelmGlobals, HelmChart)> {
        let mut globals = HelmGlobals::default();
        for (name, value) in self.object(node, "helmGlobals", GLOBALS)? {
            self.helm_global(&mut globals, name, value)?;
        }
        Ok((globals, self.helm_chart(node)?))
    }

    fn helm_chart_field(&self, chart: &mut HelmChart, name: &str, value: Node<'_, '_>) -> Result<()> {
        match name {
            "name" => chart.name = self.string(value, name)?,
            "version" => chart.version = self.string(value, name)?,
            "repo" => chart.repository = self.string(value, name)?,
            "releaseName" => chart.release_name = self.string(value, name)?,
            "namespace" => chart.namespace = self.string(value, name)?,
            "nameTemplate" => chart.name_template = self.string(value, name)?,
            "additionalValuesFiles" => chart.additional_values_files = self.texts(value, name)?,
            "valuesFile" => chart.values_file = self.text(value, name)?,
            "valuesInline" => chart.values_inline = self.values(value, name)?,
            "valuesMerge" => chart.values_merge = self.text(value, name)?,
            "includeCRDs" => chart.include_crds = self.boolean(value, name)?,
            "skipHooks" => chart.skip_hooks = self.boolean(value, name)?,
            "skipTests" => chart.skip_tests = self.boolean(value, name)?,
            "apiVersions" => chart.api_versions = self.strings(value, name)?,
            "kubeVersion" => chart.kube_version = self.string(value, name)?,
            "devel" => chart.devel = self.boolean(value, name)?,
            // What helm would say more of while it works.
            _ => drop(self.boolean(value, name)?),
        }
        Ok(())
    }

    /// Returns the charts of the deprecated `helmChartInflationGenerator`, and the globals that the last of them set.
    pub(super) fn legacy_charts(&self, node: Node<'_, '_>) -> Result<(Vec<HelmChart>, HelmGlobals)> {
        let mut globals = HelmGlobals::default();
        let charts = self.list(node, "helmChartInflationGenerator", |item| {
            let mut chart = HelmChart { span: item.span(), ..HelmChart::default() };
            for (name, value) in self.object(item, "helmChartInflationGenerator", LEGACY)? {
                self.legacy_field(&mut chart, &mut globals, name, value)?;
            }
            Ok(chart)
        })?;
        Ok((charts, globals))
    }

    fn legacy_field(
        &self,
        chart: &mut HelmChart,
        globals: &mut HelmGlobals,
        name: &str,
        value: Node<'_, '_>,
    ) -> Result<()> {
        match name {
            "chartName" => chart.name = self.string(value, name)?,
            "chartVersion" => chart.version = self.string(value, name)?,
            "chartRepoUrl" => chart.repository = self.string(value, name)?,
            "values" => chart.values_file = self.text(value, name)?,
            "valuesLocal" => chart.values_inline = self.values(value, name)?,
            "valuesMerge" => chart.values_merge = self.text(value, name)?,
            "releaseName" => chart.release_name = self.string(value, name)?,
            "chartHome" => {
                let home = self.text(value, name)?;
                if !home.text.is_empty() {
                    globals.chart_home = home;
                }
            }
            "helmHome" => {
                let home = self.string(value, name)?;
                if !home.is_empty() {
                    globals.config_home = home;
                }
            }
            "extraArgs" => drop(self.strings(value, name)?),
            _ => drop(self.string(value, name)?),
        }
        Ok(())
    }

    /// Returns the pairs of a mapping of anything, sorted by key; numbers are what JSON makes of them.
    fn values(&self, node: Node<'_, '_>, field: &str) -> Result<Vec<(String, Value)>> {
        let mut room = MOST_VALUES;
        self.mapping(node.resolved(), field, &mut room)
    }

    fn mapping(&self, node: Node<'_, '_>, field: &str, room: &mut usize) -> Result<Vec<(String, Value)>> {
        let mut pairs: Vec<(String, Value)> = Vec::new();
        for (key, value) in self.entries(node, field)? {
            let (key, value) = (decode::key_text(key), self.value(value.resolved(), field, room)?);
            match pairs.binary_search_by(|(known, _)| known.cmp(&key)) {
                Ok(at) => pairs[at].1 = value,
                Err(at) => pairs.insert(at, (key, value)),
            }
        }
        Ok(pairs)
    }

    fn value(&self, node: Node<'_, '_>, field: &str, room: &mut usize) -> Result<Value> {
        *room = room
            .checked_sub(1)
            .ok_or_else(|| self.error(node.span(), "document contains excessive aliasing".to_owned(), Vec::new()))?;
        match node.kind() {
            NodeKind::Mapping(_) => Ok(Value::Map(self.mapping(node, field, room)?)),
            NodeKind::Sequence(items) => {
                items.map(|item| self.value(item.resolved(), field, room)).collect::<Result<_>>().map(Value::List)
            }
            _ => self.scalar_value(node),
        }
    }

    fn scalar_value(&self, node: Node<'_, '_>) -> Result<Value> {
        let scalar = towpath_yaml::resolve(node, Profile::Go2);
        let scalar = scalar.map_err(|error| self.error(node.span(), error.to_string(), Vec::new()))?;
        #[expect(clippy::cast_precision_loss, reason = "JSON has floats alone, as Go's decoder reads it")]
        let number = match scalar {
            Scalar::Null => return Ok(Value::Null),
            Scalar::Bool(value) => return Ok(Value::Boolean(value)),
            Scalar::Int(value) => value as f64,
            Scalar::Uint(value) => value as f64,
            Scalar::Float(value) => value,
            Scalar::Str(text) => return Ok(Value::Text(text.into_owned())),
            Scalar::Binary(bytes) => return Ok(Value::Text(String::from_utf8_lossy(&bytes).into_owned())),
            Scalar::Timestamp(_) | Scalar::Merge => return Ok(Value::Text(node.text().unwrap_or("").to_owned())),
        };
        if number.is_finite() {
            return Ok(Value::Number(Number::Float(number)));
        }
        let message = format!("json: unsupported value: {}", node.text().unwrap_or(""));
        Err(self.error(node.span(), message, Vec::new()))
    }
}
