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
    let (status, range) = match wanted {
        None => (StatusCode::OK, None),
        Some(Some((first, last))) => (StatusCode::PARTIAL_CONTENT, Some((first, last))),
        Some(None) => return Err(Refusal::Range),
    };
    let mut builder =
        about(status, digest).header(CONTENT_TYPE, "application/octet-stream").header(ACCEPT_RANGES, "bytes");
    let body = match range {
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

/// Returns the first and last byte asked for: `None` for a header that means everything, `Some(None)` for one that
/// cannot be met.
///
/// Source: RFC 9110, section 14.
fn parse_range(header: &str, length: usize) -> Option<Option<(usize, usize)>> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    let range = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) if last < first => return None,
        (Ok(first), Ok(last)) => (first, last.min(length.saturating_sub(1))),
        (Ok(first), Err(_)) if last.is_empty() => (first, length.saturating_sub(1)),
        (Err(_), Ok(suffix)) if first.is_empty() && suffix > 0 => {
            (length.saturating_sub(suffix), length.saturating_sub(1))
        }
        _ => return None,
    };
    Some((range.0 < length).then_some(range))
}
