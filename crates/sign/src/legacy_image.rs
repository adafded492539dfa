//! The image at the tag `sha256-<hex>.sig`, each of whose layers is a signature.

use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use towpath_model::{Digest, PinnedImage};
use towpath_oci::{Client, Descriptor, Manifest, RawManifest, Reference, media_type};

use crate::{
    PrivateKey, PublicKey, SignError,
    find::MOST_SIGNATURES,
    legacy::{self, PAYLOAD_TYPE, SIGNATURE, sign_payload},
};

/// How often the image is written again when another writer took our signature out of it.
const ATTEMPTS: u32 = 8;
/// The shortest and the longest wait for other writers before the look whether our signature is still there.
const SETTLE: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// Adds `key`'s signature to those at the tag unless it stands there already, and returns the digest of the manifest there.
///
/// A registry has no way to write a tag only if it has not changed. So the tag is read again after a time in which any other
/// writer that had read the older state has written, and written again if our signature was lost.
pub(crate) async fn store(client: &Client, image: &PinnedImage, key: &PrivateKey) -> Result<Digest, SignError> {
    let tag = Reference::Tag(legacy::tag(image.digest()));
    let place = format!("{}:{tag}", image.name());
    let (payload, signature) = sign_payload(key, image);
    let mut layer = Descriptor::of(PAYLOAD_TYPE, &payload);
    layer.annotations.insert(SIGNATURE.to_owned(), signature);
    for attempt in 1..=ATTEMPTS {
        let begun = Instant::now();
        let current = match client.get_manifest(image.name(), &tag).await {
            Ok(raw) => Some(raw),
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error.into()),
        };
        let layers = current.as_ref().map(|raw| signature_layers(raw, &place)).transpose()?.unwrap_or_default();
        if let Some(raw) = current.as_ref().filter(|_| holds(&layers, &layer, &payload, &key.public())) {
            return Ok(raw.digest());
        }
        if layers.len() >= MOST_SIGNATURES {
            return Err(SignError::TooMany { place, found: layers.len(), most: MOST_SIGNATURES });
        }
        client.put_bytes(image.name(), PAYLOAD_TYPE, payload.clone()).await?;
        let manifest = manifest_with(client, image, layers, layer.clone()).await?;
        client.put_manifest(image.name(), &tag, &RawManifest::of_manifest(&manifest)?).await?;
        tokio::time::sleep((begun.elapsed() * 2 * attempt).clamp(SETTLE.0, SETTLE.1)).await;
    }
    Err(SignError::Contended { place })
}

/// Returns the layers of the image at the tag.
fn signature_layers(raw: &RawManifest, place: &str) -> Result<Vec<Descriptor>, SignError> {
    let occupied = |detail: String| SignError::Occupied { place: place.to_owned(), detail };
    if !media_type::is_manifest(raw.media_type()) {
        return Err(occupied(format!("it is a `{}`", raw.media_type())));
    }
    let manifest = raw.manifest().map_err(|error| occupied(error.to_string()))?;
    match manifest.layers.iter().find(|layer| layer.media_type != PAYLOAD_TYPE) {
        Some(layer) => Err(occupied(format!("layer {} is a `{}`", layer.digest, layer.media_type))),
        None => Ok(manifest.layers),
    }
}

/// Tells whether the key's signature is there already, also one that cosign made with it, whose bytes differ each time.
fn holds(layers: &[Descriptor], ours: &Descriptor, payload: &[u8], key: &PublicKey) -> bool {
    layers.iter().filter(|layer| layer.digest == ours.digest).any(|layer| {
        let signature = layer.annotations.get(SIGNATURE).and_then(|text| STANDARD.decode(text).ok());
        signature.is_some_and(|signature| key.verifies(payload, &signature))
    })
}

async fn manifest_with(
    client: &Client,
    image: &PinnedImage,
    mut layers: Vec<Descriptor>,
    layer: Descriptor,
) -> Result<Manifest, SignError> {
    layers.push(layer);
    let digests: Vec<Digest> = layers.iter().map(|layer| layer.digest).collect();
    // cosign reads and extends this configuration when it adds signatures of its own.
    let config = json!({
        "architecture": "",
        "created": "0001-01-01T00:00:00Z",
        "history": digests.iter().map(|_| json!({ "created": "0001-01-01T00:00:00Z" })).collect::<Vec<_>>(),
        "os": "",
        "rootfs": { "type": "layers", "diff_ids": digests },
        "config": {},
    });
    let config = client.put_bytes(image.name(), media_type::CONFIG, config.to_string()).await?;
    Ok(Manifest::new(config, layers))
}
