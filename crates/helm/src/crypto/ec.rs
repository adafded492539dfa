use der::{Encode as _, asn1::ObjectIdentifier};
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use sec1::{EcParameters, EcPrivateKey};
use sha2::Digest as _;

use super::{CryptoError, Fill};

/// A key on one of the curves that keys of certificates are on.
#[derive(Debug, Clone)]
pub(super) struct EcKey {
    pub(super) curve: &'static Curve,
    scalar: Vec<u8>,
    /// The public point, uncompressed.
    pub(super) point: Vec<u8>,
}

/// A curve: its name, the bytes of a scalar, how a public point follows from it and how it signs a message.
#[derive(Debug)]
pub(super) struct Curve {
    pub(super) name: ObjectIdentifier,
    /// The signature algorithm that Go takes by default.
    pub(super) algorithm: ObjectIdentifier,
    size: usize,
    point: fn(&[u8]) -> Option<Vec<u8>>,
    sign: fn(&[u8], &[u8]) -> Option<Vec<u8>>,
}

/// `$library` is a curve's crate, `$digest` what its messages are hashed with.
macro_rules! curve {
    ($library:ident, $digest:ty, $size:literal, $name:literal, $algorithm:literal) => {
        Curve {
            name: ObjectIdentifier::new_unwrap($name),
            algorithm: ObjectIdentifier::new_unwrap($algorithm),
            size: $size,
            point: |scalar| {
                let key = $library::SecretKey::from_slice(scalar).ok()?;
                Some(key.public_key().to_encoded_point(false).as_bytes().to_vec())
            },
            sign: |scalar, message| {
                use $library::ecdsa::signature::hazmat::PrehashSigner as _;
                let key = $library::ecdsa::SigningKey::from_slice(scalar).ok()?;
                let signature: $library::ecdsa::Signature = key.sign_prehash(&<$digest>::digest(message)).ok()?;
                Some(signature.to_der().as_bytes().to_vec())
            },
        }
    };
}

static CURVES: [Curve; 2] = [
    curve!(p256, sha2::Sha256, 32, "1.2.840.10045.3.1.7", "1.2.840.10045.4.3.2"),
    curve!(p384, sha2::Sha384, 48, "1.3.132.0.34", "1.2.840.10045.4.3.3"),
];

impl EcKey {
    /// Returns a new key on P-256.
    pub(super) fn generate(fill: Fill<'_>) -> Self {
        let curve = &CURVES[0];
        loop {
            let mut scalar = vec![0; curve.size];
            fill(&mut scalar);
            if let Some(point) = (curve.point)(&scalar) {
                return Self { curve, scalar, point };
            }
        }
    }

    /// Reads a key in the form of SEC 1; `named` is the curve that stands outside of it.
    pub(super) fn from_sec1(der: &[u8], named: Option<ObjectIdentifier>) -> Result<Self, CryptoError> {
        let key = EcPrivateKey::try_from(der)
            .map_err(|error| CryptoError(format!("x509: failed to parse EC private key: {error}")))?;
        let named = named.or_else(|| key.parameters.and_then(EcParameters::named_curve));
        let curve = CURVES.iter().find(|curve| Some(curve.name) == named);
        let curve = curve.ok_or("x509: unknown elliptic curve")?;
        let given = key.private_key;
        // Padding that does not belong there is taken off, and what is missing is added.
        let extra = given.len().saturating_sub(curve.size);
        if given[..extra].iter().any(|byte| *byte != 0) {
            return Err("x509: invalid private key length".into());
        }
        let given = &given[extra..];
        let scalar = [vec![0; curve.size - given.len()].as_slice(), given].concat();
        let point = (curve.point)(&scalar).ok_or("ecdsa: invalid private key")?;
        Ok(Self { curve, scalar, point })
    }

    /// Returns the key in the form of SEC 1.
    pub(super) fn to_sec1(&self) -> Result<Vec<u8>, CryptoError> {
        let key = EcPrivateKey {
            private_key: &self.scalar,
            parameters: Some(EcParameters::NamedCurve(self.curve.name)),
            public_key: Some(&self.point),
        };
        Ok(key.to_der()?)
    }

    /// Returns the signature of a message in DER.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        Ok((self.curve.sign)(&self.scalar, message).ok_or("ecdsa: the key cannot sign")?)
    }
}
