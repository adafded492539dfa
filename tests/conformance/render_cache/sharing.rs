use towpath_tests::{
    certificates::Certificates,
    redis_server::{RedisOptions, RedisServer},
};

use crate::scene::{Scene, Server, given, render, write};

#[test]
fn processes_on_two_folders_find_each_others_results() {
    let scene = Scene::new();
    for server in Server::all() {
        let remote = server.address();
        for service in ["shop", "web"] {
            let plain = given(&mut render_plain(&scene, service));
            let first = given(&mut render(&scene.one(), service, "prod", Some(&remote)));
            assert_eq!((first.count("misses"), first.count("sharedHits")), (1, 0), "{remote}: {}", first.said);
            let second = given(&mut render(&scene.two(), service, "prod", Some(&remote)));
            assert_eq!((second.count("misses"), second.count("sharedHits")), (0, 1), "{remote}: {}", second.said);
            let revision = given(&mut render(&scene.two(), service, "prod@HEAD", Some(&remote)));
            assert_eq!(revision.count("sharedHits"), 1, "a revision is the same tree");
            assert_eq!(
                [&first.manifests, &second.manifests, &revision.manifests],
                [&plain; 3].map(|given| &given.manifests)
            );
        }

        let other = given(render(&scene.two(), "shop", "prod", Some(&remote)).args(["--cache-tenant", "blue"]));
        assert_eq!((other.count("misses"), other.count("sharedHits")), (1, 0), "a tenant sees nothing of another");
        let same = given(render(&scene.one(), "shop", "prod", Some(&remote)).args(["--cache-tenant", "blue"]));
        assert_eq!(same.count("sharedHits"), 1);
        let none = given(render(&scene.one(), "shop", "prod", Some(&remote)).arg("--no-cache"));
        assert_eq!(none.manifests, same.manifests);

        write(&scene.two().join("shop/prod.yaml"), "size: 4\n");
        let changed = given(&mut render(&scene.two(), "shop", "prod", Some(&remote)));
        assert_eq!((changed.count("misses"), changed.count("rejected")), (1, 0));
        assert!(changed.manifests.contains("size: \"4\""));
        for (folder, size) in [(scene.one(), 3), (scene.two(), 4)] {
            let kept = given(&mut render(&folder, "shop", "prod", Some(&remote)));
            assert_eq!(kept.count("sharedHits"), 1, "both states stand side by side: {}", kept.said);
            assert!(kept.manifests.contains(&format!("size: \"{size}\"")));
        }
        write(&scene.two().join("shop/prod.yaml"), "size: 3\n");
    }
}

fn render_plain(scene: &Scene, service: &str) -> std::process::Command {
    render(&scene.one(), service, "prod", None)
}

#[test]
fn secrets_stay_on_the_machine_unless_they_are_to_be_shared() {
    let scene = Scene::new();
    let server = RedisServer::start(RedisOptions::default());
    let remote = format!("redis://{}?prefix=ci", server.address());
    let folder = scene.folder.path().join("cache");
    let vault = |folder: &std::path::Path| {
        let mut command = render(&scene.one(), "vault", "prod", Some(&remote));
        command.arg("--cache").arg(folder);
        command
    };
    let first = given(&mut vault(&folder));
    assert!(first.manifests.contains("kind: Secret"));
    assert!(first.said.contains("1 with Secrets not shared"), "{}", first.said);
    assert_eq!(server.ask(&["DBSIZE"], None), b"0");
    assert_eq!(given(&mut vault(&folder)).count("diskHits"), 1);
    given(vault(&scene.folder.path().join("other")).arg("--cache-secrets"));
    let names = String::from_utf8(server.ask(&["KEYS", "*"], None)).expect("text");
    assert_eq!(names.lines().filter(|name| name.starts_with("ci:")).count(), 2, "{names}");
    let name = names.lines().next().expect("a name");
    let lifetime: u64 = String::from_utf8(server.ask(&["TTL", name], None)).expect("text").parse().expect("a number");
    assert!((600_000..=604_800).contains(&lifetime), "{lifetime}");
}

#[test]
fn a_password_and_tls_are_asked_for_and_never_shown() {
    let scene = Scene::new();
    let certificates = Certificates::make(scene.folder.path());
    let password = Some("open sesame".to_owned());
    let options = RedisOptions { password, certificates: Some(certificates.clone()) };
    let server = RedisServer::start(options);
    let remote = format!("rediss://localhost:{}", server.address().port());
    let call = |folder: std::path::PathBuf, password: &str| {
        let mut command = render(&folder, "shop", "prod", Some(&remote));
        command.env("SSL_CERT_FILE", &certificates.authority).env("TOWPATH_CACHE_PASSWORD", password);
        command
    };
    let first = given(&mut call(scene.one(), "open sesame"));
    assert!(first.said.contains("1 shared"), "{}", first.said);
    assert_eq!(given(&mut call(scene.two(), "open sesame")).count("sharedHits"), 1);
    let refused = given(&mut call(scene.two(), "open barley"));
    assert_eq!(refused.manifests, first.manifests);
    assert!(refused.said.contains("the shared cache is not used any more") && !refused.said.contains("barley"));
    let stranger = given(call(scene.two(), "open sesame").env("SSL_CERT_FILE", "/dev/null"));
    assert!(stranger.said.contains("the shared cache is not used any more"), "{}", stranger.said);
    let spelled = format!("redis://:barley@{}/x", server.address());
    let output = towpath_tests::output(&mut render(&scene.one(), "shop", "prod", Some(&spelled)));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("names a database that is no number") && !said.contains("barley"), "{said}");
}
