//! Values, and manifests that templates give.

use crate::{
    case::{Case, Ending},
    folders::aliases,
};

fn values(name: &'static str, text: impl Fn() -> String + 'static, ending: Ending) -> Case {
    Case::files(name, move || vec![("values.yaml", text())], ending)
}

fn manifest(name: &'static str, text: impl Fn() -> String + 'static, ending: Ending) -> Case {
    Case::files(name, move || vec![("templates/a.yaml", text())], ending)
}

fn argument(name: &'static str, argument: impl Fn() -> String + 'static, ending: Ending) -> Case {
    let plain = Case::files(name, || vec![("values.yaml", "a: 1\n".to_owned())], ending);
    let inner = plain.build;
    let build = move |folder: &std::path::Path| {
        let mut arguments = inner(folder);
        arguments.extend(["--set".to_owned(), argument()]);
        arguments
    };
    Case { build: Box::new(build), ..plain }
}

pub(crate) fn cases() -> Vec<Case> {
    use Ending::{Harmless, Refused};
    vec![
        values("values: aliases", || aliases("v"), Refused(&["values.yaml", "alias"])),
        values(
            "values: an alias in itself",
            || "a: &a [*a]\n".to_owned(),
            Refused(&["values.yaml", "contains itself"]),
        ),
        values("values: deep lists", || "a: ".to_owned() + &"[".repeat(1 << 20), Refused(&["values.yaml"])),
        values("values: deep blocks", || "- ".repeat(1 << 20), Refused(&["values.yaml"])),
        values(
            "values: deep mappings",
            || (0..5_000).map(|n| format!("{}a:\n", " ".repeat(n))).collect(),
            Refused(&["values.yaml"]),
        ),
        values("values: no end of quotes", || format!("a: \"{}", "x\\\n".repeat(1 << 20)), Refused(&["values.yaml"])),
        values("values: many keys", || (0..200_000).map(|n| format!("k{n}: {n}\n")).collect(), Harmless),
        values("values: a key many times", || "a: 1\n".repeat(500_000), Harmless),
        values("values: merges of merges", merges, Refused(&["values.yaml"])),
        values("values: a giant number", || format!("a: 1{}\nb: 1e999999999\n", "0".repeat(1 << 20)), Harmless),
        values("values: a NUL in quotes", || "a: \"\0\"\n".to_owned(), Refused(&["values.yaml", "control characters"])),
        values("values: many documents", || "---\na: 1\n".repeat(200_000), Harmless),
        argument("set: a large index", || "a[65537]=x".to_owned(), Refused(&["65537"])),
        argument("set: a large index many times", || (0..30).map(|n| format!("a{n}[65536]=x,")).collect(), Harmless),
        argument("set: deep names", || "a.".repeat(20_000) + "b=1", Refused(&["nested"])),
        argument("set: deep lists", || "a=".to_owned() + &"{".repeat(50_000), Harmless),
        argument("set: deep indices", || "a".to_owned() + &"[0]".repeat(20_000) + "=1", Harmless),
        manifest("manifest: aliases", || aliases("data"), Harmless),
        manifest("manifest: deep lists", || "a: ".to_owned() + &"[".repeat(1 << 20), Refused(&["templates/a.yaml"])),
        manifest("manifest: many documents", || "---\na: 1\n".repeat(100_000), Harmless),
        manifest("manifest: many dashes", || "---".repeat(1 << 20), Harmless),
    ]
}

/// Returns mappings each of which merges the one before twice.
fn merges() -> String {
    let mut text = "a0: &a0 {x: 1}\n".to_owned();
    for n in 1..40 {
        text.push_str(&format!("a{n}: &a{n} {{<<: [*a{0}, *a{0}], k{n}: *a{0}}}\n", n - 1));
    }
    text
}
