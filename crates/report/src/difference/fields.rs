use towpath_model::difference::{FieldChange, FieldEdit};

/// Returns fields as lines with a sign before them: `+` new, `-` gone, `~` another value, a space for what stays.
pub(crate) fn field_lines(fields: &[FieldChange]) -> Vec<(char, String)> {
    let mut lines = Vec::new();
    for field in fields {
        let path = &field.path;
        match &field.edit {
            FieldEdit::Set { before, after } => lines.push(('~', format!("{path}: {before} → {after}"))),
            FieldEdit::Order { before, after } => lines.push(('~', format!("{path}: order {before} → {after}"))),
            FieldEdit::Added(text) => add_value(&mut lines, '+', path, text),
            FieldEdit::Removed(text) => add_value(&mut lines, '-', path, text),
            FieldEdit::Text(hunks) => {
                lines.push(('~', format!("{path}:")));
                for (index, hunk) in hunks.iter().enumerate() {
                    if index > 0 {
                        lines.push((' ', "  …".to_owned()));
                    }
                    lines.extend(hunk.lines.iter().map(|line| (line.side.sign(), format!("  {}", line.text))));
                }
            }
        }
    }
    lines
}

fn add_value(lines: &mut Vec<(char, String)>, sign: char, path: &str, text: &str) {
    match (path.is_empty(), text.trim_end().contains('\n')) {
        (true, _) => lines.extend(text.lines().map(|line| (sign, line.to_owned()))),
        (false, false) => lines.push((sign, format!("{path}: {}", text.trim_end()))),
        (false, true) => {
            lines.push((sign, format!("{path}:")));
            lines.extend(text.lines().map(|line| (sign, format!("  {line}"))));
        }
    }
}
