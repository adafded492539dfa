use std::{fs, path::Path};

use super::run;

/// The name of the committed form, and what asks for it.
const FORMS: [(&str, &[&str]); 9] = [
    ("lines.txt", &[]),
    ("colour.txt", &["--color", "always"]),
    ("lines.md", &["--format", "markdown"]),
    ("lines.json", &["--format", "json"]),
    ("stat.txt", &["--stat"]),
    ("fields.txt", &["--structural"]),
    ("fields.md", &["--structural", "--format", "markdown"]),
    ("fields.json", &["--structural", "--output", "json"]),
    ("short.md", &["--format", "markdown", "--limit", "2200"]),
];

/// The forms of one pair of files; `UPDATE_EXPECTED=1` writes what is told now, to be looked at before it is committed.
#[test]
fn every_form_is_as_it_was() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff/forms");
    for (name, arguments) in FORMS {
        let (code, told, error) = run(&folder, &[&["diff", "from.yaml", "to.yaml"], arguments].concat());
        assert_eq!(code, 1, "{name}: {error}");
        assert!(error.contains("from.yaml to to.yaml: 2 changed, 1 renamed, 1 added, 1 removed"), "{error}");
        check(&folder.join(name), &told);
    }
    for (name, arguments) in
        [("lines.html", &["--format", "html"][..]), ("fields.html", &["--format", "html", "--structural"])]
    {
        let (_, page, _) = run(&folder, &[&["diff", "from.yaml", "to.yaml"], arguments].concat());
        let main = page.split_once("<main>\n").unwrap().1.split_once("\n</main>").unwrap().0;
        check(
            &folder.join(name),
            &(main.replace("<details", "\n<details").replace("<div class=\"row", "\n<div class=\"row") + "\n"),
        );
    }
}

fn check(file: &Path, told: &str) {
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(file, told).unwrap();
    }
    let expected = fs::read_to_string(file).unwrap_or_default();
    assert_eq!(told, expected, "{} is another:\n{told}", file.display());
}
