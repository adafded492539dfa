//! PEM as Go reads and writes it.

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// One block.
pub(crate) struct Block {
    pub(crate) label: String,
    pub(crate) bytes: Vec<u8>,
}

const DASHES: &[u8] = b"-----";
const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"\n-----END ";

/// Go does not look at the bits that the last character of base64 has too many.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

/// Returns `bytes` as a block: lines of 64 characters between its marks.
pub(crate) fn encode(label: &str, bytes: &[u8]) -> String {
    let text = BASE64.encode(bytes);
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, next) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = next;
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

/// Returns the first block of a text that can be read; what stands around it does not count.
pub(crate) fn decode(text: &[u8]) -> Option<Block> {
    let mut rest = text;
    loop {
        // An END ends the last BEGIN before it: a BEGIN without an end is passed over.
        let end = find(rest, END).or_else(|| rest.starts_with(&END[1..]).then_some(0))?;
        let begin = rest[..end].windows(BEGIN.len()).rposition(|window| window == BEGIN);
        let begin = begin.filter(|begin| *begin == 0 || rest[begin - 1] == b'\n');
        if let Some(block) = begin.and_then(|begin| block(&rest[begin + BEGIN.len()..])) {
            return Some(block);
        }
        rest = &rest[end + END.len()..];
    }
}

/// Reads a block from its label on.
fn block(text: &[u8]) -> Option<Block> {
    let (line, mut rest) = line(text);
    let label = line.strip_suffix(DASHES)?;
    loop {
        let (header, next) = self::line(rest);
        if rest.is_empty() {
            return None;
        }
        if !header.contains(&b':') {
            break;
        }
        rest = next;
    }
    let (body, tail) = match find(rest, END) {
        _ if rest.starts_with(&END[1..]) => (&rest[..0], &rest[END.len() - 1..]),
        Some(end) => (&rest[..end], &rest[end + END.len()..]),
        None => return None,
    };
    let tail = tail.strip_prefix(label)?.strip_prefix(DASHES)?;
    if !self::line(tail).0.is_empty() {
        return None;
    }
    let base64: Vec<u8> = body.iter().copied().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).collect();
    Some(Block { label: String::from_utf8_lossy(label).into_owned(), bytes: BASE64.decode(base64).ok()? })
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

/// Returns the first line without the white space at its end, and what follows it.
fn line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| *byte == b'\n');
    let (line, rest) = end.map_or((text, &text[text.len()..]), |end| (&text[..end], &text[end + 1..]));
    (line.strip_suffix(b"\r").unwrap_or(line).trim_ascii_end(), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_as_go_finds_them() {
        let good = encode("A B", &[7; 100]);
        let read = |text: &str| decode(text.as_bytes()).map(|block| (block.label, block.bytes.len()));
        let found = Some(("A B".to_owned(), 100));
        assert_eq!(read(&good), found);
        assert_eq!(read(&format!("text\n{good}more")), found);
        assert_eq!(read(&good.replace('\n', " \r\n")), found);
        assert_eq!(read(&format!("-----BEGIN X-----\n{good}")), found);
        assert_eq!(read(&good.replacen("A B-----\n", "A B-----\nProc-Type: 4\n\n", 1)), found);
        assert_eq!(read(&format!("x{good}")), None);
        assert_eq!(read(&good.replace("END A", "END C")), None);
        assert_eq!(read(&good.replacen("Bw", "B*", 1)), None);
        assert_eq!(read(good.trim_end()), found);
        assert_eq!(read("-----BEGIN A-----\n-----END A-----"), Some(("A".to_owned(), 0)));
        assert_eq!(read(""), None);
    }
}
