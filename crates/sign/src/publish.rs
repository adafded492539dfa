//! Signs an image and stores the signatures beside it in its registry.

use std::collections::BTreeMap;

use towpath_model::{Digest, PinnedImage};
use towpath_oci::{Client, Descriptor, Manifest, RawManifest, media_type};

use crate::{
    Format, Formats, PrivateKey, SignError, Signature,
    bundle::{BUNDLE_TYPE, SIGN_PREDICATE, sign_bundle},
    legacy_image,
};

/// Signs `image` with `key` in the given formats and returns the signatures, sorted by manifest.
///
/// Signing again with the same key changes nothing and returns the same: the bytes are the same, so are their digests.
/// Signatures by others stay where they are.
///
/// # Errors
/// When the image does not exist, or the registry does not take the signatures. What was stored until then stays, and
/// signing again completes it.
pub async fn sign(
    client: &Client,
    image: &PinnedImage,
    key: &PrivateKey,
    formats: Formats,
) -> Result<Vec<Signature>, SignError> {
    let signed = client.get_manifest(image.name(), &image.digest().into()).await?;
    let mut signatures = Vec::new();
    if formats.include(Format::Bundle) {
        let manifest = store_bundle(client, image, &signed, key).await?;
        signatures.push(Signature { manifest, format: Format::Bundle });
    }
    if formats.include(Format::Legacy) {
        let manifest = legacy_image::store(client, image, key).await?;
        signatures.push(Signature { manifest, format: Format::Legacy });
    }
    signatures.sort_unstable();
    Ok(signatures)
}

async fn store_bundle(
    client: &Client,
    image: &PinnedImage,
    signed: &RawManifest,
    key: &PrivateKey,
) -> Result<Digest, SignError> {
    let bundle = sign_bundle(key, image.digest())?;
    let config = client.put_bytes(image.name(), media_type::EMPTY, "{}").await?;
    let layer = client.put_bytes(image.name(), BUNDLE_TYPE, bundle).await?;
    let manifest = bundle_manifest(config, layer, signed.descriptor());
    Ok(client.put_referrer(image.name(), &RawManifest::of_manifest(&manifest)?).await?)
}

/// Returns the manifest of an artifact that refers to `subject` and holds a bundle.
///
/// cosign's also bears the time of its making; without it the same signature has the same digest always.
///
/// Source: cosign 3.1, `pkg/oci/remote/write.go`.
fn bundle_manifest(config: Descriptor, layer: Descriptor, subject: Descriptor) -> Manifest {
    let annotations =
        [("dev.sigstore.bundle.content", "dsse-envelope"), ("dev.sigstore.bundle.predicateType", SIGN_PREDICATE)];
    Manifest {
        artifact_type: Some(BUNDLE_TYPE.to_owned()),
        subject: Some(subject),
        annotations: BTreeMap::from(annotations.map(|(name, value)| (name.to_owned(), value.to_owned()))),
        ..Manifest::new(config, vec![layer])
    }
}
