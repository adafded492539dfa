use std::rc::Rc;

use super::{CONTAINER, ELEMENT, Str, Value, go_type::ListType};

/// A Go slice whose elements never change; cloning and slicing share them.
#[derive(Debug, Clone)]
pub struct List {
    list_type: &'static ListType,
    items: Option<Rc<Items>>,
}

#[derive(Debug)]
enum Items {
    Whole(Vec<Value>),
    Part { whole: Rc<Items>, start: usize, end: usize },
}

/// Lists of more elements are judged by the first.
const MANY: usize = 64;

impl Items {
    fn whole(&self) -> &[Value] {
        match self {
            Self::Whole(values) => values,
            Self::Part { whole, .. } => whole.whole(),
        }
    }

    fn range(&self) -> (usize, usize) {
        match self {
            Self::Whole(values) => (0, values.len()),
            Self::Part { start, end, .. } => (*start, *end),
        }
    }
}

impl List {
    /// Returns a list of this type; the values must be of its element type.
    pub fn new(list_type: &'static ListType, values: Vec<Value>) -> Self {
        Self { list_type, items: Some(Rc::new(Items::Whole(values))) }
    }

    /// Returns an `[]interface {}`.
    pub fn any(values: Vec<Value>) -> Self {
        Self::new(ListType::ANY, values)
    }

    /// Returns a `[]string`.
    pub fn strings<T: Into<Str>>(values: impl IntoIterator<Item = T>) -> Self {
        Self::new(ListType::STRING, values.into_iter().map(|text| Value::Str(text.into())).collect())
    }

    /// Returns the nil slice of this type: empty, and equal to nil.
    pub fn nil(list_type: &'static ListType) -> Self {
        Self { list_type, items: None }
    }

    /// Returns its type.
    pub fn list_type(&self) -> &'static ListType {
        self.list_type
    }

    /// Tells whether it is the nil slice.
    pub fn is_nil(&self) -> bool {
        self.items.is_none()
    }

    /// Returns the elements.
    pub fn as_slice(&self) -> &[Value] {
        let Some(items) = &self.items else { return &[] };
        let (start, end) = items.range();
        &items.whole()[start..end]
    }

    /// Returns the number of elements.
    pub fn len(&self) -> usize {
        self.items.as_ref().map_or(0, |items| items.range().1 - items.range().0)
    }

    /// Tells whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how far [`Self::slice`] can reach: to the end of the list this one was sliced from.
    pub fn capacity(&self) -> usize {
        self.items.as_ref().map_or(0, |items| items.whole().len() - items.range().0)
    }

    /// Returns elements `start..end`, without copying; both are taken to [`Self::capacity`].
    #[must_use]
    pub fn slice(&self, start: usize, end: usize) -> Self {
        let Some(items) = &self.items else { return self.clone() };
        let (offset, limit) = (items.range().0, self.capacity());
        let end = end.min(limit);
        let (start, end) = (offset + start.min(end), offset + end);
        let whole = match &**items {
            Items::Whole(_) => Rc::clone(items),
            Items::Part { whole, .. } => Rc::clone(whole),
        };
        Self { list_type: self.list_type, items: Some(Rc::new(Items::Part { whole, start, end })) }
    }

    /// Tells whether others hold this list too.
    pub(crate) fn is_shared(&self) -> bool {
        self.items.as_ref().is_some_and(|items| Rc::strong_count(items) > 1)
    }

    /// Returns the bytes that only this list holds.
    pub(crate) fn owned_bytes(&self) -> usize {
        match &self.items {
            Some(items) if Rc::strong_count(items) == 1 => match &**items {
                Items::Whole(values) => {
                    // A long list that is the copy of another one shares its elements; looking at each, for every element that
                    // is appended, would take quadratic time.
                    let is_copy = values.len() > MANY && values.first().is_some_and(Value::is_shared);
                    let elements = if is_copy { 0 } else { values.iter().map(Value::owned_bytes).sum() };
                    CONTAINER + ELEMENT * values.len() + elements
                }
                Items::Part { .. } => CONTAINER,
            },
            _ => 0,
        }
    }

    /// Tells whether both share their elements and their bounds.
    pub fn is_same(&self, other: &Self) -> bool {
        let bounds = |list: &Self| (list.as_slice().as_ptr(), list.len());
        bounds(self) == bounds(other)
    }
}
