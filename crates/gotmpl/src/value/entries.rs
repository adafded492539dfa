use std::collections::{BTreeMap, btree_map};

use super::{Str, Value};

/// Above so many entries a map that is changed becomes a tree.
const FEW: usize = 128;

/// The content of a map, sorted by key.
///
/// Most maps of a chart have a handful of entries, and there are thousands of them: a list takes a quarter of the memory that a
/// tree's node does, and is as quick to search.
#[derive(Debug, Clone)]
pub struct Entries(Form);

#[derive(Debug, Clone)]
enum Form {
    /// Sorted, no key twice; any length, as long as nothing is inserted.
    Few(Vec<(Str, Value)>),
    Many(BTreeMap<Str, Value>),
}

use Form::{Few, Many};

impl Default for Entries {
    fn default() -> Self {
        Self(Few(Vec::new()))
    }
}

impl Entries {
    /// Returns no entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Few(list) => list.len(),
            Many(tree) => tree.len(),
        }
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the value at `key`, or nothing.
    pub fn get(&self, key: &[u8]) -> Option<&Value> {
        match &self.0 {
            Few(list) => {
                let at = list.binary_search_by(|(known, _)| known.as_bytes().cmp(key)).ok()?;
                list.get(at).map(|(_, value)| value)
            }
            Many(tree) => tree.get(key),
        }
    }

    /// Returns the value at `key`, or nothing; quicker than [`Self::get`] where the key is a short string already.
    #[inline]
    pub(super) fn at(&self, key: &Str) -> Option<&Value> {
        match &self.0 {
            Few(list) => list.get(find(list, key).ok()?).map(|(_, value)| value),
            Many(tree) => tree.get(key),
        }
    }

    /// Sets the value at `key` and returns the former one.
    pub fn insert(&mut self, key: Str, value: Value) -> Option<Value> {
        let list = match &mut self.0 {
            Few(list) => list,
            Many(tree) => return tree.insert(key, value),
        };
        // What comes sorted is put at the end without a search.
        let place = if list.last().is_none_or(|(last, _)| *last < key) { Err(list.len()) } else { find(list, &key) };
        match place {
            Ok(at) => list.get_mut(at).map(|(_, old)| std::mem::replace(old, value)),
            Err(at) if at == list.len() || list.len() < FEW => {
                list.insert(at, (key, value));
                None
            }
            Err(_) => {
                let mut tree: BTreeMap<_, _> = std::mem::take(list).into_iter().collect();
                tree.insert(key, value);
                self.0 = Many(tree);
                None
            }
        }
    }

    /// Removes the entry at `key` and returns its value.
    pub fn remove(&mut self, key: &[u8]) -> Option<Value> {
        match &mut self.0 {
            Few(list) => {
                let at = list.binary_search_by(|(known, _)| known.as_bytes().cmp(key)).ok()?;
                if list.len() <= FEW {
                    return Some(list.remove(at).1);
                }
                let mut tree: BTreeMap<_, _> = std::mem::take(list).into_iter().collect();
                let value = tree.remove(key);
                self.0 = Many(tree);
                value
            }
            Many(tree) => tree.remove(key),
        }
    }

    /// Returns the entries, sorted by key.
    pub fn iter(&self) -> EntriesIter<'_> {
        EntriesIter(match &self.0 {
            Few(list) => Inner::Few(list.iter()),
            Many(tree) => Inner::Many(tree.iter()),
        })
    }

    /// Returns the keys, sorted.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Str> {
        self.iter().map(|(key, _)| key)
    }

    /// Returns the values in the order of their keys.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.iter().map(|(_, value)| value)
    }
}

#[inline]
fn find(list: &[(Str, Value)], key: &Str) -> Result<usize, usize> {
    list.binary_search_by(|(known, _)| known.cmp(key))
}

/// Of entries with one key the last counts.
impl FromIterator<(Str, Value)> for Entries {
    fn from_iter<I: IntoIterator<Item = (Str, Value)>>(entries: I) -> Self {
        let mut list: Vec<_> = entries.into_iter().collect();
        if !list.is_sorted_by(|one, other| one.0 < other.0) {
            // Stable, so that the last of equal ones stays the last.
            list.sort_by(|one, other| one.0.cmp(&other.0));
            list.dedup_by(|later, kept| {
                let same = later.0 == kept.0;
                if same {
                    std::mem::swap(later, kept);
                }
                same
            });
        }
        Self(Few(list))
    }
}

/// The entries of a map, sorted by key.
pub struct EntriesIter<'a>(Inner<'a>);

enum Inner<'a> {
    Few(std::slice::Iter<'a, (Str, Value)>),
    Many(btree_map::Iter<'a, Str, Value>),
}

impl<'a> Iterator for EntriesIter<'a> {
    type Item = (&'a Str, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Inner::Few(list) => list.next().map(|(key, value)| (key, value)),
            Inner::Many(tree) => tree.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Inner::Few(list) => list.size_hint(),
            Inner::Many(tree) => tree.size_hint(),
        }
    }
}

impl ExactSizeIterator for EntriesIter<'_> {}

impl<'a> IntoIterator for &'a Entries {
    type Item = (&'a Str, &'a Value);
    type IntoIter = EntriesIter<'a>;

    fn into_iter(self) -> EntriesIter<'a> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(entries: &Entries) -> Vec<(String, String)> {
        entries.iter().map(|(key, value)| (key.to_string(), format!("{value:?}"))).collect()
    }

    #[test]
    fn entries_are_those_of_a_sorted_map_whatever_is_done() {
        let mut random = 1_u64;
        let mut next = |below: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % below
        };
        for keys in [3, 40, 400] {
            let start: Vec<_> = (0..next(keys)).map(|at| (next(keys).to_string(), at)).collect();
            let pair = |(key, at): &(String, u64)| (Str::from(key.as_str()), Value::from(at.to_string().as_str()));
            let mut ours: Entries = start.iter().map(pair).collect();
            let mut theirs: BTreeMap<Str, Value> = start.iter().map(pair).collect();
            for round in 0..2_000 {
                let key = Str::from(next(keys).to_string());
                if next(3) == 0 {
                    assert_eq!(ours.remove(key.as_bytes()).is_some(), theirs.remove(key.as_bytes()).is_some());
                } else {
                    let value = Value::from(round.to_string().as_str());
                    let old = ours.insert(key.clone(), value.clone());
                    assert_eq!(format!("{old:?}"), format!("{:?}", theirs.insert(key.clone(), value)));
                }
                let (one, other) = (ours.get(key.as_bytes()), ours.at(&key));
                assert_eq!(format!("{one:?} {other:?}"), format!("{0:?} {0:?}", theirs.get(&key)));
                assert_eq!(ours.len(), theirs.len());
            }
            let expected: Vec<_> = theirs.iter().map(|(key, value)| (key.to_string(), format!("{value:?}"))).collect();
            assert_eq!(numbers(&ours), expected);
            assert_eq!(ours.keys().len(), ours.values().len());
        }
    }
}
