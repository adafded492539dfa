use core::net::IpAddr;

use der::{
    Any, Decode as _, Encode as _, Sequence, Tag,
    asn1::{BitString, Ia5String, ObjectIdentifier, OctetString, Uint},
};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use x509_cert::{
    ext::{
        Extension,
        pkix::{
            AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName,
            SubjectKeyIdentifier, name::GeneralName,
        },
    },
    spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned},
};

use super::{CryptoError, Fill, PrivateKey, pem};
use crate::{
    Profile,
    golang::{
        Duration,
        time::{Time, Zone},
    },
};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const SERVER_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const SUBJECT_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
const AUTHORITY_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");
const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
const NANOSECONDS_A_DAY: i64 = 24 * 3_600_000_000_000;

/// What a certificate is to say.
pub(crate) struct Request<'r> {
    pub(crate) common_name: &'r str,
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) names: Vec<String>,
    pub(crate) days: i64,
    pub(crate) is_authority: bool,
}

/// Who signs a certificate besides its own key.
pub(crate) struct Issuer {
    subject: Any,
    key_id: Option<Vec<u8>>,
    public_key: BitString,
    key: PrivateKey,
}

impl Issuer {
    /// Reads an authority's certificate and key, both in PEM.
    pub(crate) fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, CryptoError> {
        let block = pem::decode(certificate).ok_or("unable to decode certificate")?;
        let read = parse(&block.bytes)
            .map_err(|error| CryptoError(format!("error parsing certificate: decodedSignerCert.Bytes: {error}")))?;
        let key =
            PrivateKey::from_pem(key).map_err(|error| CryptoError(format!("error parsing private key: {error}")))?;
        let extensions = read.tbs_certificate.extensions.unwrap_or_default();
        let key_id = extensions.into_iter().find(|extension| extension.extn_id == SUBJECT_KEY_ID);
        let key_id = key_id.and_then(|id| SubjectKeyIdentifier::from_der(id.extn_value.as_bytes()).ok());
        Ok(Self {
            subject: Any::from_der(&read.tbs_certificate.subject.to_der()?)?,
            key_id: key_id.map(|id| id.0.into_bytes()),
            public_key: read.tbs_certificate.subject_public_key_info.subject_public_key,
            key,
        })
    }
}

/// Reads a certificate.
pub(crate) fn parse(der: &[u8]) -> Result<x509_cert::Certificate, CryptoError> {
    x509_cert::Certificate::from_der(der).map_err(|error| CryptoError(format!("x509: malformed certificate: {error}")))
}

#[derive(Sequence)]
struct Contents {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    version: u8,
    serial: Uint,
    signature: AlgorithmIdentifierOwned,
    issuer: Any,
    validity: Any,
    subject: Any,
    public_key: SubjectPublicKeyInfoOwned,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT")]
    extensions: Vec<Extension>,
}

#[derive(Sequence)]
struct Signed {
    contents: Any,
    algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

impl Request<'_> {
    /// Returns the certificate for `key` in PEM; without an issuer it signs itself.
    pub(crate) fn certificate(
        &self,
        key: &PrivateKey,
        issuer: Option<&Issuer>,
        now: &Time,
        fill: Fill<'_>,
        profile: Profile,
    ) -> Result<String, CryptoError> {
        let mut serial = [0; 16];
        fill(&mut serial);
        let signer = issuer.map_or(key, |issuer| &issuer.key);
        let algorithm = signer.signature_algorithm()?;
        let public_key = key.public_key()?;
        if let Some(issuer) = issuer
            && issuer.key.public_key()?.subject_public_key != issuer.public_key
        {
            return Err("x509: provided PrivateKey doesn't match parent's PublicKey".into());
        }
        let subject = self.subject()?;
        let parent = issuer.map_or(&subject, |issuer| &issuer.subject);
        let authority = issuer.filter(|_| *parent != subject).and_then(|issuer| issuer.key_id.clone());
        let contents = Contents {
            version: 2,
            serial: Uint::new(&serial)?,
            signature: algorithm.clone(),
            issuer: parent.clone(),
            validity: self.validity(now)?,
            subject: subject.clone(),
            extensions: self.extensions(&public_key, authority, profile)?,
            public_key,
        };
        let contents = contents.to_der()?;
        let signature = BitString::from_bytes(&signer.sign(&contents, profile)?)?;
        let certificate = Signed { contents: Any::from_der(&contents)?, algorithm, signature };
        Ok(pem::encode("CERTIFICATE", &certificate.to_der()?))
    }

