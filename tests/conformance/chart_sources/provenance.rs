//! Provenance: what helm signed with keys of `gpg` is verified, and what either helm refuses is refused.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use towpath_tests::{
    docker_registry::DockerRegistry,
    web_server::{WebOptions, WebServer},
};

use crate::scene::{HELMS, Scene, refused, run, succeeds};

/// Makes a key in a home of its own and returns its keyrings: public, secret.
fn key(scene: &Scene, name: &str, algorithm: &str, expires: &str) -> (String, String) {
    let home = scene.path(&format!("gnupg-{name}"));
    fs::create_dir_all(&home).expect("a folder");
    run(Command::new("chmod").arg("700").arg(&home));
    let gpg = |arguments: &[&str]| {
        let mut command = Command::new("gpg");
        command.arg("--homedir").arg(&home).args([
            "--batch",
            "--yes",
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            "",
        ]);
        succeeds(&run(command.args(arguments)));
    };
    let user = format!("{name} <{name}@example.com>");
    gpg(&["--quick-generate-key", &user, algorithm, "sign", expires]);
    let file = |end: &str| scene.path(&format!("{name}-{end}.gpg")).display().to_string();
    gpg(&["--output", &file("public"), "--export"]);
    gpg(&["--output", &file("secret"), "--export-secret-keys"]);
    run(Command::new("gpgconf").arg("--homedir").arg(&home).args(["--kill", "all"]));
    (file("public"), file("secret"))
}

