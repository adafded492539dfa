use serde::{Deserialize, Serialize};
use towpath_model::Digest;

/// What an address gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record {
    /// The address, without secrets; for people who look into the store.
    pub(crate) address: String,
    /// The content's digest.
    pub(crate) digest: Digest,
    /// What a server calls this state of the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) etag: Option<String>,
    /// When it says it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last_modified: Option<String>,
    /// The name of the file, where the address does not tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
}

impl Record {
    pub(crate) fn of(address: impl Into<String>, content: &[u8]) -> Self {
        let (etag, last_modified, name) = (None, None, None);
        Self { address: address.into(), digest: Digest::of(content), etag, last_modified, name }
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("because strings and digests have a form in JSON")
    }
}
