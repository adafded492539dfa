use std::{fs, process::Command};

use super::{run, write};

#[test]
fn wrong_input_is_named_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "good/a.yaml", "kind: A\n");
    write(at, "bad/sub/a.yaml", "kind: A\n---\nkind: B\nv: [1\nw: 2\n");
    write(at, "odd/a.yaml", "kind: A\nv: .nan\n");
    write(at, "empty/notes.md", "# nothing\n");
    fs::create_dir(at.join("latin")).unwrap();
    fs::write(at.join("latin/a.yaml"), b"kind: \xe9\n").unwrap();
    write(
        at,
        "towpath.yaml",
        "apiVersion: towpath.dev/v1alpha1\nkind: Service\nmetadata: {name: s}\nenvironments: [{name: prod}]\n",
    );
    let refused = |from: &str, to: &str, more: &[&str], words: &[&str]| {
        let (code, told, error) = run(at, &[&["diff", from, to], more].concat());
        assert_eq!((code, told.as_str()), (2, ""), "{from} {to}: {error}");
        for word in words {
            assert!(error.contains(word), "{from} {to} does not say {word:?}:\n{error}");
        }
    };
    refused("good", "bad", &[], &["bad/sub/a.yaml:5:2", "w: 2"]);
    refused("good", "odd", &[], &["odd/a.yaml:2:4", "NaN"]);
    refused(
        "good",
        "empty",
        &[],
        &["folder `empty` holds no manifests", "hint: manifests are files that end in .yaml"],
    );
    refused("good", "latin", &[], &["`latin/a.yaml` is not UTF-8"]);
    refused("good", "none/", &[], &["cannot read `none/`"]);
    refused("good", "none.yaml", &[], &["cannot read `none.yaml`"]);
    refused("prodd", "prod", &[], &["no environment `prodd`", "hint: did you mean `prod`?"]);
    refused("good", "good", &["--stat", "--format", "html"], &["--stat is text", "hint: "]);
    refused("@v9", "@", &[], &["has no revision `v9`"]);
    refused("@", "@", &[], &["no service with manifests", "hint: services are described by files called towpath.yaml"]);
    refused("@", "@", &["--image", "x"], &["--image and --release name one service's image"]);
    git(at, &["init", "-q"]);
    refused("@v9", "@", &[], &["has no revision `v9`"]);
    refused("prod@v9", "prod", &[], &["has no revision `v9`"]);
}

#[test]
fn an_environment_comes_before_a_folder_of_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let config = "apiVersion: towpath.dev/v1alpha1\nkind: Service\nmetadata: {name: s}\nmanifests: {kustomize: '{env}'}\n\
                  environments: [{name: prod}]\n";
    write(at, "towpath.yaml", config);
    write(at, "prod/kustomization.yaml", "resources: [a.yaml]\nnamePrefix: x-\n");
    write(at, "prod/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
    write(at, "out/all.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x-a\n");
    assert_eq!(run(at, &["diff", "prod", "out"]), (0, String::new(), "no differences\n".to_owned()));
    // With a slash it is the folder.
    assert_eq!(run(at, &["diff", "prod/", "out", "--stat"]).0, 1);
}

pub(super) fn git(folder: &std::path::Path, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.current_dir(folder).args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(arguments);
    let output = git.env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
