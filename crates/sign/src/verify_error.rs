use towpath_model::{Diagnostic, Kind, PinnedImage};
use towpath_oci::RegistryError;

use crate::{Formats, Refusal, Signature};

/// Why an image does not count as signed, or why that could not be found out.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// No signature was found in the accepted formats.
    #[error("image {image} is not signed")]
    Unsigned {
        /// The image.
        image: PinnedImage,
        /// Where was looked.
        accepted: Formats,
    },
    /// Signatures were found and none counts.
    #[error("image {image} has no signature that counts")]
    Refused {
        /// The image.
        image: PinnedImage,
        /// The signatures and why each was refused, in the order in which they were found; never empty.
        refused: Vec<Refused>,
        /// How many more were not read, since at most 64 of each format are.
        unread: usize,
    },
    /// The image itself does not exist, so nothing can be said of its signatures.
    #[error("image {image} does not exist")]
    Missing {
        /// The image.
        image: PinnedImage,
    },
    /// The registry could not be asked.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

/// A signature that does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Where it stands.
    pub signature: Signature,
    /// Why it does not count.
    pub why: Refusal,
}

/// The most refusals that a diagnostic lists.
const MOST_LISTED: usize = 8;

impl VerifyError {
    /// Returns the error as it is shown: a negative verdict, except where the registry failed.
    pub fn diagnostic(&self) -> Diagnostic {
        let diagnostic = Diagnostic::new(Kind::Verdict, self.to_string());
        match self {
            Self::Registry(error) => error.diagnostic(),
            Self::Missing { .. } => Diagnostic { kind: Kind::Remote, ..diagnostic },
            Self::Unsigned { image, accepted } => {
                let place = match accepted {
                    Formats::Both => String::new(),
                    Formats::Only(format) => format!(" in the {format} format"),
                };
                diagnostic
                    .cause(format!("no signature was found beside it{place}"))
                    .hint(format!("sign it with `towpath-sign sign {image} --key KEY`"))
            }
            Self::Refused { refused, unread, .. } => {
                let mut diagnostic = diagnostic;
                for Refused { signature, why } in refused.iter().take(MOST_LISTED) {
                    diagnostic =
                        diagnostic.cause(format!("{} signature {} {why}", signature.format, signature.manifest));
                }
                if refused.len() > MOST_LISTED {
                    diagnostic = diagnostic.cause(format!("and {} more", refused.len() - MOST_LISTED));
                }
                if *unread > 0 {
                    diagnostic =
                        diagnostic.cause(format!("{unread} more signatures were not read: at most 64 of a format are"));
                }
                match refused.iter().map(|refused| &refused.why).find_map(hint) {
                    Some(hint) => diagnostic.hint(hint),
                    None => diagnostic,
                }
            }
        }
    }
}

impl From<&VerifyError> for Diagnostic {
    fn from(error: &VerifyError) -> Self {
        error.diagnostic()
    }
}

fn hint(why: &Refusal) -> Option<&'static str> {
    match why {
        Refusal::OtherKey => Some("check that --key is the public half of the key that signed"),
        Refusal::OtherImage { .. } => Some("the signature was copied from another image; sign this one"),
        Refusal::Predicate(_) => Some("an attestation tells something about an image; only a signature vouches for it"),
        Refusal::Broken(_) => None,
    }
}
