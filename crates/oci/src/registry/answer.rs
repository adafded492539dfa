use axum::{
    body::Body,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CONTENT_TYPE, WWW_AUTHENTICATE},
        response::Builder,
    },
    response::Response,
};
use towpath_model::Digest;

/// Why the registry does not do what it was asked.
///
/// Source: OCI distribution specification 1.1, "Error Codes".
#[derive(Debug)]
pub(super) enum Refusal {
    BlobUnknown(String),
    UploadUnknown,
    UploadInvalid(String),
    Range,
    Digest(String),
    ManifestUnknown(String),
    ManifestInvalid(String),
    ManifestBlobUnknown(Digest),
    Name(String),
    NameUnknown(String),
    TooLarge(u64),
    TooMany,
    Unauthorized,
    Method,
    Path,
    /// An answer could not be put together.
    Internal(String),
}

impl Refusal {
    fn parts(self) -> (StatusCode, &'static str, String) {
        use StatusCode as S;
        match self {
            Self::BlobUnknown(digest) => {
                (S::NOT_FOUND, "BLOB_UNKNOWN", format!("blob {digest} is not in the repository"))
            }
            Self::UploadUnknown => (S::NOT_FOUND, "BLOB_UPLOAD_UNKNOWN", "the upload is not known".to_owned()),
            Self::UploadInvalid(why) => (S::BAD_REQUEST, "BLOB_UPLOAD_INVALID", why),
            Self::Range => {
                (S::RANGE_NOT_SATISFIABLE, "BLOB_UPLOAD_INVALID", "the range is not the next one".to_owned())
            }
            Self::Digest(why) => (S::BAD_REQUEST, "DIGEST_INVALID", why),
            Self::ManifestUnknown(what) => (S::NOT_FOUND, "MANIFEST_UNKNOWN", format!("manifest {what} is not known")),
            Self::ManifestInvalid(why) => (S::BAD_REQUEST, "MANIFEST_INVALID", why),
            Self::ManifestBlobUnknown(digest) => {
                (S::BAD_REQUEST, "MANIFEST_BLOB_UNKNOWN", format!("{digest} is not in the repository"))
            }
            Self::Name(name) => (S::BAD_REQUEST, "NAME_INVALID", format!("`{name}` is no name of a repository")),
            Self::NameUnknown(name) => (S::NOT_FOUND, "NAME_UNKNOWN", format!("repository `{name}` is not known")),
            Self::TooLarge(limit) => {
                (S::PAYLOAD_TOO_LARGE, "SIZE_INVALID", format!("the content is larger than {limit} bytes"))
            }
            Self::TooMany => (S::TOO_MANY_REQUESTS, "TOOMANYREQUESTS", "too many uploads are open".to_owned()),
            Self::Unauthorized => (S::UNAUTHORIZED, "UNAUTHORIZED", "a user and a password are needed".to_owned()),
            Self::Method => (S::METHOD_NOT_ALLOWED, "UNSUPPORTED", "the method is not for this path".to_owned()),
            Self::Path => (S::NOT_FOUND, "UNSUPPORTED", "the path is not part of the API".to_owned()),
            Self::Internal(why) => (S::INTERNAL_SERVER_ERROR, "UNKNOWN", why),
        }
    }
}

impl From<axum::http::Error> for Refusal {
    fn from(error: axum::http::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<serde_json::Error> for Refusal {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

/// Returns the answer, a refusal as the specification's JSON.
pub(super) fn answer(result: Result<Response, Refusal>) -> Response {
    let (mut response, unauthorized) = match result {
        Ok(response) => (response, false),
        Err(refusal) => {
            let unauthorized = matches!(refusal, Refusal::Unauthorized);
            let (status, code, message) = refusal.parts();
            let body = serde_json::json!({ "errors": [{ "code": code, "message": message }] });
            let mut response = Response::new(Body::from(body.to_string()));
            *response.status_mut() = status;
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            (response, unauthorized)
        }
    };
    let headers = response.headers_mut();
    if unauthorized {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"towpath\""));
    }
    let version = HeaderName::from_static("docker-distribution-api-version");
    headers.insert(version, HeaderValue::from_static("registry/2.0"));
    response
}

/// Returns the answer to `GET /v2/`.
pub(super) fn empty_object() -> Result<Response, Refusal> {
    Ok(Response::builder().header(CONTENT_TYPE, "application/json").body(Body::from("{}"))?)
}

/// Returns the start of an answer about the content `digest`.
pub(super) fn about(status: StatusCode, digest: Digest) -> Builder {
    Response::builder().status(status).header("docker-content-digest", digest.to_string())
}
