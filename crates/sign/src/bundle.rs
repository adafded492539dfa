//! The newer format: a Sigstore bundle around an in-toto statement that names the image.
//!
//! Source: Sigstore bundle format 0.3, DSSE 1.0 ("protocol.md"), in-toto attestation framework 1.0, and what cosign 3.1
//! `sign --key` writes.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::json;
use towpath_model::Digest;

use crate::{KeyError, PrivateKey, PublicKey, Refusal};

/// The media type of a bundle, its layer and the artifact that carries it.
pub(crate) const BUNDLE_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
/// What the media types of all versions of bundles begin with.
pub(crate) const BUNDLE_FAMILY: &str = "application/vnd.dev.sigstore.bundle";
/// What a statement that signs an image claims; attestations claim something else.
pub(crate) const SIGN_PREDICATE: &str = "https://sigstore.dev/cosign/sign/v1";

const STATEMENT_TYPE: &str = "application/vnd.in-toto+json";
const STATEMENT: &str = "https://in-toto.io/Statement/v1";

/// The most signatures of one envelope and subjects of one statement that are looked at.
const MOST_ENTRIES: usize = 64;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    media_type: String,
    dsse_envelope: Option<Envelope>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    payload: String,
    payload_type: String,
    signatures: Vec<Signature>,
}

#[derive(Deserialize)]
struct Signature {
    sig: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    predicate_type: String,
}

#[derive(Deserialize)]
struct Subject {
    #[serde(default)]
    digest: serde_json::Map<String, serde_json::Value>,
}

/// Returns the bundle by which `key` signs the image of `digest`, as JSON; the same key and image always give the same bytes.
///
/// # Errors
/// [`KeyError::Public`], which cannot happen to a valid key.
pub fn sign_bundle(key: &PrivateKey, digest: Digest) -> Result<Vec<u8>, KeyError> {
    let statement = json!({
        "_type": STATEMENT,
        "subject": [{ "digest": { "sha256": digest.hex() }, "annotations": {} }],
        "predicateType": SIGN_PREDICATE,
        "predicate": {},
    })
    .to_string();
    let signature = key.sign(&pre_authentication(STATEMENT_TYPE, statement.as_bytes()));
    let bundle = json!({
        "mediaType": BUNDLE_TYPE,
        "verificationMaterial": { "publicKey": { "hint": key.public().hint()? } },
        "dsseEnvelope": {
            "payload": STANDARD.encode(&statement),
            "payloadType": STATEMENT_TYPE,
            "signatures": [{ "sig": STANDARD.encode(signature) }],
        },
    });
    Ok(bundle.to_string().into_bytes())
}

/// Tells that `bundle` is `key`'s signature of the image of `digest`, and no attestation about it.
pub(crate) fn check(bundle: &[u8], key: &PublicKey, digest: Digest) -> Result<(), Refusal> {
    let bundle: Bundle =
        serde_json::from_slice(bundle).map_err(|error| Refusal::Broken(format!("its bundle: {error}")))?;
    if !is_version_3(&bundle.media_type) {
        return Err(Refusal::Broken(format!(
            "its bundle has type `{}`, not version 0.3",
            Refusal::clip(&bundle.media_type)
        )));
    }
    let envelope =
        bundle.dsse_envelope.ok_or_else(|| Refusal::Broken("its bundle holds no DSSE envelope".to_owned()))?;
    let statement = authenticated(&envelope, key)?;
    if envelope.payload_type != STATEMENT_TYPE {
        return Err(Refusal::Predicate(Refusal::clip(&envelope.payload_type)));
    }
    check_claim(&statement, digest)
}

/// Returns the envelope's payload if `key` signed it.
fn authenticated(envelope: &Envelope, key: &PublicKey) -> Result<Vec<u8>, Refusal> {
    let not_base64 = |what: &str| Refusal::Broken(format!("the {what} in its envelope is not base64"));
    let payload = STANDARD.decode(&envelope.payload).map_err(|_| not_base64("payload"))?;
    let message = pre_authentication(&envelope.payload_type, &payload);
    for signature in envelope.signatures.iter().take(MOST_ENTRIES) {
        let signature = STANDARD.decode(&signature.sig).map_err(|_| not_base64("signature"))?;
        if key.verifies(&message, &signature) {
            return Ok(payload);
        }
    }
    Err(Refusal::OtherKey)
}

fn check_claim(statement: &[u8], digest: Digest) -> Result<(), Refusal> {
    let statement: Statement =
        serde_json::from_slice(statement).map_err(|error| Refusal::Broken(format!("its statement: {error}")))?;
    if statement.predicate_type != SIGN_PREDICATE {
        return Err(Refusal::Predicate(Refusal::clip(&statement.predicate_type)));
    }
    if statement.kind != STATEMENT {
        return Err(Refusal::Broken(format!("its statement is a `{}`", Refusal::clip(&statement.kind))));
    }
    let mut signed = None;
    for subject in statement.subject.iter().take(MOST_ENTRIES) {
        let named =
            subject.digest.get("sha256").and_then(|hex| format!("sha256:{}", hex.as_str()?).parse::<Digest>().ok());
        if named == Some(digest) {
            return Ok(());
        }
        signed = signed.or(named);
    }
    Err(signed.map_or_else(
        || Refusal::Broken("its statement names no image by SHA-256".to_owned()),
        |signed| Refusal::OtherImage { signed, image: digest },
    ))
}

/// Returns whether `media_type` is one of the two spellings of version 0.3, the only one that cosign writes for images.
fn is_version_3(media_type: &str) -> bool {
    media_type == BUNDLE_TYPE || media_type == "application/vnd.dev.sigstore.bundle+json;version=0.3"
}

/// Returns the bytes that a DSSE signature covers, which bind the payload to its type.
fn pre_authentication(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}
