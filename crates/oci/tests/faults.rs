//! Registries that go wrong: each message is read, and what may be tried again is.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that fails")]

mod support;

use std::time::{Duration, Instant};

use support::{Scripted, client, reply};
use towpath_model::Digest;
use towpath_oci::{
    BlobSource, CredentialSource, Credentials, Descriptor, Manifest, Pushed, RawManifest, Reference, RegistryError,
    media_type,
};

fn tag() -> Reference {
    Reference::tag("1").unwrap()
}

fn manifest() -> RawManifest {
    let config = Descriptor::of(media_type::CONFIG, b"{}");
    RawManifest::of_manifest(&Manifest::new(config, Vec::new())).unwrap()
}

fn ann() -> CredentialSource {
    CredentialSource::Explicit(Credentials::Basic { user: "ann".to_owned(), password: "secret".to_owned() })
}

/// Returns the error of asking for a manifest that is answered with the same reply always.
async fn error_of(answer: Vec<u8>, credentials: CredentialSource) -> (RegistryError, Scripted) {
    let server = Scripted::start(move |_, _| answer.clone()).await;
    let error = client(credentials).get_manifest(&server.name(), &tag()).await.unwrap_err();
    (error, server)
}

#[tokio::test]
async fn every_status_has_its_message() {
    let denied = br#"{"errors":[{"code":"DENIED","message":"no access\nfor you"}]}"#;
    let cases = [
        (
            reply("401 Unauthorized", "", b""),
            "HOST asks for an authentication that is not understood: 401 without a WWW-Authenticate header",
            1,
        ),
        (
            reply("401 Unauthorized", "WWW-Authenticate: Negotiate\r\n", b""),
            "HOST asks for an authentication that is not understood: `Negotiate`",
            1,
        ),
        (
            reply("401 Unauthorized", "WWW-Authenticate: Basic realm=\"r\"\r\n", b""),
            "HOST wants credentials for image NAME:1",
            1,
        ),
        (reply("403 Forbidden", "", denied), "HOST forbids access to image NAME:1: DENIED: no access for you", 1),
        (reply("404 Not Found", "", b"<html>"), "image NAME:1 does not exist", 1),
        (reply("418 I'm a teapot", "", b""), "HOST answered 418 I'm a teapot for image NAME:1", 1),
        (
            reply("429 Too Many Requests", "", b""),
            "HOST limits the rate of requests, at image NAME:1; gave up after 3 attempts",
            3,
        ),
        (
            reply("429 Too Many Requests", "Retry-After: 3600\r\n", b""),
            "HOST limits the rate of requests for 3600 s, at image NAME:1",
            1,
        ),
        (
            reply("500 Internal Server Error", "", b"oops"),
            "HOST answered 500 Internal Server Error for image NAME:1; gave up after 3 attempts",
            3,
        ),
        (
            reply("503 Service Unavailable", "Retry-After: 0\r\n", b""),
            "HOST answered 503 Service Unavailable for image NAME:1; gave up after 3 attempts",
            3,
        ),
        (Vec::new(), "no answer from HOST for image NAME:1; gave up after 3 attempts", 3),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".to_vec(),
            "HOST stopped after 4 bytes of image NAME:1, which has 100; gave up after 3 attempts",
            3,
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n".to_vec(),
            "image NAME:1 is larger than 4194304 bytes, the most that is read",
            1,
        ),
    ];
    for (answer, expected, n_requests) in cases {
        let (error, server) = error_of(answer, CredentialSource::Anonymous).await;
        let expected = expected.replace("NAME", &server.name().to_string()).replace("HOST", &server.host());
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.diagnostic().kind.exit_code(), 3, "{expected}");
        assert_eq!(server.requests().len(), n_requests, "{expected}");
    }
}

#[tokio::test]
async fn a_registry_that_is_not_there_is_named() {
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let name = format!("127.0.0.1:{port}/a").parse().unwrap();
    let error = client(CredentialSource::Anonymous).get_manifest(&name, &tag()).await.unwrap_err();
    let diagnostic = error.diagnostic();
    assert_eq!(diagnostic.message, format!("no answer from 127.0.0.1:{port} for image {name}:1"));
    assert!(diagnostic.causes.iter().any(|cause| cause.contains("Connection refused")), "{diagnostic:?}");
    assert_eq!(diagnostic.causes.last().unwrap(), "gave up after 3 attempts");
}

