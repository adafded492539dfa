use der::{Any, Decode as _, Encode as _, asn1::ObjectIdentifier, asn1::OctetStringRef};
use pkcs8::PrivateKeyInfo;
use sha2::{Digest as _, Sha256};
use x509_cert::spki::{AlgorithmIdentifierOwned, AlgorithmIdentifierRef, SubjectPublicKeyInfoOwned};

use super::{CryptoError, Fill, dsa::DsaKey, ec::EcKey, pem, rsa::RsaKey};
use crate::Profile;

pub(super) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
pub(super) const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
pub(super) const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const RSA_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");

/// A private key of any of the kinds that Sprig makes and reads.
#[derive(Debug, Clone)]
pub(crate) struct PrivateKey(pub(super) Kind);

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Rsa(RsaKey),
    Dsa(DsaKey),
    Ec(EcKey),
    /// The seed.
    Ed25519([u8; 32]),
}

impl PrivateKey {
    /// Returns a new RSA key of 2048 bits, which certificates have.
    pub(crate) fn for_certificate(fill: Fill<'_>) -> Self {
        Self(Kind::Rsa(RsaKey::generate::<16>(fill)))
    }

    /// Returns a new key of a kind that `genPrivateKey` knows by `name`.
    pub(crate) fn named(name: &str, fill: Fill<'_>) -> Option<Self> {
        Some(Self(match name {
            "" | "rsa" => Kind::Rsa(RsaKey::generate::<32>(fill)),
            "dsa" => Kind::Dsa(DsaKey::generate(fill)),
            "ecdsa" => Kind::Ec(EcKey::generate(fill)),
            "ed25519" => {
                let mut seed = [0; 32];
                fill(&mut seed);
                Kind::Ed25519(seed)
            }
            _ => return None,
        }))
    }

    /// Returns the key in Go's form for its kind.
    pub(crate) fn to_pem(&self) -> Result<String, CryptoError> {
        Ok(match &self.0 {
            Kind::Rsa(key) => pem::encode("RSA PRIVATE KEY", &key.to_pkcs1()?),
            Kind::Dsa(key) => pem::encode("DSA PRIVATE KEY", &key.to_der()?),
            Kind::Ec(key) => pem::encode("EC PRIVATE KEY", &key.to_sec1()?),
            Kind::Ed25519(seed) => {
                let inner = OctetStringRef::new(seed)?.to_der()?;
                let algorithm = AlgorithmIdentifierRef { oid: ED25519, parameters: None };
                pem::encode("PRIVATE KEY", &PrivateKeyInfo::new(algorithm, &inner).to_der()?)
            }
        })
    }

    /// Returns how the key signs certificates.
    pub(super) fn signature_algorithm(&self) -> Result<AlgorithmIdentifierOwned, CryptoError> {
        let plain = |oid| AlgorithmIdentifierOwned { oid, parameters: None };
        match &self.0 {
            Kind::Rsa(_) => Ok(AlgorithmIdentifierOwned { oid: RSA_WITH_SHA256, parameters: Some(Any::null()) }),
            Kind::Ec(key) => Ok(plain(key.curve.algorithm)),
            Kind::Ed25519(_) => Ok(plain(ED25519)),
            Kind::Dsa(_) => Err("x509: certificate private key does not implement crypto.Signer".into()),
        }
    }

    /// Returns the public half as certificates carry it.
    pub(super) fn public_key(&self) -> Result<SubjectPublicKeyInfoOwned, CryptoError> {
        let (oid, parameters, key) = match &self.0 {
            Kind::Rsa(key) => (RSA, Some(Any::null()), key.public_key()?),
            Kind::Ec(key) => (EC, Some(Any::from_der(&key.curve.name.to_der()?)?), key.point.clone()),
            Kind::Ed25519(seed) => {
                let key = ed25519_dalek::SigningKey::from_bytes(seed);
                (ED25519, None, key.verifying_key().as_bytes().to_vec())
            }
            Kind::Dsa(_) => return Err("x509: unsupported public key type: *dsa.PublicKey".into()),
        };
        Ok(SubjectPublicKeyInfoOwned {
            algorithm: AlgorithmIdentifierOwned { oid, parameters },
            subject_public_key: der::asn1::BitString::from_bytes(&key)?,
        })
    }

    /// Returns the signature of a message.
    pub(super) fn sign(&self, message: &[u8], profile: Profile) -> Result<Vec<u8>, CryptoError> {
        match &self.0 {
            // Go refuses short keys since 1.24.
            Kind::Rsa(key) if profile == Profile::Helm4 && key.bits() < 1024 => Err(CryptoError(format!(
                "crypto/rsa: {}-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)",
                key.bits()
            ))),
            Kind::Rsa(key) => key.sign(&Sha256::digest(message)),
            Kind::Ec(key) => key.sign(message),
            Kind::Ed25519(seed) => {
                use ed25519_dalek::Signer as _;
                Ok(ed25519_dalek::SigningKey::from_bytes(seed).sign(message).to_bytes().to_vec())
            }
            Kind::Dsa(_) => Err("x509: certificate private key does not implement crypto.Signer".into()),
        }
    }
}
