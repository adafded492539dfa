use towpath_model::{Digest, ImageName};

use super::answer::Refusal;
use crate::{Reference, Tag};

/// What a path of the API names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route {
    Base,
    Blob { name: String, digest: Digest },
    Uploads { name: String },
    Upload { name: String, id: String },
    Manifest { name: String, reference: Reference },
    Tags { name: String },
    Referrers { name: String, digest: Digest },
}

impl Route {
    /// Reads a path from its end, since names have any number of parts.
    pub(super) fn parse(path: &str) -> Result<Self, Refusal> {
        let rest = path.strip_prefix("/v2").filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let rest = rest.ok_or(Refusal::Path)?.trim_start_matches('/');
        if rest.is_empty() {
            return Ok(Self::Base);
        }
        if let Some(rest) = rest.strip_suffix("/tags/list") {
            return Ok(Self::Tags { name: name(rest)? });
        }
        if let Some(rest) = rest.strip_suffix("/blobs/uploads/").or_else(|| rest.strip_suffix("/blobs/uploads")) {
            return Ok(Self::Uploads { name: name(rest)? });
        }
        let (before, last) = rest.rsplit_once('/').ok_or(Refusal::Path)?;
        // Some clients escape the colon.
        let last = last.replace("%3A", ":").replace("%3a", ":");
        if let Some(rest) = before.strip_suffix("/blobs/uploads") {
            return Ok(Self::Upload { name: name(rest)?, id: last });
        }
        let digest = |text: &str| text.parse::<Digest>().map_err(|error| Refusal::Digest(error.to_string()));
        match before.rsplit_once('/') {
            Some((before, "blobs")) => Ok(Self::Blob { name: name(before)?, digest: digest(&last)? }),
            Some((before, "referrers")) => Ok(Self::Referrers { name: name(before)?, digest: digest(&last)? }),
            Some((before, "manifests")) => Ok(Self::Manifest { name: name(before)?, reference: reference(&last)? }),
            _ => Err(Refusal::Path),
        }
    }
}

fn reference(text: &str) -> Result<Reference, Refusal> {
    if text.contains(':') {
        let digest = text.parse::<Digest>().map_err(|error| Refusal::Digest(error.to_string()))?;
        return Ok(Reference::Digest(digest));
    }
    text.parse::<Tag>().map(Reference::Tag).map_err(|error| Refusal::ManifestInvalid(error.to_string()))
}

/// Returns the name if it keeps the grammar, which needs a registry before it to be read.
fn name(text: &str) -> Result<String, Refusal> {
    let read = format!("localhost/{text}").parse::<ImageName>();
    read.map(|name| name.repository().to_owned()).map_err(|_| Refusal::Name(text.chars().take(300).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_from_their_end() {
        let digest = Digest::of(b"x");
        let name = || "a/blobs/b".to_owned();
        for (path, route) in [
            ("/v2/".to_owned(), Route::Base),
            ("/v2".to_owned(), Route::Base),
            (format!("/v2/a/blobs/b/blobs/{digest}"), Route::Blob { name: name(), digest }),
            ("/v2/a/blobs/b/blobs/uploads/".to_owned(), Route::Uploads { name: name() }),
            ("/v2/a/blobs/b/blobs/uploads/1".to_owned(), Route::Upload { name: name(), id: "1".to_owned() }),
            ("/v2/a/blobs/b/tags/list".to_owned(), Route::Tags { name: name() }),
            (format!("/v2/a/blobs/b/referrers/{digest}"), Route::Referrers { name: name(), digest }),
        ] {
            assert_eq!(Route::parse(&path).unwrap(), route, "{path}");
        }
        for bad in ["/", "/v3/", "/v2x/", "/v2/a", "/v2/A/tags/list", "/v2/a/blobs/sha256:0", "/v2/a/manifests/-"] {
            assert!(Route::parse(bad).is_err(), "{bad}");
        }
    }
}
