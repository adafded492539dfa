use std::fmt;

use crate::open_api;

/// Group, version and kind of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Gvk {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) kind: String,
}

/// What names a resource in a build.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct ResId {
    pub(crate) gvk: Gvk,
    pub(crate) name: String,
    /// As written; empty is the default namespace, or none for kinds outside namespaces.
    pub(crate) namespace: String,
}

/// The namespace that kustomize writes down for kinds outside namespaces.
pub(crate) const NO_NAMESPACE: &str = "_non_namespaceable_";

/// Kinds that come first and last, in kustomize's legacy order.
pub(crate) const ORDER_FIRST: &[&str] = &[
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];
pub(crate) const ORDER_LAST: &[&str] = &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

impl Gvk {
    pub(crate) fn new(group: &str, version: &str, kind: &str) -> Self {
        Self { group: group.to_owned(), version: version.to_owned(), kind: kind.to_owned() }
    }

    pub(crate) fn parse(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self::new(group, version, kind)
    }

    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// Tells whether each part that `selector` names is the same here.
    pub(crate) fn is_selected(&self, selector: &Self) -> bool {
        let matches = |own: &str, wanted: &str| wanted.is_empty() || own == wanted;
        matches(&self.group, &selector.group)
            && matches(&self.version, &selector.version)
            && matches(&self.kind, &selector.kind)
    }

    /// Tells whether what is written so has each part that this one names.
    pub(crate) fn selects(&self, api_version: &str, kind: &str) -> bool {
        if !self.kind.is_empty() && self.kind != kind {
            return false;
        }
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        (self.group.is_empty() || self.group == group) && (self.version.is_empty() || self.version == version)
    }

    pub(crate) fn is_cluster_scoped(&self) -> bool {
        open_api::is_cluster_scoped(self)
    }

    /// Returns what kustomize compares when it sorts by kind: rank, then group, version, kind.
    pub(crate) fn sort_key(&self) -> (i64, String) {
        (rank(&self.kind, ORDER_FIRST, ORDER_LAST), self.sort_text())
    }

    pub(crate) fn sort_text(&self) -> String {
        let or = |text: &str, absent: &str| if text.is_empty() { absent.to_owned() } else { text.to_owned() };
        format!("{}_{}_{}", or(&self.group, "~G"), or(&self.version, "~V"), or(&self.kind, "~K"))
    }
}

/// Returns where a kind stands between those that come first (negative) and last (positive).
pub(crate) fn rank<T: AsRef<str>>(kind: &str, first: &[T], last: &[T]) -> i64 {
    let position = |list: &[T]| list.iter().rposition(|entry| entry.as_ref() == kind);
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    if let Some(at) = position(last) {
        return 1 + count(at);
    }
    position(first).map_or(0, |at| count(at) - count(first.len()))
}

impl fmt::Display for Gvk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or =
            |text: &'_ str, absent: &'static str| if text.is_empty() { absent.to_owned() } else { text.to_owned() };
        write!(f, "{}.{}.{}", or(&self.kind, "[noKind]"), or(&self.version, "[noVer]"), or(&self.group, "[noGrp]"))
    }
}

impl ResId {
    pub(crate) fn effective_namespace(&self) -> &str {
        if self.namespace == NO_NAMESPACE || self.gvk.is_cluster_scoped() {
            NO_NAMESPACE
        } else if self.namespace.is_empty() {
            "default"
        } else {
            &self.namespace
        }
    }

    pub(crate) fn same_namespace(&self, other: &Self) -> bool {
        self.effective_namespace() == other.effective_namespace()
    }

    /// Tells whether both name one resource: the empty namespace is `default`.
    pub(crate) fn names_same(&self, other: &Self) -> bool {
        self.name == other.name && self.gvk == other.gvk && self.same_namespace(other)
    }

    /// Returns the form in which the Go program prints the whole structure.
    pub(crate) fn go_syntax(&self) -> String {
        format!(
            "resid.ResId{{Gvk:resid.Gvk{{Group:{:?}, Version:{:?}, Kind:{:?}, isClusterScoped:{}}}, Name:{:?}, Namespace:{:?}}}",
            self.gvk.group,
            self.gvk.version,
            self.gvk.kind,
            self.gvk.is_cluster_scoped(),
            self.name,
            self.namespace
        )
    }
}

impl fmt::Display for ResId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or =
            |text: &'_ str, absent: &'static str| if text.is_empty() { absent.to_owned() } else { text.to_owned() };
        write!(f, "{}/{}.{}", self.gvk, or(&self.name, "[noName]"), or(&self.namespace, "[noNs]"))
    }
}
