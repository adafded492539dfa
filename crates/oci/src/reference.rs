use std::{fmt, str::FromStr};

use towpath_model::{Digest, DigestError, ImageError, ImageName, PinnedImage};

/// How a manifest is named inside its repository.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reference {
    /// By a tag, which can move.
    Tag(Tag),
    /// By its content.
    Digest(Digest),
}

impl Reference {
    /// Returns the reference to the tag `text`.
    ///
    /// # Errors
    /// When `text` breaks the grammar of tags.
    pub fn tag(text: &str) -> Result<Self, ReferenceError> {
        text.parse().map(Self::Tag)
    }
}

impl From<Digest> for Reference {
    fn from(digest: Digest) -> Self {
        Self::Digest(digest)
    }
}

impl From<Tag> for Reference {
    fn from(tag: Tag) -> Self {
        Self::Tag(tag)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => tag.fmt(f),
            Self::Digest(digest) => digest.fmt(f),
        }
    }
}

/// A tag: at most 128 letters, digits, `_`, `.` and `-`, the first a letter, a digit or `_`.
///
/// Source: OCI distribution specification 1.1, "Pulling manifests".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(String);

impl Tag {
    /// Returns the tag `sha256-<hex>` under which a registry without the referrers API lists what refers to `digest`.
    pub fn of_referrers(digest: Digest) -> Self {
        Self(format!("sha256-{}", digest.hex()))
    }

    /// Returns the tag `sha256-<hex>.suffix`, as cosign names what belongs to an image.
    ///
    /// # Errors
    /// When `suffix` breaks the grammar of tags.
    pub fn of_digest(digest: Digest, suffix: &str) -> Result<Self, ReferenceError> {
        format!("sha256-{}.{suffix}", digest.hex()).parse()
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tag {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let good = text.len() <= 128
            && text.bytes().next().is_some_and(word)
            && text.bytes().all(|b| word(b) || b == b'.' || b == b'-');
        good.then(|| Self(text.to_owned())).ok_or_else(|| ReferenceError::Tag(text.chars().take(140).collect()))
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An image as people write it: `name`, `name:tag`, `name@sha256:…` or `name:tag@sha256:…`; without either, `latest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageReference {
    /// The repository.
    pub name: ImageName,
    /// What in it is meant; the digest where both were written.
    pub reference: Reference,
}

/// A text that names no image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// The part behind `:` is no tag.
    #[error("tag `{0}` is not up to 128 letters, digits, `_`, `.` and `-`")]
    Tag(String),
    /// The part before is no name.
    #[error(transparent)]
    Name(#[from] ImageError),
    /// The part behind `@` is no digest.
    #[error(transparent)]
    Digest(#[from] DigestError),
}

impl FromStr for ImageReference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.parse::<Digest>()?)),
            None => (text, None),
        };
        let colon = rest.rfind(':').filter(|colon| !rest[*colon..].contains('/'));
        let (name, tag) = match colon {
            Some(colon) => (&rest[..colon], Some(rest[colon + 1..].parse::<Tag>()?)),
            None => (rest, None),
        };
        let reference = match (digest, tag) {
            (Some(digest), _) => Reference::Digest(digest),
            (None, Some(tag)) => Reference::Tag(tag),
            (None, None) => Reference::Tag(Tag("latest".to_owned())),
        };
        Ok(Self { name: name.parse()?, reference })
    }
}

impl From<PinnedImage> for ImageReference {
    fn from(image: PinnedImage) -> Self {
        Self { name: image.name().clone(), reference: Reference::Digest(image.digest()) }
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if matches!(self.reference, Reference::Tag(_)) { ':' } else { '@' };
        write!(f, "{}{separator}{}", self.name, self.reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_read_as_engines_read_them() {
        let digest = Digest::of(b"x");
        for (text, full) in [
            ("alpine", "docker.io/library/alpine:latest".to_owned()),
            ("localhost:5000/a/b", "localhost:5000/a/b:latest".to_owned()),
            ("localhost:5000/a/b:1.0", "localhost:5000/a/b:1.0".to_owned()),
            (&format!("r.example/a:1@{digest}"), format!("r.example/a@{digest}")),
        ] {
            assert_eq!(text.parse::<ImageReference>().unwrap().to_string(), full);
        }
        for (bad, message) in [
            ("a:-x", "tag `-x` is not up to 128 letters, digits, `_`, `.` and `-`"),
            ("a@sha256:1", "digest `sha256:1` is not `sha256:` followed by 64 lower-case hexadecimal digits"),
            ("A:1", "image name `A` is not `registry/path` in lower case"),
        ] {
            assert_eq!(bad.parse::<ImageReference>().unwrap_err().to_string(), message);
        }
    }
}
