use std::sync::Arc;

use towpath_model::explanation::Written;

use super::*;
use crate::source::{ChartSettings, Charts, Network};

fn service(manifests: &str, files: &[(&str, &str)]) -> Service {
    let config = format!(
        "apiVersion: towpath.dev/v1alpha1\nkind: Service\nmetadata: {{name: shop}}\nmanifests: {manifests}\n\
         environments: [{{name: dev}}, {{name: prod, namespace: shop}}]\n"
    );
    let all = files.iter().map(|(path, text)| (*path, text.as_bytes())).chain([("towpath.yaml", config.as_bytes())]);
    let tree = FileTree::from_files(all).unwrap();
    Service::in_tree(tree, &TreePath::parse("towpath.yaml").unwrap(), "towpath.yaml").unwrap()
}

const CHART: &[(&str, &str)] = &[
    ("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
    (
        "chart/templates/a.yaml",
        "image: {{ .Values.image.repository }}@{{ .Values.image.digest }}\nns: {{ .Release.Namespace }}\nr: {{ randAlphaNum 12 }}\n",
    ),
    ("dev.yaml", "image: {repository: r.example/old, digest: none}\n"),
];

fn pin() -> PinnedImage {
    PinnedImage::new("r.example/shop".parse().unwrap(), towpath_model::Digest::of(b"x"))
}

#[test]
fn an_image_is_pinned_over_a_chart_and_over_a_kustomization() {
    let chart = service("{chart: chart, values: ['{env}.yaml']}", CHART);
    let rendered = chart.render("dev", Some(&pin()), Profile::default()).unwrap();
    assert!(rendered.contains(&format!("image: {}", pin())), "{rendered}");

    let files = [
        ("k/dev/kustomization.yaml", "resources: [pod.yaml]\n"),
        (
            "k/dev/pod.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: r.example/shop}]}\n",
        ),
    ];
    let kustomize = service("{kustomize: 'k/{env}'}", &files);
    let rendered = kustomize.render("dev", Some(&pin()), Profile::default()).unwrap();
    assert!(rendered.contains(&format!("image: {}", pin())), "{rendered}");
}

#[test]
fn previews_are_the_same_each_time_and_renderings_are_not() {
    let chart = service("{chart: chart, values: ['dev.yaml']}", CHART);
    let preview = || chart.preview("prod", None, Profile::default()).unwrap();
    assert_eq!(preview(), preview());
    assert!(preview().contains("ns: shop"));
    let render = || chart.render("prod", None, Profile::default()).unwrap();
    assert_ne!(render(), render());
}

#[test]
fn what_is_missing_is_named_with_its_place() {
    let told = |manifests: &str, environment: &str, pin: Option<&PinnedImage>| {
        let offline = ChartSettings { network: Network::Offline, ..ChartSettings::default() };
        let service = service(manifests, CHART).with_charts(Arc::new(Charts::new(offline)));
        let error = service.render(environment, pin, Profile::default()).unwrap_err();
        let line = error.location.as_ref().map_or(0, |location| location.line);
        (error.message, error.hints.join("; "), line)
    };
    let (message, _, line) = told("{chart: chart, values: ['{env}.yaml']}", "prod", None);
    assert_eq!((message.as_str(), line), ("values file `prod.yaml` does not exist", 4));
    let (message, hint, _) = told("{chart: chart}", "prd", None);
    assert_eq!(message, "`towpath.yaml` has no environment `prd`");
    assert_eq!(hint, "did you mean `prod`?");
    let (message, _, line) = told("{chart: none}", "dev", None);
    assert_eq!((message.as_str(), line), ("chart `none` does not exist", 4));
    let (message, _, line) = told("{chart: oci://r.example/c, version: 1.0.0}", "dev", None);
    assert_eq!((message.as_str(), line), ("chart r.example/c:1.0.0 would have to be fetched", 4));
}

#[test]
fn a_pin_that_nothing_uses_is_an_error() {
    let files =
        [("chart/Chart.yaml", CHART[0].1), ("chart/templates/a.yaml", "kind: ConfigMap\nmetadata: {name: a}\n")];
    let error = service("{chart: chart}", &files).render("dev", Some(&pin()), Profile::default()).unwrap_err();
    assert!(error.message.starts_with("nothing in dev uses the pinned image r.example/shop@sha256:"), "{error:?}");
}

#[test]
fn a_kustomization_changes_what_a_chart_gives() {
    let files = [
        CHART[0],
        ("chart/templates/pod.yaml", POD),
        ("k/dev/kustomization.yaml", "resources: [chart.yaml]\nnamePrefix: dev-\n"),
        ("k/prod/kustomization.yaml", "namePrefix: prod-\nresources: [other.yaml]\n"),
        ("k/prod/other.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"),
        ("dev.yaml", "image: {repository: r.example/old, digest: none}\n"),
    ];
    let service = service("{chart: chart, values: [dev.yaml], kustomize: 'k/{env}'}", &files);
    let expected = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: dev-shop\nspec:\n  containers:\n  - image: ";
    let rendered = service.render_as("dev", &Manner::default()).unwrap();
    assert_eq!(rendered.to_text(), format!("{expected}r.example/old@none\n    name: a\n"));
    let reads: Vec<String> = rendered.reads().keys().map(ToString::to_string).collect();
    assert!(reads.contains(&"chart/templates/pod.yaml".to_owned()), "{reads:?}");
    assert!(reads.contains(&"k/dev/kustomization.yaml".to_owned()), "{reads:?}");
    assert!(reads.contains(&"towpath.yaml".to_owned()), "{reads:?}");
    let pinned = service.render("dev", Some(&pin()), Profile::default()).unwrap();
    assert_eq!(pinned, format!("{expected}{}\n    name: a\n", pin()));
    let error = service.render("prod", None, Profile::default()).unwrap_err();
    assert_eq!(error.message, "the kustomization in `k/prod` does not use the chart");
    assert_eq!(error.hints, ["name `chart.yaml`, which holds what the chart gives, in its `resources`"]);
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Release.Name }}}\nspec:\n  containers:\n  - name: a\n    \
                   image: {{ .Values.image.repository }}@{{ .Values.image.digest }}\n";

