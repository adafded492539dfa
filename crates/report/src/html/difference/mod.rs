mod body;
mod rows;

use std::fmt::Write as _;

use towpath_model::difference::{Change, Difference, ObjectDifference, Place};

use self::body::body;
use super::{Html, page::scripted_page, trusted};
use crate::difference::{counted, in_order, notes, places::places, sign};

const STYLE: &str = include_str!("difference.css");
const SCRIPT: &str = include_str!("difference.js");

/// Objects are unfolded where there are no more lines than this in all.
const UNFOLDED: usize = 400;

/// Returns a page on a difference, ready to be written to a file: folded by object, to be searched, beside each other or
/// in one column.
///
/// It names no other file. Without its script all is there but the search.
pub fn difference_page(difference: &Difference, from: &str, to: &str) -> String {
    let title = format!("{from} → {to}");
    let objects = in_order(difference);
    let mut html = format!("<header><h1>{}</h1>", Html::text(&title));
    let _ = write!(html, "<p class=\"lead\">{}</p>", Html::text(&lead(difference)));
    for note in notes(difference) {
        let _ = write!(html, "<p class=\"note\">{}</p>", Html::text(&note));
    }
    html += "</header>";
    if objects.is_empty() {
        html += "<p class=\"card none\">Nothing differs.</p>";
    } else {
        html += &toolbar(difference);
    }
    let lines: usize = objects.iter().map(|object| object.added + object.removed).sum();
    let mut heading = None;
    for object in objects {
        let group = group(object);
        if heading.as_ref() != Some(&group) {
            html += if heading.is_some() { "</section>" } else { "" };
            html += "<section class=\"group\">";
            if !group.is_empty() {
                let _ = write!(html, "<h2>{}</h2>", Html::text(&group));
            }
            heading = Some(group);
        }
        add_object(&mut html, object, lines <= UNFOLDED);
    }
    html +=
        if heading.is_some() { "</section><p class=\"card none\" id=\"none\" hidden>Nothing fits.</p>" } else { "" };
    scripted_page(&title, &trusted(html), STYLE, SCRIPT)
}

fn lead(difference: &Difference) -> String {
    let said = difference.summary();
    let places = difference.places();
    let word = match places.first() {
        None => return said,
        Some(Place::File(_)) => "file",
        Some(Place::Environment { .. }) => "environment",
    };
    format!("{said}, in {}", counted(places.len(), word))
}

fn group(object: &ObjectDifference) -> String {
    match (&object.occurrences[0].place, object.occurrences.len()) {
        (None, _) => String::new(),
        (Some(place), 1) => place.to_string(),
        (Some(_), _) => "The same in several places".to_owned(),
    }
}

fn toolbar(difference: &Difference) -> String {
    let mut html = "<div class=\"bar\" role=\"toolbar\" aria-label=\"What is shown\">\
                    <label class=\"find\" hidden>Find <input type=\"search\" id=\"find\" placeholder=\"name, kind, text\" \
                    autocomplete=\"off\"></label><span class=\"choices\">"
        .to_owned();
    for change in Change::ALL {
        let count = difference.count(change);
        if count > 0 {
            let word = change.as_str();
            let _ = write!(
                html,
                "<label class=\"{word}\"><input type=\"checkbox\" id=\"show-{word}\" checked> <b>{count}</b> {word}</label>"
            );
        }
    }
    html + "</span><span class=\"choices\"><label><input type=\"radio\" name=\"view\" id=\"one\" checked> One column</label>\
            <label><input type=\"radio\" name=\"view\" id=\"two\"> Side by side</label></span>\
            <span class=\"choices folds\" hidden><button type=\"button\" id=\"unfold\">Unfold all</button>\
            <button type=\"button\" id=\"fold\">Fold all</button></span></div>"
}

fn add_object(html: &mut String, object: &ObjectDifference, unfolded: bool) {
    let identity = object.identity();
    let open = if unfolded { " open" } else { "" };
    let word = object.change.as_str();
    let kind = if identity.kind.is_empty() { "document" } else { &identity.kind };
    let _ = write!(
        html,
        "<details class=\"object {word}\"{open}><summary><span class=\"sign\" title=\"{word}\">{}</span>\
         <span class=\"name\"><span class=\"kind\">{}</span> <b>{}</b>",
        sign(object.change),
        Html::text(kind),
        Html::text(&identity.name)
    );
    if !identity.namespace.is_empty() {
        let _ = write!(html, " <span class=\"dim\">in {}</span>", Html::text(&identity.namespace));
    }
    let title = object.title();
    if let Some((_, was)) = title.rsplit_once(" (was ").filter(|_| object.occurrences[0].former.is_some()) {
        let _ = write!(html, " <span class=\"badge was\">was {}</span>", Html::text(was.trim_end_matches(')')));
    }
    if object.occurrences.len() > 1 {
        let _ = write!(html, " <span class=\"badge\">{} objects</span>", object.occurrences.len());
    }
    let _ = write!(
        html,
        "</span><span class=\"counts\"><span class=\"added\">+{}</span> <span class=\"removed\">−{}</span></span></summary>",
        object.added, object.removed
    );
    if object.occurrences.len() > 1 {
        let alike = if object.names_vary { "alike but for names and checksums" } else { "alike" };
        let count = counted(object.occurrences.len(), "object");
        let _ =
            write!(html, "<details class=\"where\"><summary>{count} differ {alike}; shown is the first</summary><ul>");
        for line in places(&object.occurrences, usize::MAX) {
            let _ = write!(html, "<li>{}</li>", Html::text(&line));
        }
        *html += "</ul></details>";
    }
    body(html, object);
    *html += "</details>";
}
