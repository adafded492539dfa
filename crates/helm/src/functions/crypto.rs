use aes::Aes256;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cbc::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit, block_padding::NoPadding};
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};
use towpath_gotmpl::{CallError, Session, Signature, Str, Type, UintKind, Value};

use super::{
    Answer, Entry, S,
    arguments::{text, utf8},
    encodings::decode_base64,
    fail,
};
use crate::engine::State;

const UINT32: Type = Type::Uint(UintKind::Uint32);

pub(super) const FUNCTIONS: &[Entry] = &[
    ("sha1sum", Signature::new(&[S], S), |_, a| Ok(hex::encode(Sha1::digest(text(&a[0]).as_bytes())).into())),
    ("sha256sum", Signature::new(&[S], S), |_, a| Ok(hex::encode(Sha256::digest(text(&a[0]).as_bytes())).into())),
    ("sha512sum", Signature::new(&[S], S), |_, a| Ok(hex::encode(Sha512::digest(text(&a[0]).as_bytes())).into())),
    ("adler32sum", Signature::new(&[S], S), |_, a| Ok(adler32(text(&a[0]).as_bytes()).to_string().into())),
    ("bcrypt", Signature::new(&[S], S), |s, a| Ok(bcrypt_hash(s, &text(&a[0]))?.into())),
    ("htpasswd", Signature::new(&[S, S], S), |s, a| {
        let user = utf8(&a[0]);
        if user.contains(':') {
            return Ok(format!("invalid username: {user}").into());
        }
        Ok(format!("{user}:{}", bcrypt_hash(s, &text(&a[1]))?).into())
    }),
    ("derivePassword", Signature::new(&[UINT32, S, S, S, S], S), |_, a| {
        let counter = if let Value::Uint(counter, _) = a[0] { u32::try_from(counter).unwrap_or(0) } else { 0 };
        derive_password(counter, &utf8(&a[1]), &text(&a[2]), &text(&a[3]), &text(&a[4]))
    }),
    ("encryptAES", Signature::new(&[S, S], S), |s, a| encrypt(s, &text(&a[0]), &text(&a[1]))),
    ("decryptAES", Signature::new(&[S, S], S), |_, a| decrypt(&text(&a[0]), &text(&a[1]))),
];

fn adler32(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (1u32, 0u32);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    high << 16 | low
}

fn bcrypt_hash(session: &mut Session, password: &Str) -> Result<String, CallError> {
    if password.len() > 72 {
        return Ok("failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes".to_owned());
    }
    let mut salt = [0; 16];
    State::of(session)?.fill(&mut salt);
    let parts =
        bcrypt::hash_with_salt(password.as_bytes(), 10, salt).map_err(|error| CallError::new(error.to_string()))?;
    Ok(parts.format_for_version(bcrypt::Version::TwoA))
}

/// The shapes of derived passwords by type; each letter stands for a class of characters.
const PASSWORDS: [(&str, &[&str]); 6] = [
    ("maximum", &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"]),
    (
        "long",
        &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
    ),
    ("medium", &["CvcnoCvc", "CvcCvcno"]),
    ("short", &["Cvcn"]),
    ("basic", &["aaanaaan", "aannaaan", "aaannaaa"]),
    ("pin", &["nnnn"]),
];

fn characters(class: u8) -> &'static [u8] {
    match class {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// Source: the Master Password algorithm, version 1, as Sprig has it.
fn derive_password(counter: u32, kind: &str, password: &Str, user: &Str, site: &Str) -> Answer {
    const SCOPE: &[u8] = b"com.lyndir.masterpassword";
    let Some((_, shapes)) = PASSWORDS.iter().find(|(name, _)| *name == kind) else {
        return Ok(format!("cannot find password template {kind}").into());
    };
    let length = |text: &Str| u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes();
    let salt = [SCOPE, &length(user), user.as_bytes()].concat();
    let parameters = scrypt::Params::new(15, 8, 2, 64).map_err(|error| CallError::new(error.to_string()))?;
    let mut key = [0; 64];
    scrypt::scrypt(password.as_bytes(), &salt, &parameters, &mut key)
        .map_err(|error| CallError::new(error.to_string()))?;
    let mut hmac = Hmac::<Sha256>::new_from_slice(&key).map_err(|error| CallError::new(error.to_string()))?;
    hmac.update(&[SCOPE, &length(site), site.as_bytes(), &counter.to_be_bytes()].concat());
    let seed = hmac.finalize().into_bytes();
    let shape = shapes[usize::from(seed[0]) % shapes.len()];
    let pick = |(class, seed): (u8, &u8)| {
        let set = characters(class);
        char::from(set[usize::from(*seed) % set.len()])
    };
    Ok(shape.bytes().zip(&seed[1..]).map(pick).collect::<String>().into())
}

fn key_of(password: &Str) -> [u8; 32] {
    let mut key = [0; 32];
    let length = password.len().min(32);
    key[..length].copy_from_slice(&password.as_bytes()[..length]);
    key
}

fn encrypt(session: &mut Session, password: &Str, plain: &Str) -> Answer {
    if plain.is_empty() {
        return Ok("".into());
    }
    let mut iv = [0; 16];
    State::of(session)?.fill(&mut iv);
    let padding = 16 - plain.len() % 16;
    let mut padded = plain.as_bytes().to_vec();
    padded.resize(plain.len() + padding, u8::try_from(padding).unwrap_or(0));
    let encryptor = cbc::Encryptor::<Aes256>::new(&key_of(password).into(), &iv.into());
    let encrypted = encryptor.encrypt_padded_vec_mut::<NoPadding>(&padded);
    Ok(STANDARD.encode([iv.as_slice(), &encrypted].concat()).into())
}

fn decrypt(password: &Str, encoded: &Str) -> Answer {
    if encoded.is_empty() {
        return Ok("".into());
    }
    let bytes = decode_base64(encoded.as_bytes()).map_err(CallError::new)?;
    let Some((iv, encrypted)) = bytes.split_first_chunk::<16>() else {
        // Go's decoder makes room for what so long a text can hold at most.
        let capacity = encoded.as_bytes().len() / 4 * 3;
        return fail(format!("runtime error: slice bounds out of range [:16] with capacity {capacity}"));
    };
    if encrypted.len() % 16 != 0 {
        return fail("crypto/cipher: input not full blocks");
    }
    let decryptor = cbc::Decryptor::<Aes256>::new(&key_of(password).into(), iv.into());
    let plain = decryptor
        .decrypt_padded_vec_mut::<NoPadding>(encrypted)
        .map_err(|_| CallError::new("crypto/cipher: input not full blocks"))?;
    let Some(padding) = plain.last().copied() else { return fail("runtime error: index out of range [-1]") };
    if let Some(length) = plain.len().checked_sub(usize::from(padding)) {
        return Ok(Str::new(&plain[..length]).into());
    }
    let end = i64::try_from(plain.len()).unwrap_or(0) - i64::from(padding);
    fail(format!("runtime error: slice bounds out of range [:{end}]"))
}
