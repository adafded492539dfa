use towpath_model::difference::{Change, Detail, Difference, ObjectDifference};

use super::{counted, fields::field_lines, in_order, notes, placed_title, places, sign};
use crate::{Painting, Style};

/// Returns a difference for a terminal or a file: in unified form, or field by field; empty where nothing differs.
///
/// Signs stay without colour, and lines that are no part of the difference begin with `#`.
pub fn text(difference: &Difference, painting: Painting) -> String {
    let mut text = String::new();
    let mut line = |style: Style, line: &str| {
        text += &style.paint(line, painting);
        text.push('\n');
    };
    for object in in_order(difference) {
        for said in shared(object) {
            line(Style::Dim, &format!("# {said}"));
        }
        match &object.detail {
            Detail::Lines(_) => {
                // Only the names' two lines stand before the first hunk: a line of YAML may begin with `--`.
                for (index, shown) in object.unified().lines().enumerate() {
                    line(if index < 2 { Style::Strong } else { style(shown.chars().next()) }, shown);
                }
            }
            Detail::Fields(fields) => {
                line(Style::Strong, &format!("{} {}", sign(object.change), placed_title(object)));
                for (sign, shown) in field_lines(fields) {
                    line(style(Some(sign)), &format!("  {sign} {shown}"));
                }
            }
        }
    }
    if !text.is_empty() || !difference.formatting.is_empty() {
        for note in notes(difference) {
            text += &Style::Dim.paint(&format!("# {note}"), painting);
            text.push('\n');
        }
    }
    text
}

/// Returns one line an object: what happened, which object, how many lines or fields.
pub fn stat(difference: &Difference, painting: Painting) -> String {
    let objects = in_order(difference);
    let titles: Vec<String> = objects.iter().map(|object| placed_title(object)).collect();
    let width = titles.iter().map(|title| title.chars().count()).max().unwrap_or(0).min(100);
    let mut text = String::new();
    for (object, title) in objects.iter().zip(&titles) {
        let style = match object.change {
            Change::Added => Style::Good,
            Change::Removed => Style::Bad,
            Change::Changed | Change::Renamed => Style::Notice,
        };
        let times = match object.occurrences.len() {
            1 => String::new(),
            count => format!("  in {count} objects"),
        };
        let sign = style.paint(&sign(object.change).to_string(), painting);
        let added = Style::Good.paint(&format!("+{}", object.added), painting);
        let removed = Style::Bad.paint(&format!("-{}", object.removed), painting);
        text += &format!("{sign} {title:width$}  {added} {removed}{times}\n");
    }
    text
}

/// Says where else a difference stands; nothing where it stands once.
fn shared(object: &ObjectDifference) -> Vec<String> {
    if object.occurrences.len() == 1 {
        return Vec::new();
    }
    let alike = if object.names_vary { "alike but for names and checksums" } else { "alike" };
    let head = format!("{} differ {alike}; the first of them:", counted(object.occurrences.len(), "object"));
    let mut lines = vec![head];
    lines.extend(places::places(&object.occurrences, places::SHOWN).into_iter().map(|line| format!("  {line}")));
    lines
}

/// Returns how a line with this sign is shown.
pub(crate) fn style(sign: Option<char>) -> Style {
    match sign {
        Some('+') => Style::Good,
        Some('-') => Style::Bad,
        Some('@') => Style::Dim,
        Some('~') => Style::Notice,
        _ => Style::Plain,
    }
}
