//! One object, before and after.

use std::borrow::Cow;

use towpath_model::difference::{Change, Detail, FieldChange, FieldEdit, ObjectDifference, Occurrence, Side};

use super::{Form, document::Object, fields, lines, secret::mark};

/// What there is to say of an object.
pub(super) enum Compared {
    /// Nothing.
    Same,
    /// It differs in form alone.
    InForm(Box<Occurrence>),
    /// It differs.
    Differs(Box<ObjectDifference>),
}

/// Compares an object with itself as it was; at least one of them is there.
pub(super) fn compare(old: Option<&mut Object<'_>>, new: Option<&mut Object<'_>>, form: Form) -> Compared {
    match (old, new) {
        (Some(old), Some(new)) => both(old, new, form),
        (Some(old), None) => one_sided(old, Side::Old, form),
        (None, Some(new)) => one_sided(new, Side::New, form),
        (None, None) => Compared::Same,
    }
}

fn both(old: &mut Object<'_>, new: &mut Object<'_>, form: Form) -> Compared {
    let rewritten = old.rewritten || new.rewritten;
    if !rewritten && old.text == new.text {
        return Compared::Same;
    }
    let former = (old.identity != new.identity).then(|| old.identity.clone());
    let renamed = (&old.identity.namespace, &old.identity.name) != (&new.identity.namespace, &new.identity.name);
    let change = if renamed { Change::Renamed } else { Change::Changed };
    let occurrence = Occurrence { place: new.place.cloned(), identity: new.identity.clone(), former };
    if old.value == new.value && (rewritten || form == Form::Fields) {
        let listed = old.text.is_empty() || new.text.is_empty();
        return if listed || old.text == new.text { Compared::Same } else { Compared::InForm(Box::new(occurrence)) };
    }
    let (detail, added, removed) = match form {
        Form::Fields => {
            let fields = fields::fields(&old.value, &new.value);
            let (added, removed) = (count(&fields, Side::New), count(&fields, Side::Old));
            (Detail::Fields(fields), added, removed)
        }
        Form::Lines(context) => {
            let (before, after) = if rewritten {
                mark(&mut old.value, &mut new.value);
                (Cow::Owned(old.value.to_yaml()), Cow::Owned(new.value.to_yaml()))
            } else {
                (Cow::Borrowed(old.text), Cow::Borrowed(new.text))
            };
            let lines = lines::lines(&before, &after, context);
            if lines.hunks.is_empty() {
                return Compared::InForm(Box::new(occurrence));
            }
            (Detail::Lines(lines.hunks), lines.added, lines.removed)
        }
    };
    differs(occurrence, change, detail, (added, removed))
}

fn one_sided(object: &Object<'_>, side: Side, form: Form) -> Compared {
    let change = if side == Side::New { Change::Added } else { Change::Removed };
    let occurrence = Occurrence { place: object.place.cloned(), identity: object.identity.clone(), former: None };
    let (detail, counts) = match form {
        Form::Fields => {
            let fields = fields::one_sided(&object.value, side);
            let counts = (count(&fields, Side::New), count(&fields, Side::Old));
            (Detail::Fields(fields), counts)
        }
        Form::Lines(_) => {
            let text = if object.rewritten { Cow::Owned(object.value.to_yaml()) } else { Cow::Borrowed(object.text) };
            let lines = lines::one_sided(&text, side);
            (Detail::Lines(lines.hunks), (lines.added, lines.removed))
        }
    };
    differs(occurrence, change, detail, counts)
}

fn differs(occurrence: Occurrence, change: Change, detail: Detail, (added, removed): (usize, usize)) -> Compared {
    let occurrences = vec![occurrence];
    let object = ObjectDifference { occurrences, change, detail, added, removed, names_vary: false };
    Compared::Differs(Box::new(object))
}

/// Returns how many fields have something on `side` that the other has not.
fn count(fields: &[FieldChange], side: Side) -> usize {
    let counts = |field: &&FieldChange| match field.edit {
        FieldEdit::Added(_) => side == Side::New,
        FieldEdit::Removed(_) => side == Side::Old,
        FieldEdit::Set { .. } | FieldEdit::Order { .. } | FieldEdit::Text(_) => true,
    };
    fields.iter().filter(counts).count()
}
