//! The older format: a payload that names the image, and its signature in an annotation of the layer that carries it.
//!
//! Source: cosign 3.1, `specs/SIGNATURE_SPEC.md`, and sigstore `pkg/signature/payload`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::json;
use towpath_model::{Digest, PinnedImage};
use towpath_oci::Tag;

use crate::{PrivateKey, Refusal};

/// The media type of the layer that holds the payload.
pub(crate) const PAYLOAD_TYPE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
/// The annotation that holds the signature of the layer's content, in base64.
pub(crate) const SIGNATURE: &str = "dev.cosignproject.cosign/signature";

const CLAIM: &str = "cosign container image signature";

#[derive(Deserialize)]
struct Payload {
    critical: Critical,
}

#[derive(Deserialize)]
struct Critical {
    image: Image,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Image {
    #[serde(rename = "docker-manifest-digest")]
    digest: Digest,
}

/// Returns the payload that speaks of `image` and its signature by `key`, in base64; always the same for the same key and image.
pub fn sign_payload(key: &PrivateKey, image: &PinnedImage) -> (Vec<u8>, String) {
    let payload = payload(image);
    let signature = STANDARD.encode(key.sign(&payload));
    (payload, signature)
}

/// Returns the payload that speaks of `image`, the same bytes as cosign's.
fn payload(image: &PinnedImage) -> Vec<u8> {
    let name = image.name();
    // The library under cosign calls Docker's registry by its older name.
    let registry = if name.registry() == "docker.io" { "index.docker.io" } else { name.registry() };
    let payload = json!({
        "critical": {
            "identity": { "docker-reference": format!("{registry}/{}", name.repository()) },
            "image": { "docker-manifest-digest": image.digest() },
            "type": CLAIM,
        },
        "optional": null,
    });
    payload.to_string().into_bytes()
}

/// Returns the tag at which the signatures of the image `digest` stand: `sha256-<hex>.sig`.
pub(crate) fn tag(digest: Digest) -> Tag {
    Tag::of_digest(digest, "sig").expect("because `sha256-<hex>.sig` is a tag")
}

/// Tells that a payload, whose signature has been checked, speaks of `image`.
pub(crate) fn check_claim(payload: &[u8], image: Digest) -> Result<(), Refusal> {
    let payload: Payload =
        serde_json::from_slice(payload).map_err(|error| Refusal::Broken(format!("its payload: {error}")))?;
    if payload.critical.kind != CLAIM {
        return Err(Refusal::Predicate(Refusal::clip(&payload.critical.kind)));
    }
    if payload.critical.image.digest != image {
        return Err(Refusal::OtherImage { signed: payload.critical.image.digest, image });
    }
    Ok(())
}
