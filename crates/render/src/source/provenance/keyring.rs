use std::{fs, path::Path, time::SystemTime};

use pgp::{
    composed::{CleartextSignedMessage, PublicOrSecret, SignedPublicKey},
    crypto::hash::HashAlgorithm,
    packet::Signature,
    types::{KeyDetails, VerifyingKey},
};
use towpath_model::{Diagnostic, Kind};

use super::refused;

/// The keys that are believed.
pub(super) struct Keyring {
    keys: Vec<SignedPublicKey>,
}

impl Keyring {
    /// Reads a keyring in the old format of `gpg`: keys one behind the other.
    pub(super) fn load(path: &Path) -> Result<Self, Diagnostic> {
        let shown = path.display();
        let bytes = fs::read(path).map_err(|error| {
            Diagnostic::new(Kind::Usage, format!("failed to load keyring: cannot read `{shown}`"))
                .cause(error.to_string())
                .hint("name the file of public keys with --keyring; `gpg --export >pubring.gpg` makes one")
        })?;
        let wrong = |cause: String| {
            Diagnostic::new(
                Kind::Usage,
                format!("failed to load keyring: `{shown}` holds no keys in the binary format"),
            )
            .cause(cause)
            .hint("`gpg --export >pubring.gpg` writes the format that Helm reads; its newer pubring.kbx is none")
        };
        // Text in armour, and GnuPG's key box, are not read by Helm either.
        if bytes.first().is_some_and(|first| first & 0x80 == 0) {
            return Err(wrong("tag byte does not have MSB set".to_owned()));
        }
        let read = PublicOrSecret::from_bytes_many(bytes.as_slice()).map_err(|error| wrong(error.to_string()))?;
        // A key that is not understood, such as one of a newer kind, hides none of the others.
        let public = |key| match key {
            PublicOrSecret::Public(key) => key,
            PublicOrSecret::Secret(key) => key.to_public_key(),
        };
        let keys: Vec<SignedPublicKey> = read.filter_map(Result::ok).map(public).collect();
        if keys.is_empty() {
            return Err(wrong("there is no key in it".to_owned()));
        }
        Ok(Self { keys })
    }

    /// Checks that one of the message's signatures was made by one of the keys, which may still sign.
    pub(super) fn check(&self, message: &CleartextSignedMessage) -> Result<(), Diagnostic> {
        let text = message.signed_text();
        let mut last = refused("openpgp: signature made by unknown entity")
            .hint("the keyring of --keyring must hold the public key of whoever signed the chart");
        for signature in message.signatures() {
            for key in &self.keys {
                match check_by(key, signature, text.as_bytes()) {
                    Some(Ok(())) => return Ok(()),
                    Some(Err(problem)) => last = refused(problem),
                    None => {}
                }
            }
        }
        Err(last)
    }
}

/// Checks a signature against a key and its subkeys; nothing where it names none of them.
fn check_by(key: &SignedPublicKey, signature: &Signature, text: &[u8]) -> Option<Result<(), String>> {
    let primary = &key.primary_key;
    if names(signature, primary) {
        return Some(
            check_hash(signature).and_then(|()| primary_may_sign(key)).and_then(|()| proves(signature, primary, text)),
        );
    }
    let subkey = key.public_subkeys.iter().find(|subkey| names(signature, &subkey.key))?;
    let bound = || {
        primary_may_sign_for(key)?;
        let bindings: Vec<&Signature> = subkey
            .signatures
            .iter()
            .filter(|binding| binding.verify_subkey_binding(primary, &subkey.key).is_ok())
            .collect();
        let newest = newest(&bindings).ok_or("openpgp: signature made by unknown entity")?;
        if subkey.signatures.iter().any(is_revocation) {
            return Err("openpgp: signature made by revoked key".to_owned());
        }
        // A key that signs must itself say that it belongs to the other: else anybody could claim another's signatures.
        let embedded = newest.embedded_signature().ok_or("openpgp: signature made by unknown entity")?;
        let embedded = embedded.verify_primary_key_binding(&subkey.key, primary);
        embedded.map_err(|error| format!("openpgp: invalid signature: {error}"))?;
        if !newest.key_flags().sign() {
            return Err("openpgp: signature made by unknown entity".to_owned());
        }
        not_expired(&subkey.key, newest)
    };
    Some(check_hash(signature).and_then(|()| bound()).and_then(|()| proves(signature, &subkey.key, text)))
}

