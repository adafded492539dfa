//! Keys that the real cosign wrote (`tests/record`), and keys that are broken in one way each.

use std::{
    fs,
    path::{Path, PathBuf},
};

use towpath_model::Kind;
use towpath_sign::{KeyError, PrivateKey, PublicKey};

const PASSWORD: &[u8] = b"correct horse";

fn fixtures(folder: &str, extension: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder);
    let paths = fs::read_dir(folder).expect("a fixture").map(|entry| entry.expect("a fixture").path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    paths.sort();
    paths
}

#[test]
fn keys_by_cosign_are_read() {
    let keys = fixtures("keys", "key");
    assert_eq!(keys.len(), 3);
    for path in keys {
        let key = PrivateKey::from_encrypted_pem(&fs::read(&path).unwrap(), PASSWORD).unwrap();
        let public = fs::read_to_string(path.with_extension("pub")).unwrap();
        assert_eq!(key.public(), PublicKey::from_pem(public.as_bytes()).unwrap(), "{}", path.display());
        assert_eq!(key.public().to_pem().unwrap(), public, "the public key is written byte for byte as cosign does");
    }
}

#[test]
fn broken_keys_are_refused_with_their_reason() {
    let keys = fixtures("broken-keys", "key");
    assert!(keys.len() >= 20, "{}", keys.len());
    for path in keys {
        let expected = fs::read_to_string(path.with_extension("message")).unwrap();
        let error = PrivateKey::from_encrypted_pem(&fs::read(&path).unwrap(), PASSWORD).unwrap_err();
        let message = error.to_string();
        let matches = if expected.ends_with(": \n") {
            message.starts_with(expected.trim_end_matches('\n'))
        } else {
            message == expected.trim_end()
        };
        assert!(matches, "{}: {message}", path.display());
        assert_eq!(error.diagnostic().kind, Kind::Usage);
    }
}

#[test]
fn a_key_survives_its_own_writing_and_opens_to_its_password_alone() {
    let key = PrivateKey::generate().unwrap();
    assert_ne!(key.public(), PrivateKey::generate().unwrap().public());
    let text = key.to_encrypted_pem(b"").unwrap();
    assert!(text.starts_with("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"), "{text}");
    assert!(text.lines().all(|line| line.len() <= 64), "{text}");
    // A line before the block and Windows line ends do no harm.
    let pasted = format!("a comment\n{text}").replace('\n', "\r\n");
    assert_eq!(PrivateKey::from_encrypted_pem(pasted.as_bytes(), b"").unwrap().public(), key.public());
    let error = PrivateKey::from_encrypted_pem(text.as_bytes(), b"wrong").unwrap_err();
    assert_eq!(error.to_string(), "the password does not open the private key");
    assert!(error.diagnostic().hints[0].contains("TOWPATH_KEY_PASSWORD"));
    assert!(!format!("{key:?}").contains("SigningKey"), "debugging shows the public half alone: {key:?}");
}

#[test]
fn other_public_keys_are_refused() {
    let private = fs::read(&fixtures("keys", "key")[0]).unwrap();
    let large = vec![b'a'; 1 << 20];
    for (text, expected) in [
        (&private[..], "the PEM block is a `ENCRYPTED SIGSTORE PRIVATE KEY`, not a `PUBLIC KEY`"),
        (&large, "the key has 1048576 bytes; the most that is read is 65536"),
        (
            b"-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n",
            "the public key is not ECDSA P-256 as SubjectPublicKeyInfo",
        ),
        (ED25519.as_bytes(), "the public key is not ECDSA P-256 as SubjectPublicKeyInfo"),
    ] {
        let error: KeyError = PublicKey::from_pem(text).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

const ED25519: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
";
