use std::ops::Range;

/// What a scan found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Scanned {
    /// An index that holds the wanted chart's entries and no other; without them if the index does not name the chart.
    Entries(String),
    /// The text is not laid out as repositories write it.
    Unusual,
}

/// Cuts the entries of `chart` out of an index in block style.
///
/// It looks at indentation alone, which suffices as long as no scalar has lines that stand further left than its key; what
/// could hide such a scalar, or tie the entries to other lines, is [`Scanned::Unusual`].
pub(super) fn entries_of(text: &str, chart: &str) -> Scanned {
    let mut scan = Scan { text, chart, inside: None, indent: None, head: String::new(), found: None, open: None };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if scan.line(line.trim_end_matches(['\n', '\r']), at).is_none() {
            return Scanned::Unusual;
        }
        at += line.len();
    }
    scan.close(at);
    let Some(range) = scan.found else {
        let entries = if scan.inside.is_some() { "entries: {}\n" } else { "" };
        return Scanned::Entries(scan.head + entries);
    };
    let lines = &text[range];
    // An anchor may be spoken of from elsewhere, an alias speaks of elsewhere.
    if lines.lines().any(has_reference) {
        return Scanned::Unusual;
    }
    Scanned::Entries(scan.head + "entries:\n" + lines)
}

struct Scan<'a> {
    text: &'a str,
    chart: &'a str,
    /// Whether the lines below `entries:` are being read (true) or have been (false).
    inside: Option<bool>,
    /// The indentation of the charts' names.
    indent: Option<usize>,
    /// The other keys at the left margin, as far as they count.
    head: String,
    /// Where the chart's lines stand.
    found: Option<Range<usize>>,
    /// Where they begin, while they are being read.
    open: Option<usize>,
}

impl Scan<'_> {
    /// Takes one line in; nothing if it is not understood.
    fn line(&mut self, line: &str, at: usize) -> Option<()> {
        let content = line.trim_start_matches(' ');
        if content.is_empty() || content.starts_with('#') {
            return Some(());
        }
        let indent = line.len() - content.len();
        if indent == 0 {
            return self.margin(line, at);
        }
        if self.inside != Some(true) {
            return Some(());
        }
        let names = *self.indent.get_or_insert(indent);
        if indent > names || (indent == names && (content == "-" || content.starts_with("- "))) {
            return Some(());
        }
        if indent < names {
            return None;
        }
        self.close(at);
        let (name, rest) = key(content)?;
        if name == self.chart {
            // Twice the same chart is an error, which the parser tells best.
            if self.found.is_some() || !rest.is_empty() {
                return None;
            }
            self.open = Some(at);
        }
        Some(())
    }

    /// Takes in a line at the left margin.
    fn margin(&mut self, line: &str, at: usize) -> Option<()> {
        if line.starts_with("- ")
            || line.starts_with(['%', '"', '\'', '{', '[', '&', '*', '?'])
            || line.starts_with("...")
        {
            return None;
        }
        if line.starts_with("---") {
            return (line.trim_end() == "---" && self.head.is_empty() && self.inside.is_none()).then_some(());
        }
        self.close(at);
        let (name, rest) = key(line)?;
        match (name, rest) {
            ("entries", "") if self.inside.is_none() => self.inside = Some(true),
            ("entries", _) => return None,
            _ => {
                self.inside = self.inside.map(|_| false);
                if name == "apiVersion" {
                    self.head.push_str(line);
                    self.head.push('\n');
                }
            }
        }
        Some(())
    }

    /// Ends the chart's lines before the line at `at`.
    fn close(&mut self, at: usize) {
        if let Some(start) = self.open.take() {
            self.found = Some(start..at.min(self.text.len()));
        }
    }
}

/// Returns a plain key and what stands behind its colon.
fn key(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.split_once(':')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '+');
    let rest = rest.strip_prefix(' ').map_or(rest.is_empty().then_some(""), Some)?;
    let rest = rest.trim();
    (!name.is_empty() && name.chars().all(plain)).then_some((name, if rest.starts_with('#') { "" } else { rest }))
}

/// Tells whether a value of the line begins with `&` or `*`, or merges another.
fn has_reference(line: &str) -> bool {
    let value = line.trim_start().trim_start_matches("- ").trim_start();
    let value = value.split_once(": ").map_or(value, |(_, value)| value.trim_start());
    value.starts_with(['&', '*']) || line.contains("<<:")
}
