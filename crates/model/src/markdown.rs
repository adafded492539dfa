use std::fmt::Write as _;

/// Returns the first `most` characters of `text` so that neither HTML nor a table nor emphasis of a markdown page reads
/// anything into them; control characters, line breaks among them, become blanks.
///
/// ```
/// assert_eq!(towpath_model::markdown_text("a|b\nc", 4), "a&#124;b ");
/// ```
pub fn markdown_text(text: &str, most: usize) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars().take(most) {
        match c {
            '&' | '<' | '>' | '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '~' | '"' | '#' | '@' => {
                // Writing to a text cannot fail.
                let _ = write!(safe, "&#{};", u32::from(c));
            }
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}
