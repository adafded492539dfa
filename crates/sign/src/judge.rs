//! The verdict over the signatures that were found: pure, so that what a registry sends is judged in one place.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use towpath_model::{Digest, PinnedImage};

use crate::{Format, Formats, PublicKey, Refusal, Refused, Signature, SignedImage, VerifyError, bundle, legacy};

/// What an image must have to count as signed, beside a signature by the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    /// The formats that are accepted; signatures in others are not even read.
    pub formats: Formats,
}

/// A signature as it was found, not yet believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The digest of the manifest that carries it.
    pub manifest: Digest,
    /// Its content.
    pub content: Content,
}

/// The content of a signature in either format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// [`Format::Legacy`].
    Legacy {
        /// The bytes of the layer.
        payload: Vec<u8>,
        /// The annotation beside it: base64 of the DER signature.
        signature: String,
    },
    /// [`Format::Bundle`]: the JSON bytes.
    Bundle(Vec<u8>),
    /// Something that claims to be a signature and cannot be read.
    Broken(Format, String),
}

impl Content {
    /// Returns the format that it has, or claims to have.
    pub fn format(&self) -> Format {
        match self {
            Self::Legacy { .. } => Format::Legacy,
            Self::Bundle(_) => Format::Bundle,
            Self::Broken(format, _) => *format,
        }
    }
}

/// Returns `image` as signed if some of `evidence` is a signature of it by `key` that `policy` accepts.
///
/// An attestation about the image is no signature of it, even by the same key. No transparency log is asked: the key is
/// the root of trust.
///
/// # Errors
/// [`VerifyError::Unsigned`] without evidence, [`VerifyError::Refused`] when none of it counts, with the reason for each.
pub fn judge(
    image: &PinnedImage,
    key: &PublicKey,
    policy: Policy,
    evidence: &[Evidence],
) -> Result<SignedImage, VerifyError> {
    let (mut good, mut refused) = (Vec::new(), Vec::new());
    for Evidence { manifest, content } in evidence.iter().filter(|found| policy.formats.include(found.content.format()))
    {
        let signature = Signature { manifest: *manifest, format: content.format() };
        match check(content, key, image.digest()) {
            Ok(()) => good.push(signature),
            Err(why) => refused.push(Refused { signature, why }),
        }
    }
    match (good.is_empty(), refused.is_empty()) {
        (false, _) => Ok(SignedImage::new(image.clone(), good)),
        (true, true) => Err(VerifyError::Unsigned { image: image.clone(), accepted: policy.formats }),
        (true, false) => Err(VerifyError::Refused { image: image.clone(), refused, unread: 0 }),
    }
}

fn check(content: &Content, key: &PublicKey, digest: Digest) -> Result<(), Refusal> {
    match content {
        Content::Bundle(bytes) => bundle::check(bytes, key, digest),
        Content::Broken(_, why) => Err(Refusal::Broken(why.clone())),
        Content::Legacy { payload, signature } => {
            let signature = STANDARD
                .decode(signature)
                .map_err(|_| Refusal::Broken("its signature annotation is not base64".to_owned()))?;
            if !key.verifies(payload, &signature) {
                return Err(Refusal::OtherKey);
            }
            legacy::check_claim(payload, digest)
        }
    }
}
