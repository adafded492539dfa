//! Signatures of images, in both of cosign's formats.
//!
//! A [`SignedImage`] exists only where a signature has been verified: nothing else makes one, so code that asks for it
//! cannot be given an unverified image. Keys are ECDSA P-256 and lie encrypted as cosign's do. Signing is deterministic:
//! doing it twice leaves one signature.
//!
//! This crate is no keyless signing, asks no transparency log and reads no key from disk or environment.
//!
//! ```
//! use towpath_sign::{Content, Evidence, Policy, PrivateKey, judge, sign_bundle};
//!
//! let image: towpath_model::PinnedImage =
//!     format!("registry.example.com/shop@{}", towpath_model::Digest::of(b"manifest bytes")).parse()?;
//! let key = PrivateKey::generate()?;
//! let bundle = sign_bundle(&key, image.digest())?;
//! let evidence = Evidence { manifest: towpath_model::Digest::of(&bundle), content: Content::Bundle(bundle) };
//! let signed = judge(&image, &key.public(), Policy::default(), &[evidence])?;
//! assert_eq!(signed.image(), &image);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bundle;
mod find;
mod judge;
mod key;
mod key_error;
mod legacy;
mod legacy_image;
mod publish;
mod refusal;
mod sealed;
mod sign_error;
mod signed_image;
mod verify;
mod verify_error;

pub use bundle::sign_bundle;
pub use judge::{Content, Evidence, Policy, judge};
pub use key::{PrivateKey, PublicKey};
pub use key_error::KeyError;
pub use legacy::sign_payload;
pub use publish::sign;
pub use refusal::Refusal;
pub use sign_error::SignError;
pub use signed_image::{Format, Formats, Signature, SignedImage};
pub use verify::verify;
pub use verify_error::{Refused, VerifyError};
