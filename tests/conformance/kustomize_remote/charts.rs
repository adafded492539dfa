//! Where charts come from, what is asked of them, and what becomes of their output.

use towpath_tests::web_server::{WebOptions, WebServer};

use crate::scene::{Scene, refused};

const VALUES: &str = "# the usual\nreplicas: 1\nimage: {name: web, tag: \"1.0\"}\n";
const TEMPLATE: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}-web", namespace: "{{ .Release.Namespace }}", annotations: {}}
spec:
  replicas: {{ .Values.replicas }}
  template: {spec: {containers: [{name: web, image: "{{ .Values.image.name }}:{{ .Values.image.tag }}"}]}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}-facts"}
data:
  values: {{ toJson .Values | quote }}
  release: "{{ .Release.Namespace }} {{ .Release.IsInstall }} {{ .Release.Revision }}"
  chart: "{{ .Chart.Version }}"
  kubernetes: "{{ .Capabilities.KubeVersion.Version }}"
  api: "{{ .Capabilities.APIVersions.Has "acme.io/v1" }} {{ .Capabilities.APIVersions.Has "acme.io/v2" }}"
"#;
const HOOK: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: \"{{ .Release.Name }}-KIND\", annotations: {helm.sh/hook: KIND}}\n";

/// Writes a chart called `web`.
pub(crate) fn chart(scene: &Scene, folder: &str, version: &str) {
    scene.write(&format!("{folder}/Chart.yaml"), &format!("apiVersion: v2\nname: web\nversion: {version}\n"));
    scene.write(&format!("{folder}/values.yaml"), VALUES);
    scene.write(&format!("{folder}/templates/all.yaml"), TEMPLATE);
    scene.write(&format!("{folder}/templates/hook.yaml"), &HOOK.replace("KIND", "pre-install"));
    scene.write(&format!("{folder}/templates/tests/test.yaml"), &HOOK.replace("KIND", "test"));
    let crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.acme.io}\n";
    scene.write(&format!("{folder}/crds/a.yaml"), crd);
}

/// Checks kustomizations beside a chart in `charts/web`; each is built alone.
fn agree(kustomizations: &[&str], more: &[(&str, &str)]) {
    let scene = Scene::new(more);
    chart(&scene, "k/charts/web", "1.2.3");
    for text in kustomizations {
        scene.write("k/kustomization.yaml", text);
        let told = scene.agrees_on_charts(&["k"]);
        assert!(told.code == Some(0) && told.out.contains("-facts"), "{text}\n{}", told.err);
    }
}

#[test]
fn the_fields_of_a_chart_do_what_helm_does() {
    agree(
        &[
            "helmCharts: [{name: web}]\n",
            "helmCharts: [{name: web, releaseName: shop, namespace: prod, includeCRDs: true}]\nnamePrefix: p-\n",
            "helmCharts: [{name: web, releaseName: shop, skipHooks: true}]\ncommonLabels: {a: b}\n",
            "helmCharts: [{name: web, releaseName: shop, skipTests: true, debug: true, devel: true}]\n",
            "helmCharts: [{name: web, nameTemplate: 'n-{{ lower \"ABC\" }}'}]\n",
            "helmCharts: [{name: web, apiVersions: [acme.io/v1, acme.io/v2], kubeVersion: 1.29.3}]\n",
            "helmCharts: [{name: web, apiVersions: ['acme.io/v1,acme.io/v2']}]\n",
            "helmCharts: [{name: web, version: 9.9.9}]\n",
            "helmCharts: [{name: web, releaseName: a}, {name: web, releaseName: b, skipTests: true}]\nimages: [{name: web, newTag: v2}]\n",
            "helmGlobals: {chartHome: ./charts/../charts}\nhelmCharts: [{name: web}]\n",
            "helmChartInflationGenerator: [{chartName: web, releaseName: old, valuesLocal: {replicas: 4}}]\n",
            "helmChartInflationGenerator: [{chartName: web, chartHome: charts, helmBin: x, extraArgs: [a]}]\n",
            "generators: [|-\n  {apiVersion: builtin, kind: HelmChartInflationGenerator, metadata: {name: x}, name: web, releaseName: y, valuesInline: {replicas: 3}}\n  ]\n"
                .replace("[|-\n  ", "\n- |-\n  ").replace("\n  ]", "\n").as_str(),
        ],
        &[],
    );
}

#[test]
fn namespaces_come_from_the_kustomizations_above_and_are_not_changed_afterwards() {
    let scene = Scene::new(&[
        (
            "over/kustomization.yaml",
            "namespace: above\nresources: [../middle]\nbuildMetadata: [originAnnotations, transformerAnnotations]\n",
        ),
        ("middle/kustomization.yaml", "resources: [../k, cm.yaml]\n"),
        ("middle/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\n"),
        (
            "k/kustomization.yaml",
            "helmCharts: [{name: web, releaseName: a}, {name: web, releaseName: b, namespace: own}]\n",
        ),
    ]);
    chart(&scene, "k/charts/web", "1.2.3");
    for root in ["over", "middle", "k"] {
        scene.agrees_on_charts(&[root]);
    }
    assert!(scene.ours(&["--enable-helm", "over"]).out.contains("namespace: above"));
}

#[test]
fn flags_say_what_a_chart_does_not() {
    let scene = Scene::new(&[("k/kustomization.yaml", "helmCharts: [{name: web}]\n")]);
    chart(&scene, "k/charts/web", "1.2.3");
    let flags =
        ["k", "--helm-api-versions", "acme.io/v1", "--helm-api-versions=acme.io/v2", "--helm-kube-version=1.28.0"];
    let told = scene.agrees_on_charts(&flags);
    assert!(told.out.contains("true true") && told.out.contains("v1.28.0"), "{}", told.out);
    scene.write("k/kustomization.yaml", "helmCharts: [{name: web, apiVersions: [acme.io/v2], kubeVersion: 1.27.0}]\n");
    let told = scene.agrees_on_charts(&flags);
    assert!(told.out.contains("false true") && told.out.contains("v1.27.0"), "{}", told.out);
    let told = scene.ours(&["--enable-helm", "--helm-command", "/opt/helm", "k"]);
    assert!(told.err.contains("`/opt/helm` is not run"), "{}", told.err);
}

