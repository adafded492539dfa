//! Every case of tests/fixtures/*.txt gives what Go gave when tests/baseline/record ran.

mod support;

use std::{fs, path::Path};

use serde_json::{Value as Json, json};

/// Returns the cases of a file: each is a line `%%`, with options as JSON, and the template below it.
fn cases(text: &str) -> Vec<Json> {
    let text = format!("\n{text}");
    let case = |block: &str| {
        let (header, body) = block.split_once('\n').unwrap_or((block, ""));
        let mut case: Json = if header.trim().starts_with('{') {
            serde_json::from_str(header).expect("the options are JSON")
        } else {
            json!({})
        };
        case["template"] = body.strip_suffix('\n').unwrap_or(body).into();
        case
    };
    text.split("\n%%").skip(1).map(case).collect()
}

#[test]
fn fixtures_give_what_go_gives() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let (mut n_cases, mut failures) = (0, Vec::new());
    let entries = fs::read_dir(&folder).expect("the folder of fixtures");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "txt")) {
        let recorded = fs::read_to_string(path.with_extension("jsonl")).expect("the recording");
        let answers: Vec<Json> =
            recorded.lines().skip(1).map(|line| serde_json::from_str(line).expect("the answer is JSON")).collect();
        let cases = cases(&fs::read_to_string(path).expect("the fixture"));
        assert_eq!(cases.len(), answers.len(), "{}: run tests/baseline/record", path.display());
        for (case, answer) in cases.iter().zip(&answers) {
            n_cases += 1;
            let template = answer["template"].as_str().unwrap_or_default();
            assert_eq!(case["template"], template, "{}: run tests/baseline/record", path.display());
            let (output, error) = support::run(case);
            let expected = answer["error"].as_str().unwrap_or_default();
            if output != support::answered(answer) || error != expected {
                failures.push(format!(
                    "{}: {case}\n  Go:   {:?} {expected}\n  ours: {:?} {error}",
                    path.display(),
                    String::from_utf8_lossy(&support::answered(answer)),
                    String::from_utf8_lossy(&output),
                ));
            }
        }
    }
    assert!(n_cases >= 300, "only {n_cases} cases");
    assert!(failures.is_empty(), "{} of {n_cases} differ:\n{}", failures.len(), failures.join("\n"));
}