/// Tells whether the signature says that `key` made it.
fn names(signature: &Signature, key: &impl KeyDetails) -> bool {
    let fingerprints = signature.issuer_fingerprint();
    if fingerprints.is_empty() {
        let id = key.legacy_key_id();
        return signature.issuer_key_id().into_iter().any(|issuer| *issuer == id);
    }
    let own = key.fingerprint();
    fingerprints.into_iter().any(|fingerprint| *fingerprint == own)
}

fn check_hash(signature: &Signature) -> Result<(), String> {
    match signature.hash_alg() {
        Some(
            HashAlgorithm::Sha224
            | HashAlgorithm::Sha256
            | HashAlgorithm::Sha384
            | HashAlgorithm::Sha512
            | HashAlgorithm::Sha3_256
            | HashAlgorithm::Sha3_512,
        ) => Ok(()),
        other => Err(format!(
            "openpgp: invalid argument: insecure hash algorithm: {}",
            other.map_or_else(|| "none".to_owned(), |hash| hash.to_string())
        )),
    }
}

fn proves(signature: &Signature, key: &impl VerifyingKey, text: &[u8]) -> Result<(), String> {
    signature.verify(key, text).map_err(|error| format!("openpgp: invalid signature: {error}"))?;
    let created = signature.created().map_or(SystemTime::UNIX_EPOCH, SystemTime::from);
    if created > SystemTime::now() {
        return Err("openpgp: invalid signature: it was made in the future".to_owned());
    }
    let lifetime = signature.signature_expiration_time().map(std::time::Duration::from);
    match lifetime.filter(|lifetime| !lifetime.is_zero()) {
        Some(lifetime) if created + lifetime < SystemTime::now() => Err("openpgp: signature expired".to_owned()),
        _ => Ok(()),
    }
}

/// Checks that the primary key stands: its owner vouches for it, it is not revoked, and its time is not over.
fn primary_may_sign_for(key: &SignedPublicKey) -> Result<(), String> {
    let primary = &key.primary_key;
    if key.details.revocation_signatures.iter().any(|revocation| revocation.verify_key(primary).is_ok()) {
        return Err("openpgp: signature made by revoked key".to_owned());
    }
    let vouched = own_signatures(key);
    let newest = newest(&vouched).ok_or("openpgp: invalid data: entity without any identities")?;
    not_expired(primary, newest)
}

fn primary_may_sign(key: &SignedPublicKey) -> Result<(), String> {
    primary_may_sign_for(key)?;
    let vouched = own_signatures(key);
    let flags = newest(&vouched).map(Signature::key_flags).unwrap_or_default();
    // A key that says nothing of its use may sign.
    let says_nothing = !flags.sign() && !flags.certify() && !flags.encrypt_comms() && !flags.encrypt_storage();
    if flags.sign() || says_nothing { Ok(()) } else { Err("openpgp: signature made by unknown entity".to_owned()) }
}

/// Returns the proven signatures by which the key's owner names it.
fn own_signatures(key: &SignedPublicKey) -> Vec<&Signature> {
    let primary = &key.primary_key;
    let users = key.details.users.iter().flat_map(|user| {
        let proven = |signature: &&Signature| {
            signature.is_certification()
                && signature.verify_certification(primary, pgp::types::Tag::UserId, &user.id).is_ok()
        };
        user.signatures.iter().filter(proven)
    });
    let direct = key.details.direct_signatures.iter().filter(|signature| signature.verify_key(primary).is_ok());
    users.chain(direct).collect()
}

fn newest<'a>(signatures: &[&'a Signature]) -> Option<&'a Signature> {
    signatures.iter().copied().max_by_key(|signature| signature.created().map(pgp::types::Timestamp::as_secs))
}

fn is_revocation(signature: &Signature) -> bool {
    signature.typ() == Some(pgp::packet::SignatureType::SubkeyRevocation)
}

fn not_expired(key: &impl KeyDetails, vouching: &Signature) -> Result<(), String> {
    let lifetime = vouching.key_expiration_time().map(std::time::Duration::from);
    let created = SystemTime::from(key.created_at());
    match lifetime.filter(|lifetime| !lifetime.is_zero()) {
        Some(lifetime) if created + lifetime < SystemTime::now() => Err("openpgp: key expired".to_owned()),
        _ => Ok(()),
    }
}
