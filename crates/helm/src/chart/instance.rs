use std::sync::Arc;

use towpath_gotmpl::{Map, MapType, Value};
use towpath_model::SourceError;

use super::{Chart, Dependency, Metadata, metadata::Import};
use crate::{
    HelmError, Profile,
    error::Problem,
    golang::{paths, yaml},
    semver,
    values::{
        Effort, Mode, coalesce_shared, coalesce_tables, coalesce_values, n_nodes_of, read_documents, table, value_at,
    },
};

/// The path of a definition in the output, and its content.
pub(crate) type Definition = (String, Arc<[u8]>);

/// Keys, items and tables of all values files of a chart and its subcharts.
const MOST_VALUES: usize = yaml::MOST_NODES;

/// Each step of a path makes a table, which takes about as much as so many entries.
const TABLE: usize = 64;

/// A chart as it takes part in a release: under its alias, with its values, with the subcharts that are enabled.
#[derive(Debug, Clone)]
pub(crate) struct Instance<'c> {
    pub(crate) chart: &'c Chart,
    pub(crate) metadata: Metadata,
    /// The chart's own values, and later what it imports.
    pub(crate) values: Map,
    pub(crate) children: Vec<Self>,
    /// The path of its files in the output, such as `shop/charts/cache`.
    pub(crate) path: String,
}

impl<'c> Instance<'c> {
    /// Returns `chart` with all of its subcharts, none of them judged yet.
    pub(crate) fn new(chart: &'c Chart, profile: Profile) -> Result<Self, HelmError> {
        let mut left = MOST_VALUES;
        Self::read(chart, profile, &mut left)
    }

    /// Reads the values of `chart` and its subcharts; `left` is how many they may hold together.
    fn read(chart: &'c Chart, profile: Profile, left: &mut usize) -> Result<Self, HelmError> {
        let values = match &chart.values {
            None => Map::nil(MapType::ANY),
            Some(text) => read_documents(text, profile, &format!("{}/values.yaml", chart.metadata.name))
                .map_err(|problem| HelmError::Chart(problem.prefixed("cannot load values.yaml: ")))?,
        };
        let too_many = || {
            let message = format!("the values of a chart and its subcharts are more than {MOST_VALUES}");
            HelmError::Chart(
                Problem::new(message).hint("large data belongs into files of their own, which `.Files` reads"),
            )
        };
        *left = left.checked_sub(n_nodes_of(&values)).ok_or_else(too_many)?;
        let mut metadata = chart.metadata.clone();
        // A chart is loaded once for both releases; what one refuses the other may render.
        metadata.validate(profile).map_err(|message| HelmError::Chart(Problem::new(message)))?;
        let children =
            chart.subcharts.iter().map(|chart| Self::read(chart, profile, left)).collect::<Result<_, _>>()?;
        Ok(Self { chart, path: String::new(), metadata, values, children })
    }

    /// Refuses a chart that lacks a subchart it asks for.
    pub(crate) fn check_dependencies(&self, profile: Profile) -> Result<(), HelmError> {
        let wanted = self.metadata.dependencies.iter().flatten();
        let missing: Vec<&str> = wanted
            .filter(|wanted| !self.children.iter().any(|child| child.metadata.name == wanted.name))
            .map(|wanted| wanted.name.as_str())
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let (start, mark) = if profile == Profile::Helm4 { ("an", "'") } else { ("An", "`") };
        let message = format!(
            "{start} error occurred while checking for chart dependencies. You may need to run {mark}helm dependency build{mark} \
             to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: {}",
            missing.join(", ")
        );
        Err(HelmError::Dependencies(
            Problem::new(message).hint("put the subcharts into charts/, as folders or as .tgz"),
        ))
    }

    /// Applies aliases, tags, conditions and imports, as the values of the user decide.
    pub(crate) fn process_dependencies(&mut self, values: &Map, effort: &Effort) -> Result<(), HelmError> {
        self.process_enabled(values, "", effort)?;
        self.import_values(effort)?;
        self.metadata.is_root = true;
        let name = self.metadata.name.clone();
        self.set_paths(name, effort.profile);
        Ok(())
    }

    fn set_paths(&mut self, path: String, profile: Profile) {
        for child in &mut self.children {
            child.set_paths(format!("{path}/charts/{}", child.metadata.name), profile);
            // Helm 3 leaves the charts below an alias where they were loaded, unless it judges their dependencies.
            if profile == Profile::Helm3 && child.chart.metadata.dependencies.is_none() {
                let loaded = format!("{path}/charts/{}", child.chart.metadata.name);
                for below in &mut child.children {
                    below.set_paths(format!("{loaded}/charts/{}", below.metadata.name), profile);
                }
            }
        }
        self.path = path;
    }

    fn n_charts(&self) -> usize {
        1 + self.children.iter().map(Self::n_charts).sum::<usize>()
    }

