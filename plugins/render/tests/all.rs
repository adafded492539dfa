//! `towpath-render all`: the bytes of single runs, in order, whatever happens to some of the charts.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that fails")]

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

/// Thirty charts below `charts/`, of which `c07` fails and `c11` has a subchart that others have, too.
fn charts() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: String, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    for number in 0..30 {
        let name = format!("c{number:02}");
        write(format!("charts/{name}/Chart.yaml"), &format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n"));
        write(format!("charts/{name}/values.yaml"), &format!("count: {number}\n"));
        write(format!("charts/{name}/templates/_parts.tpl"), "{{ define \"name\" }}{{ .Release.Name }}{{ end }}");
        let template = if number == 7 {
            "a: {{ required \"count is needed\" .Values.none }}\n".to_owned()
        } else {
            "kind: ConfigMap\nmetadata: {name: {{ include \"name\" . }}}\ndata:\n{{- range until (int .Values.count) }}\n  \
             k{{ . }}: x\n{{- end }}\n---\nkind: Secret\n"
                .to_owned()
        };
        write(format!("charts/{name}/templates/all.yaml"), &template);
    }
    for path in ["charts/c11/charts/sub", "charts/c12/charts/sub"] {
        write(format!("{path}/Chart.yaml"), "apiVersion: v2\nname: sub\nversion: 1.0.0\n");
        write(format!("{path}/templates/x.yaml"), "kind: Service\nname: {{ .Chart.Name }}\n");
    }
    folder
}

fn run(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_towpath-render"));
    command.current_dir(folder).args(arguments).env("NO_COLOR", "1");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn each_chart_gives_what_it_gives_alone_and_a_failure_ends_nothing() {
    let folder = charts();
    let mut expected = String::new();
    for number in 0..30 {
        let chart = format!("charts/c{number:02}");
        let alone = run(folder.path(), &["template", "r", &chart], "");
        assert_eq!(alone.status.success(), number != 7);
        if alone.status.success() {
            expected += &format!("# Chart: {chart}\n{}", text(&alone.stdout));
        }
    }
    for jobs in ["1", "2", "9"] {
        let all = run(folder.path(), &["all", "charts", "--name", "r", "--jobs", jobs], "");
        assert_eq!(text(&all.stdout), expected, "with {jobs} jobs");
        let told = text(&all.stderr);
        assert_eq!(all.status.code(), Some(1), "{told}");
        for word in ["count is needed", "while rendering chart `charts/c07`", "1 of 30 charts failed"] {
            assert!(told.contains(word), "{word:?} is not in {told}");
        }
    }
}

#[test]
fn files_are_written_and_the_summary_names_them() {
    let folder = charts();
    let output = run(folder.path(), &["all", "charts", "--output-dir", "out", "--output", "json"], "");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&document["kind"], &document["failed"]), (&"RenderedCharts".into(), &1.into()));
    let charts = document["charts"].as_array().unwrap();
    assert_eq!(charts.len(), 30);
    for (number, chart) in charts.iter().enumerate() {
        let name = format!("c{number:02}");
        assert_eq!(chart["chart"], format!("charts/{name}"));
        if number == 7 {
            assert!(chart["file"].is_null() && chart["error"]["message"].as_str().unwrap().contains("count is needed"));
            continue;
        }
        let alone = run(folder.path(), &["template", &format!("charts/{name}")], "");
        let written = fs::read(folder.path().join(chart["file"].as_str().unwrap())).unwrap();
        assert_eq!(text(&written), text(&alone.stdout));
        assert_eq!((chart["bytes"].as_u64(), chart["error"].is_null()), (Some(written.len() as u64), true));
    }
    assert_eq!(charts[3]["documents"], 2);
    assert_eq!(charts[11]["documents"], 3);
}

#[test]
fn charts_are_named_by_arguments_folders_and_lists() {
    let folder = charts();
    let at = folder.path();
    let list = "# some\ncharts/c03\n\n  charts/c01\n";
    let output =
        run(at, &["all", "charts/c02", "--charts-from", "-", "--set", "count=0", "--skip-schema-validation"], list);
    let headings: Vec<String> =
        text(&output.stdout).lines().filter(|line| line.starts_with("# Chart: ")).map(str::to_owned).collect();
    assert_eq!(headings, ["# Chart: charts/c02", "# Chart: charts/c03", "# Chart: charts/c01"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));

    let refused = |arguments: &[&str], words: &[&str]| {
        let output = run(at, arguments, "");
        let told = text(&output.stderr);
        assert!(output.status.code() == Some(2) && output.stdout.is_empty(), "{arguments:?}: {told}");
        assert!(words.iter().all(|word| told.contains(word)), "{arguments:?} says {told}");
    };
    refused(&["all"], &["no chart stands in `.`, and no towpath.yaml in or below it", "hint:"]);
    refused(&["all", "charts/c02/templates"], &["no chart stands in `charts/c02/templates`", "hint:"]);
    refused(&["all", "--charts-from", "-"], &["no chart is named"]);
    fs::create_dir_all(at.join("more/c02")).unwrap();
    fs::write(at.join("more/c02/Chart.yaml"), "apiVersion: v2\nname: c02\nversion: 1.0.0\n").unwrap();
    refused(&["all", "charts", "more", "--output-dir", "out"], &["`charts/c02` and `more/c02` would both be written"]);
    assert!(!at.join("out").exists());

    let missing = run(at, &["all", "charts/c01", "charts/none"], "");
    assert_eq!(missing.status.code(), Some(1));
    assert!(text(&missing.stderr).contains("charts/none") && text(&missing.stdout).contains("# Chart: charts/c01"));
}
