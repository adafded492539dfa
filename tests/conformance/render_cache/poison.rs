use serde_json::Value;
use towpath_model::Digest;
use towpath_oci::{Client, ClientOptions, Reference};
use towpath_tests::{
    docker_registry::DockerRegistry,
    redis_server::{RedisOptions, RedisServer},
};

use crate::scene::{Scene, given, render};

fn names(server: &RedisServer, kind: &str) -> Vec<String> {
    let listed = String::from_utf8(server.ask(&["KEYS", &format!("towpath:{kind}:*")], None)).expect("text");
    listed.lines().map(str::to_owned).collect()
}

/// Splits a page into its seal and its body.
fn body(page: &[u8]) -> &[u8] {
    let end = page.iter().position(|byte| *byte == b'\n').expect("a seal");
    &page[end + 1..]
}

fn sealed_by_digest(body: &[u8]) -> Vec<u8> {
    [format!("sha256:{}\n", Digest::of(body).hex()).as_bytes(), body].concat()
}

#[test]
fn what_was_changed_in_redis_is_rejected() {
    let scene = Scene::new();
    let server = RedisServer::start(RedisOptions::default());
    let remote = format!("redis://{}", server.address());
    let call = || given(&mut render(&scene.one(), "shop", "prod", Some(&remote)));
    let right = call().manifests;
    let (page, result) = (names(&server, "k").remove(0), names(&server, "r").remove(0));
    let (page_bytes, result_bytes) = (server.ask(&["GET", &page], None), server.ask(&["GET", &result], None));
    given(&mut render(&scene.one(), "web", "prod", Some(&remote)));
    let other = names(&server, "k").into_iter().find(|name| *name != page).expect("a second page");
    let other_bytes = server.ask(&["GET", &other], None);
    let evil =
        String::from_utf8(result_bytes.clone()).expect("text").replace("size: \"3\"", "size: \"6\"").into_bytes();
    let cases: [(&str, &str, &[u8]); 6] = [
        ("another result", &result, &evil),
        ("a torn result", &result, &result_bytes[..20]),
        ("a torn page", &page, &page_bytes[..page_bytes.len() - 9]),
        ("another key's page", &page, &other_bytes),
        ("a page for another seal", &page, &[b"sha256:00\n", body(&page_bytes)].concat()),
        ("no page at all", &page, b"\0\xff"),
    ];
    for (what, name, bytes) in cases {
        server.ask(&["SET", name], Some(bytes));
        let given = call();
        assert_eq!(given.manifests, right, "{what}");
        assert_eq!((given.count("rejected"), given.count("sharedHits")), (1, 0), "{what}");
        assert_eq!(call().count("sharedHits"), 1, "{what}: it was written again");
    }
}

#[test]
fn what_was_forged_without_the_secret_is_rejected() {
    let scene = Scene::new();
    let server = RedisServer::start(RedisOptions::default());
    let remote = format!("redis://{}", server.address());
    let call =
        |secret: &str| given(render(&scene.two(), "shop", "prod", Some(&remote)).env("TOWPATH_CACHE_SECRET", secret));
    let right = call("one").manifests;
    assert_eq!(call("one").count("sharedHits"), 1);
    let (page, result) = (names(&server, "k").remove(0), names(&server, "r").remove(0));
    let bytes = server.ask(&["GET", &page], None);
    assert!(bytes.starts_with(b"hmac-sha256:"));
    // A forger puts a result there whose digests all fit; only the secret is missing.
    let result = String::from_utf8(server.ask(&["GET", &result], None)).expect("text");
    let evil = result.replace("size: \"3\"", "size: \"6\"").into_bytes();
    let mut forged: Value = serde_json::from_slice(body(&bytes)).expect("JSON");
    forged["candidates"][0]["result"] = Digest::of(&evil).to_string().into();
    let forged = serde_json::to_vec(&forged).expect("JSON");
    server.ask(&["SET", &format!("towpath:r:{}", Digest::of(&evil).hex())], Some(&evil));
    let kept_seal = [&bytes[..bytes.len() - body(&bytes).len()], forged.as_slice()].concat();
    for page_bytes in [sealed_by_digest(&forged), kept_seal] {
        server.ask(&["SET", &page], Some(&page_bytes));
        let given = call("one");
        assert_eq!((given.manifests.as_str(), given.count("rejected")), (right.as_str(), 1));
    }
    let given = call("two");
    assert_eq!((given.manifests.as_str(), given.count("rejected")), (right.as_str(), 1), "another's secret");
}

#[test]
fn what_was_changed_in_a_registry_is_rejected() {
    let scene = Scene::new();
    let registry = DockerRegistry::start();
    let remote = format!("oci://{}/team/cache", registry.address());
    let call = |service: &str| given(&mut render(&scene.one(), service, "prod", Some(&remote)));
    let right = call("shop").manifests;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let client = Client::new(ClientOptions::default()).expect("a client");
    let name = format!("{}/team/cache", registry.address()).parse().expect("a name");
    let tags = || runtime.block_on(client.tags(&name)).expect("tags");
    let manifest = |tag: &str| {
        let tag = Reference::tag(tag).expect("a tag");
        runtime.block_on(client.get_manifest(&name, &tag)).expect("a manifest")
    };
    let shop = tags().remove(0);
    let described = manifest(&shop).manifest().expect("a manifest");
    assert_eq!(described.artifact_type.as_deref(), Some("application/vnd.towpath.rendered.v1"));
    for (what, digest) in [("the page", described.config.digest), ("the result", described.layers[0].digest)] {
        let file = registry.blob(digest);
        let bytes = std::fs::read(&file).expect("a blob");
        let mut evil = bytes.clone();
        let last = evil.len() - 3;
        evil[last] ^= 1;
        for spoilt in [evil, bytes[..bytes.len() / 2].to_vec()] {
            std::fs::write(&file, &spoilt).expect("it is written");
            let given = call("shop");
            assert_eq!(
                (given.manifests.as_str(), given.count("sharedHits")),
                (right.as_str(), 0),
                "{what}: {}",
                given.said
            );
        }
        std::fs::write(&file, &bytes).expect("it is written");
        assert_eq!(call("shop").count("sharedHits"), 1);
    }
    call("web");
    let web = tags().into_iter().find(|tag| *tag != shop).expect("a second tag");
    let tag = Reference::tag(&shop).expect("a tag");
    runtime.block_on(client.put_manifest(&name, &tag, &manifest(&web))).expect("it is put there");
    let given = call("shop");
    assert_eq!((given.manifests.as_str(), given.count("rejected")), (right.as_str(), 1), "another key's manifest");
    assert_eq!(call("shop").count("sharedHits"), 1, "it was written again");
}
