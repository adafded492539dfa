use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use towpath_model::Digest;

use super::settings::Secret;

/// The form of entries; it rises with every change to it.
pub(super) const SCHEMA: u32 = 1;

/// What names a rendering: everything that decides its result and is no file of the tree.
///
/// The version of Towpath, a digest of its engine's sources and the tenant are part of every key without being said.
///
/// ```
/// use towpath_render::cache::CacheKey;
///
/// let key = CacheKey::new("environment").with("service", "shop/towpath.yaml").with("environment", "prod");
/// # let _ = key;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheKey {
    kind: String,
    parts: BTreeMap<String, String>,
}

impl CacheKey {
    /// Returns the key of a rendering of this kind. Kinds keep apart results of different forms.
    pub fn new(kind: impl Into<String>) -> Self {
        Self { kind: kind.into(), parts: BTreeMap::new() }
    }

    /// Returns the key with one more thing that decides the result; the same name again replaces it.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parts.insert(name.into(), value.into());
        self
    }

    /// Returns the digest under which entries of this key stand, for one tenant; sealed ones apart from others.
    pub(super) fn digest(&self, tenant: &str, secret: Option<&Secret>) -> Digest {
        let mut hasher = Sha256::new();
        // The length before each text keeps one text from being taken for two.
        let mut add = |text: &str| {
            hasher.update((text.len() as u64).to_le_bytes());
            hasher.update(text);
        };
        add(&SCHEMA.to_string());
        add(env!("CARGO_PKG_VERSION"));
        add(env!("TOWPATH_ENGINE"));
        add(tenant);
        add(if secret.is_some() { "sealed" } else { "plain" });
        add(&self.kind);
        for (name, value) in &self.parts {
            add(name);
            add(value);
        }
        Digest::from_bytes(hasher.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_differs_gives_another_digest() {
        let key = CacheKey::new("a").with("b", "c");
        let others = [
            (CacheKey::new("a").with("b", "c"), "x"),
            (CacheKey::new("ab").with("", "c"), ""),
            (CacheKey::new("a").with("bc", ""), ""),
            (CacheKey::new("a").with("b", "c").with("d", ""), ""),
        ];
        assert_eq!(key.digest("", None), CacheKey::new("a").with("b", "-").with("b", "c").digest("", None));
        assert_ne!(key.digest("", None), key.digest("", Some(&Secret::new("s"))));
        for (other, tenant) in others {
            assert_ne!(key.digest("", None), other.digest(tenant, None), "{other:?} {tenant}");
        }
    }
}
