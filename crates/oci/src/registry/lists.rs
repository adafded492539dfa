use axum::{
    body::Body,
    http::header::{CONTENT_TYPE, LINK},
    response::Response,
};
use towpath_model::Digest;

use super::{answer::Refusal, store::Store};
use crate::{Descriptor, Index, RawManifest, Tag, media_type};

/// Returns the value of the query's parameter `name`.
pub(super) fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(query?.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// `GET /tags/list`: in the order of their names, `n` of them behind `last`.
pub(super) fn tags(store: &Store, name: &str, query: Option<&str>) -> Result<Response, Refusal> {
    let repository = store.repository(name)?;
    let last = parameter(query, "last");
    let most = parameter(query, "n").and_then(|n| n.parse::<usize>().ok()).unwrap_or(usize::MAX);
    let mut behind =
        repository.tags.keys().map(Tag::as_str).filter(|tag| last.as_deref().is_none_or(|last| *tag > last));
    let page: Vec<&str> = behind.by_ref().take(most).collect();
    let mut builder = Response::builder().header(CONTENT_TYPE, "application/json");
    if let (Some(end), Some(_)) = (page.last(), behind.next()) {
        builder = builder.header(LINK, format!("</v2/{name}/tags/list?n={most}&last={end}>; rel=\"next\""));
    }
    let body = serde_json::json!({ "name": name, "tags": page });
    Ok(builder.body(Body::from(body.to_string()))?)
}

/// `GET /referrers/<digest>`: an index, which is empty where nothing refers to the digest.
pub(super) fn referrers(store: &Store, name: &str, subject: Digest, query: Option<&str>) -> Result<Response, Refusal> {
    let wanted = parameter(query, "artifactType");
    let manifests = store.repository(name).map(|repository| repository.manifests.values()).into_iter().flatten();
    let mut found: Vec<Descriptor> = manifests.filter_map(|manifest| referrer(manifest, subject)).collect();
    if let Some(wanted) = &wanted {
        found.retain(|entry| entry.artifact_type.as_ref() == Some(wanted));
    }
    let mut builder = Response::builder().header(CONTENT_TYPE, media_type::INDEX);
    if wanted.is_some() {
        builder = builder.header("oci-filters-applied", "artifactType");
    }
    Ok(builder.body(Body::from(serde_json::to_vec(&Index::new(found))?))?)
}

/// Returns what a referrers list says of `raw`, if it refers to `subject`.
fn referrer(raw: &RawManifest, subject: Digest) -> Option<Descriptor> {
    let (refers, kind, annotations) = if raw.is_index() {
        let index = raw.index().ok()?;
        (index.subject?, index.artifact_type, index.annotations)
    } else {
        let manifest = raw.manifest().ok()?;
        let kind = Some(manifest.listed_type().to_owned());
        (manifest.subject?, kind, manifest.annotations)
    };
    let mut entry = raw.descriptor();
    entry.artifact_type = kind;
    entry.annotations = annotations;
    (refers.digest == subject).then_some(entry)
}
