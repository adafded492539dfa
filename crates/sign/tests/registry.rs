//! Signing and verifying against a registry in this process.

use towpath_model::{Digest, Kind, PinnedImage};
use towpath_oci::{
    Client, ClientOptions, Descriptor, Manifest, RawManifest, Reference, Registry, RunningRegistry, Tag, media_type,
};
use towpath_sign::{Format, Formats, Policy, PrivateKey, SignError, VerifyError, sign, sign_bundle, verify};

const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
const BOTH: [Formats; 3] = [Formats::Both, Formats::Only(Format::Legacy), Formats::Only(Format::Bundle)];

struct Shop {
    registry: RunningRegistry,
    client: Client,
}

impl Shop {
    async fn open() -> Self {
        let registry = Registry::default().start().await.expect("the registry takes it");
        Self { registry, client: Client::new(ClientOptions::default()).expect("the registry takes it") }
    }

    /// Pushes an image that nothing else is like.
    async fn image(&self, label: &str) -> PinnedImage {
        let name = self.registry.repository("team/shop").expect("the registry takes it");
        let config = self
            .client
            .put_bytes(&name, media_type::CONFIG, format!("{{\"label\":\"{label}\"}}"))
            .await
            .expect("the registry takes it");
        let raw = RawManifest::of_manifest(&Manifest::new(config, Vec::new())).expect("the registry takes it");
        self.client.put_manifest(&name, &raw.digest().into(), &raw).await.expect("the registry takes it");
        PinnedImage::new(name, raw.digest())
    }

    async fn signatures_at_tag(&self, image: &PinnedImage) -> RawManifest {
        self.client.get_manifest(image.name(), &signature_tag(image)).await.expect("the registry takes it")
    }

    /// Stores `bundle` as cosign would, as something that refers to `image`.
    async fn attach(&self, image: &PinnedImage, bundle: Vec<u8>) -> Digest {
        let name = image.name();
        let subject =
            self.client.get_manifest(name, &image.digest().into()).await.expect("the registry takes it").descriptor();
        let config = self.client.put_bytes(name, media_type::EMPTY, "{}").await.expect("the registry takes it");
        let layer = self.client.put_bytes(name, BUNDLE, bundle).await.expect("the registry takes it");
        let manifest = Manifest {
            subject: Some(subject),
            artifact_type: Some(BUNDLE.to_owned()),
            ..Manifest::new(config, vec![layer])
        };
        self.client
            .put_referrer(name, &RawManifest::of_manifest(&manifest).expect("the registry takes it"))
            .await
            .expect("the registry takes it")
    }
}

fn signature_tag(image: &PinnedImage) -> Reference {
    Reference::Tag(Tag::of_digest(image.digest(), "sig").expect("the registry takes it"))
}

#[tokio::test]
async fn what_is_signed_verifies_in_each_format() {
    let (shop, key) = (Shop::open().await, PrivateKey::generate().unwrap());
    for (formats, label) in BOTH.into_iter().zip(["both", "legacy", "bundle"]) {
        let image = shop.image(label).await;
        let written = sign(&shop.client, &image, &key, formats).await.unwrap();
        assert_eq!(written.len(), if formats == Formats::Both { 2 } else { 1 });
        let signed = verify(&shop.client, &image, &key.public(), Policy::default()).await.unwrap();
        assert_eq!((signed.image(), signed.signatures()), (&image, &written[..]));
        for only in [Format::Legacy, Format::Bundle] {
            let policy = Policy { formats: Formats::Only(only) };
            let verdict = verify(&shop.client, &image, &key.public(), policy).await;
            assert_eq!(verdict.is_ok(), formats.include(only), "{label} {only}");
        }
    }
}

