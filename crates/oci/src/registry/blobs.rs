use axum::{
    body::Body,
    http::{
        HeaderMap, StatusCode,
        header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE},
    },
    response::Response,
};
use towpath_model::Digest;

use super::{
    answer::{Refusal, about},
    store::Store,
};

pub(super) fn get(store: &Store, name: &str, digest: Digest, headers: &HeaderMap) -> Result<Response, Refusal> {
    let content = store.blob(name, digest).ok_or_else(|| Refusal::BlobUnknown(digest.to_string()))?;
    let wanted = headers.get(RANGE).and_then(|range| parse_range(range.to_str().ok()?, content.len()));
    let status = if wanted.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let mut builder =
        about(status, digest).header(CONTENT_TYPE, "application/octet-stream").header(ACCEPT_RANGES, "bytes");
    let body = match wanted {
        Some((first, last)) if first > last || first >= content.len() => return Err(Refusal::Range),
        Some((first, last)) => {
            builder = builder.header(CONTENT_RANGE, format!("bytes {first}-{last}/{}", content.len()));
            content.slice(first..=last)
        }
        None => content.clone(),
    };
    // To HEAD the server sends the headers alone.
    Ok(builder.header(CONTENT_LENGTH, body.len()).body(Body::from(body))?)
}

pub(super) fn delete(store: &mut Store, name: &str, digest: Digest) -> Result<Response, Refusal> {
    if !store.delete_blob(name, digest) {
        return Err(Refusal::BlobUnknown(digest.to_string()));
    }
    Ok(about(StatusCode::ACCEPTED, digest).body(Body::empty())?)
}

/// Returns the first and last byte asked for; `None` for a header that means everything.
///
/// Source: RFC 9110, section 14.
fn parse_range(header: &str, length: usize) -> Option<(usize, usize)> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    let end = length.saturating_sub(1);
    match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) if first <= last => Some((first, last.min(end))),
        (Ok(first), Err(_)) if last.is_empty() => Some((first, end)),
        (Err(_), Ok(suffix)) if first.is_empty() && suffix > 0 => Some((length.saturating_sub(suffix), end)),
        _ => None,
    }
}
