use crate::unicode;

/// The flags, width and precision of a verb.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that `printf` has")]
pub(super) struct Flags {
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%+v`, which is no sign.
    pub(super) plus_v: bool,
    /// `%#v`, which is Go syntax.
    pub(super) sharp_v: bool,
}

impl Flags {
    pub(super) fn without_zero(self) -> Self {
        Self { zero: false, ..self }
    }

    /// Tells whether a number has its digits and nothing else.
    pub(super) fn is_plain(self) -> bool {
        self.width.is_none() && self.precision.is_none() && !(self.plus || self.sharp || self.space || self.sharp_v)
    }

    /// Appends `n` bytes of padding: zeros only to the left.
    pub(super) fn fill(self, out: &mut Vec<u8>, n: usize) {
        let byte = if self.zero && !self.minus { b'0' } else { b' ' };
        out.resize(out.len() + n, byte);
    }

    /// Appends `text` padded to the width.
    pub(super) fn pad(self, out: &mut Vec<u8>, text: &[u8]) {
        let missing = self.width.map_or(0, |width| width.saturating_sub(unicode::count(text)));
        if self.minus {
            out.extend_from_slice(text);
            self.fill(out, missing);
        } else {
            self.fill(out, missing);
            out.extend_from_slice(text);
        }
    }

    /// Returns `text` cut to the precision, in characters.
    pub(super) fn truncate(self, text: &[u8]) -> &[u8] {
        self.precision.map_or(
            text,
            |precision| {
                if precision >= text.len() { text } else { unicode::prefix(text, precision) }
            },
        )
    }
}
