//! Bases, components and files in git, on this machine and served over HTTP.

use towpath_tests::web_server::{WebOptions, WebServer};

use crate::scene::{Scene, refused};

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\ndata: {state: STATE}\n";

/// A repository with two commits, the first of them tagged.
pub(crate) struct Shop {
    pub(crate) scene: Scene,
    first: String,
}

impl Shop {
    pub(crate) fn new() -> Self {
        let scene = Scene::new(&[
            (
                "work/base/kustomization.yaml",
                "resources: [cm.yaml]\nconfigMapGenerator: [{name: made, files: [a.txt]}]\n",
            ),
            ("work/base/cm.yaml", &CONFIG_MAP.replace("STATE", "first")),
            ("work/base/a.txt", "a\n"),
            ("work/over/kustomization.yaml", "namePrefix: o-\nresources: [../base]\ncomponents: [../part]\n"),
            (
                "work/part/kustomization.yaml",
                "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: {by: part}\n",
            ),
            ("work/kustomization.yaml", "resources: [base]\n"),
            ("work/out/kustomization.yaml", "resources: [../../outside]\n"),
            ("work/secret/kustomization.yaml", "configMapGenerator: [{name: leak, files: [../base/a.txt]}]\n"),
            ("work/round/kustomization.yaml", "resources: [../round]\n"),
            ("outside/kustomization.yaml", "resources: []\nnamePrefix: x\n"),
        ]);
        let first = scene.commit("work");
        scene.git("work", &["tag", "-a", "-m", "one", "v1"]);
        scene.git("work", &["branch", "feature/x"]);
        scene.write("work/base/cm.yaml", &CONFIG_MAP.replace("STATE", "second"));
        scene.commit("work");
        scene.serve("work", "shop");
        Self { scene, first }
    }

    pub(crate) fn start(&self, login: Option<(&str, &str)>) -> WebServer {
        let login = login.map(|(user, password)| (user.to_owned(), password.to_owned()));
        let repositories = Some(self.scene.path("served"));
        WebServer::start(WebOptions { login, repositories, files: self.scene.path("files"), ..WebOptions::default() })
    }
}

#[test]
fn a_directory_of_a_repository_is_built_at_every_kind_of_revision() {
    let shop = Shop::new();
    let server = shop.start(None);
    let commit = format!("?ref={}", shop.first);
    let queries =
        ["", "?ref=v1", "?ref=feature/x", "?ref=refs/tags/v1", "?version=main", &commit, "?timeout=20s&ref=v1"];
    for query in queries {
        for base in [shop.scene.on_disk("served/shop.git"), format!("{}/git/shop.git", server.url())] {
            let told = shop.scene.agrees(&[&format!("{base}//over{query}")]);
            assert_eq!(told.code, Some(0), "{query}: {}", told.err);
            let state = if query.is_empty() || query == "?version=main" { "second" } else { "first" };
            assert!(told.out.contains(state), "{query}");
        }
    }
    for path in ["", "/over", "//./base/../over", "//"] {
        assert_eq!(
            shop.scene.agrees(&[&format!("{}{path}?ref=v1", shop.scene.on_disk("served/shop.git"))]).code,
            Some(0)
        );
    }
    // A work tree is a repository too, of which only what is committed counts.
    shop.scene.write("work/base/cm.yaml", "never committed");
    assert_eq!(shop.scene.agrees(&[&format!("{}//over", shop.scene.on_disk("work"))]).code, Some(0));
}

#[test]
fn bases_and_components_come_from_repositories_with_their_origin_written_down() {
    let shop = Shop::new();
    let server = shop.start(None);
    for base in [shop.scene.on_disk("served/shop.git"), format!("{}/git/shop.git", server.url())] {
        let text = format!(
            "namespace: here\nresources:\n- {base}//over?ref=v1\n- {base}//?ref=main\ncomponents:\n- {base}//part\n\
             buildMetadata: [originAnnotations, transformerAnnotations]\n"
        );
        shop.scene.write("k/kustomization.yaml", &text);
        let told = shop.scene.agrees(&["k"]);
        assert!(told.code == Some(0) && told.out.contains("ref: v1"), "{}", told.err);
    }
}

#[test]
fn what_is_wrong_is_refused_as_kustomize_refuses_it() {
    let shop = Shop::new();
    let server = shop.start(None);
    for base in [shop.scene.on_disk("served/shop.git"), format!("{}/git/shop.git", server.url())] {
        for (behind, words) in [
            ("//over?ref=none", "`none`"),
            ("//over?ref=v1~0", "`v1~0`"),
            ("//none", "does not exist"),
            ("//base/cm.yaml", "expecting directory"),
            ("//out", "security; bases in kustomizations found in cloned git repos must be within the repo"),
            ("//secret", "security; file"),
            ("//round", "cycle detected"),
        ] {
            shop.scene.both_refuse(&[&format!("{base}{behind}")], &[words]);
            // The flag loosens what local files may do alone.
            if behind == "//secret" {
                shop.scene.both_refuse(
                    &[&format!("{base}{behind}"), "--load-restrictor=LoadRestrictionsNone"],
                    &["security"],
                );
            }
        }
        shop.scene.write("k/kustomization.yaml", &format!("resources:\n- {base}//part\n"));
        shop.scene.both_refuse(&["k"], &["expected kind != 'Component'"]);
        shop.scene.write("k/kustomization.yaml", &format!("components:\n- {base}//base\n"));
        shop.scene.both_refuse(&["k"], &["expected kind 'Component'"]);
        shop.scene.write("k/kustomization.yaml", &format!("resources:\n- {base}//out?ref=v1\n"));
        shop.scene.both_refuse(&["k"], &["security"]);
    }
    shop.scene.write("k/kustomization.yaml", &format!("resources:\n- {}/git/none.git//x\n", server.url()));
    shop.scene.both_refuse(&["k"], &["k/kustomization.yaml:2:3", "as a file: ", "404"]);
    for address in ["git@g.invalid:a/b.git//c", "ssh://git@g.invalid/a/b.git//c"] {
        let told = shop.scene.ours(&[address]);
        refused(&told, &["ssh", "hint: name its https:// address"]);
    }
}

