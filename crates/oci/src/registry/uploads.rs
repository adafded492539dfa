use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{
        HeaderMap, StatusCode,
        header::{CONTENT_RANGE, LOCATION},
    },
    response::Response,
};
use towpath_model::Digest;

use super::{
    Shared,
    answer::{Refusal, about},
    lists::parameter,
    store::Store,
};

/// The most bytes that one blob may have.
const BLOB_LIMIT: usize = 4 << 30;

/// `POST`: opens an upload, mounts a blob, or takes a whole one.
pub(super) async fn start(shared: &Shared, name: &str, request: Request) -> Result<Response, Refusal> {
    let query = request.uri().query().map(str::to_owned);
    if let (Some(mount), Some(from)) = (parameter(query.as_deref(), "mount"), parameter(query.as_deref(), "from")) {
        let digest: Digest = mount.parse().map_err(|_| Refusal::Digest(format!("`{mount}` is no digest")))?;
        let mut store = shared.store();
        if let Some(content) = store.blob(&from, digest).cloned() {
            store.add_blob(name, digest, content);
            return created(name, digest);
        }
    }
    if let Some(digest) = parameter(query.as_deref(), "digest") {
        let content = read(request).await?;
        return store_blob(shared, name, &digest, content);
    }
    let mut store = shared.store();
    let id = store.open_upload(name)?;
    progress(&store, StatusCode::ACCEPTED, name, &id)
}

/// `GET`: tells how far an upload has come.
pub(super) fn status(store: &Store, name: &str, id: &str) -> Result<Response, Refusal> {
    progress(store, StatusCode::NO_CONTENT, name, id)
}

/// `PATCH`: takes the next chunk.
pub(super) async fn append(shared: &Shared, name: &str, id: &str, request: Request) -> Result<Response, Refusal> {
    let start = range_start(request.headers())?;
    shared.store().upload(name, id)?;
    let chunk = read(request).await?;
    let mut store = shared.store();
    let upload = store.upload_mut(name, id)?;
    add_chunk(&mut upload.received, start, &chunk)?;
    progress(&store, StatusCode::ACCEPTED, name, id)
}

/// `PUT`: takes the last chunk, or the whole, and closes the upload.
pub(super) async fn finish(shared: &Shared, name: &str, id: &str, request: Request) -> Result<Response, Refusal> {
    let digest = parameter(request.uri().query(), "digest");
    let digest = digest.ok_or_else(|| Refusal::Digest("the digest is missing".to_owned()))?;
    let start = range_start(request.headers())?;
    shared.store().upload(name, id)?;
    let chunk = read(request).await?;
    let mut upload = shared.store().close_upload(name, id)?;
    let content = if upload.received.is_empty() && start.is_none_or(|start| start == 0) {
        chunk
    } else {
        add_chunk(&mut upload.received, start, &chunk)?;
        upload.received.into()
    };
    store_blob(shared, name, &digest, content)
}

/// `DELETE`: drops an upload.
pub(super) fn cancel(store: &mut Store, name: &str, id: &str) -> Result<Response, Refusal> {
    store.close_upload(name, id)?;
    Ok(Response::builder().status(StatusCode::NO_CONTENT).body(Body::empty())?)
}

fn store_blob(shared: &Shared, name: &str, digest: &str, content: Bytes) -> Result<Response, Refusal> {
    let expected: Digest = digest.parse().map_err(|_| Refusal::Digest(format!("`{digest}` is no digest")))?;
    let found = Digest::of(&content);
    if expected != found {
        return Err(Refusal::Digest(format!("the content has digest {found}, not {expected}")));
    }
    shared.store().add_blob(name, found, content);
    created(name, found)
}

fn created(name: &str, digest: Digest) -> Result<Response, Refusal> {
    let location = format!("/v2/{name}/blobs/{digest}");
    Ok(about(StatusCode::CREATED, digest).header(LOCATION, location).body(Body::empty())?)
}

fn progress(store: &Store, status: StatusCode, name: &str, id: &str) -> Result<Response, Refusal> {
    let last = store.upload(name, id)?.received.len().saturating_sub(1);
    Ok(Response::builder()
        .status(status)
        .header(LOCATION, format!("/v2/{name}/blobs/uploads/{id}"))
        .header("range", format!("0-{last}"))
        .header("docker-upload-uuid", id)
        .body(Body::empty())?)
}

fn add_chunk(received: &mut Vec<u8>, start: Option<usize>, chunk: &[u8]) -> Result<(), Refusal> {
    if start.is_some_and(|start| start != received.len()) {
        return Err(Refusal::Range);
    }
    if received.len() + chunk.len() > BLOB_LIMIT {
        return Err(Refusal::TooLarge(BLOB_LIMIT as u64));
    }
    received.extend_from_slice(chunk);
    Ok(())
}

/// Returns where the chunk starts by its `Content-Range`, which reads `0-1023` here; absent in streamed uploads.
fn range_start(headers: &HeaderMap) -> Result<Option<usize>, Refusal> {
    let Some(header) = headers.get(CONTENT_RANGE) else { return Ok(None) };
    let start = header.to_str().ok().and_then(|text| text.trim_start_matches("bytes ").split('-').next()?.parse().ok());
    start.map(Some).ok_or_else(|| Refusal::UploadInvalid("the Content-Range cannot be read".to_owned()))
}

async fn read(request: Request) -> Result<Bytes, Refusal> {
    let announced =
        request.headers().get("content-length").and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > BLOB_LIMIT) {
        return Err(Refusal::TooLarge(BLOB_LIMIT as u64));
    }
    let read = to_bytes(request.into_body(), BLOB_LIMIT).await;
    read.map_err(|error| Refusal::UploadInvalid(error.to_string()))
}
