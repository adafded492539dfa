use der::{Decode as _, asn1::OctetStringRef};
use pkcs8::PrivateKeyInfo;

use super::{
    CryptoError, PrivateKey,
    dsa::DsaKey,
    ec::EcKey,
    pem,
    private_key::{EC, ED25519, Kind, RSA},
    rsa::RsaKey,
};

impl PrivateKey {
    /// Reads the first PEM block of a text.
    pub(crate) fn from_pem(text: &[u8]) -> Result<Self, CryptoError> {
        let block = pem::decode(text).ok_or("no PEM data in input")?;
        if block.label == "PRIVATE KEY" {
            return from_pkcs8(&block.bytes).map_err(|error| CryptoError(format!("decoding PEM as PKCS#8: {error}")));
        }
        let Some(kind) = block.label.strip_suffix(" PRIVATE KEY") else {
            return Err(CryptoError(format!("no private key data in PEM block of type {}", block.label)));
        };
        let key = match kind {
            "RSA" => RsaKey::from_pkcs1(&block.bytes).map(Kind::Rsa),
            "EC" => EcKey::from_sec1(&block.bytes, None).map(Kind::Ec),
            "DSA" => DsaKey::from_der(&block.bytes).map(Kind::Dsa),
            _ => return Err(CryptoError(format!("invalid private key type {}", block.label))),
        };
        key.map(Self).map_err(|error| CryptoError(format!("parsing {kind} private key from PEM: {error}")))
    }
}

fn from_pkcs8(bytes: &[u8]) -> Result<PrivateKey, CryptoError> {
    let info = PrivateKeyInfo::try_from(bytes).map_err(|error| CryptoError(format!("asn1: {error}")))?;
    let embedded = |kind: &'static str| {
        move |error| CryptoError(format!("x509: failed to parse {kind} private key embedded in PKCS#8: {error}"))
    };
    Ok(PrivateKey(match info.algorithm.oid {
        RSA => Kind::Rsa(RsaKey::from_pkcs1(info.private_key).map_err(embedded("RSA"))?),
        EC => {
            let curve = info.algorithm.parameters_oid().ok();
            Kind::Ec(EcKey::from_sec1(info.private_key, curve).map_err(embedded("EC"))?)
        }
        ED25519 => {
            let seed = OctetStringRef::from_der(info.private_key)
                .map_err(|error| CryptoError(format!("x509: invalid Ed25519 private key: {error}")))?;
            let seed = seed.as_bytes();
            Kind::Ed25519(
                seed.try_into()
                    .map_err(|_| CryptoError(format!("x509: invalid Ed25519 private key length: {}", seed.len())))?,
            )
        }
        other => {
            let message = format!("x509: PKCS#8 wrapping contained private key with unknown algorithm: {other}");
            return Err(CryptoError(message));
        }
    }))
}