#[tokio::test]
async fn what_a_registry_asks_to_wait_is_waited() {
    let body = manifest();
    let bytes = body.bytes().clone();
    let server = Scripted::start(move |_, before| {
        if before == 0 {
            reply("429 Too Many Requests", "Retry-After: 1\r\n", b"")
        } else {
            reply("200 OK", "", &bytes)
        }
    })
    .await;
    let start = Instant::now();
    let found = client(CredentialSource::Anonymous).get_manifest(&server.name(), &tag()).await.unwrap();
    assert_eq!(found.digest(), body.digest());
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_token_is_fetched_once_for_what_is_asked() {
    let body = manifest();
    let bytes = body.bytes().clone();
    let server = Scripted::start(move |head, _| {
        let host = head.split("\r\n").find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned();
        if head.starts_with("GET /token?") {
            assert!(head.contains("authorization: Basic YW5uOnNlY3JldA=="), "{head}");
            return reply("200 OK", "", br#"{"access_token":"t0k3n","expires_in":300}"#);
        }
        if head.contains("authorization: Bearer t0k3n") {
            return reply("200 OK", "", &bytes);
        }
        let challenge = format!("WWW-Authenticate: Bearer realm=\"http://{host}/token\",service=\"r e g\"\r\n");
        reply("401 Unauthorized", &challenge, b"")
    })
    .await;
    let client = client(ann());
    for _ in 0..2 {
        assert_eq!(client.get_manifest(&server.name(), &tag()).await.unwrap().digest(), body.digest());
    }
    let requests: Vec<String> =
        server.requests().iter().map(|head| head.lines().next().unwrap_or_default().to_owned()).collect();
    let get = "GET /v2/acme/shop/manifests/1 HTTP/1.1";
    let token = "GET /token?service=r+e+g&scope=repository%3Aacme%2Fshop%3Apull HTTP/1.1";
    assert_eq!(requests, [get, token, get, get]);
}

#[tokio::test]
async fn refused_credentials_are_named_and_not_shown() {
    let basic = reply("401 Unauthorized", "WWW-Authenticate: Basic realm=\"r\"\r\n", b"");
    let (error, server) = error_of(basic, ann()).await;
    assert_eq!(
        error.to_string(),
        format!("{} refused the credentials of `ann` for image {}:1", server.host(), server.name())
    );
    assert!(!format!("{:?} {:?}", error, ann()).contains("secret"));
    let elsewhere = "WWW-Authenticate: Bearer realm=\"ftp://evil.example/token?x=1\"\r\n";
    let (error, server) = error_of(reply("401 Unauthorized", elsewhere, b""), ann()).await;
    let text = "points to `ftp://evil.example/token`, which would send credentials without HTTPS";
    assert_eq!(error.to_string(), format!("{} {text}", server.host()));
}

#[tokio::test]
async fn content_that_is_not_its_digest_is_refused() {
    let expected = Digest::of(b"wanted");
    let server = Scripted::start(|head, _| {
        if head.starts_with("PUT") {
            let other = format!("Docker-Content-Digest: {}\r\n", Digest::of(b"other"));
            return reply("201 Created", &other, b"");
        }
        reply("200 OK", "", b"served")
    })
    .await;
    let (client, name) = (client(CredentialSource::Anonymous), server.name());
    let found = Digest::of(b"served");
    let error = client.get_manifest(&name, &Reference::Digest(expected)).await.unwrap_err();
    assert_eq!(error.to_string(), format!("image {name}@{expected} has digest {found}, expected {expected}"));
    let blob = Descriptor::new("x", expected, 6);
    let error = client.get_blob(&name, &blob, 100).await.unwrap_err();
    assert_eq!(error.to_string(), format!("blob {expected} of {name} has digest {found}, expected {expected}"));
    let error = client.get_blob(&name, &Descriptor { size: 5, ..blob.clone() }, 100).await.unwrap_err();
    assert_eq!(error.to_string(), format!("blob {expected} of {name} has 6 bytes, expected 5"));
    let error = client.get_blob(&name, &Descriptor { size: 7, ..blob.clone() }, 100).await.unwrap_err();
    assert_eq!(error.to_string(), format!("blob {expected} of {name} has 6 bytes, expected 7"));
    let error = client.get_blob(&name, &blob, 5).await.unwrap_err();
    assert_eq!(error.to_string(), format!("blob {expected} of {name} is larger than 5 bytes, the most that is read"));
    let error = client.put_manifest(&name, &tag(), &manifest()).await.unwrap_err();
    let (stored, claimed) = (manifest().digest(), Digest::of(b"other"));
    assert_eq!(error.to_string(), format!("image {name}:1 has digest {claimed}, expected {stored}"));
}

#[tokio::test]
async fn a_download_that_breaks_goes_on_where_it_stopped() {
    let content: &[u8] = b"0123456789";
    let descriptor = Descriptor::of("x", content);
    let half = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123".to_vec();
    for ranges in [true, false] {
        let half = half.clone();
        let server = Scripted::start(move |head, before| match (before, ranges) {
            (0, _) => half.clone(),
            (_, true) => {
                assert!(head.contains("range: bytes=4-"), "{head}");
                reply("206 Partial Content", "Content-Range: bytes 4-9/10\r\n", &content[4..])
            }
            (_, false) => reply("200 OK", "", content),
        })
        .await;
        let found = client(CredentialSource::Anonymous).get_blob(&server.name(), &descriptor, 10).await.unwrap();
        assert_eq!((found.as_ref(), server.requests().len()), (content, 2));
    }
    let server = Scripted::start(move |_, _| half.clone()).await;
    let error = client(CredentialSource::Anonymous).get_blob(&server.name(), &descriptor, 10).await.unwrap_err();
    let message = error.to_string();
    let start = format!("{} stopped after ", server.host());
    assert!(message.starts_with(&start) && message.ends_with("which has 10; gave up after 3 attempts"), "{message}");
}

#[tokio::test]
async fn an_upload_that_breaks_begins_again() {
    let server = Scripted::start(|head, before| match head.split(' ').next() {
        Some("HEAD") => reply("404 Not Found", "", b""),
        Some("POST") => reply("202 Accepted", "Location: /v2/acme/shop/blobs/uploads/1?state=a%20b\r\n", b""),
        _ if before == 2 => reply("502 Bad Gateway", "", b""),
        _ => reply("201 Created", "", b""),
    })
    .await;
    let descriptor = Descriptor::of("x", b"content");
    let source = BlobSource::Bytes("content".into());
    let pushed = client(CredentialSource::Anonymous).put_blob(&server.name(), &descriptor, &source).await.unwrap();
    assert_eq!(pushed, Pushed::Uploaded);
    let put = server.requests()[5].lines().next().unwrap_or_default().to_owned();
    let digest = descriptor.digest.to_string().replace(':', "%3A");
    assert_eq!(put, format!("PUT /v2/acme/shop/blobs/uploads/1?state=a%20b&digest={digest} HTTP/1.1"));
}
