//! How values of a chart, of files and of the kustomization meet.

use crate::scene::Scene;

/// The chart's own values: what YAML knows, and what the two readers of it see differently.
const VALUES: &str = r#"# of the chart
text: plain
quoted: "1.0"
number: 1
big: 12345678901234567
float: 1.50
exponent: 1e3
yes: yes
day: 2020-01-01
nothing: null
empty: {}
list: [1, two, {three: 3}]
map:
  kept: chart
  changed: chart
  gone: chart
ports: [{containerPort: 80, name: a}]
env: [{name: A, value: chart}]
"#;

const INLINE: &[&str] = &[
    "{}",
    "{text: other}",
    "{text: 2.0, quoted: 2.0, number: 'two'}",
    "{quoted: yes, yes: no, day: 2021-02-03, float: 2.50}",
    "{number: 99999999999999999999, big: 98765432109876543, exponent: 1.5e30}",
    "{map: {changed: inline, gone: null, added: {deep: [1, 2]}}}",
    "{map: null, empty: {a: b}, list: []}",
    "{list: [4], ports: [{containerPort: 81}], env: [{name: B, value: inline}]}",
    "{nothing: something, text: null}",
    "{map: {$patch: replace, only: this}}",
    "{'1': one, 'true': two}",
    "{multi: \"two\\nlines\\n\", blank: ' ', colon: 'a: b', unicode: \"\\u00e9\\u2603\"}",
    "{map: text}",
    "{text: {a: b}}",
];

fn scene() -> Scene {
    Scene::new(&[
        ("k/charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("k/charts/web/values.yaml", VALUES),
        (
            "k/charts/web/templates/all.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: values}\ndata:\n  json: {{ toJson .Values | quote }}\n  yaml: |\n{{ toYaml .Values | indent 4 }}\n",
        ),
        ("k/own.yaml", "text: own\nmap: {changed: own}\nlist: [own]\n"),
        ("k/more.yaml", "text: more\nmap: {more: true}\n"),
        ("k/anchors.yaml", "base: &base {a: 1, b: 2}\nmap: {<<: *base, b: 3}\nagain: *base\n"),
        ("k/empty.yaml", ""),
        ("k/null.yaml", "---\n"),
        ("k/list.yaml", "[1]\n"),
        ("k/two.yaml", "text: first\n---\ntext: second\n"),
    ])
}

#[test]
fn inline_values_meet_the_charts_in_three_ways() {
    let scene = scene();
    for (at, inline) in INLINE.iter().enumerate() {
        // What is alone needs no proof of each kind.
        let ways = if at < 2 { &["override", "merge", "replace"][..] } else { &["override", "merge"] };
        for merge in ways {
            let chart = format!("helmCharts:\n- {{name: web, valuesMerge: {merge}, valuesInline: {inline}}}\n");
            scene.write("k/kustomization.yaml", &chart);
            let version = if at % 2 == 0 { "3" } else { "4" };
            let theirs = scene.theirs(&format!("helm{version}"), &["--enable-helm", "k"]);
            let ours = scene.ours(&["--enable-helm", "--helm-version", version, "k"]);
            let agrees = if theirs.code == Some(0) { theirs.out == ours.out } else { ours.code == Some(2) };
            assert!(agrees, "{chart}theirs\n{}{}\nours\n{}{}", theirs.out, theirs.err, ours.out, ours.err);
        }
    }
}

#[test]
fn files_of_values_come_one_over_the_other() {
    let scene = scene();
    for chart in [
        "{name: web, valuesFile: own.yaml}",
        "{name: web, valuesFile: own.yaml, additionalValuesFiles: [more.yaml, own.yaml]}",
        "{name: web, additionalValuesFiles: [own.yaml, more.yaml]}",
        "{name: web, valuesFile: own.yaml, valuesInline: {text: inline}, additionalValuesFiles: [more.yaml]}",
        "{name: web, valuesFile: own.yaml, valuesInline: {text: inline, x: y}, valuesMerge: merge}",
        "{name: web, valuesFile: anchors.yaml}",
        "{name: web, valuesFile: empty.yaml}",
        "{name: web, valuesFile: empty.yaml, valuesInline: {x: y}}",
        "{name: web, valuesFile: null.yaml, valuesInline: {x: y}}",
        "{name: web, valuesFile: null.yaml, valuesInline: {x: y}, valuesMerge: merge}",
        "{name: web, valuesFile: list.yaml}",
        "{name: web, valuesFile: list.yaml, valuesInline: {x: y}}",
        "{name: web, valuesFile: two.yaml, valuesInline: {x: y}}",
        "{name: web, valuesFile: none.yaml, valuesInline: {x: y}, valuesMerge: replace}",
    ] {
        scene.write("k/kustomization.yaml", &format!("helmCharts:\n- {chart}\n"));
        let (theirs, ours) = (scene.theirs("helm4", &["--enable-helm", "k"]), scene.ours(&["--enable-helm", "k"]));
        let agrees = if theirs.code == Some(0) { theirs.out == ours.out } else { ours.code == Some(2) };
        assert!(agrees, "{chart}\ntheirs\n{}{}\nours\n{}{}", theirs.out, theirs.err, ours.out, ours.err);
    }
}
