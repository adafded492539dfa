//! Go's `fmt`: the verbs and flags of `printf`.

/// Returns `text` as Go's `strconv.Quote` writes it.
pub fn quote(text: &[u8]) -> Vec<u8> {
    format!("{:?}", String::from_utf8_lossy(text)).into_bytes()
}
