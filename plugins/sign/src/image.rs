use towpath_model::{Diagnostic, ImageError, Kind, PinnedImage};
use towpath_oci::Client;
use towpath_sign::{Formats, Policy, PrivateKey, PublicKey, SignedImage};

/// Signs `image` and verifies what stands in the registry then.
///
/// # Errors
/// When the registry does not take the signatures, or does not give them back.
pub async fn sign_image(
    client: &Client,
    image: &PinnedImage,
    key: &PrivateKey,
    formats: Formats,
) -> Result<SignedImage, Diagnostic> {
    towpath_sign::sign(client, image, key, formats).await.map_err(|error| error.diagnostic())?;
    verify_image(client, image, &key.public(), Policy::default()).await
}

/// Verifies that `image` is signed by `key`.
///
/// # Errors
/// A verdict that it is not, or that the registry cannot tell.
pub async fn verify_image(
    client: &Client,
    image: &PinnedImage,
    key: &PublicKey,
    policy: Policy,
) -> Result<SignedImage, Diagnostic> {
    towpath_sign::verify(client, image, key, policy).await.map_err(|error| error.diagnostic())
}

/// Returns the image that `text` names by digest.
///
/// # Errors
/// When it is named otherwise; a tag can move between signing and use.
pub fn parse_image(text: &str) -> Result<PinnedImage, Diagnostic> {
    text.parse().map_err(|error: ImageError| {
        let diagnostic = Diagnostic::new(Kind::Usage, error.to_string());
        match error {
            ImageError::NoDigest(_) => diagnostic
                .hint("name it by its content, `name@sha256:…`: a tag can move after the signature")
                .hint("towpath-build prints that name; `skopeo inspect docker://NAME:TAG` tells the digest of a tag"),
            _ => diagnostic,
        }
    })
}
