use serde_json::{Value, json as value};
use towpath_model::difference::{
    Change, Detail, Difference, FieldChange, FieldEdit, Hunk, Identity, ObjectDifference, Occurrence, Place,
};

/// Returns a difference as a document of version `towpath.dev/v1alpha1`, kind `Difference`.
///
/// `objects` has an entry for each difference: `apiVersion`, `kind`, `namespace`, `name`, `change` and `added` and `removed`
/// (counts of lines or fields); `diff` (unified) or `fields` (each `path`, `edit` and what that has: `before`, `after`,
/// `value`, `diff`); `former` where the object was known by something else; `occurrences` with every object that differs
/// in this way, and `namesVary` where those differ from the first in names and checksums. `summary` counts objects.
pub fn json(difference: &Difference, from: &str, to: &str) -> Value {
    let counts = Change::ALL.map(|change| (change.as_str().to_owned(), value!(difference.count(change))));
    let places = |places: &[Place]| places.iter().map(place).collect::<Vec<_>>();
    value!({
        "apiVersion": "towpath.dev/v1alpha1",
        "kind": "Difference",
        "from": from,
        "to": to,
        "summary": counts.into_iter().collect::<serde_json::Map<_, _>>(),
        "newPlaces": places(&difference.new_places),
        "gonePlaces": places(&difference.gone_places),
        "objects": difference.objects.iter().map(object).collect::<Vec<_>>(),
        "formatting": difference.formatting.iter().map(occurrence).collect::<Vec<_>>(),
    })
}

fn object(object: &ObjectDifference) -> Value {
    let mut document = identity(object.identity());
    document["change"] = value!(object.change);
    document["added"] = value!(object.added);
    document["removed"] = value!(object.removed);
    match &object.detail {
        Detail::Lines(_) => document["diff"] = value!(object.unified()),
        Detail::Fields(fields) => document["fields"] = fields.iter().map(field).collect(),
    }
    if let Some(former) = &object.occurrences[0].former {
        document["former"] = identity(former);
    }
    document["occurrences"] = object.occurrences.iter().map(occurrence).collect();
    document["namesVary"] = value!(object.names_vary);
    document
}

/// Returns the four names of an object.
pub(crate) fn identity(identity: &Identity) -> Value {
    value!({
        "apiVersion": identity.api_version,
        "kind": identity.kind,
        "namespace": identity.namespace,
        "name": identity.name,
    })
}

fn occurrence(occurrence: &Occurrence) -> Value {
    let mut document = identity(&occurrence.identity);
    if let Some(former) = &occurrence.former {
        document["former"] = identity(former);
    }
    if let Some(at) = &occurrence.place {
        document["place"] = place(at);
    }
    document
}

fn place(place: &Place) -> Value {
    match place {
        Place::Environment { service, environment } => value!({ "service": service, "environment": environment }),
        Place::File(path) => value!({ "file": path }),
    }
}

/// Returns a field that differs: `path`, `edit` and what that has.
pub(crate) fn field(field: &FieldChange) -> Value {
    let path = &field.path;
    let text = |hunks: &[Hunk]| hunks.iter().map(ToString::to_string).collect::<String>();
    match &field.edit {
        FieldEdit::Set { before, after } => value!({ "path": path, "edit": "set", "before": before, "after": after }),
        FieldEdit::Order { before, after } => {
            value!({ "path": path, "edit": "order", "before": before, "after": after })
        }
        FieldEdit::Text(hunks) => value!({ "path": path, "edit": "text", "diff": text(hunks) }),
        FieldEdit::Added(added) => value!({ "path": path, "edit": "added", "value": added }),
        FieldEdit::Removed(removed) => value!({ "path": path, "edit": "removed", "value": removed }),
    }
}
