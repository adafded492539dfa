//! Reads what a user sees of an error: the place in the chart, the calls that led there, what to do.

use std::time::{Instant, SystemTime};

use towpath_helm::{Chart, ChartLimits, Options, Randomness, RenderEnv, ValuesFile, ValuesOptions, render};
use towpath_model::{Diagnostic, FileTree, Kind};

/// Returns the diagnostic of a chart with these files over a `Chart.yaml`.
fn diagnostic(files: &[(&str, &str)], values: &ValuesOptions) -> Diagnostic {
    let chart = [("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n")];
    let files = chart.iter().chain(files).map(|(path, text)| (*path, text.as_bytes()));
    let tree = FileTree::from_files(files).expect("because the paths are relative");
    let env = RenderEnv::new("demo", SystemTime::UNIX_EPOCH, Randomness::seeded(1));
    Chart::load(&tree, &ChartLimits::default())
        .and_then(|chart| render(&chart, values, &env, &Options::default()))
        .expect_err("because the chart is wrong")
        .diagnostic()
}

fn place(diagnostic: &Diagnostic) -> String {
    diagnostic
        .location
        .as_ref()
        .map_or_else(String::new, |at| format!("{}:{}:{} {}", at.file, at.line, at.column, at.source))
}

#[test]
fn a_nil_value_is_shown_where_it_was_asked_for() {
    let helper = "{{ define \"port\" }}\n  {{- .Values.service.port.number }}{{ end }}";
    let files = [
        ("templates/_helpers.tpl", helper),
        ("templates/service.yaml", "kind: Service\nport: {{ include \"port\" . }}\n"),
    ];
    let found = diagnostic(&files, &ValuesOptions::default());
    assert_eq!(found.kind, Kind::Usage);
    assert!(found.message.ends_with("nil pointer evaluating interface {}.port"), "{}", found.message);
    assert!(place(&found).starts_with("shop/templates/_helpers.tpl:2:"), "{}", place(&found));
    assert!(found.causes.iter().any(|cause| cause.contains("shop/templates/service.yaml:2:")), "{:?}", found.causes);
    assert_eq!(
        found.hints,
        ["`service` is not set: add it to shop/values.yaml or a values file, or give --set service=…"]
    );
}

#[test]
fn a_chart_speaks_in_its_own_words() {
    let files = [("templates/a.yaml", "a: {{ required \"set .Values.a\" .Values.a }}\n")];
    let found = diagnostic(&files, &ValuesOptions::default());
    assert_eq!(found.message, "execution error at (shop/templates/a.yaml:1:6): set .Values.a");
    assert!(place(&found).starts_with("shop/templates/a.yaml:1:"), "{}", place(&found));
}

#[test]
fn a_chart_that_recurses_ends_soon() {
    for body in [
        "{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}",
        "{{ define \"a\" }}{{ include \"b\" . }}{{ end }}{{ define \"b\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}",
        "{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}",
        "{{ define \"a\" }}{{ tpl \"{{ include \\\"a\\\" . }}\" . }}{{ end }}{{ include \"a\" . }}",
    ] {
        let start = Instant::now();
        let found = diagnostic(&[("templates/a.yaml", body)], &ValuesOptions::default());
        assert_eq!(found.kind, Kind::Usage);
        assert!(!found.message.is_empty());
        assert!(start.elapsed().as_secs() < 60, "{body} took {:?}", start.elapsed());
    }
}

#[test]
fn a_values_file_with_a_tab_is_shown_with_its_line() {
    let file = ValuesFile { name: "values-dev.yaml".to_owned(), content: b"a:\n\tb: 1\n".to_vec() };
    let values = ValuesOptions { files: vec![file], ..ValuesOptions::default() };
    let found = diagnostic(&[], &values);
    assert!(found.message.starts_with("failed to parse values-dev.yaml: "), "{}", found.message);
    assert!(place(&found).starts_with("values-dev.yaml:2:"), "{}", place(&found));
}

#[test]
fn a_schema_is_never_passed_over() {
    let found = diagnostic(&[("values.schema.json", "{\"required\":[\"owner\"]}")], &ValuesOptions::default());
    assert!(found.message.ends_with("shop:\n- at '': missing property 'owner'\n"), "{}", found.message);
    assert!(found.hints[0].contains("--skip-schema-validation"));
}

#[test]
fn what_is_no_chart_says_so() {
    let tree = FileTree::from_files([("values.yaml", b"a: 1".as_slice())]).expect("because the path is relative");
    let error = Chart::load(&tree, &ChartLimits::default()).expect_err("because there is no Chart.yaml");
    assert_eq!(error.to_string(), "Chart.yaml file is missing");
    let error = Chart::from_archive(b"not an archive", &ChartLimits::default()).expect_err("because it is none");
    assert_eq!(error.to_string(), "gzip: invalid header");
}

/// Renders one template over values of the chart and of a file, and returns the hints.
fn hints(template: &str, own: &str, file: &str) -> Vec<String> {
    let file = ValuesFile { name: "prod.yaml".to_owned(), content: file.as_bytes().to_vec() };
    let values = ValuesOptions { files: vec![file], ..ValuesOptions::default() };
    diagnostic(&[("templates/a.yaml", template), ("values.yaml", own)], &values).hints
}

