//! `towpath-promote` as its users run it: the real program over a real repository and registry, also killed half way.

mod promote {
    pub(crate) mod kill;
    pub(crate) mod scene;
}

use promote::scene::{Holds, Scene, digest_in};
use serde_json::Value;

#[test]
fn a_release_goes_through_its_environments_in_order() {
    let scene = Scene::new();
    scene.release("1.0.0");
    let refused = scene.refused(&["open", "--to", "prod"], 1);
    assert!(refused.contains("error: shop 1.0.0 cannot go to prod before staging"), "{refused}");
    assert!(refused.contains("hint: promote it there first: towpath-promote open --to staging"), "{refused}");

    for (number, environment) in ["staging", "prod"].iter().enumerate() {
        let opened: Value = scene.json(&["open", "--to", environment]);
        assert_eq!(
            (opened["effect"].as_str(), opened["pull"]["number"].as_u64()),
            (Some("opened"), Some(number as u64 + 1))
        );
        let body = opened["body"].as_str().expect("a body");
        assert!(body.contains("<summary><code>ConfigMap shop</code> changed (+1 -1)</summary>"), "{body}");
        assert!(body.contains("-  image: \"registry.example.com/shop@sha256:0000"), "{body}");
        let again = scene.json(&["open", "--to", environment]);
        assert_eq!(again["effect"], "unchanged");
        let merged = scene.json(&["merge", "--to", environment]);
        assert_eq!(merged["commit"].as_str(), Some(scene.git(&["rev-parse", "main"]).as_str()));
        assert_eq!(scene.json(&["merge", "--to", environment])["commit"], merged["commit"], "again is the same");
    }
    let release = scene.read_release();
    let reached: Vec<&str> = release.environments.iter().map(|reached| reached.name.as_str()).collect();
    assert_eq!(reached, ["staging", "prod"]);
    assert_eq!(scene.git(&["rev-list", "--count", "main"]), "3");
    let values = scene.git(&["show", "main:apps/shop/deploy/prod/values.yaml"]);
    assert!(values.contains("# set by promotions") && values.contains(&release.image.digest().to_string()), "{values}");
}

#[test]
fn a_repository_of_values_is_rendered_with_the_chart_of_the_service() {
    let scene = Scene::with(Holds::ValuesOnly);
    scene.release("1.0.0");
    let opened = scene.json(&["open", "--to", "staging"]);
    let digest = scene.read_release().image.digest();
    let body = opened["body"].as_str().expect("a body");
    assert!(body.contains("<summary><code>ConfigMap shop</code> changed (+1 -1)</summary>"), "{body}");
    assert!(body.contains(&format!("+  image: \"registry.example.com/shop@{digest}\"\n")), "{body}");
}

#[test]
fn a_newer_release_takes_the_open_pull_request_over() {
    let scene = Scene::new();
    scene.release("1.0.0");
    let first = scene.json(&["open", "--to", "staging"]);
    scene.release("1.1.0");
    let second = scene.json(&["open", "--to", "staging"]);
    assert_eq!(second["effect"], "updated");
    assert_eq!(second["pull"]["number"], first["pull"]["number"]);
    assert_eq!(scene.git(&["rev-list", "--count", "main..towpath/shop/staging"]), "1");

    let seen = first["pull"]["head"].as_str().expect("a head");
    let refused = scene.refused(&["merge", "--to", "staging", "--head", seen], 1);
    let now = second["pull"]["head"].as_str().expect("a head");
    let expected = format!("error: head of `towpath/shop/staging` is {now}, not the expected {seen}");
    assert!(refused.contains(&expected), "{refused}");

    let status = scene.text(&["status"]);
    assert!(status.contains("staging      000000000000  #1 1.1.0 ("), "{status}");
    assert!(status.contains("merge #1: towpath-promote merge --to staging"), "{status}");
    scene.json(&["merge", "--to", "staging", "--head", now]);
    let status = scene.json(&["status"]);
    assert_eq!(status["environments"][0]["version"], "1.1.0");
    assert_eq!(status["environments"][1]["next"]["action"], "open");
    assert_eq!(scene.git(&["rev-list", "--count", "main"]), "2");
}

