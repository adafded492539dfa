use super::{compare, run, write};

/// Nothing of these may ever be shown; the second of each pair is base64.
const VALUES: [&str; 8] = [
    "swordfish",
    "c3dvcmRmaXNo",
    "albatross",
    "YWxiYXRyb3Nz",
    "987654321",
    "hunter2hunter2",
    "aHVudGVyMmh1bnRlcjI=",
    "penguins",
];

const FROM: &str = r#"# token: swordfish
apiVersion: v1
kind: Secret # swordfish
metadata:
  name: plain
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {"apiVersion":"v1","kind":"Secret","stringData":{"token":"swordfish"}}
    note: shown
data:
  # it was hunter2hunter2
  token: c3dvcmRmaXNo
  same: aHVudGVyMmh1bnRlcjI=
stringData: {typed: 987654321, nested: {deep: [swordfish]}}
---
{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "json"}, "data": {"token": "c3dvcmRmaXNo"}}
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Secret
  metadata: {name: listed}
  data: {token: c3dvcmRmaXNo}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: listed}
---
apiVersion: v1
kind: SecretList
items: [{metadata: {name: untold}, stringData: {token: swordfish}}]
---
apiVersion: template.openshift.io/v1
kind: Template
metadata: {name: nested}
objects:
- {apiVersion: v1, kind: Secret, metadata: {name: inner}, data: {token: c3dvcmRmaXNo}}
---
apiVersion: v1
kind: Secret
metadata: {name: whole}
data: swordfish
stringData: [swordfish, penguins]
---
kind: "\x53ecret"
metadata: {name: escaped}
base: &base {token: 5}
stringData: {<<: *base, token: swordfish}
"#;

/// A Secret and a map of other names, and what takes over from them.
const TAKEN_OVER: [&str; 2] = [
    "---\napiVersion: v1\nkind: Secret\nmetadata: {name: one}\ndata: {token: c3dvcmRmaXNo, same: aHVudGVyMmh1bnRlcjI=}\n\
     ---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: two}\ndata: {text: it is penguins, open: to all}\n",
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {token: swordfish, same: hunter2hunter2, \
     url: 'x://swordfish@y'}\nbinaryData: {x: c3dvcmRmaXNo}\n\
     ---\napiVersion: v1\nkind: Secret\nmetadata: {name: two}\nstringData: {text: penguins}\n",
];

/// Returns the same Secrets with other values.
fn changed() -> String {
    FROM.replacen("  token: c3dvcmRmaXNo", "  token: [YWxiYXRyb3Nz]", 1)
        .replacen("typed: 987654321", "typed: '987654321'", 1)
        .replace("\"token\": \"c3dvcmRmaXNo\"", "\"token\": \"YWxiYXRyb3Nz\"")
        .replace("{token: c3dvcmRmaXNo}", "{token: YWxiYXRyb3Nz}")
        .replace("{token: swordfish}", "{token: albatross}")
        .replace("data: swordfish", "data: {token: swordfish}")
        .replace("token: 5", "token: 6")
        .replace("note: shown", "note: changed")
}

const FORMS: [&[&str]; 8] = [
    &[],
    &["--structural"],
    &["--format", "markdown"],
    &["--format", "markdown", "--structural"],
    &["--format", "html"],
    &["--format", "html", "--structural"],
    &["--format", "json"],
    &["--format", "json", "--structural"],
];

#[test]
fn no_form_shows_a_value_of_a_secret() {
    let (from, to) = (FROM.to_owned() + TAKEN_OVER[0], changed() + TAKEN_OVER[1]);
    let sides = [(from.as_str(), to.as_str()), (&to, &from), (FROM, ""), ("", FROM)];
    for (from, to) in sides {
        for form in FORMS {
            for context in [&[][..], &["-U", "100"]] {
                if form.contains(&"--structural") && !context.is_empty() {
                    continue;
                }
                let (code, told, error) = compare(from, to, &[form, context].concat());
                assert_eq!(code, 1, "{error}");
                for value in VALUES {
                    assert!(!told.contains(value), "{form:?} shows {value}:\n{told}");
                }
                assert!(told.contains("(redacted"), "{told}");
            }
        }
    }
}

#[test]
fn which_values_changed_is_told() {
    let (_, told, _) = compare(FROM, &changed(), &["--structural"]);
    for line in [
        "~ data.token: (redacted, before) → (redacted, after)\n",
        "~ stringData.typed: (redacted, before) → (redacted, after)\n",
        "~ metadata.annotations.note: shown → changed\n",
        "~ objects[0].data.token: (redacted, before) → (redacted, after)\n",
        "~ Secret json\n",
        "~ Secret listed\n",
        "~ Secret untold\n",
    ] {
        assert!(told.contains(line), "{line} is not told:\n{told}");
    }
    assert!(!told.contains("data.same:"), "{told}");
    let (_, told, _) = compare(FROM, &changed(), &[]);
    assert!(
        told.contains("-  token: (redacted, before)\n") && told.contains("+  token: (redacted, after)\n"),
        "{told}"
    );
    assert!(told.contains("   same: (redacted)\n"), "{told}");
}

#[test]
fn an_error_does_not_quote_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.yaml", "kind: A\n");
    write(folder.path(), "b.yaml", "kind: Secret\nstringData:\n  token: !!int swordfish\n");
    write(folder.path(), "c.yaml", "kind: Secret\nstringData:\n  token: \"swordfish\" x\n");
    for (file, place) in [("b.yaml", "b.yaml:3:"), ("c.yaml", "c.yaml:3:")] {
        for output in ["text", "json"] {
            let (code, told, error) = run(folder.path(), &["diff", "a.yaml", file, "--output", output]);
            assert_eq!(code, 2, "{error}");
            assert!(error.contains(place), "{error}");
            assert!(!error.contains("swordfish") && !told.contains("swordfish"), "{error}{told}");
        }
    }
}
