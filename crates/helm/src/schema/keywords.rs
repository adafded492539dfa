use super::{
    document::{Documents, NodeId},
    keyword::Keyword,
};

/// The keywords of one schema, found by one pass over its keys.
#[derive(Debug)]
pub(super) struct Keywords([Option<NodeId>; Keyword::COUNT]);

impl Keywords {
    pub(super) fn of(documents: &Documents, schema: NodeId) -> Self {
        let mut found = [None; Keyword::COUNT];
        for entry in documents.entries(schema) {
            found[entry.keyword as usize] = Some(entry.value);
        }
        Self(found)
    }

    /// Returns the value at a keyword.
    pub(super) fn get(&self, keyword: Keyword) -> Option<NodeId> {
        self.0[keyword as usize]
    }
}
