//! Servers: files on the web, logins, and what is left without a network.

use crate::{
    bases::Shop,
    scene::{Scene, refused},
};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: NAME}\nspec: {containers: [{name: a, image: web}]}\n";

#[test]
fn files_at_an_address_are_read_wherever_a_file_may_be_named() {
    let shop = Shop::new();
    let scene = &shop.scene;
    scene.write("files/pod.yaml", &POD.replace("NAME", "one"));
    scene.write(
        "files/deep/org/pods.yaml",
        &format!("{}---\n{}", POD.replace("NAME", "two"), POD.replace("NAME", "three")),
    );
    scene.write("files/patch.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: one, labels: {patched: yes-it-is}}\n");
    scene.write("files/page.html", "<html><body>a page\n</body>");
    let server = shop.start(None);
    let url = server.url();
    scene.write(
        "k/kustomization.yaml",
        &format!(
            "resources:\n- {url}/pod.yaml\n- {url}/deep/org/pods.yaml\npatches: [{{path: '{url}/patch.yaml'}}]\n\
             configMapGenerator: [{{name: made, files: ['page={url}/page.html']}}]\nbuildMetadata: [originAnnotations]\n"
        ),
    );
    let online = scene.agrees(&["k"]);
    assert!(online.out.contains("patched: yes-it-is"), "{}", online.err);
    for (name, words) in [("none.yaml", "404"), ("page.html", "page.html"), ("deep/none/none.yaml", "404")] {
        scene.write("bad/kustomization.yaml", &format!("resources:\n- {url}/{name}\n"));
        scene.both_refuse(&["bad"], &[words]);
    }
    server.seen();
    let offline = scene.ours(&["--offline", "k"]);
    assert_eq!((offline.code, &offline.out), (Some(0), &online.out), "{}", offline.err);
    assert!(server.seen().is_empty(), "nobody is asked");
}

#[test]
fn a_repository_is_built_again_without_a_network() {
    let shop = Shop::new();
    let server = shop.start(None);
    shop.scene.write("k/kustomization.yaml", &format!("resources:\n- {}/git/shop.git//over?ref=v1\n", server.url()));
    refused(&shop.scene.ours(&["--offline", "k"]), &["would have to be fetched", "--offline"]);
    let online = shop.scene.agrees(&["k"]);
    server.seen();
    let offline = shop.scene.ours(&["--offline", "k"]);
    assert_eq!((offline.code, &offline.out), (Some(0), &online.out), "{}", offline.err);
    let offline = shop.scene.ours_with(&[("TOWPATH_OFFLINE", "1")], &["k"]);
    assert_eq!(offline.out, online.out);
    assert!(server.seen().is_empty(), "nobody is asked");
}

#[test]
fn logins_come_from_gits_own_files_and_are_never_shown() {
    const SECRET: &str = "h0rse";
    let shop = Shop::new();
    let server = shop.start(Some(("captain", SECRET)));
    let address = format!("{}/git/shop.git//over?ref=v1", server.url());
    let host = server.url().trim_start_matches("http://").to_owned();
    refused(&shop.scene.ours(&[&address]), &["401", "~/.git-credentials"]);
    let works = |scene: &Scene| {
        let told = scene.agrees(&[&address]);
        assert_eq!(told.code, Some(0), "{}", told.err);
        assert!(!told.err.contains(SECRET), "{}", told.err);
    };
    shop.scene.write("home/.git-credentials", &format!("http://captain:{SECRET}@{host}\n"));
    shop.scene.write("home/.gitconfig", "[credential]\n\thelper = store\n");
    works(&shop.scene);
    std::fs::remove_file(shop.scene.path("home/.git-credentials")).expect("it is there");
    shop.scene.write("home/.netrc", &format!("machine localhost login captain password {SECRET}\n"));
    works(&shop.scene);
    std::fs::remove_file(shop.scene.path("home/.netrc")).expect("it is there");
    let instead = format!("[url \"http://captain:{SECRET}@{host}/\"]\n\tinsteadOf = {}/\n", server.url());
    shop.scene.write("home/.gitconfig", &instead);
    works(&shop.scene);
    shop.scene.write("home/.gitconfig", &format!("{instead}\tinsteadOf = git@shop.example:\n"));
    assert_eq!(shop.scene.agrees(&["git@shop.example:git/shop.git//over"]).code, Some(0));
    shop.scene.write("home/.netrc", "machine localhost login captain password wrong\n");
    shop.scene.write("home/.gitconfig", "");
    refused(&shop.scene.ours(&[&address]), &["401"]);
    let written = format!("http://captain:{SECRET}@{host}/git/shop.git//none");
    shop.scene.write("k/kustomization.yaml", &format!("resources:\n- {written}\n"));
    let told = shop.scene.ours(&[&written]);
    refused(&told, &["does not exist"]);
    assert!(!told.err.contains(SECRET), "{}", told.err);
}
