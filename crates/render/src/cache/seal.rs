//! The line that stands in front of what the cache writes: `sha256:` and a digest, or `hmac-sha256:` and a code that only holders
//! of the secret can make.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use towpath_model::Digest;

use super::settings::Secret;

const PLAIN: &str = "sha256:";
const SEALED: &str = "hmac-sha256:";

/// Why something does not count.
#[derive(Debug, thiserror::Error)]
pub(super) enum SealError {
    #[error("it is not whole")]
    Torn,
    #[error("it is not what its seal says")]
    Seal,
    #[error("it was not made by a holder of the secret")]
    Unsealed,
    #[error("it belongs to something else")]
    Foreign,
}

/// Returns `body` behind its seal. The body has to name the key, which only the code of a secret covers as well.
pub(super) fn seal(key: Digest, body: &[u8], secret: Option<&Secret>) -> Vec<u8> {
    let line = match secret {
        Some(secret) => format!("{SEALED}{}\n", hex(&code(secret, key, body).finalize().into_bytes())),
        None => format!("{PLAIN}{}\n", Digest::of(body).hex()),
    };
    [line.as_bytes(), body].concat()
}

/// Returns what stands behind the seal. With a secret only that counts which was sealed with it.
pub(super) fn unseal<'s>(sealed: &'s [u8], key: Digest, secret: Option<&Secret>) -> Result<&'s [u8], SealError> {
    let end = sealed.iter().take(128).position(|byte| *byte == b'\n').ok_or(SealError::Torn)?;
    let (line, body) = (std::str::from_utf8(&sealed[..end]).map_err(|_| SealError::Torn)?, &sealed[end + 1..]);
    match (secret, line.strip_prefix(SEALED), line.strip_prefix(PLAIN)) {
        (Some(secret), Some(digits), _) => {
            let found = bytes(digits).ok_or(SealError::Torn)?;
            code(secret, key, body).verify_slice(&found).map_err(|_| SealError::Seal)?;
        }
        (Some(_), None, _) => return Err(SealError::Unsealed),
        (None, _, Some(digits)) if digits == Digest::of(body).hex() => {}
        (None, ..) => return Err(SealError::Seal),
    }
    Ok(body)
}

fn code(secret: &Secret, key: Digest, body: &[u8]) -> Hmac<Sha256> {
    let mut code = Hmac::<Sha256>::new_from_slice(secret.bytes()).expect("a code takes keys of any length");
    code.update(b"towpath rendered results\0");
    code.update(key.as_bytes());
    code.update(body);
    code
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the bytes that hexadecimal digits stand for.
pub(super) fn bytes(digits: &str) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}
