use towpath_model::Digest;

/// Why a signature that was found does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The given key did not make it.
    #[error("was not made by this key")]
    OtherKey,
    /// The key made it, for another image; it was copied here.
    #[error("signs {signed}, not {image}")]
    OtherImage {
        /// The digest that it names.
        signed: Digest,
        /// The digest of the image in question.
        image: Digest,
    },
    /// The key made it, but it claims something about the image rather than signing it.
    #[error("is an attestation of type `{0}`, not a signature of the image")]
    Predicate(String),
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Broken(String),
}

impl Refusal {
    /// Returns the beginning of a text from a registry, fit for a message.
    pub(crate) fn clip(text: &str) -> String {
        text.chars().filter(|c| !c.is_control()).take(120).collect()
    }
}
