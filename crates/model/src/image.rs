use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Digest, DigestError};

/// The name of an image repository: registry host (with port) and path, without tag or digest.
///
/// `alpine` means `docker.io/library/alpine`, as container engines read it.
/// Source: the OCI distribution specification 1.1, "Pulling manifests", and `distribution/reference`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ImageName {
    registry: String,
    repository: String,
}

/// A text that is not the name of an image, or not a pinned one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// The repository path breaks the grammar of the distribution specification.
    #[error("image name `{0}` is not `registry/path` in lower case")]
    Name(String),
    /// A pinned image was expected and there is no `@sha256:…`.
    #[error("image `{0}` has no digest")]
    NoDigest(String),
    /// What stands behind `@` is not a digest.
    #[error(transparent)]
    Digest(#[from] DigestError),
}

impl ImageName {
    /// Returns the name of `repository` on the host `registry`, which needs no dot or port to be one.
    ///
    /// # Errors
    /// When either breaks the grammar.
    pub fn on(registry: &str, repository: &str) -> Result<Self, ImageError> {
        Self::checked(registry.to_owned(), repository.to_owned())
            .ok_or_else(|| ImageError::Name(format!("{registry}/{repository}").chars().take(300).collect()))
    }

    /// Returns the host, and the port if one was written: `registry.example.com:5000`.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// Returns the path below the host: `pay/payments`.
    pub fn repository(&self) -> &str {
        &self.repository
    }
}

impl FromStr for ImageName {
    type Err = ImageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || ImageError::Name(text.chars().take(300).collect());
        let (first, rest) = text.split_once('/').unwrap_or(("", text));
        let is_host = first.contains(['.', ':']) || first == "localhost";
        let (registry, repository) = match (first, is_host) {
            (_, true) => (first.to_owned(), rest.to_owned()),
            ("", false) => ("docker.io".to_owned(), format!("library/{rest}")),
            (_, false) => ("docker.io".to_owned(), text.to_owned()),
        };
        Self::checked(registry, repository).ok_or_else(bad)
    }
}

impl ImageName {
    fn checked(registry: String, repository: String) -> Option<Self> {
        let host_ok = registry
            .split_once(':')
            .map_or(!registry.is_empty(), |(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
            && registry.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:".contains(&b));
        let good = host_ok && repository.len() <= 255 && repository.split('/').all(is_component);
        good.then_some(Self { registry, repository })
    }
}

/// Tells whether `part` is lower-case letters and digits joined by `.`, `_`, `__` or any number of `-`.
fn is_component(part: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = part.as_bytes();
    if !bytes.first().is_some_and(|b| alphanumeric(*b)) || !bytes.last().is_some_and(|b| alphanumeric(*b)) {
        return false;
    }
    part.split(|c: char| c.is_ascii() && alphanumeric(c as u8))
        .all(|separator| matches!(separator, "" | "." | "_" | "__") || separator.bytes().all(|b| b == b'-'))
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)
    }
}

impl TryFrom<String> for ImageName {
    type Error = ImageError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ImageName> for String {
    fn from(name: ImageName) -> Self {
        name.to_string()
    }
}

/// An image named by its content: `name@sha256:…`. There is no form with a tag alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PinnedImage {
    name: ImageName,
    digest: Digest,
}

impl PinnedImage {
    /// Returns the image of `name` whose manifest has `digest`.
    pub fn new(name: ImageName, digest: Digest) -> Self {
        Self { name, digest }
    }

    /// Returns the repository that holds the image.
    pub fn name(&self) -> &ImageName {
        &self.name
    }

    /// Returns the digest of the image's manifest or index.
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

impl FromStr for PinnedImage {
    type Err = ImageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, digest) =
            text.split_once('@').ok_or_else(|| ImageError::NoDigest(text.chars().take(300).collect()))?;
        let tag = name.rfind(':').filter(|colon| !name[*colon..].contains('/'));
        let name = &name[..tag.unwrap_or(name.len())];
        Ok(Self { name: name.parse()?, digest: digest.parse()? })
    }
}

impl fmt::Display for PinnedImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.digest)
    }
}

impl TryFrom<String> for PinnedImage {
    type Error = ImageError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PinnedImage> for String {
    fn from(image: PinnedImage) -> Self {
        image.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_engines_read_them() {
        for (text, full) in [
            ("alpine", "docker.io/library/alpine"),
            ("acme/shop", "docker.io/acme/shop"),
            ("localhost/shop", "localhost/shop"),
            ("127.0.0.1:5000/a/b-c__d.e", "127.0.0.1:5000/a/b-c__d.e"),
        ] {
            assert_eq!(text.parse::<ImageName>().unwrap().to_string(), full);
        }
        for bad in ["", "a/", "A/b", "x.y/", "x.y/a..b", "x.y/-a", "h:99999/a", "x.y/a___b", "x.y/a:latest"] {
            let message = bad.parse::<ImageName>().unwrap_err().to_string();
            assert!(message.contains(&format!("`{bad}`")), "{message}");
        }
    }

    #[test]
    fn a_tag_alone_is_no_pin() {
        let digest = Digest::of(b"x");
        let message = "r.example/x:latest".parse::<PinnedImage>().unwrap_err().to_string();
        assert_eq!(message, "image `r.example/x:latest` has no digest");
        let pinned: PinnedImage = format!("r.example:5000/x:1.2@{digest}").parse().unwrap();
        assert_eq!(pinned.to_string(), format!("r.example:5000/x@{digest}"));
        let official: PinnedImage = format!("eclipse-temurin:21-jre@{digest}").parse().unwrap();
        assert_eq!(official.to_string(), format!("docker.io/library/eclipse-temurin@{digest}"));
    }
}
