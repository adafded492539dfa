//! Dependencies of a chart: from an HTTP repository, a registry and a folder beside it; resolved anew, or as the lock pins them.

use std::{fs, path::Path};

use towpath_tests::{
    docker_registry::DockerRegistry,
    web_server::{WebOptions, WebServer},
};

use crate::{
    repository::serve,
    scene::{HELMS, Scene, Told, copy, refused, run, succeeds},
};

/// What helm prints of a chart, without what it says about fetching.
fn manifests(told: &Told) -> &str {
    &told.out[told.out.find("---\n").unwrap_or_default()..]
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("it is there");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn lock_of(chart: &Path) -> String {
    let text = fs::read_to_string(chart.join("Chart.lock")).expect("there is a lock");
    text.lines().filter(|line| !line.starts_with("generated:")).map(|line| format!("{line}\n")).collect()
}

/// A chart that depends on all kinds, and what serves them.
fn shop(scene: &Scene) -> (WebServer, DockerRegistry) {
    let server = serve(scene, WebOptions::default());
    let registry = DockerRegistry::start();
    let to = format!("oci://{}/charts", registry.address());
    for version in ["0.1.0", "0.2.0"] {
        let archive = scene.packed("db", version);
        succeeds(&run(scene.helm("helm4", &["push"]).arg(archive).args([&to, "--plain-http"])));
    }
    scene.chart("common", "common", "3.1.0", "");
    let dependencies = format!(
        "dependencies:\n- name: web\n  version: ^1.0.0\n  repository: {}\n  condition: web.enabled\n- name: db\n  version: '0.1.0'\n  \
         repository: {to}\n  alias: store\n  tags: [data]\n- name: common\n  version: '>=3 <4'\n  repository: file://../common\n  \
         import-values: [x, {{parent: a, child: b}}]\n",
        server.url()
    );
    scene.chart("shop", "shop", "1.0.0", &dependencies);
    (server, registry)
}

#[test]
fn missing_dependencies_are_updated_as_helm_does() {
    let scene = Scene::new();
    let (_server, _registry) = shop(&scene);
    for (helm, version) in HELMS {
        let (theirs, ours) = (scene.path(&format!("theirs-{helm}/shop")), scene.path(&format!("ours-{helm}/shop")));
        for copied in [&theirs, &ours] {
            let above = copied.parent().expect("it stands in a folder");
            fs::create_dir_all(above).expect("a folder");
            copy(&scene.path("shop"), copied);
            copy(&scene.path("common"), &above.join("common"));
            // An archive of yesterday goes.
            fs::create_dir_all(copied.join("charts")).expect("a folder");
            fs::copy(scene.packed("web", "1.0.0"), copied.join("charts/web-1.0.0.tgz")).expect("it is copied");
        }
        let arguments = ["--dependency-update", "--plain-http"];
        let expected = run(scene.helm(helm, &["template", "shop"]).arg(&theirs).args(arguments));
        succeeds(&expected);
        let path = ours.display().to_string();
        // Without the flag a missing dependency is the error that it is.
        refused(
            &scene.renders(version, &[&path]),
            2,
            &["found in Chart.yaml, but missing in charts/ directory: db, common"],
        );
        let told = scene.renders(version, &[&[path.as_str()], arguments.as_slice()].concat());
        assert_eq!((told.code, told.out.as_str()), (Some(0), manifests(&expected)), "{helm}: {}", told.err);
        assert_eq!(names(&ours.join("charts")), names(&theirs.join("charts")), "{helm}");
        assert_eq!(lock_of(&ours), lock_of(&theirs), "{helm}");
        // What ours wrote, helm reads, and nothing is missing any more.
        let again = run(scene.helm(helm, &["template", "shop"]).arg(&ours));
        assert_eq!((again.code, again.out.as_str()), (Some(0), manifests(&expected)), "{}", again.err);
        assert_eq!(scene.renders(version, &[&path, "--offline"]).out, manifests(&expected));
    }
}

#[test]
fn a_lock_is_honoured_and_one_out_of_sync_is_refused() {
    let scene = Scene::new();
    let (server, _registry) = shop(&scene);
    let locked = scene.path("locked/shop");
    fs::create_dir_all(scene.path("locked")).expect("a folder");
    copy(&scene.path("shop"), &locked);
    copy(&scene.path("common"), &scene.path("locked/common"));
    let update = ["dependency", "update", "locked/shop", "--plain-http"];
    succeeds(&run(&mut scene.helm("helm4", &update)));
    let expected = run(&mut scene.helm("helm4", &["template", "shop", "locked/shop"]));
    succeeds(&expected);
    fs::remove_dir_all(locked.join("charts")).expect("helm filled it");
    // A newer version that the constraint allows does not count: the lock pins another.
    scene.packed("web", "1.9.0");
    succeeds(&run(&mut scene.helm("helm4", &["repo", "index", "packed"])));
    let build = ["locked/shop", "--dependency-build", "--plain-http"];
    let ours = scene.renders("4", &build);
    assert_eq!((ours.code, &ours.out), (Some(0), &expected.out), "{}", ours.err);
    assert!(!locked.join("charts").exists(), "nothing is written");
    server.seen();
    assert_eq!(scene.renders("4", &[&build[..], &["--offline"]].concat()).out, expected.out);
    assert_eq!(server.seen(), []);

    let chart = fs::read_to_string(locked.join("Chart.yaml")).expect("it is there");
    fs::write(locked.join("Chart.yaml"), chart.replace("^1.0.0", "^1.1.0")).expect("it is written");
    let theirs = run(&mut scene.helm("helm4", &["dependency", "build", "locked/shop", "--plain-http"]));
    let words = "the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml)";
    assert!(theirs.code != Some(0) && theirs.err.contains(words), "{}", theirs.err);
    refused(&scene.renders("4", &build), 2, &[words, "Chart.lock:"]);
}

#[test]
fn a_chart_of_the_first_generation_has_its_own_files() {
    let scene = Scene::new();
    let server = serve(&scene, WebOptions::default());
    for folder in ["theirs", "ours"] {
        scene.write(&format!("{folder}/Chart.yaml"), "apiVersion: v1\nname: old\nversion: 1.0.0\n");
        let requirements = format!("dependencies:\n- name: web\n  version: 1.0.0\n  repository: {}\n", server.url());
        scene.write(&format!("{folder}/requirements.yaml"), &requirements);
    }
    let expected = run(&mut scene.helm("helm4", &["template", "shop", "theirs", "--dependency-update"]));
    succeeds(&expected);
    let ours = scene.renders("4", &["ours", "--dependency-update"]);
    assert_eq!((ours.code, ours.out.as_str()), (Some(0), manifests(&expected)), "{}", ours.err);
    let digest = |folder: &str| {
        let text = fs::read_to_string(scene.path(folder).join("requirements.lock")).expect("there is a lock");
        text.lines().find(|line| line.starts_with("digest:")).map(str::to_owned)
    };
    assert_eq!(digest("ours"), digest("theirs"));
    fs::remove_dir_all(scene.path("ours/charts")).expect("it was filled");
    assert_eq!(scene.renders("4", &["ours", "--dependency-build"]).out, ours.out);
}

#[test]
fn what_cannot_be_resolved_is_refused_in_helms_words() {
    let scene = Scene::new();
    let server = serve(&scene, WebOptions::default());
    let url = server.url();
    for (dependency, code, words) in [
        (
            format!("{{name: web, version: ^9, repository: {url}}}"),
            2,
            "can't get a valid version for 1 subchart(s): \"web\"",
        ),
        (format!("{{name: none, version: ^1, repository: {url}}}"), 2, "none chart not found in repo"),
        (
            "{name: web, version: ^1, repository: '@gone'}".to_owned(),
            2,
            "no repository definition for @gone. Please add",
        ),
        ("{name: web, version: ^1, repository: gone}".to_owned(), 2, "no repository definition for gone. Please add"),
        (
            format!("{{name: web, version: x.y, repository: {url}}}"),
            2,
            "dependency \"web\" has an invalid version/constraint format",
        ),
        ("{name: web, version: ^1, repository: file://../gone}".to_owned(), 2, "gone not found"),
        ("{name: web, version: ^1}".to_owned(), 2, "charts/web not found"),
    ] {
        let chart = scene.chart("wanting", "wanting", "1.0.0", &format!("dependencies:\n- {dependency}\n"));
        let arguments = [chart.to_str().expect("UTF-8"), "--dependency-update"];
        for (helm, version) in HELMS {
            let theirs = run(scene.helm(helm, &["template", "shop"]).args(arguments));
            assert_ne!(theirs.code, Some(0), "{helm} {dependency}");
            refused(&scene.renders(version, &arguments), code, &[words, "Chart.yaml:5:"]);
        }
    }
    let packed = scene.chart(
        "packing",
        "packing",
        "1.0.0",
        &format!("dependencies:\n- {{name: web, version: ^1, repository: {url}}}\n"),
    );
    let tar = scene.path("packing-1.0.0.tgz");
    succeeds(&run(std::process::Command::new("tar")
        .arg("-czf")
        .arg(&tar)
        .arg("-C")
        .arg(packed.parent().expect("a folder"))
        .arg("packing")));
    let tar = tar.display().to_string();
    for (helm, version) in HELMS {
        let theirs = run(&mut scene.helm(helm, &["template", "shop", &tar, "--dependency-update"]));
        assert!(theirs.err.contains("only unpacked charts can be updated"), "{}", theirs.err);
        refused(&scene.renders(version, &[&tar, "--dependency-update"]), 2, &["only unpacked charts can be updated"]);
    }
}
