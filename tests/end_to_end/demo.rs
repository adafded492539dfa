//! `towpath demo` from end to end, and its report in a real browser.

use std::{fs, process::Command, time::Instant};

use towpath_tests::{binary, browser, output};

#[test]
fn the_browser_test_can_fail() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.html");
    fs::write(&page, "<!doctype html><script>console.error('boom')</script>").expect("a page");
    assert!(browser::open(&page).console.iter().any(|line| line.contains("boom")));
}

#[test]
fn three_releases_travel_and_the_bad_one_is_taken_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = folder.path().join("demo");
    let started = Instant::now();
    let run = output(Command::new(binary("towpath")).args(["demo", "--output", "json", "--folder"]).arg(&demo));
    let told = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "after {:?}: {told}", started.elapsed());

    let document: serde_json::Value = serde_json::from_slice(&run.stdout).expect("one JSON document");
    let outcome = |index: usize| document["releases"][index]["outcome"].as_str().unwrap_or_default().to_owned();
    assert_eq!([outcome(0), outcome(1), outcome(2)], ["promoted", "promoted", "rolledBack"], "{document:#}");
    assert_eq!(document["releases"].as_array().map(Vec::len), Some(3));
    let deployed = &document["deployed"]["prod"];
    assert_eq!(deployed, &document["releases"][1]["image"], "production runs the second release's image");

    let opened = browser::open(&demo.join("report.html"));
    assert_eq!(opened.console, Vec::<String>::new());
    for words in ["1.0.0", "1.1.0", "1.2.0", "promoted", "rolled back", "<svg"] {
        assert!(opened.document.contains(words), "the report does not say {words}");
    }
}
