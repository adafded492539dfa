use towpath_model::PinnedImage;
use towpath_oci::Client;

use crate::{
    Evidence, Format, Policy, PublicKey, SignedImage, VerifyError,
    find::{Found, find_bundles, find_legacy},
    judge::judge,
};

/// Returns `image` as signed if its registry holds a signature of it by `key` that `policy` accepts.
///
/// At most 64 signatures of each format are read. Where one format cannot be read, a signature in the other still counts.
///
/// # Errors
/// [`VerifyError::Unsigned`] and [`VerifyError::Refused`] are verdicts; [`VerifyError::Registry`] and
/// [`VerifyError::Missing`] say that there could be none.
pub async fn verify(
    client: &Client,
    image: &PinnedImage,
    key: &PublicKey,
    policy: Policy,
) -> Result<SignedImage, VerifyError> {
    let legacy = async {
        if policy.formats.include(Format::Legacy) { find_legacy(client, image).await } else { Ok(Found::default()) }
    };
    let bundles = async {
        if policy.formats.include(Format::Bundle) { find_bundles(client, image).await } else { Ok(Found::default()) }
    };
    let (mut evidence, mut unread, mut failure): (Vec<Evidence>, _, _) = (Vec::new(), 0, None);
    let (legacy, bundles) = tokio::join!(legacy, bundles);
    for found in [legacy, bundles] {
        match found {
            Ok(found) => {
                evidence.extend(found.evidence);
                unread += found.unread;
            }
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    match (judge(image, key, policy, &evidence), failure) {
        (Err(_), Some(error)) => Err(VerifyError::Registry(error)),
        (Err(VerifyError::Unsigned { .. }), None) if !exists(client, image).await? => {
            Err(VerifyError::Missing { image: image.clone() })
        }
        (Err(VerifyError::Refused { image, refused, .. }), None) => {
            Err(VerifyError::Refused { image, refused, unread })
        }
        (verdict, _) => verdict,
    }
}

async fn exists(client: &Client, image: &PinnedImage) -> Result<bool, VerifyError> {
    Ok(client.head_manifest(image.name(), &image.digest().into()).await?.is_some())
}
