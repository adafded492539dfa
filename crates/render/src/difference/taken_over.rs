//! Secrets whose name another kind of object takes over, or that take one over.

use std::collections::HashMap;

use towpath_model::difference::Place;

use super::{
    document::Object,
    matching::Pairs,
    secret::{hidden_texts, hide_texts},
};

type Name = (Option<Place>, String, String);

/// Hides what a Secret holds in objects of another kind that have its name, where one went and the other came.
pub(super) fn hide<'a>(old: &mut [Object<'a>], new: &mut [Object<'a>], pairs: &Pairs) {
    let mut texts: HashMap<Name, Vec<String>> = HashMap::new();
    for (objects, partners) in [(&*old, &pairs.of_old), (&*new, &pairs.of_new)] {
        for (object, _) in objects.iter().zip(partners).filter(|(object, partner)| object.secret && partner.is_none()) {
            hidden_texts(&object.value, texts.entry(name(object)).or_default());
        }
    }
    if texts.is_empty() {
        return;
    }
    for (objects, partners) in [(old, &pairs.of_old), (new, &pairs.of_new)] {
        for (object, _) in
            objects.iter_mut().zip(partners).filter(|(object, partner)| !object.secret && partner.is_none())
        {
            if let Some(texts) = texts.get(&name(object)) {
                hide_texts(&mut object.value, texts);
                object.rewritten = true;
            }
        }
    }
}

/// Hides what a Secret holds in the same object where that is no Secret.
pub(super) fn hide_from_other<'a>(one: &mut Object<'a>, other: &mut Object<'a>) {
    let (secret, plain) = match (one.secret, other.secret) {
        (true, false) => (one, other),
        (false, true) => (other, one),
        _ => return,
    };
    let mut texts = Vec::new();
    hidden_texts(&secret.value, &mut texts);
    hide_texts(&mut plain.value, &texts);
}

fn name(object: &Object<'_>) -> Name {
    (object.place.cloned(), object.identity.namespace.clone(), object.identity.name.clone())
}
