use std::fmt::Write as _;

use towpath_model::difference::{Hunk, Line, Side};

use crate::html::Html;

/// Writes hunks as rows of two columns each: what stood and what stands. Lines that replace each other share a row.
pub(super) fn rows(html: &mut String, hunks: &[Hunk]) {
    *html += "<div class=\"rows\">";
    let mut passed = 1;
    for hunk in hunks {
        let skipped = hunk.old_start.saturating_sub(passed);
        if skipped > 0 {
            let lines = if skipped == 1 { "line" } else { "lines" };
            let _ = write!(html, "<div class=\"gap\">{skipped} unchanged {lines}</div>");
        }
        passed = hunk.old_start + hunk.count(Side::Old);
        add_hunk(html, hunk);
    }
    *html += "</div>";
}

fn add_hunk(html: &mut String, hunk: &Hunk) {
    let (mut old, mut new) = (hunk.old_start, hunk.new_start);
    let mut lines = hunk.lines.as_slice();
    while let Some((first, rest)) = lines.split_first() {
        if first.side == Side::Both {
            let text = Html::text(&first.text);
            let _ = write!(
                html,
                "<div class=\"row same\"><i>{old}</i><code> {text}</code><i>{new}</i><code> {text}</code></div>"
            );
            (old, new, lines) = (old + 1, new + 1, rest);
            continue;
        }
        let run = |lines: &[Line], side| lines.iter().take_while(|line| line.side == side).count();
        let gone = run(lines, Side::Old);
        let (olds, rest) = lines.split_at(gone);
        let (news, rest) = rest.split_at(run(rest, Side::New));
        for index in 0..olds.len().max(news.len()) {
            add_change(html, (old + index, olds.get(index)), (new + index, news.get(index)));
        }
        (old, new, lines) = (old + olds.len(), new + news.len(), rest);
    }
}

fn add_change(html: &mut String, (old, before): (usize, Option<&Line>), (new, after): (usize, Option<&Line>)) {
    let text = |line: Option<&Line>| line.map(|line| line.text.clone()).unwrap_or_default();
    let (a, b) = (text(before), text(after));
    let same = if before.is_some() && after.is_some() { common(&a, &b) } else { (0, 0) };
    *html += "<div class=\"row\">";
    for (line, number, text, class, sign) in [(before, old, &a, "old", '-'), (after, new, &b, "new", '+')] {
        if line.is_none() {
            let _ = write!(html, "<i class=\"{class} absent\"></i><code class=\"{class} absent\"></code>");
            continue;
        }
        let _ = write!(
            html,
            "<i class=\"{class}\">{number}</i><code class=\"{class}\">{sign}{}</code>",
            marked(text, same)
        );
    }
    *html += "</div>";
}

/// Returns a line with what the other has not marked.
fn marked(text: &str, (front, back): (usize, usize)) -> String {
    if front + back == 0 {
        return Html::text(text).to_string();
    }
    let (start, end) = (&text[..front], &text[text.len() - back..]);
    let middle = &text[front..text.len() - back];
    let mark = if middle.is_empty() { String::new() } else { Html::element("mark", middle).to_string() };
    format!("{}{mark}{}", Html::text(start), Html::text(end))
}

/// Returns how many bytes two lines have in common in front and at the end; nothing where that is little more than indentation.
fn common(a: &str, b: &str) -> (usize, usize) {
    let front: usize = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (rest_a, rest_b) = (&a[front..], &b[front..]);
    let back =
        rest_a.chars().rev().zip(rest_b.chars().rev()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let indentation = a.len() - a.trim_start().len();
    if front <= indentation && back < 4 { (0, 0) } else { (front, back) }
}
