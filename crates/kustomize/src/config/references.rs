//! Which fields hold names of other resources.
//!
//! Source: kustomize `api/internal/konfig/builtinpluginconsts/namereference.go` 0.21.1.

use super::BackReferences;
use crate::{fieldspec::FieldSpec, id::Gvk};

/// Where the pod specification stands in each kind that has one: kind, version asked for, path.
const PODS: &[(&str, &str, &str)] = &[
    ("Pod", "v1", "spec"),
    ("PodTemplate", "", "template/spec"),
    ("Deployment", "", "spec/template/spec"),
    ("ReplicaSet", "", "spec/template/spec"),
    ("DaemonSet", "", "spec/template/spec"),
    ("StatefulSet", "", "spec/template/spec"),
    ("Job", "", "spec/template/spec"),
    ("CronJob", "", "spec/jobTemplate/spec/template/spec"),
];

/// The kinds whose service accounts, claims and priority classes are followed.
const WORKLOADS: &[(&str, &str)] = &[
    ("Pod", "spec"),
    ("StatefulSet", "spec/template/spec"),
    ("Deployment", "spec/template/spec"),
    ("ReplicationController", "spec/template/spec"),
    ("CronJob", "spec/jobTemplate/spec/template/spec"),
    ("Job", "spec/template/spec"),
    ("DaemonSet", "spec/template/spec"),
];

const CONFIG_MAP: &[&str] = &[
    "volumes/configMap/name",
    "containers/env/valueFrom/configMapKeyRef/name",
    "initContainers/env/valueFrom/configMapKeyRef/name",
    "containers/envFrom/configMapRef/name",
    "initContainers/envFrom/configMapRef/name",
    "volumes/projected/sources/configMap/name",
];

const SECRET: &[&str] = &[
    "volumes/secret/secretName",
    "containers/env/valueFrom/secretKeyRef/name",
    "initContainers/env/valueFrom/secretKeyRef/name",
    "containers/envFrom/secretRef/name",
    "initContainers/envFrom/secretRef/name",
    "imagePullSecrets/name",
    "volumes/projected/sources/secret/name",
];

/// A referrer: path, group, version, kind.
type Row = (&'static str, &'static str, &'static str, &'static str);

const CONFIG_MAP_OTHER: &[Row] = &[
    ("spec/configSource/configMap", "", "", "Node"),
    ("rules/resourceNames", "", "", "Role"),
    ("rules/resourceNames", "", "", "ClusterRole"),
    (r"metadata/annotations/nginx.ingress.kubernetes.io\/fastcgi-params-configmap", "", "", "Ingress"),
];

const SECRET_OTHER: &[Row] = &[
    ("spec/tls/secretName", "", "", "Ingress"),
    (r"metadata/annotations/ingress.kubernetes.io\/auth-secret", "", "", "Ingress"),
    (r"metadata/annotations/nginx.ingress.kubernetes.io\/auth-secret", "", "", "Ingress"),
    (r"metadata/annotations/nginx.ingress.kubernetes.io\/auth-tls-secret", "", "", "Ingress"),
    ("imagePullSecrets/name", "", "", "ServiceAccount"),
    ("parameters/secretName", "", "", "StorageClass"),
    ("parameters/adminSecretName", "", "", "StorageClass"),
    ("parameters/userSecretName", "", "", "StorageClass"),
    ("parameters/secretRef", "", "", "StorageClass"),
    ("rules/resourceNames", "", "", "Role"),
    ("rules/resourceNames", "", "", "ClusterRole"),
    ("spec/template/spec/containers/env/valueFrom/secretKeyRef/name", "serving.knative.dev", "v1", "Service"),
    ("spec/azureFile/secretName", "", "", "PersistentVolume"),
];

const RBAC: &str = "rbac.authorization.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";

const SERVICE: &[Row] = &[
    ("spec/serviceName", "apps", "", "StatefulSet"),
    ("spec/rules/http/paths/backend/serviceName", "", "", "Ingress"),
    ("spec/backend/serviceName", "", "", "Ingress"),
    ("spec/rules/http/paths/backend/service/name", "", "", "Ingress"),
    ("spec/defaultBackend/service/name", "", "", "Ingress"),
    ("spec/service/name", "apiregistration.k8s.io", "", "APIService"),
    ("webhooks/clientConfig/service", ADMISSION, "", "ValidatingWebhookConfiguration"),
    ("webhooks/clientConfig/service", ADMISSION, "", "MutatingWebhookConfiguration"),
];

