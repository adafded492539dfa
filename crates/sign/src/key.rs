//! ECDSA P-256 key pairs, kept as cosign keeps them.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use p256::{
    ecdsa::{
        DerSignature, SigningKey, VerifyingKey,
        signature::{Signer as _, Verifier as _},
    },
    pkcs8::{
        DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _, LineEnding, der::pem,
    },
};
use rand::{TryRngCore as _, rngs::OsRng};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{KeyError, sealed};

/// Far above any P-256 key in any of the forms that are read.
pub(crate) const MOST_BYTES: usize = 64 * 1024;

const SIGSTORE_LABEL: &str = "ENCRYPTED SIGSTORE PRIVATE KEY";
const COSIGN_LABEL: &str = "ENCRYPTED COSIGN PRIVATE KEY";
const PUBLIC_LABEL: &str = "PUBLIC KEY";

/// A private key, wiped from memory when dropped; `Debug` shows its public half alone.
#[derive(Clone)]
pub struct PrivateKey(SigningKey);

impl PrivateKey {
    /// Returns a new key from the operating system's random numbers.
    ///
    /// # Errors
    /// [`KeyError::Random`] when the system gives none.
    pub fn generate() -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        loop {
            OsRng.try_fill_bytes(bytes.as_mut()).map_err(KeyError::Random)?;
            // Numbers outside the curve's order, one in 2^32, are drawn again rather than folded, so that none is likelier.
            if let Ok(key) = SigningKey::from_slice(bytes.as_ref()) {
                return Ok(Self(key));
            }
        }
    }

    /// Returns the key in `text`, cosign's encrypted PEM under its present or its older name, opened with `password`.
    ///
    /// Text around the PEM block is allowed; an empty password is one.
    ///
    /// # Errors
    /// Every variant of [`KeyError`] that speaks of private keys.
    pub fn from_encrypted_pem(text: &[u8], password: &[u8]) -> Result<Self, KeyError> {
        let (label, envelope) = decode_pem("private", text)?;
        if label != SIGSTORE_LABEL && label != COSIGN_LABEL {
            return Err(KeyError::Label { found: label, expected: "an `ENCRYPTED SIGSTORE PRIVATE KEY`" });
        }
        let der = sealed::open(&envelope, password)?;
        SigningKey::from_pkcs8_der(&der).map(Self).map_err(KeyError::Private)
    }

    /// Returns the key as PEM `ENCRYPTED SIGSTORE PRIVATE KEY`, as current cosign writes it; two calls differ in salt and nonce.
    ///
    /// # Errors
    /// [`KeyError::Random`]; the other variants cannot happen to a valid key.
    pub fn to_encrypted_pem(&self, password: &[u8]) -> Result<String, KeyError> {
        let der = self.0.to_pkcs8_der().map_err(KeyError::Private)?;
        let envelope = sealed::seal(der.as_bytes(), password)?;
        pem::encode_string(SIGSTORE_LABEL, LineEnding::LF, envelope.as_bytes())
            .map_err(|found| KeyError::Pem { what: "private", found })
    }

    /// Returns the public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(*self.0.verifying_key())
    }

    /// Returns the DER signature over SHA-256 of `message`; by RFC 6979 the same message always gives the same bytes.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: DerSignature = self.0.sign(message);
        signature.as_bytes().to_vec()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey of {:?}", self.public())
    }
}

/// A public key.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Returns the key in `text`, a PEM `PUBLIC KEY` block with text around it allowed.
    ///
    /// # Errors
    /// [`KeyError::Pem`], [`KeyError::Label`], [`KeyError::Public`] for other kinds of keys, [`KeyError::TooLarge`].
    pub fn from_pem(text: &[u8]) -> Result<Self, KeyError> {
        let (label, der) = decode_pem("public", text)?;
        if label != PUBLIC_LABEL {
            return Err(KeyError::Label { found: label, expected: "a `PUBLIC KEY`" });
        }
        VerifyingKey::from_public_key_der(&der).map(Self).map_err(KeyError::Public)
    }

    /// Returns the key as PEM `PUBLIC KEY`.
    ///
    /// # Errors
    /// [`KeyError::Public`], which cannot happen to a valid key.
    pub fn to_pem(&self) -> Result<String, KeyError> {
        self.0.to_public_key_pem(LineEnding::LF).map_err(KeyError::Public)
    }

    /// Returns what names the key in bundles: base64 of SHA-256 over its DER form.
    ///
    /// # Errors
    /// [`KeyError::Public`], which cannot happen to a valid key.
    ///
    /// Source: cosign 3.1, `publicKey.hint` of the bundles that it writes.
    pub fn hint(&self) -> Result<String, KeyError> {
        let der = self.0.to_public_key_der().map_err(KeyError::Public)?;
        Ok(STANDARD.encode(Sha256::digest(der.as_bytes())))
    }

    /// Tells whether `signature` (DER) is this key's over SHA-256 of `message`.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        DerSignature::from_bytes(signature).is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.hint().unwrap_or_default())
    }
}

/// Returns label and content of the PEM block in `text`.
fn decode_pem(what: &'static str, text: &[u8]) -> Result<(String, Zeroizing<Vec<u8>>), KeyError> {
    if text.len() > MOST_BYTES {
        return Err(KeyError::TooLarge(text.len()));
    }
    let (label, content) = pem::decode_vec(text).map_err(|found| KeyError::Pem { what, found })?;
    Ok((label.to_owned(), Zeroizing::new(content)))
}
