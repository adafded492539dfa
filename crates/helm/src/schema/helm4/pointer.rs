use crate::schema::document::{Documents, NodeId};

/// Returns the JSON pointer of `wanted` below `root`.
pub(super) fn find(documents: &Documents, root: NodeId, wanted: NodeId) -> Option<String> {
    // Depth first, with a stack of its own: schemas nest as deep as their author likes.
    let mut open = vec![(root, String::new())];
    while let Some((node, pointer)) = open.pop() {
        if node == wanted {
            return Some(pointer);
        }
        for entry in documents.entries(node) {
            open.push((entry.value, format!("{pointer}/{}", escape(&documents.lossy(entry.key)))));
        }
        for (at, item) in documents.items(node).iter().enumerate() {
            open.push((*item, format!("{pointer}/{at}")));
        }
    }
    None
}

/// Returns a key as it stands in a pointer.
pub(super) fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// Returns the key that a token of a pointer means; nothing where a `~` is followed by anything but 0 or 1.
pub(super) fn unescape(token: &str) -> Option<String> {
    let mut out = String::with_capacity(token.len());
    let mut characters = token.chars();
    while let Some(c) = characters.next() {
        out.push(match c {
            '~' => match characters.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            c => c,
        });
    }
    Some(out)
}

/// Returns a pointer as it stands in a URL: Go's `PathEscape` of each part.
pub(super) fn encode(pointer: &str) -> String {
    let mut out = String::with_capacity(pointer.len());
    for byte in pointer.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~$&+=:@/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Returns what a fragment of a URL means.
///
/// # Errors
/// Go's message: `invalid URL escape "%zz"`.
pub(super) fn decode(fragment: &str) -> Result<String, String> {
    let bytes = fragment.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if *byte != b'%' {
            out.push(*byte);
            at += 1;
            continue;
        }
        let digit = |at: usize| bytes.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2)) else {
            let shown = String::from_utf8_lossy(&bytes[at..bytes.len().min(at + 3)]);
            return Err(format!("invalid URL escape {}", crate::golang::quote(&shown)));
        };
        out.push(u8::try_from(high * 16 + low).unwrap_or(0));
        at += 3;
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}
