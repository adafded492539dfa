//! Provenance files: who packed a chart, and that it is what they packed.
//!
//! Source: Helm's `pkg/provenance` (4.3): a clear-signed text whose second part gives the SHA-256 of the archive.

mod keyring;

use std::path::Path;

use pgp::composed::CleartextSignedMessage;
use towpath_model::{Diagnostic, Digest, Kind};
use towpath_yaml::{Node, Profile};

use self::keyring::Keyring;

const BEGIN: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
const END: &str = "-----END PGP SIGNATURE-----";

/// Checks that `provenance` was signed by a key of the keyring, and says of `file_name` what `archive` is.
pub(super) fn verify(archive: &[u8], provenance: &[u8], file_name: &str, keyring: &Path) -> Result<(), Diagnostic> {
    let keyring = Keyring::load(keyring)?;
    let text = String::from_utf8_lossy(provenance);
    let message = signed_block(&text).ok_or_else(|| refused("signature block not found"))?;
    let (message, _) = CleartextSignedMessage::from_string(message)
        .map_err(|error| refused("signature block not found").cause(error.to_string()))?;
    keyring.check(&message)?;
    let signed = message.signed_text().replace("\r\n", "\n");
    let expected = digest_of(&signed, file_name)?;
    let found = Digest::of(archive).to_string();
    if expected == found {
        return Ok(());
    }
    Err(refused(format!("sha256 sum does not match for {file_name}: {expected:?} != {found:?}"))
        .cause("the archive is not the one that was signed"))
}

/// Returns the error of a folder, which nobody signs.
pub(super) fn unpacked() -> Diagnostic {
    Diagnostic::new(Kind::Usage, "unpacked charts cannot be verified")
        .hint("pack and sign it: `helm package --sign`, and name the .tgz file")
}

fn refused(message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Kind::Verdict, message)
}

/// Returns the signed message within a text; what stands around it does not count.
fn signed_block(text: &str) -> Option<&str> {
    let start = if text.starts_with(BEGIN) { 0 } else { text.find(&format!("\n{BEGIN}"))? + 1 };
    let end = text[start..].find(&format!("\n{END}"))? + 1 + END.len();
    Some(&text[start..start + end])
}

/// Returns the digest that the signed text gives for a file.
fn digest_of(signed: &str, file_name: &str) -> Result<String, Diagnostic> {
    let mut parts = signed.split("\n...\n");
    let sums = parts.nth(1).ok_or_else(|| refused("message block must have at least two parts"))?;
    let document = towpath_yaml::parse_first(sums, Profile::Go2).map_err(|error| refused(error.to_string()))?;
    let missing = || refused(format!("provenance does not contain a SHA for a file named {file_name:?}"));
    let document = document.ok_or_else(missing)?;
    let files = document.root().get("files");
    let sum = files.and_then(|files| files.get(file_name)).and_then(Node::text);
    sum.map(str::to_owned).ok_or_else(|| {
        match files.and_then(|files| files.entries().next()).and_then(|(name, _)| name.text()) {
            Some(other) => {
                missing().hint(format!("it speaks of {other:?}: the file must have the name that it was packed with"))
            }
            None => missing(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_block_is_found_in_what_stands_around_it() {
        let block = format!("{BEGIN}\nHash: SHA512\n\na: 1\n-----BEGIN PGP SIGNATURE-----\n\nx\n{END}");
        assert_eq!(signed_block(&block), Some(block.as_str()));
        assert_eq!(signed_block(&format!("before\n{block}\nafter")), Some(block.as_str()));
        assert_eq!(signed_block("nothing"), None);
    }

    #[test]
    fn the_sum_of_a_file_stands_in_the_second_part() {
        let text = "name: web\nversion: 1.0.0\n\n...\nfiles:\n  web-1.0.0.tgz: sha256:abc\n";
        assert_eq!(digest_of(text, "web-1.0.0.tgz").unwrap(), "sha256:abc");
        let missing = digest_of(text, "web-2.0.0.tgz").unwrap_err();
        assert_eq!(missing.message, "provenance does not contain a SHA for a file named \"web-2.0.0.tgz\"");
        assert!(missing.hints[0].contains("web-1.0.0.tgz"));
        assert_eq!(digest_of("a: 1\n", "x").unwrap_err().message, "message block must have at least two parts");
    }
}