    /// Returns the subject: its common name, where there is one.
    fn subject(&self) -> Result<Any, CryptoError> {
        let mut names = Vec::new();
        if !self.common_name.is_empty() {
            let is_printable = self.common_name.bytes().all(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'\''..=b')' | b'+'..=b'/' | b':' | b'=' | b'?')
            });
            let tag = if is_printable { Tag::PrintableString } else { Tag::Utf8String };
            let value = Any::new(tag, self.common_name.as_bytes())?;
            let pair = sequence(&[COMMON_NAME.to_der()?, value.to_der()?])?;
            names = Any::new(Tag::Set, pair.to_der()?)?.to_der()?;
        }
        Ok(Any::new(Tag::Sequence, names)?)
    }

    /// Returns from when until when it holds, which Go computes in nanoseconds of 64 bits.
    fn validity(&self, now: &Time) -> Result<Any, CryptoError> {
        let length = Duration(self.days.wrapping_mul(NANOSECONDS_A_DAY));
        sequence(&[moment(now)?, moment(&now.add(length))?])
    }

    fn extensions(
        &self,
        public_key: &SubjectPublicKeyInfoOwned,
        authority: Option<Vec<u8>>,
        profile: Profile,
    ) -> Result<Vec<Extension>, CryptoError> {
        let mut usage = KeyUsages::KeyEncipherment | KeyUsages::DigitalSignature;
        if self.is_authority {
            usage |= KeyUsages::KeyCertSign;
        }
        let constraints = BasicConstraints { ca: self.is_authority, path_len_constraint: None };
        let mut extensions = vec![
            extension(KEY_USAGE, true, KeyUsage(usage).to_der()?)?,
            extension(EXTENDED_KEY_USAGE, false, ExtendedKeyUsage(vec![SERVER_AUTH, CLIENT_AUTH]).to_der()?)?,
            extension(BASIC_CONSTRAINTS, true, constraints.to_der()?)?,
        ];
        if self.is_authority {
            let key = public_key.subject_public_key.raw_bytes();
            // RFC 7093 since Go 1.25, RFC 5280 before.
            let id = match profile {
                Profile::Helm4 => Sha256::digest(key)[..20].to_vec(),
                Profile::Helm3 => Sha1::digest(key).to_vec(),
            };
            extensions.push(extension(SUBJECT_KEY_ID, false, OctetString::new(id)?.to_der()?)?);
        }
        if let Some(id) = authority {
            let id = AuthorityKeyIdentifier { key_identifier: Some(OctetString::new(id)?), ..Default::default() };
            extensions.push(extension(AUTHORITY_KEY_ID, false, id.to_der()?)?);
        }
        let names = self.alternative_names()?;
        if !names.is_empty() {
            let is_critical = self.common_name.is_empty();
            extensions.push(extension(SUBJECT_ALT_NAME, is_critical, SubjectAltName(names).to_der()?)?);
        }
        Ok(extensions)
    }

    fn alternative_names(&self) -> Result<Vec<GeneralName>, CryptoError> {
        let mut names = Vec::with_capacity(self.names.len() + self.addresses.len());
        for name in &self.names {
            let text = Ia5String::new(name).map_err(|_| {
                let quoted = crate::golang::quote(name);
                CryptoError(format!("x509: {quoted} cannot be encoded as an IA5String"))
            })?;
            names.push(GeneralName::DnsName(text));
        }
        for address in &self.addresses {
            let bytes = match address.to_canonical() {
                IpAddr::V4(address) => address.octets().to_vec(),
                IpAddr::V6(address) => address.octets().to_vec(),
            };
            names.push(GeneralName::IpAddress(OctetString::new(bytes)?));
        }
        Ok(names)
    }
}

fn extension(id: ObjectIdentifier, critical: bool, value: Vec<u8>) -> Result<Extension, CryptoError> {
    Ok(Extension { extn_id: id, critical, extn_value: OctetString::new(value)? })
}

fn sequence(parts: &[Vec<u8>]) -> Result<Any, CryptoError> {
    Ok(Any::new(Tag::Sequence, parts.concat())?)
}

/// Returns an instant in DER: with two digits of its year from 1950 to 2049, else with four.
fn moment(time: &Time) -> Result<Vec<u8>, CryptoError> {
    let utc = time.in_zone(Zone::utc());
    let (tag, layout) = match utc.civil().year {
        1950..=2049 => (Tag::UtcTime, "060102150405Z"),
        0..=9999 => (Tag::GeneralizedTime, "20060102150405Z"),
        _ => return Err("asn1: structure error: cannot represent time as GeneralizedTime".into()),
    };
    Ok(Any::new(tag, utc.format(layout).into_bytes())?.to_der()?)
}
