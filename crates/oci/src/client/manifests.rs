use bytes::Bytes;
use reqwest::{
    Method, Request, Response, StatusCode,
    header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, LINK},
};
use serde::Deserialize;
use towpath_model::{Digest, ImageName};
use url::Url;

use super::{Client, body::read_limited, send::Target};
use crate::{Descriptor, Manifest, RawManifest, Reference, RegistryError, media_type};

/// The most that is read of a manifest, an index or a list, in bytes.
///
/// Source: OCI distribution specification 1.1, "Pushing Manifests", asks registries to take at least as much.
pub(crate) const MANIFEST_LIMIT: u64 = 4 << 20;
/// The most tags that are read of a repository.
const TAGS_LIMIT: usize = 100_000;

#[derive(Deserialize)]
struct TagList {
    tags: Option<Vec<String>>,
}

impl Client {
    /// Returns what `reference` points at, without reading it; `None` if it does not exist.
    ///
    /// The digest is what the registry claims; [`Client::get_manifest`] proves it.
    ///
    /// # Errors
    /// When the registry cannot be asked, or tells no digest for a tag.
    pub async fn head_manifest(
        &self,
        name: &ImageName,
        reference: &Reference,
    ) -> Result<Option<Descriptor>, RegistryError> {
        let what = manifest_text(name, reference);
        let mut attempts = self.attempts();
        loop {
            match self.try_head_manifest(&Target::pull(name, &what), reference).await {
                Err(error) if error.is_not_found() => return Ok(None),
                Err(error) => attempts.after(error).await?,
                Ok(found) => return Ok(Some(found)),
            }
        }
    }

    async fn try_head_manifest(&self, target: &Target<'_>, reference: &Reference) -> Result<Descriptor, RegistryError> {
        let mut request = Request::new(Method::HEAD, self.url(target.name, &format!("manifests/{reference}"))?);
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static(media_type::ACCEPTED));
        let response = self.expect(target, request, &[StatusCode::OK]).await?;
        let digest = match (claimed(response.headers()), reference) {
            (Some(found), Reference::Digest(expected)) if found != *expected => {
                return Err(mismatch(target.what, *expected, found));
            }
            (Some(found), _) => found,
            (None, Reference::Digest(digest)) => *digest,
            (None, Reference::Tag(_)) => {
                return Err(malformed(target.what, "the registry tells no Docker-Content-Digest"));
            }
        };
        // A HEAD answer has no body, so its length is the header's.
        let size =
            response.headers().get(CONTENT_LENGTH).and_then(|size| size.to_str().ok()?.parse().ok()).unwrap_or(0);
        Ok(Descriptor::new(kind_of(response.headers()).unwrap_or_default(), digest, size))
    }

    /// Returns the manifest or index that `reference` points at, its digest proven.
    ///
    /// # Errors
    /// [`RegistryError::NotFound`], and whatever keeps it from being read whole and right.
    pub async fn get_manifest(&self, name: &ImageName, reference: &Reference) -> Result<RawManifest, RegistryError> {
        let what = manifest_text(name, reference);
        let mut attempts = self.attempts();
        loop {
            match self.try_get_manifest(&Target::pull(name, &what), reference).await {
                Err(error) => attempts.after(error).await?,
                Ok(manifest) => return Ok(manifest),
            }
        }
    }

    async fn try_get_manifest(&self, target: &Target<'_>, reference: &Reference) -> Result<RawManifest, RegistryError> {
        let mut request = Request::new(Method::GET, self.url(target.name, &format!("manifests/{reference}"))?);
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static(media_type::ACCEPTED));
        let response = self.expect(target, request, &[StatusCode::OK]).await?;
        let (kind, claim) = (kind_of(response.headers()), claimed(response.headers()));
        let bytes = read_limited(target, response, MANIFEST_LIMIT).await?;
        let expected = if let Reference::Digest(digest) = reference { Some(*digest) } else { claim };
        let manifest = RawManifest::new(kind_in(&bytes).or(kind).unwrap_or_default(), bytes);
        match expected {
            Some(expected) if expected != manifest.digest() => Err(mismatch(target.what, expected, manifest.digest())),
            _ => Ok(manifest),
        }
    }

    /// Stores `manifest` under `reference` and returns its digest; what it points at must be there already.
    ///
    /// # Errors
    /// When the registry refuses it, or claims to have stored other content.
    pub async fn put_manifest(
        &self,
        name: &ImageName,
        reference: &Reference,
        manifest: &RawManifest,
    ) -> Result<Digest, RegistryError> {
        self.store_manifest(name, reference, manifest).await?;
        Ok(manifest.digest())
    }

    /// Stores `manifest` and returns the headers of the answer.
    pub(super) async fn store_manifest(
        &self,
        name: &ImageName,
        reference: &Reference,
        manifest: &RawManifest,
    ) -> Result<HeaderMap, RegistryError> {
        let what = manifest_text(name, reference);
        if let Reference::Digest(expected) = reference
            && *expected != manifest.digest()
        {
            return Err(mismatch(&what, *expected, manifest.digest()));
        }
        let mut attempts = self.attempts();
        loop {
            match self.try_put_manifest(&Target::push(name, &what), reference, manifest).await {
                Err(error) => attempts.after(error).await?,
                Ok(headers) => return Ok(headers),
            }
        }
    }

    async fn try_put_manifest(
        &self,
        target: &Target<'_>,
        reference: &Reference,
        manifest: &RawManifest,
    ) -> Result<HeaderMap, RegistryError> {
        let mut request = Request::new(Method::PUT, self.url(target.name, &format!("manifests/{reference}"))?);
        let kind = HeaderValue::from_str(manifest.media_type())
            .map_err(|_| malformed(target.what, "its media type cannot stand in a header"))?;
        request.headers_mut().insert(CONTENT_TYPE, kind);
        *request.body_mut() = Some(manifest.bytes().clone().into());
        let response =
            self.expect(target, request, &[StatusCode::CREATED, StatusCode::OK, StatusCode::ACCEPTED]).await?;
        match claimed(response.headers()) {
            Some(found) if found != manifest.digest() => Err(mismatch(target.what, manifest.digest(), found)),
            _ => Ok(response.headers().clone()),
        }
    }

    /// Returns the repository's tags in the registry's order; empty if the repository does not exist.
    ///
    /// # Errors
    /// When they cannot be read, or are more than 100,000.
    pub async fn tags(&self, name: &ImageName) -> Result<Vec<String>, RegistryError> {
        let what = format!("the tags of {name}");
        let target = Target::pull(name, &what);
        let (mut tags, mut next) = (Vec::new(), Some(self.url(name, "tags/list")?));
        while let Some(url) = next {
            let (page, following) = match self.list_page(&target, &url).await {
                Ok(page) => page,
                Err(error) if error.is_not_found() => return Ok(tags),
                Err(error) => return Err(error),
            };
            let list: TagList = serde_json::from_slice(&page).map_err(|error| malformed(&what, &error.to_string()))?;
            tags.extend(list.tags.unwrap_or_default());
            if tags.len() > TAGS_LIMIT {
                return Err(malformed(&what, "more than 100,000 tags"));
            }
            next = following;
        }
        Ok(tags)
    }

    /// Reads one page of a list and returns it with the address of the next.
    pub(super) async fn list_page(
        &self,
        target: &Target<'_>,
        url: &Url,
    ) -> Result<(Bytes, Option<Url>), RegistryError> {
        let mut attempts = self.attempts();
        loop {
            let read = async {
                let response = self.expect(target, Request::new(Method::GET, url.clone()), &[StatusCode::OK]).await?;
                let next = next_page(&response, url);
                Ok((read_limited(target, response, MANIFEST_LIMIT).await?, next))
            };
            match read.await {
                Ok(page) => return Ok(page),
                Err(error) => attempts.after(error).await?,
            }
        }
    }
}

