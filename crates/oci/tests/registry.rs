//! The client against the in-process registry: what goes in comes out, and what must not go in does not.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that fails")]

use towpath_model::{Digest, ImageName};
use towpath_oci::{
    BlobSource, Client, ClientOptions, CredentialSource, Credentials, Descriptor, Index, Manifest, Pushed, RawManifest,
    Reference, Registry, RunningRegistry, media_type,
};

async fn start() -> (RunningRegistry, Client, ImageName) {
    let registry = Registry::default().start().await.unwrap();
    let name = registry.repository("acme/shop").unwrap();
    (registry, Client::new(ClientOptions::default()).unwrap(), name)
}

async fn push_image(client: &Client, name: &ImageName) -> RawManifest {
    let config = client.put_bytes(name, media_type::CONFIG, b"{}".as_slice()).await.unwrap();
    let layer = client.put_bytes(name, media_type::LAYER_GZIP, b"layer".as_slice()).await.unwrap();
    let manifest = RawManifest::of_manifest(&Manifest::new(config, vec![layer])).unwrap();
    client.put_manifest(name, &Reference::tag("1.0").unwrap(), &manifest).await.unwrap();
    manifest
}

#[tokio::test]
async fn an_image_comes_back_as_it_was_pushed() {
    let (_registry, client, name) = start().await;
    let manifest = push_image(&client, &name).await;
    for reference in [Reference::tag("1.0").unwrap(), Reference::Digest(manifest.digest())] {
        assert_eq!(client.get_manifest(&name, &reference).await.unwrap(), manifest);
        let head = client.head_manifest(&name, &reference).await.unwrap().unwrap();
        assert_eq!(head, manifest.descriptor());
    }
    let layer = &manifest.manifest().unwrap().layers[0];
    assert_eq!(client.get_blob(&name, layer, 1 << 20).await.unwrap().as_ref(), b"layer");
    assert_eq!(client.head_blob(&name, layer.digest).await.unwrap(), Some(5));
    assert_eq!(client.tags(&name).await.unwrap(), ["1.0"]);
}

#[tokio::test]
async fn what_is_there_is_not_sent_again_and_other_repositories_lend_theirs() {
    let (registry, client, name) = start().await;
    let descriptor = Descriptor::of(media_type::LAYER_TAR, b"content");
    let source = BlobSource::Bytes("content".into());
    assert_eq!(client.put_blob(&name, &descriptor, &source).await.unwrap(), Pushed::Uploaded);
    assert_eq!(client.put_blob(&name, &descriptor, &source).await.unwrap(), Pushed::Existed);
    let other = registry.repository("acme/other").unwrap();
    let from = BlobSource::Repository(name.clone());
    assert_eq!(client.put_blob(&other, &descriptor, &from).await.unwrap(), Pushed::Mounted);
    let second = Registry::default().start().await.unwrap();
    let copy = second.repository("copy").unwrap();
    assert_eq!(client.put_blob(&copy, &descriptor, &from).await.unwrap(), Pushed::Uploaded);
    assert_eq!(client.get_blob(&copy, &descriptor, 100).await.unwrap().as_ref(), b"content");
}

#[tokio::test]
async fn a_file_is_streamed_and_must_be_what_its_descriptor_says() {
    let (_registry, client, name) = start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("blob");
    let content: Vec<u8> = (0..3_000_000_u32).map(|n| u8::try_from(n % 251).unwrap()).collect();
    std::fs::write(&path, &content).unwrap();
    let descriptor = Descriptor::of(media_type::LAYER_TAR, &content);
    let source = BlobSource::File(path.clone());
    assert_eq!(client.put_blob(&name, &descriptor, &source).await.unwrap(), Pushed::Uploaded);
    assert_eq!(client.get_blob(&name, &descriptor, 3_000_000).await.unwrap(), content);
    let wrong = Descriptor { digest: Digest::of(b"other"), ..descriptor };
    let message = client.put_blob(&name, &wrong, &source).await.unwrap_err().to_string();
    assert!(message.contains("answered 400 Bad Request") && message.contains("DIGEST_INVALID"), "{message}");
}

#[tokio::test]
async fn a_manifest_without_its_blobs_is_refused() {
    let (_registry, client, name) = start().await;
    let config = Descriptor::of(media_type::CONFIG, b"absent");
    let manifest = RawManifest::of_manifest(&Manifest::new(config.clone(), Vec::new())).unwrap();
    let error = client.put_manifest(&name, &Reference::tag("1").unwrap(), &manifest).await.unwrap_err();
    let registry = name.registry();
    assert_eq!(
        error.to_string(),
        format!(
            "{registry} answered 400 Bad Request for image {name}:1: MANIFEST_BLOB_UNKNOWN: {} is not in the repository",
            config.digest
        )
    );
    let index = RawManifest::of_index(&Index::new(vec![manifest.descriptor()])).unwrap();
    let error = client.put_manifest(&name, &Reference::tag("1").unwrap(), &index).await.unwrap_err();
    assert!(error.to_string().contains("MANIFEST_BLOB_UNKNOWN"), "{error}");
}

#[tokio::test]
async fn referrers_are_listed_and_filtered() {
    let (_registry, client, name) = start().await;
    let image = push_image(&client, &name).await;
    assert_eq!(client.referrers(&name, image.digest(), None).await.unwrap(), []);
    let empty = client.put_bytes(&name, media_type::EMPTY, b"{}".as_slice()).await.unwrap();
    let mut pushed = Vec::new();
    for kind in ["application/x.one", "application/x.two"] {
        let mut manifest = Manifest::new(empty.clone(), vec![empty.clone()]);
        manifest.artifact_type = Some(kind.to_owned());
        manifest.subject = Some(image.descriptor());
        manifest.annotations.insert("k".to_owned(), "v".to_owned());
        pushed.push(client.put_referrer(&name, &RawManifest::of_manifest(&manifest).unwrap()).await.unwrap());
    }
    assert_eq!(client.referrers(&name, image.digest(), None).await.unwrap().len(), 2);
    let two = client.referrers(&name, image.digest(), Some("application/x.two")).await.unwrap();
    assert_eq!(two.len(), 1);
    assert_eq!((two[0].digest, two[0].annotations["k"].as_str()), (pushed[1], "v"));
    // The API is there, so that no list at a tag was written.
    assert_eq!(client.tags(&name).await.unwrap(), ["1.0"]);
}

#[tokio::test]
async fn a_registry_with_a_login_takes_its_user_and_refuses_others() {
    let login = Some(("ann".to_owned(), "secret".to_owned()));
    let registry = Registry { login, ..Registry::default() }.start().await.unwrap();
    let name = registry.repository("shop").unwrap();
    let with = |password: &str| {
        let credentials = Credentials::Basic { user: "ann".to_owned(), password: password.to_owned() };
        let credentials = CredentialSource::Explicit(credentials);
        Client::new(ClientOptions { credentials, ..ClientOptions::default() }).unwrap()
    };
    push_image(&with("secret"), &name).await;
    let tag = Reference::tag("1.0").unwrap();
    let error = with("wrong").get_manifest(&name, &tag).await.unwrap_err();
    let host = name.registry();
    assert_eq!(error.to_string(), format!("{host} refused the credentials of `ann` for image {name}:1.0"));
    let anybody = Client::new(ClientOptions::default()).unwrap();
    let error = anybody.get_manifest(&name, &tag).await.unwrap_err();
    assert_eq!(error.to_string(), format!("{host} wants credentials for image {name}:1.0"));
    assert_eq!(error.diagnostic().kind.exit_code(), 3);
}
