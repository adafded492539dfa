use super::draft::Draft;
use crate::schema::{
    document::{Documents, Kind, Node},
    keyword::Keyword as K,
    keywords::Keywords,
};

/// Which properties or elements of a value no schema has looked at yet, as far as anyone wants to know.
#[derive(Debug, Default)]
pub(super) struct Open(Vec<bool>);

impl Open {
    /// Returns that everything from `start` on is open, if that is wanted.
    pub(super) fn new(value: Node, wanted: bool, start: usize) -> Self {
        if !wanted {
            return Self::default();
        }
        let length = value.length();
        if start >= length { Self::default() } else { Self((0..length).map(|at| at >= start).collect()) }
    }

    /// Returns what is open before a schema looks at the value: nothing, where one of its keywords sees to all.
    pub(super) fn of(documents: &Documents, value: Node, keys: &Keywords, draft: Draft, wanted: bool) -> Self {
        let has = |key: K| keys.get(key).is_some();
        let since_2019 = draft >= Draft::Year2019;
        match value {
            Node::Object(_) => {
                let wanted = wanted || (since_2019 && has(K::UnevaluatedProperties));
                Self::new(value, wanted && !has(K::AdditionalProperties), 0)
            }
            Node::Array(_) => {
                let wanted = wanted || (since_2019 && has(K::UnevaluatedItems));
                let (all, start) = if draft >= Draft::Year2020 {
                    (has(K::Items), keys.get(K::PrefixItems).map_or(0, |at| documents.items(at).len()))
                } else {
                    match keys.get(K::Items).map(|at| (documents.kind(at), documents.items(at).len())) {
                        Some((Some(Kind::Array), length)) => (has(K::AdditionalItems), length),
                        Some(_) => (true, 0),
                        None => (false, 0),
                    }
                };
                Self::new(value, wanted && !all, start)
            }
            _ => Self::default(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.0.contains(&true)
    }

    /// Notes that a schema has looked at the property or element at `at`.
    pub(super) fn close(&mut self, at: usize) {
        if let Some(open) = self.0.get_mut(at) {
            *open = false;
        }
    }

    pub(super) fn contains(&self, at: usize) -> bool {
        self.0.get(at) == Some(&true)
    }

    /// Keeps open what another schema has left open too.
    pub(super) fn merge(&mut self, other: &Self) {
        for (at, open) in self.0.iter_mut().enumerate() {
            *open &= other.contains(at);
        }
    }

    /// Closes all.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