#[test]
fn the_value_that_is_missing_is_named_with_the_file_that_could_set_it() {
    let own = "service:\n  port: 80\nname: x\n";
    let check = |template: &str, file: &str, expected: &[&str]| {
        assert_eq!(hints(template, own, file), expected, "{template}");
    };
    check(
        "{{ .Values.service.host.name }}",
        "# nothing\n",
        &["`service.host` is not set: add `host` to `service` at shop/values.yaml:1, or give --set service.host=…"],
    );
    check(
        "{{ .Values.service.prot.number }}",
        "a: 1\nservice:\n  type: x\n",
        &[
            "did you mean `service.port`? it is set, `service.prot` is not",
            "`service.prot` is not set: add `prot` to `service` at prod.yaml:2, or give --set service.prot=…",
        ],
    );
    check(
        "{{ required \"say which\" .Values.region }}",
        "a: 1\n",
        &["`region` is not set: add it to prod.yaml or shop/values.yaml, or give --set region=…"],
    );
    check(
        "{{ .Values.name.first }}",
        "a: 1\n",
        &["`name` is a text at shop/values.yaml:3, and the template looks for a key below it: make it a table"],
    );
    check(
        "{{ with .Values.service }}{{ .host.name }}{{ end }}",
        "a: 1\n",
        &[
            "`.host` is null or not set where `.host.name` looks for `name`; `.` is what `with`, `range` or the caller gave",
        ],
    );
}

#[test]
fn a_value_of_a_subchart_is_named_as_the_parent_sets_it() {
    let files = [
        ("charts/cache/Chart.yaml", "apiVersion: v2\nname: cache\nversion: 1.0.0\n"),
        ("charts/cache/values.yaml", "# defaults\ndisk: {}\n"),
        ("charts/cache/templates/a.yaml", "{{ .Values.disk.size.big }}"),
    ];
    let found = diagnostic(&files, &ValuesOptions::default());
    assert_eq!(
        found.hints,
        ["`cache.disk.size` is not set: add `size` to `cache.disk` at shop/charts/cache/values.yaml:2, \
             or give --set cache.disk.size=…"]
    );
}

#[test]
fn the_calls_that_led_there_are_the_causes() {
    let files = [
        (
            "templates/_a.tpl",
            "{{ define \"a\" }}{{ include \"b\" . }}{{ end }}{{ define \"b\" }}{{ fail \"no\" }}{{ end }}",
        ),
        ("templates/a.yaml", "x: {{ include \"a\" . }}\n"),
    ];
    let found = diagnostic(&files, &ValuesOptions::default());
    assert_eq!(
        found.causes,
        [
            "while executing fail \"no\"",
            "called from shop/templates/_a.tpl:1:19: include \"b\" .",
            "called from shop/templates/a.yaml:1:6: include \"a\" .",
        ]
    );
}

#[test]
fn a_rendered_text_that_is_no_yaml_is_shown() {
    let files = [("templates/a.yaml", "kind: A\nmetadata:\n  name: x\n spec: {{ 1 }}\n")];
    let found = diagnostic(&files, &ValuesOptions::default());
    assert!(found.message.starts_with("YAML parse error on shop/templates/a.yaml: "), "{}", found.message);
    let at = found.location.expect("because the text is at hand");
    assert_eq!((at.file.as_str(), at.line), ("shop/templates/a.yaml (rendered)", 4));
    assert_eq!(at.before, ["kind: A", "metadata:", "  name: x"]);
    assert_eq!(at.source, " spec: 1");
}

#[test]
fn a_wrong_chart_yaml_is_shown_with_its_line() {
    let tree = FileTree::from_files([("Chart.yaml", b"apiVersion: v2\nname: a\n\tversion: 1\n".as_slice())]);
    let tree = tree.expect("because the path is relative");
    let found = Chart::load(&tree, &ChartLimits::default()).expect_err("because of the tab").diagnostic();
    assert!(
        found.message.starts_with("cannot load Chart.yaml: error converting YAML to JSON: yaml: line "),
        "{}",
        found.message
    );
    assert!(place(&found).starts_with("Chart.yaml:3:"), "{}", place(&found));
}

#[test]
fn a_value_of_the_wrong_kind_is_named_by_its_path() {
    for (line, field) in [
        ("annotations: {a: x, b: {c: d}}", ".annotations.b"),
        ("keywords: [a, [b]]", ".keywords.1"),
        ("maintainers: [{name: a}, {name: [b]}]", ".maintainers.1.name"),
        ("dependencies: [{name: a, tags: [b, {c: d}]}]", ".dependencies.0.tags.1"),
    ] {
        let text = format!("apiVersion: v2\nname: a\nversion: 1.0.0\n{line}\n");
        let tree = FileTree::from_files([("Chart.yaml", text.as_bytes())]).expect("because the path is relative");
        let found = Chart::load(&tree, &ChartLimits::default()).expect_err("because of its kind").diagnostic();
        assert!(found.message.ends_with(&format!("struct field Metadata{field} of type string")), "{}", found.message);
    }
    let files = [("templates/a.yaml", "kind: A\nmetadata: {annotations: {a: x, b: [c]}}\n")];
    let found = diagnostic(&files, &ValuesOptions::default());
    assert!(found.message.ends_with("struct field .metadata.annotations.b of type string"), "{}", found.message);
}
