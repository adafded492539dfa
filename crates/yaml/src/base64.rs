//! Base64 as `!!binary` has it.

use base64::{
    Engine as _, alphabet,
    engine::{GeneralPurpose, GeneralPurposeConfig},
};

/// How many digits stand in a line.
const LINE: usize = 70;

/// Go does not look at the bits that the last digit has too many.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// Returns bytes in base64, in lines of 70 digits; a single shorter line has no line break.
///
/// Source: `encodeBase64` of go-yaml v3, whose lines kustomize has, too.
pub fn base64_lines(bytes: &[u8]) -> String {
    let digits = BASE64.encode(bytes);
    if digits.len() < LINE {
        return digits;
    }
    let mut lines = String::with_capacity(digits.len() + digits.len() / LINE + 1);
    let mut rest = digits.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(LINE));
        lines.push_str(line);
        lines.push('\n');
        rest = after;
    }
    lines
}

/// Returns the bytes of `text`, whose line breaks do not count; nothing where it is no base64.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    BASE64.decode(digits).ok()
}
