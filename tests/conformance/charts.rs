//! The differential runner over charts of our own and over those that the real `helm create` makes.

use std::process::Command;

use towpath_tests::{binary, output, peer, root};

#[test]
fn charts_render_as_helm_renders_them() {
    let work = tempfile::tempdir().expect("a folder can be made");
    for program in ["helm4", "helm3"] {
        let mut create = Command::new(peer(program));
        create.arg("create").arg(work.path().join(format!("made-by-{program}"))).env("HOME", work.path());
        assert!(output(&mut create).status.success(), "{program} creates a chart");
    }
    let mut runner = Command::new(env!("CARGO_BIN_EXE_compare-charts"));
    runner.arg("--ours").arg(binary("towpath-render")).arg("--json").arg(work.path().join("results.json"));
    runner
        .arg(work.path())
        .arg(root().join("tests/baselines/helm/charts"))
        .arg(root().join("examples/shop/deploy/chart"));
    let compared = output(&mut runner);
    let said = String::from_utf8_lossy(&compared.stdout);
    assert!(compared.status.success(), "{said}{}", String::from_utf8_lossy(&compared.stderr));
    let results = std::fs::read(work.path().join("results.json")).expect("the results are written");
    let results: serde_json::Value = serde_json::from_slice(&results).expect("the results are JSON");
    let results = results["results"].as_array().expect("because it is a list");
    let identical = results.iter().filter(|result| result["verdict"] == "identical").count();
    assert!(identical >= 8, "{said}");
}

#[test]
fn a_difference_is_found() {
    let work = tempfile::tempdir().expect("a folder can be made");
    let write = |name: &str, text: &str| std::fs::write(work.path().join(name), text).expect("a file can be written");
    std::fs::create_dir(work.path().join("templates")).expect("a folder can be made");
    write("Chart.yaml", "apiVersion: v2\nname: plain\nversion: 1.0.0\n");
    write("templates/a.yaml", "kind: A\n");
    // A program that stands in for ours and is wrong.
    let mut runner = Command::new(env!("CARGO_BIN_EXE_compare-charts"));
    let compared = output(runner.args(["--ours", "echo"]).arg(work.path()));
    assert_eq!(compared.status.code(), Some(1));
    let said = String::from_utf8_lossy(&compared.stdout);
    assert!(said.contains("helm: ---") && said.contains("ours: template demo"), "{said}");
}
