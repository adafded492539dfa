use towpath_model::{Diagnostic, Kind};
use towpath_oci::RegistryError;

use crate::KeyError;

/// Why an image could not be signed. Signing again goes on where it stopped.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The key cannot sign.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The registry did not give the image or did not take the signature.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// What stands at the tag for signatures is something else, which is not overwritten.
    #[error("{place} holds no signatures: {detail}")]
    Occupied {
        /// The image that holds them, by its tag.
        place: String,
        /// What stands there.
        detail: String,
    },
    /// The signatures at the tag are too many to add one.
    #[error("{place} holds {found} signatures already; at most {most} are read")]
    TooMany {
        /// The image that holds them, by its tag.
        place: String,
        /// How many it holds.
        found: usize,
        /// The limit.
        most: usize,
    },
    /// Other writers of the same tag won every time.
    #[error("{place} kept changing while a signature was added")]
    Contended {
        /// The image that holds the signatures, by its tag.
        place: String,
    },
    /// A manifest could not be written as JSON.
    #[error("the signature's manifest cannot be written")]
    Json(#[from] serde_json::Error),
}

impl SignError {
    /// Returns the error as it is shown.
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Key(error) => error.diagnostic(),
            Self::Registry(error) => error.diagnostic(),
            Self::Occupied { .. } | Self::TooMany { .. } => Diagnostic::from_error(Kind::Remote, self)
                .hint("sign with `--format bundle`, or remove the tag if nothing needs it"),
            Self::Contended { .. } => {
                Diagnostic::from_error(Kind::Remote, self).hint("run the same command again: it adds what is missing")
            }
            Self::Json(_) => Diagnostic::from_error(Kind::Bug, self),
        }
    }
}

impl From<&SignError> for Diagnostic {
    fn from(error: &SignError) -> Self {
        error.diagnostic()
    }
}
