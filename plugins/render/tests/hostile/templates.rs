//! Templates.

use crate::case::{Case, Ending};

/// Every refusal names the template.
const AT: Ending = Ending::Refused(&["templates/a.yaml"]);
const HARMLESS: Ending = Ending::Harmless;

/// Name, text and ending.
const TEXTS: &[(&str, &str, Ending)] = &[
    ("template: includes itself", r#"{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}"#, AT),
    (
        "template: includes itself as an action",
        r#"{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}"#,
        AT,
    ),
    (
        "template: two include each other",
        r#"{{ define "a" }}{{ include "b" . }}{{ end }}{{ define "b" }}{{ include "a" . }}{{ end }}{{ include "a" . }}"#,
        AT,
    ),
    (
        "template: tpl that doubles",
        r#"{{ define "x" }}{{ tpl "{{ include \"x\" . }}{{ include \"x\" . }}" . }}{{ end }}{{ include "x" . }}"#,
        AT,
    ),
    ("template: 100 MB", r#"{{ range until 1000000 }}{{ printf "%0100d" . }}{{ end }}"#, AT),
    ("template: loops in loops", "{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}", AT),
    ("template: until a giant", "{{ until 2000000000 | len }}", AT),
    ("template: untilStep a giant", "{{ untilStep 0 2000000000 1 | len }}", AT),
    ("template: seq a giant", "{{ seq 1 2000000000 | len }}", AT),
    ("template: repeat a giant", r#"{{ repeat 2000000000 "x" | len }}"#, AT),
    ("template: indent a giant", r#"{{ indent 2000000000 "x" | len }}"#, AT),
    ("template: random giant", "{{ randAlphaNum 2000000000 | len }}", AT),
    ("template: printf a wide number", r#"{{ printf "%1000000000d" 1 | len }}"#, HARMLESS),
    ("template: printf many wide numbers", r#"{{ range until 1000 }}{{ printf "%999999d" 1 }}{{ end }}"#, AT),
    ("template: a number that is a giant", "{{ 1e1000000000 }}", AT),
    (
        "template: a giant to a number",
        r#"{{ "1e1000000000" | float64 }} {{ "1e1000000000" | int }} {{ "1e1000000000" | toDecimal }}"#,
        HARMLESS,
    ),
    ("template: decimals of a giant", r#"{{ addf "1e100000000" 1 }}"#, HARMLESS),
    ("template: round to a giant", "{{ round 1.5 2000000000 }}", HARMLESS),
    ("template: a version that is a giant", r#"{{ semverCompare ">99999999999999999999999.0.0" "1.0.0" }}"#, HARMLESS),
    ("template: a giant in JSON", r#"{{ "[1e1000000000]" | fromJsonArray }}"#, HARMLESS),
    ("template: an expression that grows", r#"{{ regexMatch "(((a{1,900}){1,900}){1,900}){1,900}" "a" }}"#, AT),
    (
        "template: an expression that goes back",
        r#"{{ regexMatch "^(a+)+$" (repeat 100000 "a" | printf "%s!") }}"#,
        HARMLESS,
    ),
    (
        "template: an expression over a long text",
        r#"{{ regexFindAll "(.*?,){11}x" (repeat 200000 "1,") -1 }}"#,
        HARMLESS,
    ),
    ("template: a map in itself, printed", r#"{{ $d := dict }}{{ $_ := set $d "x" $d }}{{ $d }}"#, HARMLESS),
    ("template: a map in itself, as JSON", r#"{{ $d := dict }}{{ $_ := set $d "x" $d }}{{ $d | mustToJson }}"#, AT),
    ("template: a map in itself, as YAML", r#"{{ $d := dict }}{{ $_ := set $d "x" $d }}{{ $d | toYaml }}"#, HARMLESS),
    (
        "template: a map in itself, copied",
        r#"{{ $d := dict }}{{ $_ := set $d "x" $d }}{{ deepCopy $d | len }}"#,
        HARMLESS,
    ),
    (
        "template: a map in itself, merged",
        r#"{{ $d := dict }}{{ $_ := set $d "x" $d }}{{ merge (dict "x" dict) $d $d | len }}"#,
        HARMLESS,
    ),
    (
        "template: a map in itself, compared",
        r#"{{ $d := dict }}{{ $_ := set $d "x" $d }}{{ deepEqual $d (deepCopy $d) }}"#,
        HARMLESS,
    ),
    (
        "template: a copy that doubles",
        r#"{{ $d := dict "x" "y" }}{{ range until 60 }}{{ $d = dict "a" $d "b" $d }}{{ end }}{{ deepCopy $d | len }}"#,
        AT,
    ),
    (
        "template: a map that doubles, as YAML",
        r#"{{ $d := dict "x" "y" }}{{ range until 60 }}{{ $d = dict "a" $d "b" $d }}{{ end }}{{ $d | toYaml }}"#,
        AT,
    ),
];

/// Steps that make a text twice as long.
const DOUBLING: &[(&str, &str)] = &[
    ("template: print doubles", "print $s $s"),
    ("template: printf doubles", r#"printf "%s%s" $s $s"#),
    ("template: cat doubles", "cat $s $s"),
    ("template: join doubles", "join $s (list $s $s)"),
    ("template: replace doubles", r#"$s | replace "x" "xx""#),
    ("template: regexReplaceAll doubles", r#"regexReplaceAll "x" $s "xx""#),
    ("template: repeat doubles", "repeat 2 $s"),
    ("template: quote doubles", "$s | quote | quote"),
    ("template: toJson doubles", "$s | toJson | toJson"),
    ("template: b64enc grows", "$s | b64enc | b64enc"),
    ("template: concat doubles", "concat (list $s) (list $s) | toJson"),
    ("template: nindent grows", "$s | nindent 100000"),
    ("template: wrapWith grows", r#"$s | wrapWith 1 "xxxxxxxxxx""#),
    ("template: indent of lines", r#"$s | replace "x" "x\n" | indent 1000"#),
    ("template: tpl doubles", "tpl (printf \"%s{{ . }}%s\" $s $s) $s"),
];

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = generated();
    cases.extend(
        TEXTS
            .iter()
            .map(|(name, text, ending)| Case::files(name, || vec![("templates/a.yaml", (*text).to_owned())], *ending)),
    );
    cases.extend(DOUBLING.iter().map(|(name, step)| doubling(name, step)));
    cases
}

/// Returns a template that makes a text twice as long in each of 60 rounds.
fn doubling(name: &'static str, step: &'static str) -> Case {
    let text = move || {
        format!("{{{{ $s := \"x y\\\"\" }}}}{{{{ range until 60 }}}}{{{{ $s = {step} }}}}{{{{ end }}}}{{{{ $s }}}}")
    };
    Case::files(name, move || vec![("templates/a.yaml", text())], AT)
}

fn template(name: &'static str, text: impl Fn() -> String + 'static, ending: Ending) -> Case {
    Case::files(name, move || vec![("templates/a.yaml", text())], ending)
}

/// Those whose text is long.
fn generated() -> Vec<Case> {
    vec![
        template(
            "template: includes that double",
            || {
                let below = |n: usize| {
                    format!(
                        "{{{{ define \"a{n}\" }}}}{{{{ include \"a{0}\" . }}}}{{{{ include \"a{0}\" . }}}}{{{{ end }}}}",
                        n + 1
                    )
                };
                (0..40).map(below).collect::<String>() + "{{ define \"a40\" }}x{{ end }}{{ include \"a0\" . }}"
            },
            AT,
        ),
        template(
            "template: deep parentheses",
            || format!("{{{{ {}1{} }}}}", "(".repeat(200_000), ")".repeat(200_000)),
            AT,
        ),
        template("template: deep blocks", || "{{ if true }}".repeat(200_000), AT),
        template("template: deep JSON", || format!("{{{{ fromJson `{}` }}}}", "[".repeat(200_000)), HARMLESS),
        template("template: deep YAML", || format!("{{{{ fromYaml `{}` }}}}", "[".repeat(200_000)), HARMLESS),
        template("template: a long pipeline", || format!("{{{{ 1{} }}}}", " | int".repeat(200_000)), HARMLESS),
        template(
            "template: many variables",
            || (0..100_000).map(|n| format!("{{{{ $v{n} := {n} }}}}")).collect(),
            HARMLESS,
        ),
    ]
}
