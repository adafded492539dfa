use std::fmt::Write as _;

use towpath_model::difference::{Detail, FieldChange, FieldEdit, ObjectDifference};

use super::rows::rows;
use crate::html::Html;

/// Writes what differs in an object.
pub(super) fn body(html: &mut String, object: &ObjectDifference) {
    match &object.detail {
        Detail::Lines(hunks) => rows(html, hunks),
        Detail::Fields(fields) => {
            *html += "<div class=\"fields\">";
            for field in fields {
                add_field(html, field);
            }
            *html += "</div>";
        }
    }
}

fn add_field(html: &mut String, field: &FieldChange) {
    let path = if field.path.is_empty() {
        String::new()
    } else {
        Html::element("code class=\"path\"", &field.path).to_string()
    };
    let _ = match &field.edit {
        FieldEdit::Set { before, after } => write!(
            html,
            "<div class=\"field\">{path}<span class=\"set\"><code class=\"old\"><s>-</s>{}</code><span class=\"arrow\">→</span>\
             <code class=\"new\"><s>+</s>{}</code></span></div>",
            Html::text(before),
            Html::text(after)
        ),
        FieldEdit::Order { before, after } => write!(
            html,
            "<div class=\"field\">{path}<span class=\"badge\">order</span><span class=\"set\"><code class=\"old\"><s>-</s>{}</code>\
             <span class=\"arrow\">→</span><code class=\"new\"><s>+</s>{}</code></span></div>",
            Html::text(before),
            Html::text(after)
        ),
        FieldEdit::Added(text) => write!(html, "<div class=\"field\">{path}{}</div>", whole(text, "new", '+')),
        FieldEdit::Removed(text) => write!(html, "<div class=\"field\">{path}{}</div>", whole(text, "old", '-')),
        FieldEdit::Text(hunks) => {
            let _ = write!(html, "<div class=\"field\">{path}");
            rows(html, hunks);
            write!(html, "</div>")
        }
    };
}

/// Returns a value that stands on one side, with its sign before every line.
fn whole(text: &str, class: &str, sign: char) -> String {
    let lines: String =
        text.lines().map(|line| format!("<code class=\"{class}\"><s>{sign}</s>{}</code>", Html::text(line))).collect();
    format!("<span class=\"whole\">{lines}</span>")
}
