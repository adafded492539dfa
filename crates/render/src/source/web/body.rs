use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use reqwest::{Response, header::CONTENT_ENCODING};

use super::error::Failure;

/// Reads a whole body, unpacked at most `limit` bytes of it.
pub(super) async fn read(mut response: Response, limit: u64) -> Result<Vec<u8>, Failure> {
    let packed = response.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding.as_bytes() == b"gzip");
    let announced = response.content_length();
    if announced.is_some_and(|announced| announced > limit) {
        return Err(Failure::TooLarge(limit));
    }
    let mut bytes = Vec::with_capacity(announced.and_then(|size| usize::try_from(size).ok()).unwrap_or_default());
    while let Some(chunk) = response.chunk().await.map_err(|error| Failure::Connection(error.without_url()))? {
        if (bytes.len() + chunk.len()) as u64 > limit {
            return Err(Failure::TooLarge(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    // An archive that a server calls gzip-encoded is the archive itself, as Helm takes it.
    if packed && !is_archive_of_its_own(&response) { unpack(&bytes, limit) } else { Ok(bytes) }
}

/// Tells an archive, whose gzip is its own, from a text that was compressed for the way.
fn is_archive_of_its_own(response: &Response) -> bool {
    let path = response.url().path();
    path.ends_with(".tgz") || path.ends_with(".tar.gz")
}

fn unpack(bytes: &[u8], limit: u64) -> Result<Vec<u8>, Failure> {
    let mut unpacked = Vec::new();
    let size = MultiGzDecoder::new(bytes).take(limit + 1).read_to_end(&mut unpacked);
    match size.map_err(|error| Failure::Encoding(error.to_string()))? as u64 {
        size if size > limit => Err(Failure::TooLarge(limit)),
        _ => Ok(unpacked),
    }
}
