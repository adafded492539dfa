//! kustomize's own field specs.
//!
//! Source: kustomize `api/internal/konfig/builtinpluginconsts` 0.21.1.

use super::{Config, references};
use crate::fieldspec::FieldSpec;

type Row = (&'static str, bool, &'static str, &'static str, &'static str);

const NAMESPACE: &[Row] = &[
    ("metadata/name", true, "", "", "Namespace"),
    ("spec/service/namespace", true, "apiregistration.k8s.io", "", "APIService"),
    (
        "spec/conversion/webhook/clientConfig/service/namespace",
        false,
        "apiextensions.k8s.io",
        "",
        "CustomResourceDefinition",
    ),
];

const SELECTORS: &[Row] = &[
    ("spec/selector", true, "", "v1", "Service"),
    ("spec/selector", true, "", "v1", "ReplicationController"),
    ("spec/selector/matchLabels", true, "", "", "Deployment"),
    ("spec/selector/matchLabels", true, "", "", "ReplicaSet"),
    ("spec/selector/matchLabels", true, "", "", "DaemonSet"),
    ("spec/selector/matchLabels", true, "apps", "", "StatefulSet"),
    ("spec/selector/matchLabels", false, "batch", "", "Job"),
    ("spec/jobTemplate/spec/selector/matchLabels", false, "batch", "", "CronJob"),
    ("spec/selector/matchLabels", false, "policy", "", "PodDisruptionBudget"),
    ("spec/podSelector/matchLabels", false, "networking.k8s.io", "", "NetworkPolicy"),
    ("spec/ingress/from/podSelector/matchLabels", false, "networking.k8s.io", "", "NetworkPolicy"),
    ("spec/egress/to/podSelector/matchLabels", false, "networking.k8s.io", "", "NetworkPolicy"),
];

/// The kinds whose pod templates hold selectors.
const TEMPLATED: &[&str] = &["Deployment", "StatefulSet"];

/// Selectors inside the pod template of one of them.
const AFFINITIES: &[&str] = &[
    "affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
    "affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
    "affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
    "affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
    "topologySpreadConstraints/labelSelector/matchLabels",
];

const METADATA_LABELS: &[Row] = &[
    ("metadata/labels", true, "", "", ""),
    ("spec/template/metadata/labels", true, "", "v1", "ReplicationController"),
    ("spec/template/metadata/labels", true, "", "", "Deployment"),
    ("spec/template/metadata/labels", true, "", "", "ReplicaSet"),
    ("spec/template/metadata/labels", true, "", "", "DaemonSet"),
    ("spec/template/metadata/labels", true, "apps", "", "StatefulSet"),
    ("spec/volumeClaimTemplates[]/metadata/labels", true, "apps", "", "StatefulSet"),
    ("spec/template/metadata/labels", true, "batch", "", "Job"),
    ("spec/jobTemplate/metadata/labels", true, "batch", "", "CronJob"),
    ("spec/jobTemplate/spec/template/metadata/labels", true, "batch", "", "CronJob"),
];

const ANNOTATIONS: &[Row] = &[
    ("metadata/annotations", true, "", "", ""),
    ("spec/template/metadata/annotations", true, "", "v1", "ReplicationController"),
    ("spec/template/metadata/annotations", true, "", "", "Deployment"),
    ("spec/template/metadata/annotations", true, "", "", "ReplicaSet"),
    ("spec/template/metadata/annotations", true, "", "", "DaemonSet"),
    ("spec/template/metadata/annotations", true, "", "", "StatefulSet"),
    ("spec/template/metadata/annotations", true, "batch", "", "Job"),
    ("spec/jobTemplate/metadata/annotations", true, "batch", "", "CronJob"),
    ("spec/jobTemplate/spec/template/metadata/annotations", true, "batch", "", "CronJob"),
];

const IMAGES: &[Row] = &[
    ("spec/containers[]/image", true, "", "", ""),
    ("spec/initContainers[]/image", true, "", "", ""),
    ("spec/volumes[]/image/reference", true, "", "", ""),
    ("spec/template/spec/containers[]/image", true, "", "", ""),
    ("spec/template/spec/initContainers[]/image", true, "", "", ""),
    ("spec/template/spec/volumes[]/image/reference", true, "", "", ""),
];

