//! Base64 with padding, as `!!binary` has it.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// How many digits stand in a line.
const LINE: usize = 70;

/// Returns bytes in base64, in lines of 70 digits; a single shorter line has no line break.
///
/// Source: `encodeBase64` of go-yaml v3, whose lines kustomize has, too.
pub fn base64_lines(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let value = group.iter().fold(0u32, |value, byte| value << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = ALPHABET[(value >> (18 - 6 * place) & 63) as usize];
            digits.push(if place > group.len() { '=' } else { char::from(digit) });
        }
    }
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
    let (groups, rest) = digits.as_chunks::<4>();
    if !rest.is_empty() {
        return None;
    }
    let mut bytes = Vec::with_capacity(groups.len() * 3);
    for (number, group) in groups.iter().enumerate() {
        let padding = group.iter().rev().take_while(|byte| **byte == b'=').count();
        if padding > 2 || (padding > 0 && number + 1 < groups.len()) {
            return None;
        }
        let mut value = 0u32;
        for byte in &group[..4 - padding] {
            let digit = ALPHABET.iter().position(|known| known == byte)?;
            value = value << 6 | u32::try_from(digit).ok()?;
        }
        value <<= 6 * padding;
        bytes.extend_from_slice(&value.to_be_bytes()[1..4 - padding]);
    }
    Some(bytes)
}
