//! How manifests differ, object by object.

mod compare;
mod document;
mod elements;
mod fields;
mod lines;
mod matching;
mod renamed;
mod secret;
mod shared;
mod taken_over;
mod value;

use std::collections::{BTreeSet, HashMap};

use towpath_model::{
    Diagnostic,
    difference::{Difference, FieldChange, Place},
};

use self::{
    compare::{Compared, compare},
    document::{Chunk, Object, chunks, read, take_equal},
    shared::Shared,
};

/// Rendered manifests: of an environment, or of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifests {
    /// What messages call them.
    pub name: String,
    /// Where they were rendered; nothing where only one place is compared.
    pub place: Option<Place>,
    /// Their text: YAML or JSON, of any number of documents.
    pub text: String,
}

/// How a difference is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Line by line, with so many lines around each change.
    Lines(usize),
    /// Field by field: order of keys, comments and style do not count, and elements of lists are known by their keys.
    Fields,
}

/// Returns how `to` differs from `from`, both rendered manifests, with `context` lines around each change.
///
/// Values of Secrets are never shown; that they changed is.
///
/// # Errors
/// When either is no YAML where they differ.
pub fn difference(from: &str, to: &str, context: usize) -> Result<Difference, Diagnostic> {
    let manifests = |name: &str, text: &str| Manifests { name: name.to_owned(), place: None, text: text.to_owned() };
    let (from, to) = (manifests("the old manifests", from), manifests("the new manifests", to));
    differences(&[from], &[to], Form::Lines(context))
}

/// Returns how the manifests in `to` differ from those in `from`.
///
/// Objects are matched by place, group, kind, namespace and name; the version of the API does not count. An object that moved
/// from one file to another is the same. What is left is the same under a new name where one went and one came that differ
/// in a generated suffix or in the namespace. Documents that are the same, byte for byte, are not even read.
///
/// Values of Secrets are never shown; that they changed is. With places, changes that are the same but for names and
/// checksums become one difference with several occurrences.
///
/// # Errors
/// When some are no YAML where they differ.
pub fn differences(from: &[Manifests], to: &[Manifests], form: Form) -> Result<Difference, Diagnostic> {
    let ranks = ranks(from, to);
    let (old, new) = documents_that_differ(from, to, &ranks);
    let (mut old, mut new) = (read_all(old)?, read_all(new)?);
    let pairs = matching::pair(&old, &new);
    taken_over::hide(&mut old, &mut new, &pairs);
    let rank = |object: &Object<'_>| ranks[&object.place];
    let olds = old.iter().enumerate().map(|(at, object)| (rank(object), Some(at), pairs.of_old[at]));
    let added = (0..new.len()).filter(|at| pairs.of_new[*at].is_none());
    let mut order: Vec<_> = olds.chain(added.map(|at| (rank(&new[at]), None, Some(at)))).collect();
    order.sort_by_key(|(rank, ..)| *rank);
    let mut shared = Shared::default();
    let mut result = Difference::default();
    for (_, a, b) in order {
        match compare(a.map(|at| &mut old[at]), b.map(|at| &mut new[at]), form) {
            Compared::Same => {}
            Compared::InForm(occurrence) => result.formatting.push(*occurrence),
            Compared::Differs(object) => shared.take(*object),
        }
    }
    result.objects = shared.objects;
    result.new_places = lone_environments(to, from);
    result.gone_places = lone_environments(from, to);
    Ok(result)
}

/// Returns the fields in which one object differs from itself as it was; both are YAML. Values of Secrets are never shown.
///
/// # Errors
/// When either is no YAML.
pub(crate) fn field_changes(name: &str, before: &str, after: &str) -> Result<Vec<FieldChange>, Diagnostic> {
    let manifests = [before, after].map(|text| Manifests { name: name.to_owned(), place: None, text: text.to_owned() });
    let [mut old, mut new] = [read_all(chunks(&manifests[0]))?, read_all(chunks(&manifests[1]))?];
    for (old, new) in old.iter_mut().zip(&mut new) {
        taken_over::hide_from_other(old, new);
    }
    Ok(old.iter().zip(&new).flat_map(|(old, new)| fields::fields(&old.value, &new.value)).collect())
}

