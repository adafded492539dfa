use bytes::{Bytes, BytesMut};
use reqwest::Response;

use super::send::Target;
use crate::RegistryError;

/// Reads the whole body, at most `limit` bytes.
pub(super) async fn read_limited(
    target: &Target<'_>,
    mut response: Response,
    limit: u64,
) -> Result<Bytes, RegistryError> {
    let expected = response.content_length();
    let too_large = || RegistryError::TooLarge { what: target.what.to_owned(), limit };
    if expected.is_some_and(|expected| expected > limit) {
        return Err(too_large());
    }
    let mut bytes = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if (bytes.len() + chunk.len()) as u64 > limit => return Err(too_large()),
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(bytes.freeze()),
            Err(error) => return Err(truncated(target, bytes.len() as u64, expected, error)),
        }
    }
}

/// Returns the error of a body that stopped before its end.
pub(super) fn truncated(
    target: &Target<'_>,
    received: u64,
    expected: Option<u64>,
    error: reqwest::Error,
) -> RegistryError {
    RegistryError::Truncated {
        registry: target.registry(),
        what: target.what.to_owned(),
        received,
        expected,
        source: Some(error.without_url()),
    }
}
