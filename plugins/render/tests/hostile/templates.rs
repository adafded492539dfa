//! Templates.

use crate::case::{Case, Ending};

fn template(name: &'static str, text: &'static str, ending: Ending) -> Case {
    Case::files(name, move || vec![("templates/a.yaml", text.to_owned())], ending)
}

fn generated(name: &'static str, text: impl Fn() -> String + 'static, ending: Ending) -> Case {
    Case::files(name, move || vec![("templates/a.yaml", text())], ending)
}

/// Returns a template that makes a text twice as long in each of 60 rounds.
fn doubling(name: &'static str, step: &'static str) -> Case {
    let text = move || {
        format!("{{{{ $s := \"x y\\\"\" }}}}{{{{ range until 60 }}}}{{{{ $s = {step} }}}}{{{{ end }}}}{{{{ $s }}}}")
    };
    Case::files(name, move || vec![("templates/a.yaml", text())], AT)
}

/// Every refusal names the template.
const AT: Ending = Ending::Refused(&["templates/a.yaml"]);

pub(crate) fn cases() -> Vec<Case> {
    use Ending::Harmless;
    let mut cases = vec![
        template("template: includes itself", r#"{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}"#, AT),
        template(
            "template: includes itself as an action",
            r#"{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}"#,
            AT,
        ),
        template(
            "template: two include each other",
            r#"{{ define "a" }}{{ include "b" . }}{{ end }}{{ define "b" }}{{ include "a" . }}{{ end }}{{ include "a" . }}"#,
            AT,
        ),
        template(
            "template: tpl that doubles",
            r#"{{ define "x" }}{{ tpl "{{ include \"x\" . }}{{ include \"x\" . }}" . }}{{ end }}{{ include "x" . }}"#,
            AT,
        ),
        generated(
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
        template("template: 100 MB", r#"{{ range until 1000000 }}{{ printf "%0100d" . }}{{ end }}"#, AT),
        template("template: loops in loops", "{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}", AT),
        template("template: until a giant", "{{ until 2000000000 | len }}", AT),
        template("template: untilStep a giant", "{{ untilStep 0 2000000000 1 | len }}", AT),
        template("template: seq a giant", "{{ seq 1 2000000000 | len }}", AT),
        template("template: repeat a giant", r#"{{ repeat 2000000000 "x" | len }}"#, AT),
        template("template: indent a giant", r#"{{ indent 2000000000 "x" | len }}"#, AT),
        template("template: random giant", "{{ randAlphaNum 2000000000 | len }}", AT),
        template("template: printf a wide number", r#"{{ printf "%1000000000d" 1 | len }}"#, Harmless),
        template(
            "template: printf many wide numbers",
            r#"{{ range until 1000 }}{{ printf "%999999d" 1 }}{{ end }}"#,
            AT,
        ),
        template("template: a number that is a giant", "{{ 1e1000000000 }}", AT),
        template(
            "template: a giant to a number",
            r#"{{ "1e1000000000" | float64 }} {{ "1e1000000000" | int }} {{ "1e1000000000" | toDecimal }}"#,
            Harmless,
        ),
        template("template: decimals of a giant", r#"{{ addf "1e100000000" 1 }}"#, Harmless),
        template("template: round to a giant", "{{ round 1.5 2000000000 }}", Harmless),
        template(
            "template: a version that is a giant",
            r#"{{ semverCompare ">99999999999999999999999.0.0" "1.0.0" }}"#,
            Harmless,
        ),
        template("template: a giant in JSON", r#"{{ "[1e1000000000]" | fromJsonArray }}"#, Harmless),
        template(
            "template: an expression that grows",
            r#"{{ regexMatch "(((a{1,900}){1,900}){1,900}){1,900}" "a" }}"#,
            AT,
        ),
        template(
            "template: an expression that goes back",
            r#"{{ regexMatch "^(a+)+$" (repeat 100000 "a" | printf "%s!") }}"#,
            Harmless,
        ),
        template(
            "template: an expression over a long text",
            r#"{{ regexFindAll "(.*?,){11}x" (repeat 200000 "1,") -1 }}"#,
            Harmless,
        ),
        template(
            "template: a map in itself, printed",
            r#"{{ $d := dict }}{{ $_ := set $d "x" $d }}{{ $d }}"#,
            Harmless,
        ),
        template(
            "template: a map in itself, as JSON",
            r#"{{ $d := dict }}{{ $_ := set $d "x" $d }}{{ $d | mustToJson }}"#,
            AT,
        ),
        template(
            "template: a map in itself, as YAML",
            r#"{{ $d := dict }}{{ $_ := set $d "x" $d }}{{ $d | toYaml }}"#,
            Harmless,
        ),
        template(
            "template: a map in itself, copied",
            r#"{{ $d := dict }}{{ $_ := set $d "x" $d }}{{ deepCopy $d | len }}"#,
            Harmless,
        ),
        template(
            "template: a map in itself, merged",
            r#"{{ $d := dict }}{{ $_ := set $d "x" $d }}{{ merge (dict "x" dict) $d $d | len }}"#,
            Harmless,
        ),
        template(
            "template: a map in itself, compared",
            r#"{{ $d := dict }}{{ $_ := set $d "x" $d }}{{ deepEqual $d (deepCopy $d) }}"#,
            Harmless,
        ),
        template(
            "template: a copy that doubles",
            r#"{{ $d := dict "x" "y" }}{{ range until 60 }}{{ $d = dict "a" $d "b" $d }}{{ end }}{{ deepCopy $d | len }}"#,
            AT,
        ),
        template(
            "template: a map that doubles, as YAML",
            r#"{{ $d := dict "x" "y" }}{{ range until 60 }}{{ $d = dict "a" $d "b" $d }}{{ end }}{{ $d | toYaml }}"#,
            AT,
        ),
        generated(
            "template: deep parentheses",
            || format!("{{{{ {}1{} }}}}", "(".repeat(200_000), ")".repeat(200_000)),
            AT,
        ),
        generated("template: deep blocks", || "{{ if true }}".repeat(200_000), AT),
        generated("template: deep JSON", || format!("{{{{ fromJson `{}` }}}}", "[".repeat(200_000)), Harmless),
        generated("template: deep YAML", || format!("{{{{ fromYaml `{}` }}}}", "[".repeat(200_000)), Harmless),
        generated("template: a long pipeline", || format!("{{{{ 1{} }}}}", " | int".repeat(200_000)), Harmless),
        generated(
            "template: many variables",
            || (0..100_000).map(|n| format!("{{{{ $v{n} := {n} }}}}")).collect(),
            Harmless,
        ),
    ];
    for (name, step) in [
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
    ] {
        cases.push(doubling(name, step));
    }
    cases
}
