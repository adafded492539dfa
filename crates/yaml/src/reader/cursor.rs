/// A position as the scanner counts it; small, for every token carries two. Texts are not larger than 4 GiB.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mark {
    pos: u32,
    line: u32,
    column: u32,
    index: u32,
}

impl Mark {
    /// Returns the byte offset.
    pub(super) fn pos(self) -> usize {
        self.pos as usize
    }

    /// Returns the line, from 0.
    pub(super) fn line(self) -> usize {
        self.line as usize
    }

    /// Returns the column in characters, from 0.
    pub(super) fn column(self) -> usize {
        self.column as usize
    }

    /// Returns how many characters stand before it in the text.
    pub(super) fn index(self) -> usize {
        self.index as usize
    }
}

/// What is counted in a text of at most 4 GiB fits.
pub(super) fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Walks a text character by character and keeps its mark; behind the end it sees NUL, which no text may hold.
///
/// Columns are not counted up but derived: `wide` is how many bytes more than characters were passed.
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    bytes: &'a [u8],
    pub(super) pos: usize,
    pub(super) line: usize,
    line_start: usize,
    wide: usize,
    line_wide: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, bytes: text.as_bytes(), pos: 0, line: 0, line_start: 0, wide: 0, line_wide: 0 }
    }

    pub(super) fn column(&self) -> usize {
        self.pos - self.line_start - (self.wide - self.line_wide)
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            pos: small(self.pos),
            line: small(self.line),
            column: small(self.column()),
            index: small(self.pos - self.wide),
        }
    }

    #[inline]
    pub(super) fn at(&self, ahead: usize) -> u8 {
        self.bytes.get(self.pos + ahead).copied().unwrap_or(0)
    }

    /// Returns whether the text ends here. No text holds a NUL: one that does is refused, whatever stands behind it.
    pub(super) fn is_end(&self) -> bool {
        self.at(0) == 0
    }

    /// Returns how many bytes the line break `ahead` has: 0 where there is none; CR LF counts as the CR alone.
    pub(super) fn break_width(&self, ahead: usize) -> usize {
        match self.at(ahead) {
            b'\n' | b'\r' => 1,
            0xC2 if self.at(ahead + 1) == 0x85 => 2,
            0xE2 if self.at(ahead + 1) == 0x80 && matches!(self.at(ahead + 2), 0xA8 | 0xA9) => 3,
            _ => 0,
        }
    }

    pub(super) fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.at(ahead), b' ' | b'\t')
    }

    pub(super) fn is_break(&self, ahead: usize) -> bool {
        self.break_width(ahead) > 0
    }

    /// Returns whether a line break or the end stands `ahead`.
    pub(super) fn is_breakz(&self, ahead: usize) -> bool {
        match self.at(ahead) {
            0 | b'\n' | b'\r' => true,
            0xC2 | 0xE2 => self.is_break(ahead),
            _ => false,
        }
    }

    /// Returns whether a blank, a line break or the end stands `ahead`.
    pub(super) fn is_blankz(&self, ahead: usize) -> bool {
        self.is_blank(ahead) || self.is_breakz(ahead)
    }

    /// Returns whether the cursor stands on a `---` or `...` that has a line for itself.
    pub(super) fn is_document_indicator(&self) -> bool {
        let first = self.at(0);
        matches!(first, b'-' | b'.')
            && self.at(1) == first
            && self.at(2) == first
            && self.is_blankz(3)
            && self.column() == 0
    }

    /// Passes one character.
    pub(super) fn skip(&mut self) {
        let width = match self.at(0) {
            0..0x80 => 1,
            0x80..0xE0 => 2,
            0xE0..0xF0 => 3,
            _ => 4,
        };
        self.pos += width;
        self.wide += width - 1;
    }

    /// Passes the rest of the line, without its break.
    pub(super) fn skip_to_break(&mut self) {
        loop {
            self.skip_run(|byte| !matches!(byte, b'\n' | b'\r'));
            if self.is_breakz(0) {
                return;
            }
            self.skip();
        }
    }

    pub(super) fn skip_blanks(&mut self) {
        self.skip_run(|byte| matches!(byte, b' ' | b'\t'));
    }

    /// Passes the characters of one byte that `belongs` takes.
    pub(super) fn skip_run(&mut self, belongs: impl Fn(u8) -> bool) {
        let rest = &self.bytes[self.pos..];
        self.pos += rest.iter().position(|byte| *byte >= 0x80 || !belongs(*byte)).unwrap_or(rest.len());
    }

    /// Passes a line break, CR LF as one.
    pub(super) fn skip_line(&mut self) {
        if self.at(0) == b'\r' && self.at(1) == b'\n' {
            self.pos += 2;
        } else {
            let width = self.break_width(0);
            if width == 0 {
                return;
            }
            self.pos += width;
            self.wide += width - 1;
        }
        self.line += 1;
        self.line_start = self.pos;
        self.line_wide = self.wide;
    }

    /// Passes a line break and appends it to `into`: as LF, but the two Unicode separators as themselves.
    pub(super) fn read_line(&mut self, into: &mut String) {
        match self.break_width(0) {
            0 => return,
            3 => into.push_str(&self.text[self.pos..self.pos + 3]),
            _ => into.push('\n'),
        }
        self.skip_line();
    }

    /// Takes what was passed so far as having no width: a byte order mark is no character of the first line.
    pub(super) fn forget_width(&mut self) {
        self.line_start = self.pos;
        self.wide = self.pos;
        self.line_wide = self.pos;
    }

    /// The end of the text closes its last line, as if a line break stood there.
    pub(super) fn close_line(&mut self) {
        if self.column() != 0 {
            self.line += 1;
            self.line_start = self.pos;
            self.line_wide = self.wide;
        }
    }
}
