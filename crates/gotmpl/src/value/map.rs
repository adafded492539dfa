use std::{
    cell::{Cell, Ref, RefCell, RefMut},
    rc::Rc,
};

use super::{CONTAINER, ENTRY, Str, Value, entries::Entries, go_type::MapType};

/// A Go map with string keys, sorted by key. Clones share one content: a change is seen by every holder.
#[derive(Debug, Clone)]
pub struct Map {
    map_type: &'static MapType,
    content: Option<Rc<Content>>,
}

/// What all holders of a map share.
#[derive(Debug)]
struct Content {
    entries: RefCell<Entries>,
    is_settled: Cell<bool>,
}

impl Map {
    /// Returns an empty map of this type.
    pub fn new(map_type: &'static MapType) -> Self {
        Self::from_entries(map_type, Entries::new())
    }

    /// Returns an empty `map[string]interface {}`.
    pub fn any() -> Self {
        Self::new(MapType::ANY)
    }

    /// Returns a map of this type with these entries; the values must be of its element type.
    pub fn from_entries(map_type: &'static MapType, entries: Entries) -> Self {
        let content = Content { entries: RefCell::new(entries), is_settled: Cell::new(false) };
        Self { map_type, content: Some(Rc::new(content)) }
    }

    /// Returns the nil map of this type: empty, equal to nil, and closed to insertion.
    pub fn nil(map_type: &'static MapType) -> Self {
        Self { map_type, content: None }
    }

    /// Returns the same map, sharing its content, seen as another type: Go's conversion `Values(m)`.
    #[must_use]
    pub fn with_type(&self, map_type: &'static MapType) -> Self {
        Self { map_type, content: self.content.clone() }
    }

    /// Returns its type.
    pub fn map_type(&self) -> &'static MapType {
        self.map_type
    }

    /// Tells whether it is the nil map.
    pub fn is_nil(&self) -> bool {
        self.content.is_none()
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.content.as_ref().map_or(0, |content| content.entries.borrow().len())
    }

    /// Tells whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the value at `key`, or nothing.
    pub fn get(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        self.content.as_ref()?.entries.borrow().get(key.as_ref()).cloned()
    }

    /// Returns the value at `key`, or nothing; quicker than [`Self::get`] where the key is a short string already.
    pub(crate) fn at(&self, key: &Str) -> Option<Value> {
        self.content.as_ref()?.entries.borrow().at(key).cloned()
    }

    /// Tells whether there is an entry at `key`.
    pub fn contains(&self, key: impl AsRef<[u8]>) -> bool {
        self.content.as_ref().is_some_and(|content| content.entries.borrow().get(key.as_ref()).is_some())
    }

    /// Sets the value at `key` for every holder and returns the former one. The nil map stays empty.
    pub fn insert(&self, key: impl Into<Str>, value: impl Into<Value>) -> Option<Value> {
        self.content.as_ref()?.entries.borrow_mut().insert(key.into(), value.into())
    }

    /// Removes the entry at `key` for every holder and returns its value.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        self.content.as_ref()?.entries.borrow_mut().remove(key.as_ref())
    }

    /// Returns the keys, sorted by bytes.
    pub fn keys(&self) -> Vec<Str> {
        self.content.as_ref().map_or_else(Vec::new, |content| content.entries.borrow().keys().cloned().collect())
    }

    /// Returns the entries as they are now, sorted by key.
    pub fn entries(&self) -> Vec<(Str, Value)> {
        let copy = |content: &Rc<Content>| {
            content.entries.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect()
        };
        self.content.as_ref().map_or_else(Vec::new, copy)
    }

    /// Returns the content for reading without copies; nothing for the nil map.
    ///
    /// While it is held, changing the map through any holder panics: hold it only around code that runs no template.
    pub fn borrow(&self) -> Option<Ref<'_, Entries>> {
        self.content.as_ref().map(|content| content.entries.borrow())
    }

    /// Returns the content for changes; nothing for the nil map. The same care as for [`Self::borrow`] applies.
    pub fn borrow_mut(&self) -> Option<RefMut<'_, Entries>> {
        self.content.as_ref().map(|content| content.entries.borrow_mut())
    }

    /// Marks this map and all below it, in lists too, as what others rely on: [`Session::changes`](crate::Session::changes)
    /// notes who changes it nevertheless.
    pub fn settle(&self) {
        let Some(content) = &self.content else { return };
        if !content.is_settled.replace(true) {
            content.entries.borrow().values().for_each(settle);
        }
    }

    /// Tells whether others rely on it.
    pub(crate) fn is_settled(&self) -> bool {
        self.content.as_ref().is_some_and(|content| content.is_settled.get())
    }

    /// Tells whether others hold this map too.
    pub(crate) fn is_shared(&self) -> bool {
        self.content.as_ref().is_some_and(|content| Rc::strong_count(content) > 1)
    }

    /// Returns the bytes that only this map holds.
    pub(crate) fn owned_bytes(&self) -> usize {
        match &self.content {
            Some(content) if Rc::strong_count(content) == 1 => {
                let own = |(key, value): (&Str, &Value)| ENTRY + key.owned_bytes() + value.owned_bytes();
                CONTAINER + content.entries.borrow().iter().map(own).sum::<usize>()
            }
            _ => 0,
        }
    }

    /// Tells whether both are one map.
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.content, &other.content) {
            (Some(one), Some(other)) => Rc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

fn settle(value: &Value) {
    match value {
        Value::Map(map) => map.settle(),
        Value::List(list) => list.as_slice().iter().for_each(settle),
        _ => {}
    }
}

impl<K: Into<Str>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        Self::from_entries(MapType::ANY, entries)
    }
}
