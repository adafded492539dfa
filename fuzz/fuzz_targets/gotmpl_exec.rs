//! Any template of a chart gives an output or a refusal, whatever functions of Helm and Sprig it calls.
#![no_main]

use libfuzzer_sys::fuzz_target;
use towpath_fuzz::{chart, render_both};
use towpath_helm::ValuesOptions;

const VALUES: &[u8] =
    b"s: text\nn: 5\nf: 1.5\nb: true\nz: null\nl: [3, 1, {a: b}]\nm: {a: 1, b: {c: deep}}\nt: '{{ .Values.s }}'\n";
const HELPERS: &[u8] =
    b"{{ define \"self\" }}{{ include \"self\" . }}{{ end }}{{ define \"name\" }}{{ .Release.Name }}{{ end }}";

fuzz_target!(|data: &[u8]| {
    let files = [("values.yaml", VALUES), ("templates/_helpers.tpl", HELPERS), ("templates/a.yaml", data)];
    if let Some(chart) = chart(&files) {
        render_both(&chart, &ValuesOptions::default());
    }
});
