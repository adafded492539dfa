//! Reads the signatures that stand beside an image in its registry. Nothing here is believed: [`judge`](crate::judge) does that.

use towpath_model::{Digest, PinnedImage};
use towpath_oci::{Client, Descriptor, Manifest, RawManifest, Reference, RegistryError, media_type};

use crate::{
    Content, Evidence, Format,
    bundle::BUNDLE_FAMILY,
    legacy::{self, PAYLOAD_TYPE, SIGNATURE},
};

/// The most signatures that are read in each format; whoever can push could pile up any number.
pub(crate) const MOST_SIGNATURES: usize = 64;
/// The most bytes of a payload; cosign's have about 250.
const MOST_PAYLOAD: u64 = 64 << 10;
/// The most bytes of a bundle; with certificates, log entries and timestamps they have about 10,000.
const MOST_BUNDLE: u64 = 1 << 20;

/// What was found in one format, and how many more signatures were left unread.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) unread: usize,
}

/// Returns the signatures in the image at the tag `sha256-<hex>.sig`.
pub(crate) async fn find_legacy(client: &Client, image: &PinnedImage) -> Result<Found, RegistryError> {
    let tag = Reference::Tag(legacy::tag(image.digest()));
    let Some(raw) = existing(client.get_manifest(image.name(), &tag).await)? else { return Ok(Found::default()) };
    let manifest = match read(&raw) {
        Ok(manifest) => manifest,
        Err(why) => return Ok(Found { evidence: vec![broken(raw.digest(), Format::Legacy, why)], unread: 0 }),
    };
    let layers: Vec<Descriptor> =
        manifest.layers.into_iter().filter(|layer| layer.media_type == PAYLOAD_TYPE).collect();
    let mut found = Found { unread: layers.len().saturating_sub(MOST_SIGNATURES), ..Found::default() };
    // Signatures by several keys share one payload.
    let mut last: Option<(Digest, Vec<u8>)> = None;
    for layer in layers.iter().take(MOST_SIGNATURES) {
        let payload = match last.take().filter(|(digest, _)| *digest == layer.digest) {
            Some((_, payload)) => Ok(payload),
            None => blob(client, image, layer, MOST_PAYLOAD).await?,
        };
        let content = match (payload, layer.annotations.get(SIGNATURE)) {
            (Ok(payload), Some(signature)) => {
                last = Some((layer.digest, payload.clone()));
                Content::Legacy { payload, signature: signature.clone() }
            }
            (Ok(_), None) => Content::Broken(Format::Legacy, format!("layer {} has no `{SIGNATURE}`", layer.digest)),
            (Err(why), _) => Content::Broken(Format::Legacy, why),
        };
        found.evidence.push(Evidence { manifest: raw.digest(), content });
    }
    Ok(found)
}

/// Returns the bundles that refer to the image, attestations among them: they differ from signatures inside alone.
pub(crate) async fn find_bundles(client: &Client, image: &PinnedImage) -> Result<Found, RegistryError> {
    // Without a filter, since cosign 3.1 lists its bundles under the empty type where it keeps the list itself.
    let mut entries = client.referrers(image.name(), image.digest(), None).await?;
    entries.retain(may_be_bundle);
    let mut found = Found { unread: entries.len().saturating_sub(MOST_SIGNATURES), ..Found::default() };
    for entry in entries.iter().take(MOST_SIGNATURES) {
        if let Some(evidence) = find_bundle(client, image, entry.digest).await? {
            found.evidence.push(evidence);
        }
    }
    Ok(found)
}

async fn find_bundle(client: &Client, image: &PinnedImage, digest: Digest) -> Result<Option<Evidence>, RegistryError> {
    let Some(raw) = existing(client.get_manifest(image.name(), &digest.into()).await)? else {
        return Ok(Some(broken(digest, Format::Bundle, "its manifest is listed and does not exist".to_owned())));
    };
    let manifest = match read(&raw) {
        Ok(manifest) => manifest,
        Err(why) => return Ok(Some(broken(digest, Format::Bundle, why))),
    };
    let Some(layer) = manifest.layers.iter().find(|layer| layer.media_type.starts_with(BUNDLE_FAMILY)) else {
        return Ok(None);
    };
    let content = match blob(client, image, layer, MOST_BUNDLE).await? {
        Ok(bytes) => Content::Bundle(bytes),
        Err(why) => Content::Broken(Format::Bundle, why),
    };
    Ok(Some(Evidence { manifest: digest, content }))
}

/// Tells whether a listed entry may be a bundle: its type says so, or says nothing.
fn may_be_bundle(entry: &Descriptor) -> bool {
    entry.artifact_type.as_deref().is_none_or(|kind| {
        kind.starts_with(BUNDLE_FAMILY) || kind.is_empty() || kind == media_type::EMPTY || kind == media_type::CONFIG
    })
}

/// Returns a small blob, or why the signature that needs it is broken; other failures end the search.
async fn blob(
    client: &Client,
    image: &PinnedImage,
    layer: &Descriptor,
    most: u64,
) -> Result<Result<Vec<u8>, String>, RegistryError> {
    match client.get_blob(image.name(), layer, most).await {
        Ok(bytes) => Ok(Ok(bytes.to_vec())),
        Err(error @ (RegistryError::NotFound { .. } | RegistryError::TooLarge { .. })) => Ok(Err(error.to_string())),
        Err(error) => Err(error),
    }
}

fn existing<T>(result: Result<T, RegistryError>) -> Result<Option<T>, RegistryError> {
    match result {
        Err(error) if error.is_not_found() => Ok(None),
        other => other.map(Some),
    }
}

fn read(raw: &RawManifest) -> Result<Manifest, String> {
    raw.manifest().map_err(|error| format!("its manifest: {error}"))
}

fn broken(manifest: Digest, format: Format, why: String) -> Evidence {
    Evidence { manifest, content: Content::Broken(format, why) }
}
