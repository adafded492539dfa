//! Which old object is which new one.

use std::collections::HashMap;

use towpath_model::difference::{Identity, Place};

use super::{document::Object, renamed::base_name};

/// The partners of the objects of both sides, by index.
pub(super) struct Pairs {
    pub(super) of_old: Vec<Option<usize>>,
    pub(super) of_new: Vec<Option<usize>>,
}

/// What has to be the same in two objects for them to be the same object.
#[derive(PartialEq, Eq, Hash)]
struct Key<'a> {
    place: Option<&'a Place>,
    group: &'a str,
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
}

/// How often a key may stand on a side.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Often {
    /// Several objects of a key are paired in their order.
    Any,
    /// A key that stands twice on a side says nothing.
    Once,
}

/// Pairs objects: first those of the same place, group, kind, namespace and name; then those that moved to another place,
/// which none does from one environment to another; then what one name lost and one name won that differ in a generated suffix, or in the namespace.
///
/// The API's version does not count. It takes time that grows with the number of objects.
pub(super) fn pair(old: &[Object<'_>], new: &[Object<'_>]) -> Pairs {
    let mut pairs = Pairs { of_old: vec![None; old.len()], of_new: vec![None; new.len()] };
    pairs.add(old, new, Often::Any, |object| Some(whole(object, object.place)));
    let is_environment = |object: &Object<'_>| matches!(object.place, Some(Place::Environment { .. }));
    if !old.iter().all(is_environment) || !new.iter().all(is_environment) {
        pairs.add(old, new, Often::Any, |object| Some(whole(object, None)));
    }
    pairs.add(old, new, Often::Once, |object| {
        let name = base_name(&object.identity.name)?;
        Some(Key { name, ..whole(object, object.place) })
    });
    pairs.add(old, new, Often::Once, |object| {
        if object.identity.name.is_empty() {
            return None;
        }
        Some(Key { namespace: "", ..whole(object, object.place) })
    });
    pairs
}

fn whole<'a>(object: &'a Object<'_>, place: Option<&'a Place>) -> Key<'a> {
    let identity = &object.identity;
    Key { place, group: group(identity), kind: &identity.kind, namespace: &identity.namespace, name: &identity.name }
}

/// Returns the group that an object's kind is in today: what was in `extensions` moved.
fn group(identity: &Identity) -> &str {
    match (identity.group(), identity.kind.as_str()) {
        ("extensions", "DaemonSet" | "Deployment" | "ReplicaSet") => "apps",
        ("extensions", "Ingress" | "NetworkPolicy") => "networking.k8s.io",
        ("extensions", "PodSecurityPolicy") => "policy",
        (group, _) => group,
    }
}

impl Pairs {
    /// Pairs what has no partner yet by a key; objects without one are left.
    fn add<'a>(
        &mut self,
        old: &'a [Object<'_>],
        new: &'a [Object<'_>],
        often: Often,
        key: impl Fn(&'a Object<'_>) -> Option<Key<'a>>,
    ) {
        let mut open: HashMap<Key<'a>, (Vec<usize>, Vec<usize>)> = HashMap::new();
        let free = |taken: &[Option<usize>]| -> Vec<usize> {
            (0..taken.len()).filter(|index| taken[*index].is_none()).collect()
        };
        for index in free(&self.of_old) {
            if let Some(key) = key(&old[index]) {
                open.entry(key).or_default().0.push(index);
            }
        }
        for index in free(&self.of_new) {
            if let Some(both) = key(&new[index]).and_then(|key| open.get_mut(&key)) {
                both.1.push(index);
            }
        }
        for (olds, news) in open.into_values() {
            if often == Often::Once && (olds.len(), news.len()) != (1, 1) {
                continue;
            }
            for (a, b) in olds.into_iter().zip(news) {
                self.of_old[a] = Some(b);
                self.of_new[b] = Some(a);
            }
        }
    }
}