    fn process_enabled(&mut self, values: &Map, path: &str, effort: &Effort) -> Result<(), HelmError> {
        let Some(mut wanted) = self.metadata.dependencies.take() else { return Ok(()) };
        let matches = |child: &Self, wanted: &Dependency| {
            child.metadata.name == wanted.name
                && semver::is_compatible(&wanted.version, &child.metadata.version, effort.profile)
        };
        let mut children: Vec<Self> =
            self.children.iter().filter(|child| !wanted.iter().any(|wanted| matches(child, wanted))).cloned().collect();
        for dependency in &mut wanted {
            if let Some(child) = self.children.iter().find(|child| matches(child, dependency)) {
                effort.take_charts(child.n_charts())?;
                let mut child = child.clone();
                if !dependency.alias.is_empty() {
                    child.metadata.name.clone_from(&dependency.alias);
                }
                children.push(child);
            }
            if !dependency.alias.is_empty() {
                dependency.name.clone_from(&dependency.alias);
            }
            dependency.enabled = true;
        }
        self.children = children;
        let coalesced = coalesce_shared(self, values, Mode::Coalesce, effort)?;
        apply_tags(&mut wanted, &coalesced);
        apply_conditions(&mut wanted, &coalesced, path);
        let disabled = |name: &str| wanted.iter().any(|wanted| !wanted.enabled && wanted.name == name);
        self.children.retain(|child| !disabled(&child.metadata.name));
        for child in &mut self.children {
            let path = format!("{path}{}.", child.metadata.name);
            child.process_enabled(&coalesced, &path, effort)?;
        }
        let off: Vec<String> =
            wanted.iter().filter(|wanted| !wanted.enabled).map(|wanted| wanted.name.clone()).collect();
        wanted.retain(|wanted| !off.contains(&wanted.name));
        // Go appends what is left to nil: an emptied list is none.
        self.metadata.dependencies = (!wanted.is_empty()).then_some(wanted);
        Ok(())
    }

    fn import_values(&mut self, effort: &Effort) -> Result<(), HelmError> {
        for child in &mut self.children {
            child.import_values(effort)?;
        }
        let Some(dependencies) = self.metadata.dependencies.clone() else { return Ok(()) };
        if dependencies.iter().all(|dependency| dependency.import_values.is_empty()) {
            self.values = coalesce_shared(self, &Map::nil(MapType::ANY), Mode::Merge, effort)?;
            return Ok(());
        }
        let values = coalesce_values(self, &Map::nil(MapType::ANY), Mode::Merge, effort)?;
        let imported = Map::any();
        for dependency in &dependencies {
            for import in &dependency.import_values {
                let (child, parent) = match import {
                    Import::Exported(name) => (format!("exports.{name}"), "."),
                    Import::Table { is_text: false, .. } if effort.profile == Profile::Helm3 => {
                        let what = format!("import-values of `{}` names no text", dependency.name);
                        let hint = "write `child` and `parent` in quotes: Helm 3 takes nothing but texts";
                        return Err(HelmError::Dependencies(Problem::new(what).hint(hint)));
                    }
                    Import::Table { child, parent, .. } => (child.clone(), parent.as_str()),
                };
                let Some(found) = table(&values, &format!("{}.{child}", dependency.name)) else { continue };
                effort.spend(TABLE * parent.split('.').count());
                effort.check()?;
                let nested = if parent == "." { found } else { below(parent, found) };
                coalesce_tables(&imported, &nested, Mode::Merge, effort);
            }
        }
        effort.spend(n_nodes_of(&values) + n_nodes_of(&imported));
        effort.check()?;
        let own = crate::functions::deep_copy_map(&values);
        coalesce_tables(&own, &imported, Mode::Merge, effort);
        self.values = own;
        Ok(())
    }

    /// Returns the custom resource definitions: (path in the output, content), its own before those of subcharts.
    ///
    /// # Errors
    /// When one cannot be read.
    pub(crate) fn definitions(&self) -> Result<Vec<Definition>, SourceError> {
        let is_definition = |name: &str| {
            let extension = paths::ext(name).to_ascii_lowercase();
            name.starts_with("crds/") && matches!(extension.as_str(), ".yaml" | ".yml" | ".json")
        };
        let own = self.chart.files.iter().filter(|file| is_definition(&file.name));
        let own = own.map(|file| Ok((paths::join(&[&self.path, &file.name]), file.load()?)));
        let mut found = own.collect::<Result<Vec<_>, _>>()?;
        for child in &self.children {
            found.extend(child.definitions()?);
        }
        Ok(found)
    }
}

fn apply_tags(dependencies: &mut [Dependency], values: &Map) {
    let Some(tags) = table(values, "tags") else { return };
    for dependency in dependencies {
        let set: Vec<bool> = dependency
            .tags
            .iter()
            .filter_map(|tag| match tags.get(tag) {
                Some(Value::Bool(truth)) => Some(truth),
                _ => None,
            })
            .collect();
        dependency.enabled = set.is_empty() || set.contains(&true);
    }
}

fn apply_conditions(dependencies: &mut [Dependency], values: &Map, path: &str) {
    for dependency in dependencies {
        let condition = dependency.condition.trim().to_owned();
        for condition in condition.split(',').filter(|condition| !condition.is_empty()) {
            if let Some(Value::Bool(truth)) = value_at(values, &format!("{path}{condition}")) {
                dependency.enabled = truth;
                break;
            }
        }
    }
}

/// Returns a map that has `inner` at a dotted path.
fn below(path: &str, inner: Map) -> Map {
    path.split('.').rev().fold(inner, |inner, key| [(key, Value::Map(inner))].into_iter().collect())
}