const REPLICAS: &[Row] = &[
    ("spec/replicas", true, "", "", "Deployment"),
    ("spec/replicas", true, "", "", "ReplicationController"),
    ("spec/replicas", true, "", "", "ReplicaSet"),
    ("spec/replicas", true, "", "", "StatefulSet"),
];

/// Fields of a container in which `$(VAR)` is replaced.
const VAR_CONTAINER: &[&str] = &["args", "command", "env/value", "volumeMounts/mountPath"];

const VAR_OTHER: &[Row] = &[
    ("spec/jobTemplate/spec/template/volumes/nfs/server", false, "", "", "CronJob"),
    ("spec/template/spec/volumes/nfs/server", false, "", "", "DaemonSet"),
    ("spec/template/spec/volumes/nfs/server", false, "", "", "Deployment"),
    ("spec/template/metadata/annotations", false, "", "", "Deployment"),
    ("spec/rules/host", false, "", "", "Ingress"),
    ("spec/tls/hosts", false, "", "", "Ingress"),
    ("spec/tls/secretName", false, "", "", "Ingress"),
    ("spec/template/spec/volumes/nfs/server", false, "", "", "Job"),
    ("spec/volumes/nfs/server", false, "", "", "Pod"),
    ("spec/template/spec/volumes/nfs/server", false, "", "", "ReplicaSet"),
    ("spec/ports/port", false, "", "", "Service"),
    ("spec/ports/targetPort", false, "", "", "Service"),
    ("spec/volumeClaimTemplates/spec/nfs/server", false, "", "", "StatefulSet"),
    ("spec/nfs/server", false, "", "", "PersistentVolume"),
    ("metadata/labels", false, "", "", ""),
    ("metadata/annotations", false, "", "", ""),
];

pub(super) fn table() -> Config {
    let name = || vec![FieldSpec::new("metadata/name", false, "", "", "")];
    let mut common_labels =
        Vec::with_capacity(SELECTORS.len() + TEMPLATED.len() * AFFINITIES.len() + METADATA_LABELS.len());
    common_labels.extend(SELECTORS.iter().map(spec));
    for kind in TEMPLATED {
        common_labels.extend(
            AFFINITIES
                .iter()
                .map(|path| FieldSpec::new(&format!("spec/template/spec/{path}"), false, "apps", "", kind)),
        );
    }
    common_labels.extend(METADATA_LABELS.iter().map(spec));
    Config {
        name_prefix: name(),
        name_suffix: name(),
        namespace: specs(NAMESPACE),
        common_labels,
        labels: Vec::new(),
        template_labels: specs(METADATA_LABELS),
        common_annotations: specs(ANNOTATIONS),
        name_reference: references::table(),
        var_reference: var_references(),
        images: specs(IMAGES),
        replicas: specs(REPLICAS),
    }
}

fn specs(rows: &[Row]) -> Vec<FieldSpec> {
    rows.iter().map(spec).collect()
}

fn spec((path, create, group, version, kind): &Row) -> FieldSpec {
    FieldSpec::new(path, *create, group, version, kind)
}

fn var_references() -> Vec<FieldSpec> {
    let pods = [
        ("CronJob", "spec/jobTemplate/spec/template/spec"),
        ("DaemonSet", "spec/template/spec"),
        ("Deployment", "spec/template/spec"),
        ("Job", "spec/template/spec"),
        ("Pod", "spec"),
        ("ReplicaSet", "spec/template/spec"),
        ("StatefulSet", "spec/template/spec"),
    ];
    let lists = ["containers", "initContainers"];
    let mut result = Vec::with_capacity(pods.len() * lists.len() * VAR_CONTAINER.len() + VAR_OTHER.len());
    for (kind, pod) in pods {
        for containers in lists {
            for field in VAR_CONTAINER {
                result.push(FieldSpec::new(&format!("{pod}/{containers}/{field}"), false, "", "", kind));
            }
        }
    }
    result.extend(VAR_OTHER.iter().map(spec));
    result
}
