//! Charts against the real Helm: the recordings that plain `cargo test` replays are what it says today, and the example's
//! chart renders to its bytes in every environment.

use std::{collections::BTreeMap, path::Path, process::Command, time::SystemTime};

use towpath_helm::{Chart, ChartLimits, Options, Profile, Randomness, RenderEnv, ValuesFile, ValuesOptions, render};
use towpath_model::FileTree;
use towpath_tests::{output, peer, root};

const DIGEST: &str = "image.digest=sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn files_below(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let entry = entry.expect("the folder can be read");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files_below(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, std::fs::read(entry.path()).expect("the file can be read"));
        }
    }
}

#[test]
fn the_recordings_are_what_helm_says() {
    let work = tempfile::tempdir().expect("a folder can be made");
    let copy = work.path().join("helm");
    let from = root().join("tests/baselines/helm");
    assert!(output(Command::new("cp").arg("-r").arg(&from).arg(&copy)).status.success());
    let helm = peer("helm4");
    let programs = helm.parent().expect("because programs stand in a folder");
    let recorded = output(Command::new(copy.join("record")).arg(programs));
    assert!(recorded.status.success(), "{}", String::from_utf8_lossy(&recorded.stderr));
    let (mut committed, mut fresh) = (BTreeMap::new(), BTreeMap::new());
    files_below(&from.join("recorded"), "", &mut committed);
    files_below(&copy.join("recorded"), "", &mut fresh);
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&committed), names(&fresh));
    for (name, text) in committed {
        assert_eq!(String::from_utf8_lossy(&text), String::from_utf8_lossy(&fresh[&name]), "{name}");
    }
}

#[test]
fn the_example_renders_as_helm_does() {
    let deploy = root().join("examples/shop/deploy");
    let mut files = BTreeMap::new();
    files_below(&deploy.join("chart"), "", &mut files);
    let chart = Chart::load(&FileTree::new(files), &ChartLimits::default()).expect("the example is a chart");
    for environment in ["dev", "staging", "prod"] {
        let path = deploy.join(environment).join("values.yaml");
        let content = std::fs::read(&path).expect("each environment has values");
        let values = ValuesOptions {
            files: vec![ValuesFile { name: path.display().to_string(), content }],
            // What promotion writes; the example refuses to be rendered without it.
            set: vec![DIGEST.to_owned()],
            ..ValuesOptions::default()
        };
        for (profile, program) in [(Profile::Helm4, "helm4"), (Profile::Helm3, "helm3")] {
            let mut env = RenderEnv::new("shop", SystemTime::now(), Randomness::seeded(1));
            env.profile = profile;
            env.namespace = environment.to_owned();
            let ours = render(&chart, &values, &env, &Options::default()).expect("the example renders");
            let mut helm = Command::new(peer(program));
            helm.args(["template", "shop"]).arg(deploy.join("chart")).arg("--values").arg(&path);
            let theirs = output(helm.args(["--namespace", environment, "--set", DIGEST]));
            assert!(theirs.status.success(), "{}", String::from_utf8_lossy(&theirs.stderr));
            assert_eq!(ours.to_text(), String::from_utf8_lossy(&theirs.stdout), "{program} {environment}");
        }
    }
}