#[tokio::test]
async fn signing_again_changes_nothing_and_others_signatures_stay() {
    let (shop, first, second) = (Shop::open().await, PrivateKey::generate().unwrap(), PrivateKey::generate().unwrap());
    let image = shop.image("again").await;
    let written = sign(&shop.client, &image, &first, Formats::Both).await.unwrap();
    assert_eq!(sign(&shop.client, &image, &first, Formats::Both).await.unwrap(), written);
    assert_eq!(shop.signatures_at_tag(&image).await.manifest().unwrap().layers.len(), 1);
    sign(&shop.client, &image, &second, Formats::Both).await.unwrap();
    sign(&shop.client, &image, &first, Formats::Both).await.unwrap();
    assert_eq!(shop.signatures_at_tag(&image).await.manifest().unwrap().layers.len(), 2);
    assert_eq!(shop.client.referrers(image.name(), image.digest(), None).await.unwrap().len(), 2);
    for key in [first, second] {
        verify(&shop.client, &image, &key.public(), Policy::default()).await.unwrap();
    }
}

#[tokio::test]
async fn many_signers_at_once_all_stay() {
    let shop = Shop::open().await;
    let image = shop.image("crowd").await;
    let keys: Vec<PrivateKey> = (0..6).map(|_| PrivateKey::generate().unwrap()).collect();
    let mut tasks = tokio::task::JoinSet::new();
    for key in keys.clone() {
        let (client, image) = (shop.client.clone(), image.clone());
        tasks.spawn(async move { sign(&client, &image, &key, Formats::Both).await });
    }
    for result in tasks.join_all().await {
        result.unwrap();
    }
    for key in keys {
        for only in [Format::Legacy, Format::Bundle] {
            verify(&shop.client, &image, &key.public(), Policy { formats: Formats::Only(only) }).await.unwrap();
        }
    }
}

#[tokio::test]
async fn no_signature_another_key_and_a_missing_image_are_told_apart() {
    let (shop, key, stranger) = (Shop::open().await, PrivateKey::generate().unwrap(), PrivateKey::generate().unwrap());
    let image = shop.image("plain").await;
    let unsigned = verify(&shop.client, &image, &key.public(), Policy::default()).await.unwrap_err();
    assert_eq!(unsigned.to_string(), format!("image {image} is not signed"));
    assert_eq!(unsigned.diagnostic().kind, Kind::Verdict);
    sign(&shop.client, &image, &stranger, Formats::Both).await.unwrap();
    let refused = verify(&shop.client, &image, &key.public(), Policy::default()).await.unwrap_err().diagnostic();
    assert_eq!((refused.kind, refused.message), (Kind::Verdict, format!("image {image} has no signature that counts")));
    assert_eq!(refused.causes.len(), 2);
    assert!(refused.causes.iter().all(|cause| cause.ends_with("was not made by this key")), "{:?}", refused.causes);
    let missing = PinnedImage::new(image.name().clone(), Digest::of(b"nowhere"));
    let error = verify(&shop.client, &missing, &key.public(), Policy::default()).await.unwrap_err().diagnostic();
    assert_eq!((error.kind, error.message), (Kind::Remote, format!("image {missing} does not exist")));
    let error = sign(&shop.client, &missing, &key, Formats::Both).await.unwrap_err();
    assert_eq!(error.diagnostic().kind, Kind::Remote);
}

#[tokio::test]
async fn a_signature_copied_from_another_image_is_refused_with_both_digests() {
    let (shop, key) = (Shop::open().await, PrivateKey::generate().unwrap());
    let (good, bad) = (shop.image("good").await, shop.image("bad").await);
    sign(&shop.client, &good, &key, Formats::Both).await.unwrap();
    let copied = shop.signatures_at_tag(&good).await;
    shop.client.put_manifest(bad.name(), &signature_tag(&bad), &copied).await.unwrap();
    shop.attach(&bad, sign_bundle(&key, good.digest()).unwrap()).await;
    let diagnostic = verify(&shop.client, &bad, &key.public(), Policy::default()).await.unwrap_err().diagnostic();
    assert_eq!(diagnostic.kind, Kind::Verdict);
    let reason = format!("signs {}, not {}", good.digest(), bad.digest());
    assert_eq!(diagnostic.causes.iter().filter(|cause| cause.ends_with(&reason)).count(), 2, "{:?}", diagnostic.causes);
}