#[test]
fn charts_are_refused_without_the_flag_and_where_kustomize_refuses_them() {
    let scene = Scene::new(&[("k/kustomization.yaml", "helmCharts: [{name: web}]\n"), ("out/values.yaml", "{}\n")]);
    chart(&scene, "k/charts/web", "1.2.3");
    chart(&scene, "k/charts/bare", "1.2.3");
    chart(&scene, "elsewhere/web", "1.2.3");
    std::fs::remove_file(scene.path("k/charts/bare/values.yaml")).expect("it is there");
    scene.write("k/charts/broken/Chart.yaml", "apiVersion: v2\nname: broken\nversion: 1.0.0\n");
    scene.write("k/charts/broken/values.yaml", "{}\n");
    scene.write("k/charts/broken/templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: {a: b}}\n");
    refused(&scene.agrees(&["k"]), &["must specify --enable-helm", "k/kustomization.yaml:1:14", "hint: "]);
    assert_eq!(scene.ours(&["--enable-alpha-plugins", "k"]).code, Some(0));
    for (chart, words) in [
        ("{}", "chart name cannot be empty"),
        ("{name: none}", "no repo specified for pull, no chart found at"),
        ("{name: bare}", "does not exist"),
        ("{name: broken}", "missing metadata.name"),
        ("{name: web, valuesMerge: both}", "valuesMerge must be one of [merge override replace]"),
        ("{name: web, valuesFile: none.yaml}", "does not exist"),
        ("{name: web, valuesFile: ../out/values.yaml}", "security; file"),
        ("{name: web, additionalValuesFiles: [../out/values.yaml]}", "security; file"),
        ("{name: web, releaseName: a, nameTemplate: b}", "cannot set --name-template"),
        ("{name: web, kubeVersion: new}", "new"),
        ("{name: web, valuesInline: [a]}", "cannot unmarshal array into field valuesInline"),
        ("{name: web, nam: x}", "unknown field \"nam\""),
    ] {
        scene.write("k/kustomization.yaml", &format!("helmCharts:\n- {chart}\n"));
        refused(&scene.agrees(&["--enable-helm", "k"]), &[words]);
    }
    let elsewhere = "helmGlobals: {chartHome: ../elsewhere}\nhelmCharts: [{name: web}]\n";
    scene.write("k/kustomization.yaml", elsewhere);
    refused(&scene.agrees_on_charts(&["k"]), &["security; file"]);
    let told = scene.agrees_on_charts(&["--load-restrictor=LoadRestrictionsNone", "k"]);
    assert_eq!(told.code, Some(0), "{}", told.err);
}

#[test]
fn charts_of_a_repository_are_pulled_and_stay_usable_offline() {
    let scene = Scene::new(&[]);
    let helm = |arguments: &[&str]| {
        let mut helm = std::process::Command::new(towpath_tests::peer("helm4"));
        let told = crate::scene::run(helm.args(arguments).env("HOME", scene.path("home")));
        assert_eq!(told.code, Some(0), "{}", told.err);
    };
    let packed = scene.path("packed").display().to_string();
    for version in ["1.0.0", "1.1.0", "2.0.0-rc.1"] {
        chart(&scene, "src/web", version);
        helm(&["package", &scene.path("src/web").display().to_string(), "--destination", &packed]);
    }
    helm(&["repo", "index", &packed]);
    let server = WebServer::start(WebOptions { files: packed.into(), ..WebOptions::default() });
    let url = server.url();
    let trees = [
        format!("{{name: web, repo: '{url}', releaseName: a}}"),
        format!("{{name: web, repo: '{url}', version: 1.0.0}}"),
        format!("{{name: web, repo: '{url}', version: ^1.0.0, valuesInline: {{replicas: 9}}}}"),
        format!("{{name: web, repo: '{url}', devel: true}}"),
        format!("{{name: web, repo: '{url}', version: 1.0.0, valuesFile: charts/web-1.0.0/web/values.yaml}}"),
    ];
    for (at, chart) in trees.iter().enumerate() {
        let (theirs, ours) = (format!("theirs{at}"), format!("ours{at}"));
        for folder in [&theirs, &ours] {
            scene.write(&format!("{folder}/kustomization.yaml"), &format!("helmCharts:\n- {chart}\n"));
        }
        // Theirs writes what it pulls beside the kustomization.
        let (expected, told) =
            (scene.theirs("helm4", &["--enable-helm", &theirs]), scene.ours(&["--enable-helm", &ours]));
        assert_eq!((told.code, told.out), (expected.code, expected.out), "{chart}\n{}{}", expected.err, told.err);
        assert!(!scene.path(&ours).join("charts").exists(), "nothing is written");
    }
    scene.write("none/kustomization.yaml", &format!("helmCharts: [{{name: none, repo: '{url}'}}]\n"));
    refused(&scene.agrees_on_charts(&["none"]), &["\"none\" not found in", "none/kustomization.yaml:1:"]);
    let online = scene.ours(&["--enable-helm", "ours1"]);
    server.seen();
    let offline = scene.ours(&["--enable-helm", "--offline", "ours1"]);
    assert_eq!((offline.code, &offline.out), (Some(0), &online.out), "{}", offline.err);
    assert!(server.seen().is_empty(), "nobody is asked");
}
