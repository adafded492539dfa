//! Folded texts, as kustomize reads them after it has written them.

use std::fmt::Write as _;

use towpath_yaml::Profile;

/// How far the lines are indented; the writer says so where a text begins with a space.
const INDENT: &str = "  ";

/// Returns the text that go-yaml v3 reads where it wrote `text` with `>`.
///
/// It looks at the beginning of the text, not at the next line, to tell whether a line break needs a second one. So
/// line breaks before lines that are indented deeper are doubled, and those of texts that begin with a space are lost.
pub(super) fn refolded(text: String) -> String {
    if !text.contains('\n') || !can_be_block(&text) {
        return text;
    }
    let written = written(&text);
    let document = towpath_yaml::parse_first(&written, Profile::Go3).ok().flatten();
    let read = document.as_ref().and_then(|document| document.root().get("k")).and_then(towpath_yaml::Node::text);
    read.map(str::to_owned).unwrap_or(text)
}

/// Tells whether go-yaml v3 writes a text by indentation where it should; else it takes double quotes.
fn can_be_block(text: &str) -> bool {
    !(text.contains(" \n") || text.ends_with(' ') || text.chars().any(is_special))
}

/// Tells whether go-yaml v3 writes a text by indentation in a way that it cannot read again.
pub(super) fn is_unreadable(text: &str) -> bool {
    text.starts_with('\t') && can_be_block(text)
}

fn is_special(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn written(text: &str) -> String {
    let mut out = "k: >".to_owned();
    if text.starts_with([' ', '\n']) {
        let _ = write!(out, "{}", INDENT.len());
    }
    out.push_str(match text.strip_suffix('\n') {
        None => "-",
        Some(rest) if rest.is_empty() || rest.ends_with('\n') => "+",
        Some(_) => "",
    });
    out.push('\n');
    let begins_blank = text.trim_start_matches('\n').starts_with([' ', '\t']) || text.trim_matches('\n').is_empty();
    let (mut breaks, mut leading_spaces) = (true, true);
    for c in text.chars() {
        if c == '\n' {
            if !breaks && !leading_spaces && !begins_blank {
                out.push('\n');
            }
            out.push('\n');
            breaks = true;
            continue;
        }
        if breaks {
            out.push_str(INDENT);
            leading_spaces = matches!(c, ' ' | '\t');
        }
        out.push(c);
        breaks = false;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::refolded;

    fn check(text: &str, expected: &str) {
        assert_eq!(refolded(text.to_owned()), expected, "{text:?}");
    }

    #[test]
    fn breaks_before_deeper_lines_are_doubled() {
        check("one\n  deeper\nback", "one\n\n  deeper\nback");
        check("one\ntwo\n", "one\ntwo\n");
        check("one\n\ntwo", "one\n\ntwo");
        check("one two", "one two");
    }
}
