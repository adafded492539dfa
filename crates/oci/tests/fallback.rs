//! Referrers on a registry that has no referrers API: the list at the tag `sha256-<hex>`.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that fails")]

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{Router, body::Body, extract::Request, http::StatusCode, response::Response};
use towpath_model::ImageName;
use towpath_oci::{
    Client, ClientOptions, Index, Manifest, RawManifest, Reference, Registry, RunningRegistry, media_type,
};

/// Starts a proxy that hides the referrers API of the in-process registry, as registries of before 1.1 lack it.
///
/// The first list that is written at a tag is lost at once, as if another writer had read before and written after.
async fn start_old() -> (RunningRegistry, ImageName) {
    let registry = Registry::default().start().await.unwrap();
    let target = Arc::new(format!("http://{}", registry.address()));
    let http = reqwest::Client::new();
    let lost = Arc::new(AtomicBool::new(false));
    let forward = move |request: Request| {
        let (http, target, lost) = (http.clone(), Arc::clone(&target), Arc::clone(&lost));
        async move {
            let (parts, body) = request.into_parts();
            if parts.uri.path().contains("/referrers/") {
                return Response::builder().status(StatusCode::NOT_FOUND).body(Body::empty()).unwrap();
            }
            let mut body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
            let lists = parts.uri.path().contains("/manifests/sha256-") && parts.method == "PUT";
            let mut headers = parts.headers;
            if lists && !lost.swap(true, Ordering::Relaxed) {
                body = RawManifest::of_index(&Index::new(Vec::new())).unwrap().bytes().clone();
                headers.remove("content-length");
            }
            let sent = http.request(parts.method, format!("{target}{}", parts.uri)).headers(headers).body(body);
            let answer = sent.send().await.unwrap();
            let mut response = Response::builder().status(answer.status());
            for (name, value) in answer
                .headers()
                .iter()
                .filter(|(name, _)| *name != "oci-subject" && (!lists || *name != "docker-content-digest"))
            {
                response = response.header(name, value);
            }
            response.body(Body::from(answer.bytes().await.unwrap())).unwrap()
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let name = format!("{}/acme/shop", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(forward)).await });
    (registry, name)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_at_the_tag_keeps_what_several_write_at_once() {
    let (_registry, name) = start_old().await;
    let client = Client::new(ClientOptions::default()).unwrap();
    let empty = client.put_bytes(&name, media_type::EMPTY, b"{}".as_slice()).await.unwrap();
    let image = RawManifest::of_manifest(&Manifest::new(empty.clone(), Vec::new())).unwrap();
    client.put_manifest(&name, &Reference::tag("1").unwrap(), &image).await.unwrap();
    assert_eq!(client.referrers(&name, image.digest(), None).await.unwrap(), []);
    let referrer = |kind: &str| {
        let mut manifest = Manifest::new(empty.clone(), vec![empty.clone()]);
        manifest.artifact_type = Some(kind.to_owned());
        manifest.subject = Some(image.descriptor());
        RawManifest::of_manifest(&manifest).unwrap()
    };
    let (a, b) = (referrer("application/x.a"), referrer("application/x.b"));
    let (one, two) = tokio::join!(client.put_referrer(&name, &a), client.put_referrer(&name, &b));
    let mut written = vec![one.unwrap(), two.unwrap()];
    // Signing again changes nothing.
    client.put_referrer(&name, &a).await.unwrap();
    let listed = client.referrers(&name, image.digest(), None).await.unwrap();
    let mut digests: Vec<_> = listed.iter().map(|entry| entry.digest).collect();
    digests.sort();
    written.sort();
    assert_eq!(digests, written);
    let only = client.referrers(&name, image.digest(), Some("application/x.b")).await.unwrap();
    assert_eq!(only.iter().map(|entry| entry.digest).collect::<Vec<_>>(), [b.digest()]);
    let tag = format!("sha256-{}", image.digest().hex());
    assert!(client.tags(&name).await.unwrap().contains(&tag));
}