#[tokio::test]
async fn broken_and_oversized_signatures_are_refused_and_do_no_harm() {
    let (shop, key) = (Shop::open().await, PrivateKey::generate().unwrap());
    let image = shop.image("broken").await;
    shop.attach(&image, vec![b' '; (1 << 20) + 1]).await;
    shop.attach(&image, b"{}".to_vec()).await;
    let payload = "application/vnd.dev.cosign.simplesigning.v1+json";
    let layer = shop.client.put_bytes(image.name(), payload, vec![b' '; (64 << 10) + 1]).await.unwrap();
    let config = shop.client.put_bytes(image.name(), media_type::CONFIG, "{}").await.unwrap();
    let raw = RawManifest::of_manifest(&Manifest::new(config, vec![layer])).unwrap();
    shop.client.put_manifest(image.name(), &signature_tag(&image), &raw).await.unwrap();
    let diagnostic = verify(&shop.client, &image, &key.public(), Policy::default()).await.unwrap_err().diagnostic();
    assert_eq!((diagnostic.kind, diagnostic.causes.len()), (Kind::Verdict, 3), "{:?}", diagnostic.causes);
    for part in ["is larger than 1048576 bytes", "is larger than 65536 bytes", "missing field `mediaType`"] {
        assert!(diagnostic.causes.iter().any(|cause| cause.contains(part)), "{part}: {:?}", diagnostic.causes);
    }
    sign(&shop.client, &image, &key, Formats::Both).await.unwrap();
    verify(&shop.client, &image, &key.public(), Policy::default()).await.unwrap();
}

#[tokio::test]
async fn no_more_than_64_signatures_are_read_or_written() {
    let (shop, key) = (Shop::open().await, PrivateKey::generate().unwrap());
    let image = shop.image("piled").await;
    let (payload, name) = ("application/vnd.dev.cosign.simplesigning.v1+json", image.name());
    let layer = shop.client.put_bytes(name, payload, "{}").await.unwrap();
    let layer = |number: u32| Descriptor {
        annotations: [("dev.cosignproject.cosign/signature".to_owned(), format!("{number:04}"))].into(),
        ..layer.clone()
    };
    let config = shop.client.put_bytes(name, media_type::CONFIG, "{}").await.unwrap();
    let raw = RawManifest::of_manifest(&Manifest::new(config, (0..70).map(layer).collect())).unwrap();
    shop.client.put_manifest(name, &signature_tag(&image), &raw).await.unwrap();
    let diagnostic = verify(&shop.client, &image, &key.public(), Policy::default()).await.unwrap_err().diagnostic();
    assert!(diagnostic.causes.contains(&"6 more signatures were not read: at most 64 of a format are".to_owned()));
    let error = sign(&shop.client, &image, &key, Formats::Only(Format::Legacy)).await.unwrap_err();
    assert!(matches!(error, SignError::TooMany { found: 70, most: 64, .. }), "{error}");
}

#[tokio::test]
async fn what_is_no_signature_at_the_tag_is_not_overwritten() {
    let (shop, key) = (Shop::open().await, PrivateKey::generate().unwrap());
    let (image, other) = (shop.image("image").await, shop.image("other").await);
    let layer = shop.client.put_bytes(image.name(), media_type::LAYER_TAR, "a layer").await.unwrap();
    let config = shop.client.put_bytes(image.name(), media_type::CONFIG, "{}").await.unwrap();
    let raw = RawManifest::of_manifest(&Manifest::new(config, vec![layer])).unwrap();
    shop.client.put_manifest(image.name(), &signature_tag(&image), &raw).await.unwrap();
    let error = sign(&shop.client, &image, &key, Formats::Only(Format::Legacy)).await.unwrap_err();
    assert!(error.to_string().contains("holds no signatures: layer sha256:"), "{error}");
    assert_eq!(shop.signatures_at_tag(&image).await.digest(), raw.digest());
    sign(&shop.client, &other, &key, Formats::Both).await.unwrap();
}

#[tokio::test]
async fn a_registry_that_cannot_be_asked_gives_no_verdict() {
    let (shop, key) = (Shop::open().await, PrivateKey::generate().unwrap());
    let image = shop.image("gone").await;
    let Shop { registry, client } = shop;
    registry.stop().await;
    let error = verify(&client, &image, &key.public(), Policy::default()).await.unwrap_err();
    assert!(matches!(error, VerifyError::Registry(_)), "{error}");
    assert_eq!(error.diagnostic().kind, Kind::Remote);
}
