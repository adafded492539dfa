use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{
        StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION},
    },
    response::Response,
};
use serde_json::Value;
use towpath_model::Digest;

use super::{
    Shared,
    answer::{Refusal, about},
    store::{Repository, Store},
};
use crate::{RawManifest, Reference, media_type};

/// The most bytes that a manifest may have.
const MANIFEST_LIMIT: usize = 4 << 20;

pub(super) fn get(store: &Store, name: &str, reference: &Reference) -> Result<Response, Refusal> {
    let manifest = store.repository(name)?.manifest(reference);
    let manifest = manifest.ok_or_else(|| Refusal::ManifestUnknown(reference.to_string()))?;
    Ok(about(StatusCode::OK, manifest.digest())
        .header(CONTENT_TYPE, manifest.media_type())
        .header(CONTENT_LENGTH, manifest.bytes().len())
        .body(Body::from(manifest.bytes().clone()))?)
}

pub(super) async fn put(
    shared: &Shared,
    name: &str,
    reference: &Reference,
    request: Request,
) -> Result<Response, Refusal> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
    let bytes = to_bytes(request.into_body(), MANIFEST_LIMIT).await;
    let bytes = bytes.map_err(|_| Refusal::TooLarge(MANIFEST_LIMIT as u64))?;
    let manifest = RawManifest::new(kind, bytes);
    if let Reference::Digest(expected) = reference
        && *expected != manifest.digest()
    {
        return Err(Refusal::Digest(format!("the content has digest {}, not {expected}", manifest.digest())));
    }
    let mut store = shared.store();
    let subject = check(store.repository_mut(name), &manifest)?;
    let digest = manifest.digest();
    let repository = store.repository_mut(name);
    repository.manifests.insert(digest, manifest);
    if let Reference::Tag(tag) = reference {
        repository.tags.insert(tag.clone(), digest);
    }
    let mut builder = about(StatusCode::CREATED, digest).header(LOCATION, format!("/v2/{name}/manifests/{digest}"));
    if let Some(subject) = subject {
        builder = builder.header("oci-subject", subject.to_string());
    }
    Ok(builder.body(Body::empty())?)
}

pub(super) fn delete(store: &mut Store, name: &str, reference: &Reference) -> Result<Response, Refusal> {
    store.repository(name)?;
    let repository = store.repository_mut(name);
    let unknown = || Refusal::ManifestUnknown(reference.to_string());
    match reference {
        Reference::Tag(tag) => drop(repository.tags.remove(tag).ok_or_else(unknown)?),
        Reference::Digest(digest) => {
            repository.manifests.remove(digest).ok_or_else(unknown)?;
            repository.tags.retain(|_, tagged| tagged != digest);
        }
    }
    Ok(Response::builder().status(StatusCode::ACCEPTED).body(Body::empty())?)
}

/// Checks that the manifest is one and that what it points at is there, and returns its subject, which need not be.
fn check(repository: &Repository, raw: &RawManifest) -> Result<Option<Digest>, Refusal> {
    let invalid = |why: String| Refusal::ManifestInvalid(why);
    let value: Value = serde_json::from_slice(raw.bytes()).map_err(|error| invalid(error.to_string()))?;
    match value.get("mediaType").and_then(Value::as_str) {
        Some(written) if written != raw.media_type() => {
            return Err(invalid(format!("it says `{written}`, its Content-Type `{}`", raw.media_type())));
        }
        _ => {}
    }
    let blob = |digest: &Digest| repository.blobs.contains(digest);
    if media_type::is_index(raw.media_type()) {
        let index = raw.index().map_err(|error| invalid(error.to_string()))?;
        let missing = index.manifests.iter().find(|entry| !repository.manifests.contains_key(&entry.digest));
        missing.map_or(Ok(()), |entry| Err(Refusal::ManifestBlobUnknown(entry.digest)))?;
        return Ok(index.subject.map(|subject| subject.digest));
    }
    if !media_type::is_manifest(raw.media_type()) {
        return Err(invalid(format!("media type `{}` is no manifest's", raw.media_type())));
    }
    let manifest = raw.manifest().map_err(|error| invalid(error.to_string()))?;
    let missing = std::iter::once(&manifest.config).chain(&manifest.layers).find(|entry| !blob(&entry.digest));
    missing.map_or(Ok(()), |entry| Err(Refusal::ManifestBlobUnknown(entry.digest)))?;
    Ok(manifest.subject.map(|subject| subject.digest))
}
