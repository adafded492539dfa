/// A range of bytes in a source text, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

impl Span {
    /// Returns the span of `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

/// Nobody looks for a caret in a longer line. In bytes.
const LONGEST_LINE: usize = 1 << 20;

/// A place in a file as people read it, with the line that stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file as the user would name it: relative to where the command ran.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// The whole source line without its end; empty if it is not at hand, or too long to be shown.
    pub source: String,
    /// How many characters the caret underlines; at least 1.
    pub width: usize,
    /// The lines that stand right before, in their order; shown where the file is not at hand to look into.
    pub before: Vec<String>,
}

impl Location {
    /// Returns where `span` of `text` stands; a span behind the end is taken to the end.
    pub fn of(file: &str, text: &str, span: Span) -> Self {
        let mut start = span.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let mut end = span.end.clamp(start, line_end);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let line = &text[line_start..line_end];
        let line = if line.len() > LONGEST_LINE { "" } else { line };
        Self {
            file: file.to_owned(),
            line: text[..line_start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            source: line.trim_end_matches('\r').to_owned(),
            width: text[start..end].chars().count().max(1),
            before: Vec::new(),
        }
    }

    /// Adds the last `count` lines of `text` before it.
    #[must_use]
    pub fn with_lines_before(mut self, text: &str, count: usize) -> Self {
        let last = self.line - 1;
        let lines = text.lines().take(last).skip(last.saturating_sub(count));
        self.before = lines.map(|line| line.trim_end_matches('\r').to_owned()).collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_are_counted_in_characters_from_one() {
        let text = "a: 1\r\nüb: [x\n";
        let at = Location::of("f", text, Span::new(text.find('[').unwrap(), text.len()));
        assert_eq!((at.line, at.column, at.width, at.source.as_str()), (2, 5, 2, "üb: [x"));
        let long = Location::of("f", &"x".repeat(2_000_000), Span::new(9_000, 9_001));
        assert_eq!((long.column, long.source.as_str()), (9_001, ""));
        let end = Location::of("f", text, Span::new(999, 999));
        assert_eq!((end.line, end.column, end.width, end.source.as_str()), (3, 1, 1, ""));
    }
}