#[test]
fn repositories_that_lead_to_each_other_are_found_out() {
    let scene = Scene::new(&[]);
    scene.write("a/kustomization.yaml", &format!("resources:\n- {}//x\n", scene.on_disk("served/b.git")));
    scene.write("b/x/kustomization.yaml", &format!("resources:\n- {}\n", scene.on_disk("served/a.git")));
    scene.write("b/y/kustomization.yaml", "namePrefix: y-\nresources: [cm.yaml]\n");
    scene.write("b/y/cm.yaml", CONFIG_MAP);
    scene.write(
        "c/kustomization.yaml",
        &format!("namePrefix: c-\nresources:\n- {}//y\n", scene.on_disk("served/b.git")),
    );
    for name in ["a", "b", "c"] {
        scene.commit(name);
        scene.serve(name, name);
    }
    scene.write("k/kustomization.yaml", &format!("resources:\n- {}\n", scene.on_disk("served/a.git")));
    scene.both_refuse(&["k"], &["cycle detected: URI"]);
    scene.write("k/kustomization.yaml", &format!("resources:\n- {}\n", scene.on_disk("served/c.git")));
    assert!(scene.agrees(&["k"]).out.contains("name: c-y-cm"));
}

#[test]
fn a_repository_from_elsewhere_reads_nothing_of_this_machine() {
    let scene = Scene::new(&[("local/kustomization.yaml", "resources: [cm.yaml]\n"), ("local/cm.yaml", CONFIG_MAP)]);
    scene.commit("local");
    scene.write("work/kustomization.yaml", &format!("resources:\n- {}\n", scene.on_disk("local")));
    scene.commit("work");
    scene.serve("work", "shop");
    let server = WebServer::start(WebOptions { repositories: Some(scene.path("served")), ..WebOptions::default() });
    let told = scene.ours(&[&format!("{}/git/shop.git", server.url())]);
    refused(&told, &["is on this machine, and named by a repository that is not"]);
    assert_eq!(scene.agrees(&[&scene.on_disk("served/shop.git")]).code, Some(0), "what is here may");
}

#[test]
fn links_lead_inside_of_a_repository_and_submodules_are_filled() {
    let scene = Scene::new(&[
        ("lib/inner/kustomization.yaml", "resources: [cm.yaml]\n"),
        ("lib/inner/cm.yaml", CONFIG_MAP),
        ("work/real/kustomization.yaml", "resources: [link.yaml]\n"),
        ("work/real/deep/cm.yaml", &CONFIG_MAP.replace("name: cm", "name: linked")),
        ("work/kustomization.yaml", "resources: [folder, lib/inner]\nnamePrefix: p-\n"),
        ("work/above/kustomization.yaml", "resources: [link.yaml]\n"),
        ("work/away/kustomization.yaml", "resources: [link.yaml]\n"),
    ]);
    scene.commit("lib");
    scene.serve("lib", "lib");
    let link = |target: &str, at: &str| std::os::unix::fs::symlink(target, scene.path(at)).expect("a link");
    link("deep/cm.yaml", "work/real/link.yaml");
    link("real", "work/folder");
    link("../real/deep/cm.yaml", "work/above/link.yaml");
    link(scene.path("lib/inner/cm.yaml").to_str().expect("UTF-8"), "work/away/link.yaml");
    scene.git("work", &["init", "--quiet"]);
    let server = WebServer::start(WebOptions { repositories: Some(scene.path("served")), ..WebOptions::default() });
    scene.git("work", &["submodule", "--quiet", "add", &format!("{}/git/lib.git", server.url()), "lib"]);
    scene.git("work", &["config", "-f", ".gitmodules", "submodule.lib.url", "../lib.git"]);
    scene.commit("work");
    scene.serve("work", "shop");
    let told = scene.agrees(&[&format!("{}/git/shop.git", server.url())]);
    assert!(told.out.contains("p-linked") && told.out.contains("name: p-cm"), "{}", told.err);
    scene.both_refuse(&[&format!("{}/git/shop.git?submodules=false", server.url())], &[]);
    for behind in ["above", "away"] {
        scene.both_refuse(&[&format!("{}/git/shop.git//{behind}?submodules=false", server.url())], &["link.yaml"]);
        scene.both_refuse(&[&format!("work/{behind}")], &["security; file"]);
        let loose = scene.agrees(&[&format!("work/{behind}"), "--load-restrictor=LoadRestrictionsNone"]);
        assert_eq!(loose.code, Some(0), "{}", loose.err);
    }
}