const SCALED: &[Row] = &[("spec/scaleTargetRef/name", "", "", "HorizontalPodAutoscaler")];
const ROLE: &[Row] = &[("roleRef/name", RBAC, "", "RoleBinding")];
const CLUSTER_ROLE: &[Row] =
    &[("roleRef/name", RBAC, "", "RoleBinding"), ("roleRef/name", RBAC, "", "ClusterRoleBinding")];
const SUBJECTS: &[Row] = &[("subjects", RBAC, "", "RoleBinding"), ("subjects", RBAC, "", "ClusterRoleBinding")];
const VOLUME: &[Row] =
    &[("spec/volumeName", "", "", "PersistentVolumeClaim"), ("rules/resourceNames", "", "", "ClusterRole")];
const STORAGE_CLASS: &[Row] = &[
    ("spec/storageClassName", "", "", "PersistentVolume"),
    ("spec/storageClassName", "", "", "PersistentVolumeClaim"),
    ("spec/volumeClaimTemplates/spec/storageClassName", "", "", "StatefulSet"),
];
const INGRESS_CLASS: &[Row] = &[("spec/ingressClassName", "", "", "Ingress")];
const POLICY: &[Row] = &[("spec/policyName", ADMISSION, "", "ValidatingAdmissionPolicyBinding")];

pub(super) fn table() -> Vec<BackReferences> {
    vec![
        references("", "", "Deployment", rows(SCALED)),
        references("", "", "ReplicationController", rows(SCALED)),
        references("", "", "ReplicaSet", rows(SCALED)),
        references("", "", "StatefulSet", rows(SCALED)),
        references("", "v1", "ConfigMap", pods(CONFIG_MAP, CONFIG_MAP_OTHER)),
        references("", "v1", "Secret", pods(SECRET, SECRET_OTHER)),
        references("", "v1", "Service", rows(SERVICE)),
        references(RBAC, "", "Role", rows(ROLE)),
        references(RBAC, "", "ClusterRole", rows(CLUSTER_ROLE)),
        references("", "v1", "ServiceAccount", workloads(SUBJECTS, "serviceAccountName")),
        references("", "v1", "PersistentVolumeClaim", workloads(&[], "volumes/persistentVolumeClaim/claimName")),
        references("", "v1", "PersistentVolume", rows(VOLUME)),
        references("storage.k8s.io", "v1", "StorageClass", rows(STORAGE_CLASS)),
        references("scheduling.k8s.io", "v1", "PriorityClass", workloads(&[], "priorityClassName")),
        // The group is written so in kustomize, and names of ingress classes are therefore never followed.
        references("networking.k8s.io/v1", "v1", "IngressClass", rows(INGRESS_CLASS)),
        references(ADMISSION, "", "ValidatingAdmissionPolicy", rows(POLICY)),
    ]
}

fn references(group: &str, version: &str, kind: &str, referrers: Vec<FieldSpec>) -> BackReferences {
    BackReferences { gvk: Gvk::new(group, version, kind), referrers }
}

fn rows(rows: &[Row]) -> Vec<FieldSpec> {
    rows.iter().map(spec).collect()
}

fn spec((path, group, version, kind): &Row) -> FieldSpec {
    FieldSpec::new(path, false, group, version, kind)
}

fn pods(fields: &[&str], others: &[Row]) -> Vec<FieldSpec> {
    let mut result = Vec::with_capacity(PODS.len() * fields.len() + others.len());
    for (kind, version, pod) in PODS {
        result.extend(fields.iter().map(|field| FieldSpec::new(&format!("{pod}/{field}"), false, "", version, kind)));
    }
    result.extend(others.iter().map(spec));
    result
}

fn workloads(others: &[Row], field: &str) -> Vec<FieldSpec> {
    let workload = |(kind, pod): &(&str, &str)| FieldSpec::new(&format!("{pod}/{field}"), false, "", "", kind);
    let mut result = Vec::with_capacity(others.len() + WORKLOADS.len());
    result.extend(others.iter().map(spec));
    result.extend(WORKLOADS.iter().map(workload));
    result
}
