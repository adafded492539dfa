//! Kinds, with contents where these do not vary.

/// (kind, apiVersion); the more often, the likelier.
pub(super) const KINDS: &[(&str, &str)] = &[
    ("Deployment", "apps/v1"),
    ("Deployment", "apps/v1"),
    ("Deployment", "apps/v1"),
    ("Deployment", "apps/v1"),
    ("StatefulSet", "apps/v1"),
    ("StatefulSet", "apps/v1"),
    ("DaemonSet", "apps/v1"),
    ("Job", "batch/v1"),
    ("CronJob", "batch/v1"),
    ("Pod", "v1"),
    ("Service", "v1"),
    ("Service", "v1"),
    ("ConfigMap", "v1"),
    ("ConfigMap", "v1"),
    ("ConfigMap", "v1"),
    ("Secret", "v1"),
    ("ServiceAccount", "v1"),
    ("PersistentVolumeClaim", "v1"),
    ("PersistentVolume", "v1"),
    ("Namespace", "v1"),
    ("StorageClass", "storage.k8s.io/v1"),
    ("PriorityClass", "scheduling.k8s.io/v1"),
    ("HorizontalPodAutoscaler", "autoscaling/v2"),
    ("PodDisruptionBudget", "policy/v1"),
    ("Ingress", "networking.k8s.io/v1"),
    ("Ingress", "extensions/v1beta1"),
    ("NetworkPolicy", "networking.k8s.io/v1"),
    ("Role", "rbac.authorization.k8s.io/v1"),
    ("ClusterRole", "rbac.authorization.k8s.io/v1"),
    ("RoleBinding", "rbac.authorization.k8s.io/v1"),
    ("ClusterRoleBinding", "rbac.authorization.k8s.io/v1"),
    ("ValidatingWebhookConfiguration", "admissionregistration.k8s.io/v1"),
    ("APIService", "apiregistration.k8s.io/v1"),
    ("CustomResourceDefinition", "apiextensions.k8s.io/v1"),
    ("Thing", "x.example/v1"),
    ("Thing", "x.example/v1"),
];

pub(super) fn body(kind: &str, name: &str) -> &'static str {
    match (kind, name) {
        ("Service", "web") => "spec:\n  selector: {app: web}\n  ports: [{port: 80}]\n",
        ("Service", _) => "spec:\n  selector: {app: api}\n  ports: [{port: 80, name: h}, {port: 80, protocol: UDP}]\n",
        ("ServiceAccount", _) => "secrets: [{name: creds}]\nimagePullSecrets: [{name: creds}]\n",
        ("PersistentVolumeClaim", _) => "spec: {volumeName: db, storageClassName: web, accessModes: [ReadWriteOnce]}\n",
        ("PersistentVolume", _) => "spec: {storageClassName: web, capacity: {storage: 1Gi}}\n",
        ("StorageClass", _) => "provisioner: x\nparameters: {secretName: creds}\n",
        ("PriorityClass", _) => "value: 1000000\n",
        ("HorizontalPodAutoscaler", "db") => {
            "spec:\n  scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: db}\n  maxReplicas: 3\n"
        }
        ("HorizontalPodAutoscaler", _) => {
            "spec:\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n  minReplicas: 1\n"
        }
        ("PodDisruptionBudget", _) => "spec: {minAvailable: 50%, selector: {matchLabels: {app: web}}}\n",
        ("Ingress", "web") => {
            "spec:\n  ingressClassName: web\n  tls: [{hosts: [a.example], secretName: creds}]\n  rules:\n  - host: a.example\n    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}\n"
        }
        ("Ingress", _) => {
            "spec:\n  backend: {serviceName: api, servicePort: 80}\n  rules:\n  - http: {paths: [{backend: {serviceName: web, servicePort: h}}]}\n"
        }
        ("NetworkPolicy", _) => {
            "spec:\n  podSelector: {matchLabels: {app: web}}\n  ingress: [{from: [{podSelector: {matchLabels: {app: api}}}]}]\n"
        }
        ("Role" | "ClusterRole", _) => {
            "rules:\n- {apiGroups: [''], resources: [configmaps], resourceNames: [conf, creds, web], verbs: [get]}\n"
        }
        ("ValidatingWebhookConfiguration", _) => {
            "webhooks:\n- name: a.x.example\n  clientConfig: {service: {name: web, namespace: one, path: /}}\n- name: b.x.example\n  clientConfig: {service: {name: api, namespace: default}}\n"
        }
        ("APIService", _) => "spec: {group: x, version: v1, service: {name: web, namespace: one}}\n",
        ("CustomResourceDefinition", _) => {
            "spec:\n  group: x.example\n  conversion: {webhook: {clientConfig: {service: {name: web, namespace: one}}}}\n  versions: []\n"
        }
        _ => "",
    }
}
