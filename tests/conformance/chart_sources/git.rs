//! Charts in git: in a repository on disk, and in one that git's own server side serves over HTTP.

use std::{fs, process::Command};

use towpath_tests::web_server::{WebOptions, WebServer};

use crate::scene::{HELMS, Scene, refused, run, succeeds};

/// Makes a bare repository with two versions of a chart, the first tagged, and returns the commit of the first.
fn repository(scene: &Scene) -> String {
    let work = scene.path("work");
    fs::create_dir_all(&work).expect("a folder");
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(&work).args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(arguments);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        let told = run(&mut command);
        succeeds(&told);
        told.out
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    scene.chart("work/charts/web", "web", "1.0.0", "");
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "one"]);
    git(&["tag", "-a", "-m", "one", "v1.0.0"]);
    let first = git(&["rev-parse", "HEAD"]).trim().to_owned();
    scene.chart("work/charts/web", "web", "1.1.0", "");
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "two"]);
    let bare = scene.path("repositories/shop.git");
    fs::create_dir_all(scene.path("repositories")).expect("a folder");
    git(&["clone", "--quiet", "--bare", ".", bare.to_str().expect("UTF-8")]);
    first
}

#[test]
fn a_chart_in_git_is_rendered_at_its_revision_and_offline_afterwards() {
    let scene = Scene::new();
    let first = repository(&scene);
    for version in ["1.0.0", "1.1.0"] {
        scene.chart(&format!("plain-{version}"), "web", version, "");
    }
    let login = Some(("captain".to_owned(), "h0rse".to_owned()));
    let options = WebOptions { login, repositories: Some(scene.path("repositories")), ..WebOptions::default() };
    let server = WebServer::start(options);
    let served = server.url().replace("://", "://captain:h0rse@");
    let (disk, served) = (
        format!("git+file://{}/repositories/shop.git", scene.folder.path().display()),
        format!("git+{served}/git/shop.git"),
    );
    for (behind, version) in [
        ("//charts/web".to_owned(), "1.1.0"),
        ("//charts/web?ref=v1.0.0".to_owned(), "1.0.0"),
        ("@charts/web?ref=main&sparse=0".to_owned(), "1.1.0"),
        (format!("//charts/web?ref={first}"), "1.0.0"),
    ] {
        for (helm, profile) in HELMS {
            let theirs = run(&mut scene.helm(helm, &["template", "shop", &format!("plain-{version}")]));
            for base in [&disk, &served] {
                let told = scene.renders(profile, &[&format!("{base}{behind}")]);
                assert_eq!((told.code, &told.out), (Some(0), &theirs.out), "{behind}: {}", told.err);
            }
            server.seen();
            let offline = scene.renders(profile, &[&format!("{served}{behind}"), "--offline"]);
            assert_eq!((offline.code, &offline.out), (Some(0), &theirs.out), "{behind}: {}", offline.err);
            assert_eq!(server.seen(), []);
        }
    }
    refused(&scene.renders("4", &[&format!("{served}//charts/web?ref=v9")]), 2, &["has no revision `v9`"]);
    refused(&scene.renders("4", &[&format!("{disk}//charts/web?ref=v9")]), 2, &["has no revision `v9`"]);
    refused(&scene.renders("4", &[&format!("{served}//charts/none")]), 2, &["holds no folder `charts/none`"]);
    let stranger = served.replace("h0rse", "wr0ng");
    let told = scene.renders("4", &[&format!("{stranger}//charts/web")]);
    refused(&told, 3, &["401 Unauthorized"]);
    assert!(!told.err.contains("wr0ng"), "{}", told.err);
}

#[test]
fn a_dependency_may_stand_in_git() {
    let scene = Scene::new();
    repository(&scene);
    let address = format!("git+file://{}/repositories/shop.git//charts?ref=v1.0.0", scene.folder.path().display());
    scene.chart(
        "shop",
        "shop",
        "1.0.0",
        &format!("dependencies:\n- name: web\n  version: ^1\n  repository: {address}\n"),
    );
    let told = scene.renders("4", &["shop", "--dependency-update"]);
    succeeds(&told);
    assert!(
        told.out.contains("version: \"1.0.0\"") && scene.path("shop/charts/web-1.0.0.tgz").exists(),
        "{}",
        told.out
    );
    assert_eq!(run(&mut scene.helm("helm4", &["template", "shop", "shop"])).out, told.out);
}
