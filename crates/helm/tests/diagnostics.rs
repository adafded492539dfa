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
    assert_eq!(found.message, "nil pointer evaluating interface {}.port");
    assert!(place(&found).starts_with("shop/templates/_helpers.tpl:2:"), "{}", place(&found));
    assert!(found.causes.iter().any(|cause| cause.contains("shop/templates/service.yaml:2:")), "{:?}", found.causes);
    assert!(found.hints.iter().any(|hint| hint.starts_with("`service` is null or not set")), "{:?}", found.hints);
}

#[test]
fn a_chart_speaks_in_its_own_words() {
    let files = [("templates/a.yaml", "a: {{ required \"set .Values.a\" .Values.a }}\n")];
    let found = diagnostic(&files, &ValuesOptions::default());
    assert_eq!(found.message, "set .Values.a");
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
