//! What Go says about characters.

mod tables;

use std::cmp::Ordering;

/// Tells whether Go's `unicode.IsLetter` holds.
pub(crate) fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { contains(tables::LETTER, c) }
}

/// Tells whether Go's `unicode.IsDigit` holds.
pub(crate) fn is_digit(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { contains(tables::DIGIT, c) }
}

/// Tells whether Go's `strconv.IsPrint` holds, which is also that of `unicode.IsPrint`.
pub(crate) fn is_print(c: char) -> bool {
    if c.is_ascii() { (' '..='~').contains(&c) } else { contains(tables::PRINT, c) }
}

fn contains(table: &[(u32, u32)], c: char) -> bool {
    let c = u32::from(c);
    let side = |&(first, last): &(u32, u32)| match () {
        () if last < c => Ordering::Less,
        () if first > c => Ordering::Greater,
        () => Ordering::Equal,
    };
    table.binary_search_by(side).is_ok()
}

/// Returns the first character of `bytes` and its length, or nothing and 1 where it is not UTF-8, or nothing and 0 at
/// the end: Go's `utf8.DecodeRune`.
pub(crate) fn decode(bytes: &[u8]) -> (Option<char>, usize) {
    match bytes.first() {
        None => (None, 0),
        Some(first) if first.is_ascii() => (Some(char::from(*first)), 1),
        Some(_) => decode_wide(bytes),
    }
}

fn decode_wide(bytes: &[u8]) -> (Option<char>, usize) {
    let head = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or(""),
    };
    valid.chars().next().map_or((None, 1), |c| (Some(c), c.len_utf8()))
}

/// Returns the number of characters; each byte that is not UTF-8 counts as one.
pub(crate) fn count(bytes: &[u8]) -> usize {
    bytes.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk_errors(chunk.invalid())).sum()
}

/// Go counts every byte of a broken sequence, whereas Rust takes a truncated one as a whole.
fn chunk_errors(invalid: &[u8]) -> usize {
    invalid.len()
}

/// Returns the first `n` characters of `bytes`, or all; each byte that is not UTF-8 counts as one.
pub(crate) fn prefix(bytes: &[u8], n: usize) -> &[u8] {
    let mut end = 0;
    for _ in 0..n {
        end += decode(&bytes[end..]).1;
    }
    &bytes[..end]
}

/// Returns `c` as Go's `%#U` does: `U+0041 'A'`; U+FFFD where there is no character.
pub(crate) fn describe(c: Option<char>) -> String {
    let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
    let code = u32::from(c);
    if is_print(c) { format!("U+{code:04X} '{c}'") } else { format!("U+{code:04X}") }
}
