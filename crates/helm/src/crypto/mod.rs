//! Private keys and certificates as Sprig makes them: the same structure, with real and safe contents.
//!
//! Certificates are what Go's `x509.CreateCertificate` writes for Sprig's template; keys stand in the PEM forms of Go. All
//! randomness comes in with the caller's source, so that a seeded source gives the same bytes whatever the threads do.
//!
//! Source: `crypto.go` of `Masterminds/sprig` 3.3.0, `crypto/x509` and `encoding/pem` of Go.

mod certificate;
mod dsa;
mod ec;
mod montgomery;
mod parse;
mod pem;
mod prime_search;
mod private_key;
mod rsa;
mod sieve;

pub(crate) use certificate::{Issuer, Request, parse as parse_certificate};
pub(crate) use pem::decode as decode_pem;
pub(crate) use private_key::PrivateKey;

/// Fills its argument with random bytes.
pub(crate) type Fill<'f> = &'f dyn Fn(&mut [u8]);

/// Why a key or a certificate was refused; Display is Go's message where that is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct CryptoError(pub(crate) String);

impl From<&str> for CryptoError {
    fn from(message: &str) -> Self {
        Self(message.to_owned())
    }
}

impl From<String> for CryptoError {
    fn from(message: String) -> Self {
        Self(message)
    }
}

impl From<der::Error> for CryptoError {
    fn from(error: der::Error) -> Self {
        Self(format!("asn1: structure error: {error}"))
    }
}
