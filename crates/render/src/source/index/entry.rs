use std::{collections::HashSet, fmt};

use serde::{
    Deserialize, Serialize,
    de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};
use towpath_helm::{Profile, Version};
use towpath_yaml::{Node, NodeKind};

use super::Offers;

/// One version of a chart that a repository offers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Offer {
    /// The version as the index writes it.
    pub(crate) version: String,
    /// Where the archive stands, absolute or relative to the repository; Helm takes the first.
    pub(crate) urls: Vec<String>,
    /// The SHA-256 of the archive in hexadecimal digits, `sha256:` before it or not; may be empty.
    pub(crate) digest: String,
    #[serde(skip_serializing)]
    name: String,
    #[serde(skip_serializing, rename = "type")]
    chart_type: String,
    #[serde(skip_serializing)]
    dependencies: Vec<DependencyName>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct DependencyName {
    name: String,
    alias: String,
}

impl Offer {
    /// Returns what Helm finds wrong with it.
    ///
    /// Source: `Metadata.Validate` in Helm's `pkg/chart`, but for the error that an index may hold.
    fn problem(&self, profile: Profile) -> Option<String> {
        let alias_ok = |alias: &str| alias.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        let problem = if self.name.is_empty() {
            "chart.metadata.name is required".to_owned()
        } else if self.name.contains('/') {
            format!("chart.metadata.name {:?} is invalid", self.name)
        } else if self.version.is_empty() {
            "chart.metadata.version is required".to_owned()
        } else if Version::parse(&self.version, profile).is_err() {
            format!("chart.metadata.version {:?} is invalid", self.version)
        } else if !matches!(self.chart_type.as_str(), "" | "application" | "library") {
            "chart.metadata.type must be application or library".to_owned()
        } else if let Some(wrong) = self.dependencies.iter().find(|dependency| !alias_ok(&dependency.alias)) {
            format!("dependency {:?} has disallowed characters in the alias", wrong.name)
        } else {
            return None;
        };
        Some(problem)
    }
}

/// Returns the entries that Helm would keep.
fn kept(entries: Vec<Option<Offer>>, chart: &str, profile: Profile) -> Offers {
    let mut offers = Offers::default();
    let versions = offers.versions.insert(Vec::new());
    for entry in entries {
        let problem = match &entry {
            None => Some("empty entry".to_owned()),
            Some(offer) => offer.problem(profile).map(|problem| format!("version {:?}: {problem}", offer.version)),
        };
        match (entry, problem) {
            (Some(offer), None) => versions.push(offer),
            (_, problem) => {
                let problem = problem.unwrap_or_default();
                offers.warnings.push(format!("skipping an invalid entry of chart `{chart}` in the index: {problem}"));
            }
        }
    }
    offers
}

/// Returns what a text in YAML offers.
pub(super) fn offers_in_yaml(text: &str, chart: &str, profile: Profile) -> Result<Offers, String> {
    let document = towpath_yaml::parse_first(text, towpath_yaml::Profile::Go2).map_err(|error| error.to_string())?;
    let document = document.ok_or("empty index.yaml file")?;
    let root = document.root();
    if root.get("apiVersion").and_then(Node::text).unwrap_or_default().is_empty() {
        return Err("no API version specified".to_owned());
    }
    let Some(entries) = root.get("entries") else { return Ok(Offers::default()) };
    let mut names = HashSet::new();
    for (name, _) in entries.entries() {
        if !names.insert(name.text()) {
            return Err(format!("the chart {:?} stands in it twice", name.text().unwrap_or_default()));
        }
    }
    let Some(list) = entries.get(chart) else { return Ok(Offers::default()) };
    Ok(kept(list.items().map(offer).collect(), chart, profile))
}

/// Returns the entry that a node is; nothing for null.
fn offer(node: Node<'_, '_>) -> Option<Offer> {
    if let NodeKind::Scalar(..) = node.resolved().kind() {
        return None;
    }
    let text = |node: Node<'_, '_>, key: &str| node.get(key).and_then(Node::text).unwrap_or_default().to_owned();
    let dependency = |node: Node<'_, '_>| DependencyName { name: text(node, "name"), alias: text(node, "alias") };
    let items = |key: &str| node.get(key).into_iter().flat_map(Node::items);
    Some(Offer {
        version: text(node, "version"),
        urls: items("urls").filter_map(Node::text).map(str::to_owned).collect(),
        digest: text(node, "digest"),
        name: text(node, "name"),
        chart_type: text(node, "type"),
        dependencies: items("dependencies").map(dependency).collect(),
    })
}

/// Returns what a text in JSON offers; the entries of other charts are passed over as they are read.
pub(super) fn offers_in_json(text: &str, chart: &str, profile: Profile) -> serde_json::Result<Offers> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let index = IndexSeed { chart }.deserialize(&mut reader)?;
    reader.end()?;
    if index.api_version.is_empty() {
        return Err(serde::de::Error::custom("no API version specified"));
    }
    Ok(index.entries.map_or_else(Offers::default, |entries| kept(entries, chart, profile)))
}

#[derive(Default)]
struct Index {
    api_version: String,
    entries: Option<Vec<Option<Offer>>>,
}

/// Reads an index, of its entries those of one chart.
struct IndexSeed<'a> {
    chart: &'a str,
}

impl<'de> DeserializeSeed<'de> for IndexSeed<'_> {
    type Value = Index;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Index, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for IndexSeed<'_> {
    type Value = Index;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an index of charts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Index, A::Error> {
        let mut index = Index::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "apiVersion" => index.api_version = map.next_value()?,
                "entries" => index.entries = map.next_value_seed(EntriesSeed { chart: self.chart })?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(index)
    }
}

struct EntriesSeed<'a> {
    chart: &'a str,
}

impl<'de> DeserializeSeed<'de> for EntriesSeed<'_> {
    type Value = Option<Vec<Option<Offer>>>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for EntriesSeed<'_> {
    type Value = Option<Vec<Option<Offer>>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("charts by their names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == self.chart {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}
