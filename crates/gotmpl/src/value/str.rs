use std::{borrow::Borrow, borrow::Cow, cmp::Ordering, fmt, hash, ops::Range, sync::Arc};

/// A Go string: bytes that are mostly, but not always, UTF-8. Cloning never copies more than 24 bytes.
///
/// Up to 22 bytes stand inside; longer ones are shared, also between templates and values and between threads.
#[derive(Clone)]
pub struct Str(Repr);

#[derive(Clone)]
enum Repr {
    Inline {
        length: u8,
        bytes: [u8; INLINE],
    },
    Static(&'static [u8]),
    Shared(Arc<[u8]>),
    /// Bytes of another string, which is no part itself.
    Part {
        whole: Arc<Str>,
        start: u32,
        length: u32,
    },
}

const INLINE: usize = 22;

impl Str {
    /// Returns a string of these bytes.
    #[inline]
    pub fn new(bytes: &[u8]) -> Self {
        let mut inline = [0; INLINE];
        match inline.get_mut(..bytes.len()) {
            Some(target) => {
                target.copy_from_slice(bytes);
                Self(Repr::Inline { length: u8::try_from(bytes.len()).unwrap_or(0), bytes: inline })
            }
            None => Self(Repr::Shared(bytes.into())),
        }
    }

    /// Returns a string over text that is part of the program.
    pub const fn from_static(text: &'static str) -> Self {
        Self(Repr::Static(text.as_bytes()))
    }

    /// Returns bytes of `whole` without copying them, which keeps all of it.
    pub(crate) fn part(whole: &Arc<Self>, range: Range<usize>) -> Self {
        let bytes = &whole.as_bytes()[range.clone()];
        if bytes.len() <= INLINE {
            return Self::new(bytes);
        }
        let (whole, range) = match &whole.0 {
            Repr::Part { whole: larger, start, .. } => {
                let shift = *start as usize;
                (larger, range.start + shift..range.end + shift)
            }
            _ => (whole, range),
        };
        match (u32::try_from(range.start), u32::try_from(range.len())) {
            (Ok(start), Ok(length)) => Self(Repr::Part { whole: Arc::clone(whole), start, length }),
            _ => Self::new(bytes),
        }
    }

    /// Returns the bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Part { whole, start, length } => {
                &whole.own_bytes()[*start as usize..*start as usize + *length as usize]
            }
            _ => self.own_bytes(),
        }
    }

    /// Returns the bytes of one that is no part. It calls nothing, so that [`Self::as_bytes`] can stand inside of its callers.
    #[inline]
    fn own_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline { length, bytes } => &bytes[..usize::from(*length)],
            Repr::Static(bytes) => bytes,
            Repr::Shared(bytes) => bytes,
            Repr::Part { .. } => &[],
        }
    }

    /// Tells whether others hold these bytes too.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(&self.0, Repr::Shared(bytes) if Arc::strong_count(bytes) > 1)
    }

    /// Returns the bytes that only this string holds.
    #[inline]
    pub(crate) fn owned_bytes(&self) -> usize {
        match &self.0 {
            Repr::Shared(bytes) if Arc::strong_count(bytes) == 1 => bytes.len() + 16,
            _ => 0,
        }
    }

    /// Returns the text, or nothing where the bytes are not UTF-8.
    pub fn to_str(&self) -> Option<&str> {
        std::str::from_utf8(self.as_bytes()).ok()
    }

    /// Returns the text with U+FFFD in place of what is not UTF-8.
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        // Nearly all of it is UTF-8, which is told several times as fast as where it is not.
        match self.to_str() {
            Some(text) => Cow::Borrowed(text),
            None => String::from_utf8_lossy(self.as_bytes()),
        }
    }

    /// Returns the length in bytes, as Go's `len`.
    #[inline]
    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }

    /// Tells whether there is no byte.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for Str {
    fn default() -> Self {
        Self::from_static("")
    }
}

impl AsRef<[u8]> for Str {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Borrow<[u8]> for Str {
    fn borrow(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl PartialEq for Str {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            // What stands behind short bytes is zero.
            (Repr::Inline { length, bytes }, Repr::Inline { length: other_length, bytes: other_bytes }) => {
                length == other_length && bytes == other_bytes
            }
            _ => self.as_bytes() == other.as_bytes(),
        }
    }
}

impl Eq for Str {}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for Str {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialOrd for Str {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Str {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            // Of two texts that differ only in zeros at the end, the shorter one comes first.
            (Repr::Inline { length, bytes }, Repr::Inline { length: other_length, bytes: other_bytes }) => {
                compare(bytes, other_bytes).then(length.cmp(other_length))
            }
            _ => self.as_bytes().cmp(other.as_bytes()),
        }
    }
}

/// Compares eight bytes at once; mostly the first eight decide.
#[inline]
fn compare(one: &[u8; INLINE], other: &[u8; INLINE]) -> Ordering {
    let word = |bytes: &[u8; INLINE], at: usize| {
        bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes)
    };
    for at in [0, 8, INLINE - 8] {
        let (one, other) = (word(one, at), word(other, at));
        if one != other {
            return one.cmp(&other);
        }
    }
    Ordering::Equal
}

impl hash::Hash for Str {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_string_lossy())
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string_lossy(), f)
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes())
    }
}

impl From<&[u8]> for Str {
    fn from(bytes: &[u8]) -> Self {
        Self::new(bytes)
    }
}

impl From<&Str> for Str {
    fn from(text: &Str) -> Self {
        text.clone()
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

impl From<Vec<u8>> for Str {
    fn from(bytes: Vec<u8>) -> Self {
        if bytes.len() <= INLINE { Self::new(&bytes) } else { Self(Repr::Shared(bytes.into())) }
    }
}

impl From<Arc<[u8]>> for Str {
    fn from(bytes: Arc<[u8]>) -> Self {
        Self(Repr::Shared(bytes))
    }
}

impl From<Cow<'_, str>> for Str {
    fn from(text: Cow<'_, str>) -> Self {
        match text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Str;

    #[test]
    fn order_is_that_of_bytes_wherever_they_stand() {
        let texts: Vec<Vec<u8>> = ["", "\0", "\0\0", "a", "a\0", "a\0b", "ab", "b", "twenty-two-bytes-long!", "\u{ff}"]
            .iter()
            .flat_map(|text| [text.as_bytes().to_vec(), [text.as_bytes(), &[b'x'; 22]].concat()])
            .collect();
        for (one, other) in texts.iter().flat_map(|one| texts.iter().map(move |other| (one, other))) {
            let whole = Arc::new(Str::new(&[b"..", other.as_slice(), b".."].concat()));
            let forms =
                [Str::new(other), Str::from(Arc::<[u8]>::from(&**other)), Str::part(&whole, 2..2 + other.len())];
            for form in forms {
                assert_eq!(Str::new(one).cmp(&form), one.cmp(other), "{one:?} {other:?}");
                assert_eq!(Str::new(one) == form, one == other, "{one:?} {other:?}");
            }
        }
    }
}