#[test]
fn a_chart_in_a_kustomization_is_inflated_and_what_is_random_in_it_is_not_kept() {
    let files = [
        ("k/prod/kustomization.yaml", "helmCharts: [{name: web, releaseName: shop}]\n"),
        ("k/prod/charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("k/prod/charts/web/values.yaml", "{}\n"),
        (
            "k/prod/charts/web/templates/a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {ns: {{ .Release.Namespace }}}\n",
        ),
    ];
    let outside = |files: &[(&str, &str)]| {
        let service = service("{kustomize: 'k/{env}'}", files);
        let rendered = service.render_as("prod", &Manner::default()).unwrap();
        assert!(rendered.to_text().contains("ns: default"), "{}", rendered.to_text());
        rendered.tree().outside().len()
    };
    assert_eq!(outside(&files), 0);
    let random = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {ns: default, r: {{ randAlpha 9 }}}\n";
    assert_eq!(outside(&[&files[..3], &[(files[3].0, random)]].concat()), 1);
}

#[test]
fn every_document_tells_its_file_and_what_changed_it() {
    let files = [
        CHART[0],
        ("chart/templates/pod.yaml", POD),
        (
            "chart/templates/two.yaml",
            "kind: A\napiVersion: v1\nmetadata: {name: x}\n---\n# Source: shop/no.yaml\nkind: Secret\napiVersion: v1\nmetadata: {name: s}\nstringData: {p: hunter2}\n",
        ),
        ("k/dev/kustomization.yaml", "resources: [chart.yaml, own.yaml]\npatches:\n- path: p.yaml\n"),
        ("k/dev/own.yaml", "kind: B\napiVersion: v1\nmetadata: {name: own}\n"),
        ("k/dev/p.yaml", "kind: Secret\napiVersion: v1\nmetadata: {name: s}\nstringData: {p: hunter3}\n"),
        ("dev.yaml", "image: {repository: r.example/old, digest: none}\n"),
    ];
    let lines = |manifests: &str, pin: Option<PinnedImage>| {
        let manner = Manner { pin, ..Manner::default() };
        let explanation = service(manifests, &files).explain("dev", &manner).unwrap();
        let mut lines = explanation.values.clone();
        for document in &explanation.documents {
            let step = |step: &towpath_model::explanation::Step| {
                format!("; {} {:?} {:?}", step.by.file, step.source, step.fields)
            };
            let steps: String = document.steps.iter().map(step).collect();
            let Written { file, line, .. } = &document.origin;
            lines.push(format!("{} from {file}:{}{steps}", document.identity, line.unwrap_or_default()));
        }
        lines
    };
    let chart = lines("{chart: chart, values: ['{env}.yaml']}", Some(pin()));
    let expected = [
        "chart/values.yaml",
        "dev.yaml",
        "the pinned image",
        "Secret s from chart/templates/two.yaml:0",
        "Pod shop from chart/templates/pod.yaml:0",
        "A x from chart/templates/two.yaml:0",
    ];
    assert_eq!(chart, expected);
    let both = lines("{chart: chart, values: [dev.yaml], kustomize: 'k/{env}'}", None);
    let patched = "Secret s from chart/templates/two.yaml:0; k/dev/kustomization.yaml Some(\"k/dev/p.yaml\") \
                   [FieldChange { path: \"stringData.p\", edit: Set { before: \"(redacted, before)\", after: \
                   \"(redacted, after)\" } }]";
    assert!(both.contains(&patched.to_owned()), "{both:#?}");
    assert!(both.contains(&"B own from k/dev/own.yaml:1".to_owned()), "{both:#?}");
    let pinned = lines("{chart: chart, values: [dev.yaml], kustomize: 'k/{env}'}", Some(pin()));
    assert!(pinned.iter().any(|line| line.starts_with("Pod shop from chart/templates/pod.yaml")), "{pinned:#?}");
}