/// Has helm pack and sign the chart `web`.
fn sign(scene: &Scene, version: &str, name: &str, secret: &str) -> PathBuf {
    let chart = scene.chart(&format!("src/web-{version}"), "web", version, "");
    let into = scene.path(&format!("signed-{name}"));
    fs::create_dir_all(&into).expect("a folder");
    let mut helm = scene.helm("helm4", &["package", "--sign", "--key", name, "--keyring", secret]);
    succeeds(&run(helm.arg(chart).arg("--destination").arg(&into)));
    into.join(format!("web-{version}.tgz"))
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn what_helm_signed_is_verified_wherever_it_is_kept() {
    let scene = Scene::new();
    let (public, secret) = key(&scene, "alice", "rsa2048", "never");
    let archive = sign(&scene, "1.0.0", "alice", &secret);
    scene.agrees(&[&text(&archive), "--verify", "--keyring", &public]);
    // A secret keyring holds the public keys too.
    scene.agrees(&[&text(&archive), "--verify", "--keyring", &secret]);

    let folder = archive.parent().expect("it stands in a folder");
    succeeds(&run(scene.helm("helm4", &["repo", "index"]).arg(folder)));
    let server = WebServer::start(WebOptions { files: folder.to_owned(), ..WebOptions::default() });
    let url = server.url();
    let repository = ["--repo", &url, "web", "--verify", "--keyring", &public];
    scene.agrees(&repository);
    let direct = format!("{url}/web-1.0.0.tgz");
    scene.agrees(&[&direct, "--verify", "--keyring", &public]);

    let registry = DockerRegistry::start();
    let to = format!("oci://{}/charts", registry.address());
    succeeds(&run(scene.helm("helm4", &["push"]).arg(&archive).args([&to, "--plain-http"])));
    let pushed = format!("{to}/web");
    let kept = [pushed.as_str(), "--version", "1.0.0", "--plain-http", "--verify", "--keyring", &public];
    scene.agrees(&kept);
    drop(registry);
    server.seen();
    for arguments in [&kept[..], &repository] {
        succeeds(&scene.renders("4", &[arguments, &["--offline"]].concat()));
    }
    assert_eq!(server.seen(), []);
}

#[test]
fn what_either_helm_refuses_is_refused() {
    let scene = Scene::new();
    let (public, secret) = key(&scene, "alice", "rsa2048", "never");
    let (stranger, _) = key(&scene, "mallory", "rsa2048", "never");
    let archive = sign(&scene, "1.0.0", "alice", &secret);
    let check = |archive: &Path, keyring: &str, code: i32, words: &[&str]| {
        scene.refuses(&[&text(archive), "--verify", "--keyring", keyring], code, words);
    };
    check(&archive, &stranger, 1, &["signature made by unknown entity"]);
    check(&archive, "none.gpg", 2, &["failed to load keyring"]);
    check(&archive, &text(&scene.write("empty.gpg", "not a keyring")), 2, &["holds no keys in the binary format"]);
    check(&scene.path("src/web-1.0.0"), &public, 2, &["unpacked charts cannot be verified"]);

    let changed = |name: &str, chart: &dyn Fn(Vec<u8>) -> Vec<u8>, provenance: &dyn Fn(String) -> String| {
        let path = scene.path(name).join("web-1.0.0.tgz");
        fs::create_dir_all(scene.path(name)).expect("a folder");
        fs::write(&path, chart(fs::read(&archive).expect("it is there"))).expect("it is written");
        let signed = fs::read_to_string(format!("{}.prov", archive.display())).expect("helm signed");
        fs::write(format!("{}.prov", path.display()), provenance(signed)).expect("it is written");
        path
    };
    let same = |bytes| bytes;
    // Another archive of the same chart: a comment behind its last file changes nothing but the digest.
    let other = fs::read(scene.packed("web", "1.0.0")).expect("it is packed");
    check(
        &changed("other", &|_| [other.clone(), vec![0]].concat(), &|text| text),
        &public,
        1,
        &["sha256 sum does not match for web-1.0.0.tgz"],
    );
    check(
        &changed("words", &same, &|text| text.replace("version: 1.0.0", "version: 1.0.1")),
        &public,
        1,
        &["openpgp: invalid signature"],
    );
    check(
        &changed("sums", &same, &|text| text.replace("web-1.0.0.tgz: sha256:", "web-1.0.0.tgz: sha256:0")),
        &public,
        1,
        &["openpgp: invalid signature"],
    );
    check(&changed("block", &same, &|_| "files: {}\n".to_owned()), &public, 1, &["signature block not found"]);
    let renamed = scene.path("renamed-1.0.0.tgz");
    fs::copy(&archive, &renamed).expect("it is copied");
    fs::copy(format!("{}.prov", archive.display()), format!("{}.prov", renamed.display())).expect("it is copied");
    check(
        &renamed,
        &public,
        1,
        &["provenance does not contain a SHA for a file named \"renamed-1.0.0.tgz\"", "web-1.0.0.tgz"],
    );
    let bare = scene.path("bare/web-1.0.0.tgz");
    fs::create_dir_all(scene.path("bare")).expect("a folder");
    fs::copy(&archive, &bare).expect("it is copied");
    check(&bare, &public, 2, &["could not load provenance file"]);

    let server = WebServer::start(WebOptions { files: scene.path("bare"), ..WebOptions::default() });
    let direct = format!("{}/web-1.0.0.tgz", server.url());
    scene.refuses(&[&direct, "--verify", "--keyring", &public], 3, &["failed to fetch provenance"]);
    let registry = DockerRegistry::start();
    let to = format!("oci://{}/charts", registry.address());
    succeeds(&run(scene.helm("helm4", &["push"]).arg(&bare).args([&to, "--plain-http"])));
    let pushed = format!("{to}/web");
    scene.refuses(&[&pushed, "--plain-http", "--verify", "--keyring", &public], 2, &["failed to fetch provenance"]);
}

#[test]
fn keys_whose_time_is_over_are_believed_no_more() {
    let scene = Scene::new();
    let (public, secret) = key(&scene, "alice", "rsa2048", "never");
    let archive = sign(&scene, "1.0.0", "alice", &secret);
    let beside = format!("{}.prov", archive.display());
    let signed = fs::read_to_string(&beside).expect("helm signed");
    let text_of = |signed: &str| {
        let start = signed.find("\n\n").expect("a header") + 2;
        signed[start..signed.find("\n-----BEGIN PGP SIGNATURE").expect("a signature")].replace("\n- ", "\n")
    };
    let plain = scene.write("plain", &text_of(&signed));
    // A key of one day in the past, and a signature of that day.
    let home = scene.path("gnupg-old");
    fs::create_dir_all(&home).expect("a folder");
    run(Command::new("chmod").arg("700").arg(&home));
    let gpg = |arguments: &[&str]| {
        let mut command = Command::new("gpg");
        command.arg("--homedir").arg(&home).args([
            "--batch",
            "--yes",
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            "",
        ]);
        succeeds(&run(command.args(["--faked-system-time", "20200101T120000"]).args(arguments)));
    };
    gpg(&["--quick-generate-key", "old <old@example.com>", "rsa2048", "sign", "1d"]);
    let old = text(&scene.path("old.gpg"));
    gpg(&["--output", &old, "--export"]);
    gpg(&["--output", &beside, "--clear-sign", &text(&plain)]);
    run(Command::new("gpgconf").arg("--homedir").arg(&home).args(["--kill", "all"]));
    let arguments = [&text(&archive), "--verify", "--keyring", &old];
    let theirs = run(scene.helm("helm4", &["template", "shop"]).args(arguments));
    assert!(theirs.code != Some(0) && theirs.err.contains("expired"), "{}", theirs.err);
    refused(&scene.renders("4", &arguments), 1, &["openpgp: key expired"]);
    refused(&scene.renders("4", &[&text(&archive), "--verify", "--keyring", &public]), 1, &["unknown entity"]);
}

#[test]
fn keys_may_be_of_elliptic_curves() {
    let scene = Scene::new();
    // Helm 4 knows elliptic curves; Helm 3's library is older, and is not followed there.
    let (public, secret) = key(&scene, "bob", "ed25519", "never");
    let archive = sign(&scene, "1.0.0", "bob", &secret);
    let arguments = [text(&archive), "--verify".to_owned(), "--keyring".to_owned(), public];
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (helm, version) = HELMS[0];
    let theirs = run(scene.helm(helm, &["template", "shop"]).args(&arguments));
    succeeds(&theirs);
    assert_eq!(scene.renders(version, &arguments).out, theirs.out);
}
