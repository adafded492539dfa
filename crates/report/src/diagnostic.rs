use std::borrow::Cow;

use towpath_model::Diagnostic;

use crate::style::{Painting, Style};

/// Returns `diagnostic` as people read it: message, place with caret, causes, hints; ends with a newline.
pub fn diagnostic_text(diagnostic: &Diagnostic, painting: Painting) -> String {
    let mut text = format!("{} {}\n", Style::Bad.paint("error:", painting), shortened(&diagnostic.message));
    if let Some(at) = &diagnostic.location {
        let number = at.line.to_string();
        let margin = " ".repeat(number.len());
        text += &format!("{margin} {} {}:{}:{}\n", Style::Dim.paint("-->", painting), at.file, at.line, at.column);
        for (line, source) in (at.line - at.before.len()..).zip(&at.before) {
            let (source, _, _) = clip(source, 1, 1);
            let number = Style::Dim.paint(&format!("{line:>width$}", width = margin.len()), painting);
            text += &format!("{number} {} {source}\n", Style::Dim.paint("|", painting));
        }
        if !at.source.is_empty() {
            let (source, indent, width) = clip(&at.source, at.column, at.width);
            let bar = Style::Dim.paint("|", painting);
            let caret = Style::Bad.paint(&"^".repeat(width), painting);
            text +=
                &format!("{} {bar} {source}\n{margin} {bar} {indent}{caret}\n", Style::Dim.paint(&number, painting));
        }
    }
    for cause in diagnostic.causes.iter().take(MOST_CAUSES) {
        text += &format!("  {} {}\n", Style::Dim.paint("caused by:", painting), shortened(cause));
    }
    if let Some(more) = diagnostic.causes.len().checked_sub(MOST_CAUSES).filter(|more| *more > 0) {
        text += &format!("  {} {more} more like these\n", Style::Dim.paint("caused by:", painting));
    }
    for hint in &diagnostic.hints {
        text += &format!("  {} {}\n", Style::Notice.paint("hint:", painting), shortened(hint));
    }
    text
}

/// Bytes of a message that are shown: some carry a whole file of somebody else.
const LONGEST_MESSAGE: usize = 16 << 10;
const MOST_CAUSES: usize = 200;

/// Leaves out the middle of a long text.
fn shortened(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST_MESSAGE {
        return Cow::Borrowed(text);
    }
    let (mut start, mut end) = (LONGEST_MESSAGE / 2, text.len() - LONGEST_MESSAGE / 2);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    Cow::Owned(format!("{} … ({} bytes left out) … {}", &text[..start], end - start, &text[end..]))
}

/// Cuts a long source line to the part around the column and returns it with the caret's indent and width.
fn clip(source: &str, column: usize, width: usize) -> (String, String, usize) {
    const MOST: usize = 160;
    let characters: Vec<char> =
        source.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect();
    let from = if column > MOST - 40 { column - 40 } else { 0 };
    let shown: String = characters.iter().skip(from).take(MOST).collect();
    let indent: String =
        characters.iter().skip(from).take(column - 1 - from).map(|c| if *c == '\t' { '\t' } else { ' ' }).collect();
    (shown, indent, width.clamp(1, MOST))
}

/// Returns `diagnostic` as the JSON object that stands under `error` in a plugin's output.
///
/// `kind` is `verdict`, `usage`, `remote` or `bug`; `location` is absent or has `file`, `line`, `column` (from 1)
/// and `source`, the whole line, empty where it is not at hand.
pub fn diagnostic_json(diagnostic: &Diagnostic) -> serde_json::Value {
    let mut value = serde_json::json!({
        "kind": diagnostic.kind.as_str(),
        "message": diagnostic.message,
        "causes": diagnostic.causes,
        "hints": diagnostic.hints,
    });
    if let Some(at) = &diagnostic.location {
        value["location"] =
            serde_json::json!({ "file": at.file, "line": at.line, "column": at.column, "source": at.source });
    }
    value
}

#[cfg(test)]
mod tests {
    use towpath_model::{Kind, Location, Span};

    use super::*;

    #[test]
    fn a_diagnostic_shows_place_causes_and_hints() {
        let text = "image:\n  registri: x\n";
        let diagnostic = Diagnostic::new(Kind::Usage, "unknown key `registri`")
            .at(Location::of("towpath.yaml", text, Span::new(9, 17)))
            .cause("in image")
            .hint("did you mean `registry`?");
        assert_eq!(
            diagnostic_text(&diagnostic, Painting::Off),
            "error: unknown key `registri`\n  --> towpath.yaml:2:3\n2 |   registri: x\n  |   ^^^^^^^^\n  \
             caused by: in image\n  hint: did you mean `registry`?\n"
        );
        assert_eq!(diagnostic_json(&diagnostic)["location"]["column"], 3);
    }
}