/// Returns where the list goes on, on the same host: `Link: </v2/x/tags/list?last=b>; rel="next"`.
fn next_page(response: &Response, url: &Url) -> Option<Url> {
    let link = response.headers().get(LINK)?.to_str().ok()?;
    let (address, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
    let next = url.join(address).ok().filter(|_| rest.contains("next"))?;
    (next.origin() == url.origin() && next != *url).then_some(next)
}

fn claimed(headers: &HeaderMap) -> Option<Digest> {
    headers.get("docker-content-digest")?.to_str().ok()?.parse().ok()
}

fn kind_of(headers: &HeaderMap) -> Option<String> {
    let written = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(written.split(';').next().unwrap_or_default().trim().to_owned())
}

/// Returns the media type that a manifest gives itself, which its digest covers and the header's does not.
fn kind_in(bytes: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Kind {
        media_type: Option<String>,
    }
    serde_json::from_slice::<Kind>(bytes).ok()?.media_type
}

pub(super) fn manifest_text(name: &ImageName, reference: &Reference) -> String {
    match reference {
        Reference::Tag(tag) => format!("image {name}:{tag}"),
        Reference::Digest(digest) => format!("image {name}@{digest}"),
    }
}

pub(super) fn mismatch(what: &str, expected: Digest, found: Digest) -> RegistryError {
    RegistryError::DigestMismatch { what: what.to_owned(), expected, found }
}

pub(super) fn malformed(what: &str, detail: &str) -> RegistryError {
    RegistryError::Malformed { what: what.to_owned(), detail: detail.to_owned() }
}

/// Returns the manifest of one image or artifact that `raw` spells.
pub(super) fn parse_manifest(what: &str, raw: &RawManifest) -> Result<Manifest, RegistryError> {
    raw.manifest().map_err(|error| malformed(what, &error.to_string()))
}
