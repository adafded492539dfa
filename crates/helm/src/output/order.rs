use std::cmp::Ordering;

use crate::Profile;

/// The kinds in the order in which Helm installs them.
const INSTALL_ORDER: [&str; 38] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// The last two came with Helm 4.
const HELM3_KINDS: usize = 36;

/// Sorts by kind, unknown kinds last and by their names; documents of one kind keep their order.
pub(super) fn by_kind<T>(documents: &mut [T], profile: Profile, kind: fn(&T) -> &String) {
    let known = if profile == Profile::Helm4 { &INSTALL_ORDER[..] } else { &INSTALL_ORDER[..HELM3_KINDS] };
    let rank = |kind: &String| known.iter().position(|known| known == kind);
    documents.sort_by(|one, other| {
        let (one, other) = (kind(one), kind(other));
        match (rank(one), rank(other)) {
            (Some(one), Some(other)) => one.cmp(&other),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => one.cmp(other),
        }
    });
}
