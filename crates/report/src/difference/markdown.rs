use std::fmt::Write as _;

use towpath_model::{
    difference::{Detail, Difference, ObjectDifference},
    markdown_text,
};

use super::{counted, fields::field_lines, in_order, notes, places};

/// The most characters that the body of a pull request may have: GitHub's limit, the smallest of the forges'.
pub const MARKDOWN_BUDGET: usize = 65_536;

/// How many objects the table names.
const ROWS: usize = 40;
/// Kept free for the sentence that tells what is left out.
const NOTE: usize = 160;

/// Returns a difference for a pull request: a heading, a table of the objects, and each of them folded.
///
/// It has at most `budget` characters, if its heading has fewer. What does not fit is left out line by line and counted in
/// words: an object takes at most half of what is left, as long as others follow.
pub fn markdown(difference: &Difference, heading: &str, budget: usize) -> String {
    let objects = in_order(difference);
    let mut text = format!("### {}: {}\n\n", escaped(heading), difference.summary());
    let mut left = budget.saturating_sub(length(&text) + NOTE);
    for part in notes(difference).iter().map(|note| format!("_{}_\n\n", escaped(note))).chain([table(&objects)]) {
        if let Some(rest) = left.checked_sub(length(&part)) {
            left = rest;
            text += &part;
        }
    }
    let (mut whole, mut absent) = (0, 0);
    for (index, object) in objects.iter().enumerate() {
        let room = if index + 1 == objects.len() { left } else { left / 2 };
        let room = if length_of(object) <= left / 2 { left } else { room };
        let Some((section, cut)) = section(object, room) else {
            absent += 1;
            continue;
        };
        left -= length(&section);
        text += &section;
        whole += usize::from(!cut);
    }
    let missing = objects.len() - whole;
    if missing > 0 {
        let verb = if missing == 1 { "is" } else { "are" };
        let absent = if absent > 0 { format!(", {absent} of them not at all") } else { String::new() };
        let _ = writeln!(
            text,
            "_{} {verb} not shown whole{absent}: this text may have {budget} characters._\n",
            counted(missing, "difference")
        );
    }
    text
}

fn table(objects: &[&ObjectDifference]) -> String {
    if objects.len() < 2 {
        return String::new();
    }
    let is_placed = objects.iter().any(|object| object.occurrences[0].place.is_some());
    let mut text = if is_placed {
        "| | object | where | + | − |\n|---|---|---|---:|---:|\n".to_owned()
    } else {
        "| | object | + | − |\n|---|---|---:|---:|\n".to_owned()
    };
    for object in objects.iter().take(ROWS) {
        let place = match (&object.occurrences[0].place, object.occurrences.len()) {
            (None, _) => String::new(),
            (Some(place), 1) => escaped(&place.to_string()),
            (Some(place), count) => format!("{} and {} more", escaped(&place.to_string()), count - 1),
        };
        let place = if is_placed { format!("{place} | ") } else { String::new() };
        let (title, change) = (escaped(&object.title()), object.change.as_str());
        let _ = writeln!(text, "| {change} | {title} | {place}{} | {} |", object.added, object.removed);
    }
    if objects.len() > ROWS {
        let rest = if is_placed { " |" } else { "" };
        let _ = writeln!(text, "| | … and {} more | | |{rest}", objects.len() - ROWS);
    }
    text + "\n"
}

/// Returns about how many characters an object's part has.
fn length_of(object: &ObjectDifference) -> usize {
    shown(object).iter().map(|line| length(line) + 1).sum::<usize>() + 400
}

/// Returns an object's part of the text and whether lines are missing in it; nothing if not even one line fits.
fn section(object: &ObjectDifference, left: usize) -> Option<(String, bool)> {
    let lines = shown(object);
    let longest = lines.iter().flat_map(|line| line.split(|c| c != '`')).map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let (title, change) = (escaped(&object.title()), object.change.as_str());
    let place = match &object.occurrences[0].place {
        None => String::new(),
        Some(place) => format!(" in {}", escaped(&place.to_string())),
    };
    let times = match object.occurrences.len() {
        1 => String::new(),
        count => format!(", and {} more", count - 1),
    };
    let summary = format!("<code>{title}</code> {change}{place}{times} (+{} -{})", object.added, object.removed);
    let open = format!("<details><summary>{summary}</summary>\n\n{}{fence}diff\n", shared(object));
    let close = format!("{fence}\n\n</details>\n\n");
    // The words on lines that are missing take the place of some.
    let room = left.checked_sub(length(&open) + length(&close) + 32)?;
    let (mut text, mut used) = (String::new(), 0);
    for (index, line) in lines.iter().enumerate() {
        used += length(line) + 1;
        if used > room {
            let rest = counted(lines.len() - index, "more line");
            return (index > 0).then(|| (format!("{open}{text}{fence}\n\n_… {rest}_\n\n</details>\n\n"), true));
        }
        text += line;
        text.push('\n');
    }
    Some((format!("{open}{text}{close}"), false))
}

/// Returns the lines within the fence.
fn shown(object: &ObjectDifference) -> Vec<String> {
    match &object.detail {
        Detail::Lines(_) => object.unified().lines().map(str::to_owned).collect(),
        Detail::Fields(fields) => {
            // A `!` is what gives a changed line its colour.
            let sign = |sign| if sign == '~' { '!' } else { sign };
            field_lines(fields).iter().map(|(mark, line)| format!("{} {line}", sign(*mark))).collect()
        }
    }
}

fn shared(object: &ObjectDifference) -> String {
    if object.occurrences.len() == 1 {
        return String::new();
    }
    let alike = if object.names_vary { "alike but for names and checksums" } else { "alike" };
    let mut text = format!("{} differ {alike}; this is the first:\n", counted(object.occurrences.len(), "object"));
    for line in places::places(&object.occurrences, 40) {
        let _ = writeln!(text, "- {}", escaped(&line));
    }
    text + "\n"
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Returns `text` for one line of this page.
fn escaped(text: &str) -> String {
    markdown_text(text, 2_000)
}
