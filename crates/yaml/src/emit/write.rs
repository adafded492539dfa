//! The bytes of indicators and scalars.

use memchr::{memchr, memchr2};

use super::{
    Dialect, Emitter,
    analysis::{break_width, is_printable, width},
};

/// Behind this column a text is folded at its next space.
const BEST_WIDTH: usize = 80;

const BLANKS: &str = "                                                                ";

impl Emitter {
    fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    fn put_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
        self.indention = true;
    }

    /// Appends `text`, which has no line break.
    fn put_text(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += if text.is_ascii() { text.len() } else { text.chars().count() };
    }

    /// Appends the line break at `at` and returns its width.
    fn put_break_of(&mut self, text: &str, at: usize) -> usize {
        let width = break_width(text.as_bytes(), at);
        self.out.push_str(&text[at..at + width]);
        self.column = 0;
        self.indention = true;
        width
    }

    pub(super) fn write_indent(&mut self) {
        let indent = usize::try_from(self.indent).unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break();
        }
        while self.column < indent {
            let width = (indent - self.column).min(BLANKS.len());
            self.out.push_str(&BLANKS[..width]);
            self.column += width;
        }
        self.whitespace = true;
        self.indention = true;
    }

    pub(super) fn write_indicator(&mut self, indicator: &str, needs_space: bool, is_space: bool, is_indention: bool) {
        if needs_space && !self.whitespace {
            self.put(' ');
        }
        self.put_text(indicator);
        self.whitespace = is_space;
        self.indention &= is_indention;
    }

    fn folds(&self, allowed: bool) -> bool {
        allowed && self.dialect == Dialect::Go2 && self.column > BEST_WIDTH
    }

    /// Writes a text without line breaks and without quotes.
    pub(super) fn write_plain(&mut self, text: &str, folding: bool) {
        if !self.whitespace {
            self.put(' ');
        }
        let may_fold = folding && self.dialect == Dialect::Go2 && self.column + text.len() > BEST_WIDTH;
        let rest = if may_fold { self.fold(text) } else { text };
        self.put_text(rest);
        self.whitespace = false;
        self.indention = false;
    }

    /// Writes a plain text as far as it is folded at single spaces, and returns the rest.
    fn fold<'t>(&mut self, text: &'t str) -> &'t str {
        let bytes = text.as_bytes();
        let is_ascii = text.is_ascii();
        let (mut rest, mut from) = (0, 0);
        loop {
            if is_ascii {
                // Before the line is full no space needs to be looked at.
                from = from.max(rest + (BEST_WIDTH + 1).saturating_sub(self.column));
            }
            let Some(at) = bytes.get(from..).and_then(|bytes| memchr(b' ', bytes)).map(|found| from + found) else {
                return &text[rest..];
            };
            from = at + 1;
            let is_single = (at == 0 || bytes[at - 1] != b' ') && bytes.get(from) != Some(&b' ');
            if !is_single {
                continue;
            }
            self.put_text(&text[rest..at]);
            rest = at;
            if self.column > BEST_WIDTH {
                self.write_indent();
                rest = from;
            }
        }
    }

    pub(super) fn write_single_quoted(&mut self, text: &str, folding: bool) {
        self.write_indicator("'", true, false, false);
        let bytes = text.as_bytes();
        let (mut at, mut after_space, mut after_break) = (0, false, false);
        while at < bytes.len() {
            if bytes[at] == b' ' {
                let inside = at > 0 && at + 1 < bytes.len() && bytes[at + 1] != b' ';
                if !after_space && inside && self.folds(folding) {
                    self.write_indent();
                } else {
                    self.put(' ');
                }
                at += 1;
                after_space = true;
            } else if break_width(bytes, at) > 0 {
                if !after_break && bytes[at] == b'\n' {
                    self.put_break();
                }
                at += self.put_break_of(text, at);
                after_break = true;
            } else {
                if after_break {
                    self.write_indent();
                }
                if bytes[at] == b'\'' {
                    self.put('\'');
                }
                let next = at + width(bytes[at]);
                self.put_text(&text[at..next]);
                at = next;
                self.indention = false;
                (after_space, after_break) = (false, false);
            }
        }
        self.write_indicator("'", false, false, false);
    }

    pub(super) fn write_double_quoted(&mut self, text: &str, folding: bool) {
        self.write_indicator("\"", true, false, false);
        let bytes = text.as_bytes();
        // Go looks for a byte order mark at the start of the text at every character, and so escapes all of them.
        let escape_all = text.starts_with('\u{feff}');
        let mut after_space = false;
        for (at, c) in text.char_indices() {
            if escape_all || matches!(c, '"' | '\\') || !is_printable(bytes, at) || break_width(bytes, at) > 0 {
                self.write_escape(c);
                after_space = false;
            } else if c == ' ' {
                if !after_space && at > 0 && at + 1 < bytes.len() && self.folds(folding) {
                    self.write_indent();
                    if bytes[at + 1] == b' ' {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                after_space = true;
            } else {
                self.put(c);
                after_space = false;
            }
        }
        self.write_indicator("\"", false, false, false);
    }

    fn write_escape(&mut self, c: char) {
        let short = match c {
            '\0' => '0',
            '\x07' => 'a',
            '\x08' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\x0B' => 'v',
            '\x0C' => 'f',
            '\r' => 'r',
            '\x1B' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{a0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => {
                let code = u32::from(c);
                let escape = match code {
                    0..=0xFF => format!("\\x{code:02X}"),
                    0x100..=0xFFFF => format!("\\u{code:04X}"),
                    _ => format!("\\U{code:08X}"),
                };
                return self.put_text(&escape);
            }
        };
        self.put('\\');
        self.put(short);
    }

    pub(super) fn write_literal(&mut self, text: &str) {
        let bytes = text.as_bytes();
        self.write_indicator("|", true, false, false);
        if bytes[0] == b' ' || break_width(bytes, 0) > 0 {
            self.write_indicator("2", false, false, false);
        }
        let chomping = chomping(text);
        if !chomping.is_empty() {
            self.write_indicator(chomping, false, false, false);
        }
        self.put_break();
        self.whitespace = true;
        let is_ascii = text.is_ascii();
        let mut after_break = true;
        let mut at = 0;
        while at < bytes.len() {
            if break_width(bytes, at) > 0 {
                at += self.put_break_of(text, at);
                after_break = true;
                continue;
            }
            if after_break {
                self.write_indent();
                after_break = false;
            }
            let line = at;
            if is_ascii {
                at += memchr2(b'\n', b'\r', &bytes[at..]).unwrap_or(bytes.len() - at);
            }
            while at < bytes.len() && break_width(bytes, at) == 0 {
                at += width(bytes[at]);
            }
            self.put_text(&text[line..at]);
            self.indention = false;
        }
    }
}

/// Returns the sign that says what happens to the line breaks at the end of `text`.
fn chomping(text: &str) -> &'static str {
    let is_break = |c: char| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let mut last = text.chars().rev();
    match (last.next().map(is_break), last.next().map(is_break)) {
        (Some(false) | None, _) => "-",
        (Some(true), None | Some(true)) => "+",
        (Some(true), Some(false)) => "",
    }
}
