//! What the templates of a stranger may not do: each of these would take the memory or the time of whoever renders them.

use std::time::SystemTime;

use towpath_helm::{
    Chart, ChartLimits, HelmError, Options, Patience, Randomness, RenderEnv, RenderLimits, ValuesOptions, render,
};
use towpath_model::FileTree;

const MEMORY: &str = "values take more than 4194304 bytes of memory";
const WRITTEN: &str = "a value is larger than 4194304 bytes when all it holds is written out";
const STEPS: &str = "templates take too many steps";

/// A sixteenth of what is allowed by default, so that the test is quick where nothing is optimized.
fn small() -> RenderLimits {
    RenderLimits {
        memory_bytes: 4 << 20,
        output_bytes: 4 << 20,
        steps: 300_000,
        depth: 2_000,
        ..RenderLimits::default()
    }
}

/// A template and what the error's innermost message says.
const HOSTILE: &[(&str, &str)] = &[
    (
        r#"{{define "x"}}{{include "x" .}}{{end}}{{include "x" .}}"#,
        "rendering template has a nested reference name: x: unable to execute template",
    ),
    (r#"{{define "x"}}{{include "x" .}}{{include "x" .}}{{end}}{{include "x" .}}"#, "nested reference name: x"),
    (r#"{{define "x"}}{{template "x" .}}{{end}}{{template "x" .}}"#, "exceeded maximum template depth (2000)"),
    (
        r#"{{define "x"}}{{if lt (len .) 40}}{{include "x" (append . 1)}}{{include "x" (append . 1)}}{{end}}{{end}}{{include "x" list}}"#,
        STEPS,
    ),
    (r#"{{$t := "{{tpl .t .}}{{tpl .t .}}"}}{{tpl $t (dict "t" $t)}}"#, "exceeded maximum template depth (2000)"),
    ("{{range until 10000000}}{{end}}", MEMORY),
    ("{{range 1000000000}}{{end}}", STEPS),
    ("{{range 1000000000}}0123456789012345678901234567890123456789{{end}}", "output is larger than 4194304 bytes"),
    (r#"{{$s := repeat 1000 "0123456789"}}{{range 1000000000}}{{$s}}{{end}}"#, "output is larger than 4194304 bytes"),
    ("{{untilStep 0 9223372036854775807 1}}", MEMORY),
    ("{{seq 1 1 1000000000}}", MEMORY),
    (r#"{{repeat 1000000000 "x" | len}}"#, MEMORY),
    (r#"{{$s := "x"}}{{range until 60}}{{$s = cat $s $s}}{{end}}"#, STEPS),
    (r#"{{$s := "x"}}{{range until 60}}{{$s = printf "%s%s" $s $s}}{{end}}"#, STEPS),
    (r#"{{$s := "x"}}{{range until 60}}{{$s = print $s $s}}{{end}}"#, STEPS),
    (r#"{{$s := "x"}}{{range until 60}}{{$s = regexReplaceAll "x" $s "xx"}}{{end}}"#, STEPS),
    (r#"{{$s := "x"}}{{range until 60}}{{$s = replace "x" "xx" $s}}{{end}}"#, MEMORY),
    (r#"{{$s := "x"}}{{range until 60}}{{$s = join $s (list $s $s $s)}}{{end}}"#, MEMORY),
    (r#"{{$s := "x\nx"}}{{range until 60}}{{$s = indent 1000000 $s}}{{end}}"#, MEMORY),
    (r#"{{$s := "x"}}{{range until 60}}{{$s = quote $s $s $s}}{{end}}"#, WRITTEN),
    (r#"{{$s := "x"}}{{range until 60}}{{$s = html (print $s "<" $s)}}{{end}}"#, STEPS),
    (r#"{{$s := "xx"}}{{range until 60}}{{$s = wrapWith 1 "0123456789" $s}}{{end}}"#, MEMORY),
    (r#"{{$s := "x"}}{{range until 60}}{{$s = tpl "{{.}}{{.}}" $s}}{{end}}"#, MEMORY),
    (r#"{{$s := repeat 10000000 "x"}}{{$l := splitList "" $s}}{{len $l}}"#, MEMORY),
    (r#"{{$s := repeat 10000000 "x"}}{{regexFindAll "x" $s -1 | len}}"#, MEMORY),
    ("{{$l := list 1}}{{range until 60}}{{$l = concat $l $l}}{{end}}", MEMORY),
    ("{{$l := list 1}}{{range until 60}}{{$l = list $l $l}}{{end}}{{toYaml $l}}", WRITTEN),
    ("{{$l := list 1}}{{range until 60}}{{$l = list $l $l}}{{end}}{{$l}}", WRITTEN),
    ("{{$l := list 1}}{{range until 60}}{{$l = list $l $l}}{{end}}{{$l | toString}}", WRITTEN),
    (r#"{{$l := list 1}}{{range until 60}}{{$l = list $l $l}}{{end}}{{printf "%v" $l}}"#, WRITTEN),
    ("{{$l := list 1}}{{range until 60}}{{$l = list $l $l}}{{end}}{{deepEqual $l (list $l)}}", WRITTEN),
    (r#"{{$d := dict "a" 1}}{{range until 60}}{{$d = dict "a" $d "b" $d}}{{end}}{{toJson $d}}"#, WRITTEN),
    (r#"{{$d := dict "a" 1}}{{range until 60}}{{$d = dict "a" $d "b" $d}}{{end}}{{deepCopy $d}}"#, WRITTEN),
    (
        r#"{{$d := dict "a" 1}}{{range until 60}}{{$d = dict "a" $d "b" $d}}{{end}}{{merge (deepCopy (dict "a" 1)) $d}}"#,
        WRITTEN,
    ),
    (
        r#"{{$d := dict}}{{$_ := set $d "d" $d}}{{deepCopy $d}}"#,
        "deepCopy of a value that is more than 1000 deep, or holds itself",
    ),
    (r#"{{$d := dict}}{{$_ := set $d "d" $d}}{{mustToJson $d}}"#, "json: unsupported value: encountered a cycle"),
    (r#"{{$d := dict}}{{$_ := set $d "d" $d}}{{$d}}"#, "value is nested too deeply to be printed"),
    ("{{$d := dict}}{{range $i, $_ := until 90000}}{{$_ := set $d (toString $i) $i}}{{end}}", WRITTEN),
    ("{{$l := list}}{{range 900000}}{{$l = list $l}}{{end}}", MEMORY),
    (
        r#"{{$l := list}}{{range 900000}}{{$l = append $l (print . "0123456789012345678901234567890123456789")}}{{end}}"#,
        STEPS,
    ),
    (r#"{{$s := repeat 1000000 "a"}}{{regexMatch "(a?){900}a{900}b" $s}}"#, STEPS),
    (r#"{{range $i := until 100000}}{{regexMatch (printf "%d(\\pL{900}){900}" $i) "x"}}{{end}}"#, STEPS),
    (r#"{{range until 100000}}{{htpasswd "a" "b"}}{{end}}"#, STEPS),
    ("{{$l := until 30000}}{{uniq $l | len}}", STEPS),
];

fn failure(template: &str, limits: RenderLimits) -> HelmError {
    let tree = FileTree::from_files([
        ("Chart.yaml", b"apiVersion: v2\nname: hostile\nversion: 1.0.0\n".as_slice()),
        ("templates/x.yaml", template.as_bytes()),
    ]);
    let chart = Chart::load(&tree.expect("the paths are good"), &ChartLimits::default()).expect("it is a chart");
    let env = RenderEnv::new("r", SystemTime::UNIX_EPOCH, Randomness::seeded(1));
    let options = Options { limits, ..Options::default() };
    render(&chart, &ValuesOptions::default(), &env, &options).expect_err(template)
}

#[test]
fn hostile_templates_end_in_errors_that_name_their_place() {
    let failures: Vec<String> = HOSTILE
        .iter()
        .filter_map(|(template, expected)| {
            let HelmError::Template(failure) = failure(template, small()) else {
                return Some(format!("{template}: no template has failed"));
            };
            let diagnostic = failure.error.diagnostic();
            let location = diagnostic.location.as_ref().map(|place| (place.file.as_str(), place.line));
            let is_named =
                location.is_some_and(|(file, line)| line == 1 && (file.ends_with("x.yaml") || file == "gotpl"));
            (!diagnostic.message.contains(expected) || !is_named)
                .then(|| format!("{template}\n  gives {} at {location:?}", diagnostic.message))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_limit_can_be_set() {
    let endless = "{{range 1000000000}}x{{end}}";
    let long = r#"{{repeat 100000 "x" | len}}"#;
    let deep = r#"{{define "x"}}{{if .}}{{template "x" (rest .)}}{{end}}{{end}}{{template "x" (until 100)}}"#;
    let set = RenderLimits::default;
    for (template, limits, expected) in [
        (endless, RenderLimits { steps: 100, ..set() }, "templates take too many steps"),
        (endless, RenderLimits { output_bytes: 10, ..set() }, "output is larger than 10 bytes"),
        (endless, RenderLimits { patience: Patience::from_fn(|| false), ..set() }, "templates take too long"),
        (long, RenderLimits { memory_bytes: 1000, ..set() }, "values take more than 1000 bytes of memory"),
        (deep, RenderLimits { depth: 50, ..set() }, "exceeded maximum template depth (50)"),
    ] {
        let message = failure(template, limits).diagnostic().message;
        assert!(message.ends_with(expected), "{template}: {message}");
    }
}
