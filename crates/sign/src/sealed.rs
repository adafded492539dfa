//! The envelope that cosign keeps private keys in: scrypt makes a key of the password, a `NaCl` secretbox holds PKCS#8.
//!
//! Source: cosign 3.1 `pkg/cosign/keys.go` and go-securesystemslib `encrypted/encrypted.go`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use crypto_secretbox::{
    XSalsa20Poly1305,
    aead::{Aead as _, KeyInit as _},
};
use rand::{TryRngCore as _, rngs::OsRng};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::KeyError;

/// What cosign writes: 64 MiB of memory and a tenth of a second.
const WRITTEN: Parameters = Parameters { n: 1 << 16, r: 8, p: 1 };

/// What is read: the three strengths that cosign has ever had. Others could ask for any amount of memory and time.
const READ: [Parameters; 3] = [Parameters { n: 1 << 15, r: 8, p: 1 }, WRITTEN, Parameters { n: 1 << 17, r: 8, p: 1 }];

const KDF: &str = "scrypt";
const CIPHER: &str = "nacl/secretbox";
const SALT: usize = 32;
const NONCE: usize = 24;

#[derive(Serialize, Deserialize)]
struct Envelope {
    kdf: Kdf,
    cipher: Cipher,
    ciphertext: String,
}

#[derive(Serialize, Deserialize)]
struct Kdf {
    name: String,
    params: Parameters,
    salt: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Parameters {
    #[serde(rename = "N")]
    n: u64,
    r: u64,
    p: u64,
}

#[derive(Serialize, Deserialize)]
struct Cipher {
    name: String,
    nonce: String,
}

/// Returns the JSON envelope that opens with `password` alone; salt and nonce are drawn from the operating system.
pub(crate) fn seal(secret: &[u8], password: &[u8]) -> Result<String, KeyError> {
    let (mut salt, mut nonce) = ([0; SALT], [0; NONCE]);
    OsRng.try_fill_bytes(&mut salt).and_then(|()| OsRng.try_fill_bytes(&mut nonce)).map_err(KeyError::Random)?;
    let key = derive(password, &salt, WRITTEN)?;
    let ciphertext = XSalsa20Poly1305::new(key.as_ref().into())
        .encrypt(&nonce.into(), secret)
        .map_err(|_| KeyError::Envelope("the secret cannot be encrypted".to_owned()))?;
    let envelope = Envelope {
        kdf: Kdf { name: KDF.to_owned(), params: WRITTEN, salt: STANDARD.encode(salt) },
        cipher: Cipher { name: CIPHER.to_owned(), nonce: STANDARD.encode(nonce) },
        ciphertext: STANDARD.encode(ciphertext),
    };
    serde_json::to_string(&envelope).map_err(|error| KeyError::Envelope(error.to_string()))
}

/// Returns what the JSON envelope holds.
pub(crate) fn open(envelope: &[u8], password: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let envelope: Envelope = serde_json::from_slice(envelope)
        .map_err(|error| KeyError::Envelope(format!("not the expected JSON: {error}")))?;
    let Envelope { kdf, cipher, ciphertext } = envelope;
    if kdf.name != KDF {
        return Err(KeyError::Envelope(format!("key derivation `{}` is not `{KDF}`", clip(&kdf.name))));
    }
    if cipher.name != CIPHER {
        return Err(KeyError::Envelope(format!("cipher `{}` is not `{CIPHER}`", clip(&cipher.name))));
    }
    if !READ.contains(&kdf.params) {
        let Parameters { n, r, p } = kdf.params;
        return Err(KeyError::Parameters { n, r, p });
    }
    let salt = decode("salt", &kdf.salt)?;
    let nonce: [u8; NONCE] = decode("nonce", &cipher.nonce)?
        .try_into()
        .map_err(|nonce: Vec<u8>| KeyError::Envelope(format!("nonce has {} bytes, not {NONCE}", nonce.len())))?;
    let ciphertext = decode("ciphertext", &ciphertext)?;
    let key = derive(password, &salt, kdf.params)?;
    XSalsa20Poly1305::new(key.as_ref().into())
        .decrypt(&nonce.into(), ciphertext.as_slice())
        .map(Zeroizing::new)
        .map_err(|_| KeyError::Password)
}

fn derive(password: &[u8], salt: &[u8], parameters: Parameters) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let Parameters { n, r, p } = parameters;
    let bad = || KeyError::Parameters { n, r, p };
    let log_n = u8::try_from(n.trailing_zeros()).map_err(|_| bad())?;
    let (r, p) = (u32::try_from(r).map_err(|_| bad())?, u32::try_from(p).map_err(|_| bad())?);
    let mut key = Zeroizing::new([0; 32]);
    let scrypt_parameters = scrypt::Params::new(log_n, r, p, 32).map_err(|_| bad())?;
    scrypt::scrypt(password, salt, &scrypt_parameters, key.as_mut()).map_err(|_| bad())?;
    Ok(key)
}

fn decode(field: &str, text: &str) -> Result<Vec<u8>, KeyError> {
    STANDARD.decode(text).map_err(|error| KeyError::Envelope(format!("{field} is not base64: {error}")))
}

fn clip(text: &str) -> String {
    text.chars().take(60).collect()
}
