//! A difference of manifests as text, markdown and JSON; [`crate::html::difference_page`] is its page.
//!
//! Every form shows the same: object by object, what many places share only once.

mod fields;
mod json;
mod markdown;
pub(crate) mod places;
mod text;

pub(crate) use self::{
    fields::field_lines,
    json::{field, identity},
    text::style,
};
pub use self::{
    json::json,
    markdown::{MARKDOWN_BUDGET, markdown},
    text::{stat, text},
};

use towpath_model::difference::{Change, Difference, ObjectDifference};

/// Returns the objects in the order in which they are shown: what is shared stands first.
pub(crate) fn in_order(difference: &Difference) -> Vec<&ObjectDifference> {
    let (shared, own): (Vec<_>, Vec<_>) = difference.objects.iter().partition(|object| object.occurrences.len() > 1);
    [shared, own].concat()
}

/// Returns the sign before an object's title.
pub(crate) fn sign(change: Change) -> char {
    match change {
        Change::Added => '+',
        Change::Removed => '-',
        Change::Changed | Change::Renamed => '~',
    }
}

/// Returns an object's title with its place: `shop/prod: Deployment shop`.
pub(crate) fn placed_title(object: &ObjectDifference) -> String {
    match &object.occurrences[0].place {
        None => object.title(),
        Some(place) => format!("{place}: {}", object.title()),
    }
}

/// Returns how many, with the word: `1 object`, `2 objects`.
pub(crate) fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// Returns sentences on what is no object's difference: places that came or went, and changes of form alone.
pub(crate) fn notes(difference: &Difference) -> Vec<String> {
    let mut notes = Vec::new();
    let mut add = |places: &[towpath_model::difference::Place], word: &str| {
        if !places.is_empty() {
            let said: Vec<String> = places.iter().take(places::SHOWN).map(ToString::to_string).collect();
            let more = places.len() - said.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            notes.push(format!("{} {word}: {}{more}", counted(places.len(), "environment"), said.join(", ")));
        }
    };
    add(&difference.new_places, "new");
    add(&difference.gone_places, "gone");
    if !difference.formatting.is_empty() {
        let count = difference.formatting.len();
        let verb = if count == 1 { "differs" } else { "differ" };
        notes.push(format!("{} {verb} in form alone: order of keys, comments or style", counted(count, "object")));
    }
    notes
}