/// Returns each place with its number in the order of the old manifests, then of the new.
fn ranks<'a>(from: &'a [Manifests], to: &'a [Manifests]) -> HashMap<Option<&'a Place>, usize> {
    let mut ranks = HashMap::new();
    for manifests in from.iter().chain(to) {
        let next = ranks.len();
        ranks.entry(manifests.place.as_ref()).or_insert(next);
    }
    ranks
}

/// Returns the documents of both sides without those that are the same, byte for byte, at the same place or in another file.
fn documents_that_differ<'a>(
    from: &'a [Manifests],
    to: &'a [Manifests],
    ranks: &HashMap<Option<&'a Place>, usize>,
) -> (Vec<Chunk<'a>>, Vec<Chunk<'a>>) {
    let mut sides: Vec<(Vec<&Manifests>, Vec<&Manifests>)> = vec![Default::default(); ranks.len()];
    for one in from {
        sides[ranks[&one.place.as_ref()]].0.push(one);
    }
    for one in to {
        sides[ranks[&one.place.as_ref()]].1.push(one);
    }
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for (olds, news) in sides {
        if let ([a], [b]) = (&olds[..], &news[..])
            && a.text == b.text
        {
            continue;
        }
        let mut olds: Vec<_> = olds.into_iter().flat_map(chunks).collect();
        let mut news: Vec<_> = news.into_iter().flat_map(chunks).collect();
        take_equal(&mut olds, &mut news);
        old.append(&mut olds);
        new.append(&mut news);
    }
    let is_environment = |one: &Manifests| matches!(one.place, Some(Place::Environment { .. }));
    if !from.iter().all(is_environment) || !to.iter().all(is_environment) {
        take_equal(&mut old, &mut new);
    }
    (old, new)
}

fn read_all(chunks: Vec<Chunk<'_>>) -> Result<Vec<Object<'_>>, Diagnostic> {
    let mut objects = Vec::with_capacity(chunks.len());
    for chunk in chunks {
        objects.append(&mut read(chunk)?);
    }
    Ok(objects)
}

/// Returns the environments that stand in `these` alone.
fn lone_environments(these: &[Manifests], others: &[Manifests]) -> Vec<Place> {
    let others: BTreeSet<_> = others.iter().filter_map(|one| one.place.as_ref()).collect();
    let places = these.iter().filter_map(|one| one.place.as_ref());
    let lone = places.filter(|place| matches!(place, Place::Environment { .. }) && !others.contains(place));
    lone.cloned().collect()
}

#[cfg(test)]
mod tests {
    use towpath_model::difference::Change;

    use super::*;

    const FROM: &str = "kind: A\nmetadata: {name: x}\nv: 1\n---\nkind: Secret\nmetadata: {name: s}\ndata:\n  a: b25l\n  \
                        same: c2FtZQ==\n---\nkind: Gone\nmetadata: {name: g}\n";
    const TO: &str = "kind: Secret\nmetadata: {name: s}\ndata:\n  a: dHdv\n  same: c2FtZQ==\n  more: bW9yZQ==\n---\n\
                      kind: A\nmetadata: {name: x}\nv: 2\n---\nkind: New\nmetadata: {name: n}\n";

    #[test]
    fn objects_are_matched_by_identity_and_secrets_never_shown() {
        let difference = difference(FROM, TO, 3).unwrap();
        let told: Vec<_> =
            difference.objects.iter().map(|object| (object.identity().to_string(), object.change)).collect();
        let expected = [
            ("A x", Change::Changed),
            ("Secret s", Change::Changed),
            ("Gone g", Change::Removed),
            ("New n", Change::Added),
        ];
        assert_eq!(told, expected.map(|(name, change)| (name.to_owned(), change)));
        assert_eq!(difference.summary(), "2 changed, 1 added, 1 removed");
        let text = difference.unified();
        assert!(text.contains("-v: 1\n+v: 2\n"), "{text}");
        assert!(text.contains("-  a: (redacted, before)\n+  a: (redacted, after)\n"), "{text}");
        assert!(text.contains("+  more: (redacted)\n   same: (redacted)\n"), "{text}");
    }

    #[test]
    fn order_alone_is_no_difference() {
        assert!(difference("kind: A\n---\nkind: B\n", "kind: B\n---\nkind: A\n", 3).unwrap().is_empty());
    }
}
