//! An environment with a chart and a kustomization gives what helm's output gives kustomize as a file.

use std::{fs, process::Command};

use towpath_render::Service;
use towpath_tests::{helm::RELEASES, helm::write_files, output, peer};

const TEMPLATE: &str = "\
{{- range $number := until (int .Values.count) }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ $.Release.Name }}-{{ $number }}
  annotations: {helm.sh/hook-weight: \"{{ $number }}\"}
data:
  text: |
    {{ $.Values.text | quote }} of {{ $.Release.Namespace }}
  date: {{ $.Values.date | quote }}
{{- end }}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.count }}
  template:
    spec:
      containers:
      - {name: app, image: r.example/shop, envFrom: [{configMapRef: {name: {{ .Release.Name }}-0}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: {{ .Release.Name }}-test, annotations: {helm.sh/hook: test}}
";

const FILES: &[(&str, &str)] = &[
    (
        "towpath.yaml",
        "apiVersion: towpath.dev/v1alpha1\nkind: Service\nmetadata: {name: shop}\n\
         manifests: {chart: chart, values: [values.yaml, '{env}.yaml'], kustomize: 'overlays/{env}'}\n\
         environments: [{name: dev}, {name: prod, namespace: live}]\n",
    ),
    ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
    ("chart/templates/all.yaml", TEMPLATE),
    ("values.yaml", "count: 1\ntext: \"yes: 1.10 'x'\"\ndate: 2026-01-01\n"),
    ("dev.yaml", "count: 2\n"),
    ("prod.yaml", "count: 3\ntext: |\n  two\n  lines\n"),
    ("overlays/dev/kustomization.yaml", "resources: [chart.yaml]\nnamePrefix: dev-\n"),
    (
        "overlays/prod/kustomization.yaml",
        "resources: [chart.yaml, more.yaml]\nnamespace: live\nimages: [{name: r.example/shop, newTag: '2'}]\n\
         labels: [{pairs: {a: b}, includeSelectors: true}]\npatches: [{path: patch.yaml}]\n",
    ),
    ("overlays/prod/more.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: shop}\n"),
    (
        "overlays/prod/patch.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec: {replicas: 9}\n",
    ),
];

#[test]
fn a_chart_then_a_kustomization_is_helm_piped_into_kustomize() {
    for (profile, program) in RELEASES {
        for (environment, namespace) in [("dev", "default"), ("prod", "live")] {
            let folder = tempfile::tempdir().expect("a folder can be made");
            let root = folder.path();
            write_files(root, FILES.iter().map(|(path, text)| (*path, text.as_bytes())));
            let ours = Service::open(&root.join("towpath.yaml")).expect("a description");
            let ours = ours.render(environment, None, profile).expect("an environment");

            let mut helm = Command::new(peer(program));
            let values = format!("{environment}.yaml");
            helm.current_dir(root).env("HOME", root).args(["template", "shop", "chart", "-f", "values.yaml"]);
            let helm = output(helm.args(["-f", &values, "--namespace", namespace]));
            assert!(helm.status.success(), "{}", String::from_utf8_lossy(&helm.stderr));
            let overlay = root.join("overlays").join(environment);
            fs::write(overlay.join("chart.yaml"), helm.stdout).expect("a file can be written");
            let kustomize = output(Command::new(peer("kubectl4")).arg("kustomize").arg(&overlay));
            assert!(kustomize.status.success(), "{}", String::from_utf8_lossy(&kustomize.stderr));
            assert_eq!(ours, String::from_utf8_lossy(&kustomize.stdout), "{program} {environment}");
            assert!(ours.len() > 500, "{ours}");
        }
    }
}
