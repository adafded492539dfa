use serde_json::{Map, Value, json};
use towpath_model::{Diagnostic, Kind};

use crate::{Weights, WeightsError};

/// An Istio VirtualService, read from JSON, whose weights and rollout state are changed in one step.
///
/// Everything else in the document stays as it was. JSON is YAML too, so the file that holds it is one that
/// `kubectl apply` takes; this crate reads no other form of YAML.
///
/// Source: Istio 1.28, `networking.istio.io/v1`, `VirtualService`, `HTTPRoute` and `HTTPRouteDestination`.
#[derive(Debug, Clone, PartialEq)]
pub struct VirtualService {
    document: Value,
}

/// Where in a VirtualService a rollout splits traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subsets {
    /// The name of the HTTP route; absent for the first one.
    pub route: Option<String>,
    /// The subset that serves now.
    pub stable: String,
    /// The subset that is tried.
    pub canary: String,
}

/// One destination of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The service's host.
    pub host: String,
    /// The subset of it; empty for the whole service.
    pub subset: String,
    /// Its weight as written: relative to the total of the route, at least 0.
    pub weight: i64,
}

/// A document that is no VirtualService, or one that cannot be rolled out.
#[derive(Debug, thiserror::Error)]
pub enum IstioError {
    /// It is no JSON.
    #[error("the VirtualService is no JSON")]
    Json(#[source] serde_json::Error),
    /// It is something else.
    #[error("kind is `{0}`, not `VirtualService` of networking.istio.io")]
    Kind(String),
    /// The route is missing.
    #[error("the VirtualService has no HTTP route{}", .0.as_ref().map(|name| format!(" `{name}`")).unwrap_or_default())]
    NoRoute(Option<String>),
    /// The route does not have exactly the two subsets.
    #[error("the route's destinations are {found}; it must have the subsets `{stable}` and `{canary}` and no other")]
    Destinations {
        /// The subsets that stand there.
        found: String,
        /// The subset that is asked for as stable.
        stable: String,
        /// The subset that is asked for as canary.
        canary: String,
    },
    /// Its total would send traffic nowhere.
    #[error("the route's weights total {0}; the sum must be more than 0")]
    Total(i64),
    /// A weight is no number or negative.
    #[error("weight `{0}` is no whole number of at least 0")]
    Weight(String),
    /// The annotation was written by something else or a later version.
    #[error("the annotation `{}` cannot be read", VirtualService::ANNOTATION)]
    State(#[source] serde_json::Error),
}

impl From<&IstioError> for Diagnostic {
    fn from(error: &IstioError) -> Self {
        let diagnostic = Self::from_error(Kind::Usage, error);
        match error {
            IstioError::Json(_) => diagnostic.hint("write it as JSON: `yq -o json`, or `kubectl get -o json`"),
            IstioError::Destinations { .. } => {
                diagnostic.hint("name the subsets of the DestinationRule with --stable and --canary")
            }
            IstioError::State(_) => diagnostic.hint("`towpath-canary abort` returns to stable and writes a new one"),
            _ => diagnostic,
        }
    }
}

impl VirtualService {
    /// The annotation that holds the state of the rollout as JSON.
    pub const ANNOTATION: &str = "towpath.dev/rollout";

    /// Returns the VirtualService in `text`.
    ///
    /// # Errors
    /// When it is no JSON or of another kind.
    pub fn parse(text: &str) -> Result<Self, IstioError> {
        let document: Value = serde_json::from_str(text).map_err(IstioError::Json)?;
        let field = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
        if field("kind") != "VirtualService" || !field("apiVersion").starts_with("networking.istio.io/") {
            return Err(IstioError::Kind(field("kind").to_owned()));
        }
        Ok(Self { document })
    }

    /// Returns the document as indented JSON with a newline at its end.
    pub fn to_json(&self) -> String {
        format!("{:#}\n", self.document)
    }

    /// Returns `namespace/name`, either part empty where it is not written.
    pub fn name(&self) -> String {
        let field = |name: &str| self.metadata(name).unwrap_or_default();
        format!("{}/{}", field("namespace"), field("name"))
    }

    /// Returns `metadata.resourceVersion`, which every write changes; empty if there is none yet.
    pub fn resource_version(&self) -> &str {
        self.metadata("resourceVersion").unwrap_or_default()
    }

    /// Returns the same document under another `metadata.resourceVersion`.
    #[must_use]
    pub fn with_resource_version(mut self, version: &str) -> Self {
        child(&mut self.document, "metadata").insert("resourceVersion".to_owned(), version.into());
        self
    }

    /// Returns the destinations of the HTTP route called `route` (absent: the first), in their order, never empty.
    ///
    /// A destination alone takes everything, whatever its weight; among several a missing weight is 0.
    ///
    /// # Errors
    /// When there is no such route, it has no destinations, or a weight is no whole number of at least 0.
    pub fn destinations(&self, route: Option<&str>) -> Result<Vec<Destination>, IstioError> {
        let list = self.route(route).and_then(|route| route.get("route")).and_then(Value::as_array);
        let list = list.filter(|list| !list.is_empty()).ok_or_else(|| IstioError::NoRoute(route.map(str::to_owned)))?;
        let mut destinations = Vec::with_capacity(list.len());
        for entry in list {
            let field = |name: &str| {
                let text =
                    entry.get("destination").and_then(|destination| destination.get(name)).and_then(Value::as_str);
                text.unwrap_or_default().to_owned()
            };
            let weight = match entry.get("weight") {
                None | Some(Value::Null) => 0,
                Some(value) => {
                    value.as_i64().filter(|w| *w >= 0).ok_or_else(|| IstioError::Weight(value.to_string()))?
                }
            };
            destinations.push(Destination { host: field("host"), subset: field("subset"), weight });
        }
        if let [alone] = destinations.as_mut_slice() {
            alone.weight = 100;
        }
        let total: i64 = destinations.iter().fold(0, |total, destination| total.saturating_add(destination.weight));
        if total == 0 {
            return Err(IstioError::Total(total));
        }
        Ok(destinations)
    }

    /// Returns the split between the two subsets, or why the live weights are none that Towpath writes.
    ///
    /// # Errors
    /// When the route does not have exactly the two subsets, each once.
    pub fn weights(&self, subsets: &Subsets) -> Result<Result<Weights, WeightsError>, IstioError> {
        let destinations = match self.destinations(subsets.route.as_deref()) {
            // The weights are wrong but the destinations are there: writing stable mends it.
            Err(IstioError::Total(_)) => return Ok(Err(WeightsError::Total { stable: 0, canary: 0 })),
            other => other?,
        };
        let weight = |subset: &str| destinations.iter().find(|d| d.subset == subset).map(|d| d.weight);
        match (weight(&subsets.stable), weight(&subsets.canary)) {
            (Some(stable), Some(canary)) if destinations.len() == 2 && subsets.stable != subsets.canary => {
                Ok(Weights::new(stable, canary))
            }
            _ => Err(IstioError::Destinations {
                found: destinations.iter().map(|d| format!("`{}`", d.subset)).collect::<Vec<_>>().join(", "),
                stable: subsets.stable.clone(),
                canary: subsets.canary.clone(),
            }),
        }
    }

    /// Returns the text of the annotation that holds a rollout's state, if there is one.
    pub fn annotation(&self) -> Option<&str> {
        self.document.pointer("/metadata/annotations")?.get(Self::ANNOTATION)?.as_str()
    }

    /// Returns the document with this split and this annotation: one value, hence one write.
    ///
    /// # Errors
    /// When the route does not have exactly the two subsets.
    pub fn with(&self, subsets: &Subsets, weights: Weights, annotation: &str) -> Result<Self, IstioError> {
        // The split that stands there may be anything, but the destinations must be the two.
        let _ = self.weights(subsets)?;
        let mut new = self.clone();
        let metadata = child(&mut new.document, "metadata");
        let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
        if !annotations.is_object() {
            *annotations = json!({});
        }
        annotations[Self::ANNOTATION] = annotation.into();
        let index = self.route_index(subsets.route.as_deref());
        if let Some(list) = new.document.pointer_mut(&format!("/spec/http/{index}/route")).and_then(Value::as_array_mut)
        {
            for entry in list {
                let subset = entry.pointer("/destination/subset").and_then(Value::as_str).unwrap_or_default();
                let weight = if subset == subsets.canary { weights.canary() } else { weights.stable() };
                if let Some(entry) = entry.as_object_mut() {
                    entry.insert("weight".to_owned(), weight.into());
                }
            }
        }
        Ok(new)
    }

    fn route(&self, name: Option<&str>) -> Option<&Value> {
        self.document.pointer("/spec/http")?.as_array()?.get(self.route_index(name))
    }

    /// Returns where the route stands in `spec.http`; behind the end if there is none of that name.
    fn route_index(&self, name: Option<&str>) -> usize {
        let Some(name) = name else { return 0 };
        let list = self.document.pointer("/spec/http").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let named = |route: &Value| route.get("name").and_then(Value::as_str) == Some(name);
        list.iter().position(named).unwrap_or(list.len())
    }

    fn metadata(&self, name: &str) -> Option<&str> {
        self.document.get("metadata")?.get(name)?.as_str()
    }
}

/// Returns the mapping under `key`, made empty if something else stands there.
fn child<'a>(parent: &'a mut Value, key: &str) -> &'a mut Map<String, Value> {
    if !parent[key].is_object() {
        parent[key] = json!({});
    }
    parent[key].as_object_mut().expect("because it has just been made one")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(routes: &str) -> VirtualService {
        VirtualService::parse(&format!(
            r#"{{"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {{"name": "shop"}},
                "spec": {{"hosts": ["shop"], "http": [{routes}], "tls": []}}}}"#
        ))
        .unwrap()
    }

    fn route(weights: &[(&str, &str)]) -> String {
        let entries = weights.iter().map(|(subset, weight)| {
            let weight = if weight.is_empty() { String::new() } else { format!(r#","weight":{weight}"#) };
            format!(r#"{{"destination":{{"host":"shop","subset":"{subset}"}}{weight}}}"#)
        });
        format!(r#"{{"name":"main","route":[{}]}}"#, entries.collect::<Vec<_>>().join(","))
    }

    fn subsets() -> Subsets {
        Subsets { route: None, stable: "stable".to_owned(), canary: "canary".to_owned() }
    }

    #[test]
    fn weights_and_state_change_together_and_nothing_else_does() {
        let other = route(&[("stable", "1"), ("canary", "2")]).replace("main", "other");
        let text = format!("{other},{}", route(&[("canary", "0"), ("stable", "100")]));
        let before = document(&text);
        let subsets = Subsets { route: Some("main".to_owned()), ..subsets() };
        let after = before.with(&subsets, Weights::new(75, 25).unwrap(), "{\"step\":2}").unwrap();
        assert_eq!(after.weights(&subsets).unwrap(), Weights::new(75, 25));
        assert_eq!(after.annotation(), Some("{\"step\":2}"));
        let back = VirtualService::parse(&after.to_json()).unwrap();
        assert_eq!(back, after);
        let undone = back.with(&subsets, Weights::STABLE, "").unwrap();
        let mut same = undone.document;
        same["metadata"].as_object_mut().unwrap().remove("annotations");
        assert_eq!(same, before.document);
        assert_eq!(after.with_resource_version("7").resource_version(), "7");
    }

    #[test]
    fn odd_weights_are_seen_as_they_are() {
        let weights =
            |list: &[(&str, &str)]| document(&route(list)).weights(&subsets()).map(|w| w.map(Weights::canary));
        assert_eq!(weights(&[("stable", "75"), ("canary", "25")]).unwrap(), Ok(25));
        assert_eq!(weights(&[("stable", "100"), ("canary", "")]).unwrap(), Ok(0));
        assert!(weights(&[("stable", "3"), ("canary", "1")]).unwrap().is_err());
        assert!(weights(&[("stable", "0"), ("canary", "0")]).unwrap().is_err());
        for (list, message) in [
            (vec![("stable", "150"), ("canary", "-50")], "weight `-50` is no whole number of at least 0"),
            (vec![("stable", "\"a\""), ("canary", "1")], "weight `\"a\"` is no whole number of at least 0"),
            (vec![("stable", "100")], "destinations are `stable`; it must have the subsets `stable` and `canary`"),
            (vec![("stable", "1"), ("canary", "1"), ("x", "98")], "`stable`, `canary`, `x`"),
            (vec![], "has no HTTP route"),
        ] {
            let error = weights(&list).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
        let alone = document(&route(&[("stable", "")])).destinations(Some("main")).unwrap();
        assert_eq!(alone[0].weight, 100);
        assert!(document("").destinations(Some("none")).unwrap_err().to_string().contains("no HTTP route `none`"));
    }

    #[test]
    fn other_documents_are_refused() {
        for (text, message) in [
            ("kind: VirtualService", "no JSON"),
            ("[]", "kind is ``"),
            (r#"{"apiVersion":"v1","kind":"Service"}"#, "kind is `Service`"),
        ] {
            let error = VirtualService::parse(text).unwrap_err();
            assert!(error.to_string().contains(message), "{error}");
            assert_eq!(Diagnostic::from(&error).kind, Kind::Usage);
        }
    }
}
