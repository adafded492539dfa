use std::fmt;

use towpath_model::{Digest, PinnedImage};

/// In which form a signature stands in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// A payload and its signature in an image at the tag `sha256-<hex>.sig`; all versions of cosign read it.
    Legacy,
    /// A Sigstore bundle 0.3 that refers to the image; the default of cosign 3.
    Bundle,
}

impl Format {
    /// Returns the word that stands in messages and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Legacy => "legacy",
            Self::Bundle => "bundle",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which formats are written or accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Formats {
    /// Write both; accept either.
    #[default]
    Both,
    /// This one alone.
    Only(Format),
}

impl Formats {
    /// Returns whether `format` is among them.
    pub fn include(self, format: Format) -> bool {
        match self {
            Self::Both => true,
            Self::Only(only) => only == format,
        }
    }
}

/// A signature and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature {
    /// The digest of the manifest that carries it.
    pub manifest: Digest,
    /// Its form.
    pub format: Format,
}

/// An image whose signature has been verified. Verification alone makes one.
///
/// ```compile_fail
/// let image: towpath_model::PinnedImage = "r.example/shop@sha256:…".parse()?;
/// // There is no constructor and no public field.
/// let signed = towpath_sign::SignedImage { image, signatures: Vec::new() };
/// # Ok::<(), towpath_model::ImageError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedImage {
    image: PinnedImage,
    signatures: Vec<Signature>,
}

impl SignedImage {
    pub(crate) fn new(image: PinnedImage, mut signatures: Vec<Signature>) -> Self {
        signatures.sort_unstable();
        signatures.dedup();
        Self { image, signatures }
    }

    /// Returns the image.
    pub fn image(&self) -> &PinnedImage {
        &self.image
    }

    /// Returns the signatures that hold, sorted by manifest, without duplicates; never empty.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }
}

impl fmt::Display for SignedImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.image.fmt(f)
    }
}