#[test]
fn an_image_that_is_not_signed_is_refused() {
    let scene = Scene::new();
    let image = scene.push_image("unsigned");
    scene.write_release("1.0.0", &image);
    let refused = scene.refused(&["open", "--to", "staging"], 1);
    assert!(refused.contains(&format!("error: image {image} is not signed")), "{refused}");
    assert_eq!(scene.git(&["for-each-ref", "--format=%(refname)"]), "refs/heads/main", "nothing was written");

    scene.sign_with_another_key(&image);
    let refused = scene.refused(&["open", "--to", "staging"], 1);
    assert!(refused.contains(&format!("error: image {image} has no signature that counts")), "{refused}");
}

#[test]
fn two_promotions_at_once_leave_one_pull_request() {
    let scene = Scene::new();
    let releases = ["1.0.0", "1.1.0"].map(|version| {
        scene.release(version);
        let path = scene.folder().join(format!("release-{version}.json"));
        std::fs::copy(scene.folder().join("release.json"), &path).expect("a copy");
        path
    });
    for _ in 0..5 {
        let children: Vec<_> = (0..4)
            .map(|n| {
                let release = releases[n % 2].to_str().expect("a path");
                scene.command(&["open", "--to", "staging", "--release", release]).spawn().expect("it starts")
            })
            .collect();
        for child in children {
            let output = child.wait_with_output().expect("its end");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        assert_eq!(scene.git(&["rev-list", "--count", "main..towpath/shop/staging"]), "1");
        assert_eq!(scene.git(&["for-each-ref", "--format=%(refname)", "refs/pull"]), "refs/pull/1/head");
        let status = scene.json(&["status"]);
        let pull = &status["environments"][0]["pull"];
        assert_eq!(pull["head"].as_str(), Some(scene.git(&["rev-parse", "towpath/shop/staging"]).as_str()));
        let values = scene.git(&["show", "towpath/shop/staging:apps/shop/deploy/staging/values.yaml"]);
        assert_eq!(pull["digest"].as_str(), Some(digest_in(&values)), "words and content belong together");
    }
    assert_eq!(scene.git(&["fsck", "--strict", "--no-dangling"]), "");
}

#[test]
fn what_cannot_be_promoted_is_shown_where_it_is() {
    let scene = Scene::new();
    scene.release("1.0.0");
    let config = scene.folder().join("towpath.yaml");
    let good = std::fs::read_to_string(&config).expect("the configuration");
    let write = |text: &str| std::fs::write(&config, text).expect("the configuration");

    write(&good.replace("#/image/digest", "#/image/digset"));
    let refused = scene.refused(&["open", "--to", "staging"], 2);
    assert!(refused.contains("`/image/digset`"), "{refused}");
    assert!(refused.contains("--> apps/shop/deploy/staging/values.yaml:2:"), "{refused}");

    write(&good.replace("{env}/values.yaml#", "{env}/other.yaml#"));
    let refused = scene.refused(&["open", "--to", "staging"], 2);
    let expected = "error: `apps/shop/deploy/staging/other.yaml` does not exist in the repository";
    assert!(refused.contains(expected), "{refused}");

    write(&good.replace("forge: local", "forge: bitbucket"));
    let refused = scene.refused(&["open", "--to", "staging"], 2);
    assert!(refused.contains("bitbucket") && refused.contains("local, github, gitlab or gitea"), "{refused}");

    write(&good.replace("forge: local", "forge: github"));
    let refused = scene.refused(&["open", "--to", "staging"], 2);
    assert!(refused.contains("error: forge `github` is not supported yet\n"), "{refused}");
    assert!(refused.contains("towpath.yaml:"), "{refused}");

    write(&good);
    let refused = scene.refused(&["open", "--to", "stagin"], 2);
    assert!(refused.contains("error: environment `stagin` is unknown"), "{refused}");
    let refused = scene.refused(&["merge", "--to", "staging"], 2);
    assert!(refused.contains("error: no open pull request from `towpath/shop/staging` into `main`"), "{refused}");
}

#[test]
fn open_survives_being_killed() {
    promote::kill::open();
}

#[test]
fn merge_survives_being_killed() {
    promote::kill::merge();
}
