use std::time::Duration;

use reqwest::{
    Request, Response, StatusCode,
    header::{AUTHORIZATION, HeaderMap, RETRY_AFTER},
};
use serde::Deserialize;
use towpath_model::ImageName;
use url::Url;

use super::{Client, body::read_limited};
use crate::RegistryError;

/// The most that is read of an error's body.
const ERROR_BODY: u64 = 64 << 10;

/// What a request is about: for its token's scope and for messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) name: &'a ImageName,
    pub(super) access: Access,
    /// Another repository of the same registry that a blob is mounted from.
    pub(super) mount: Option<&'a ImageName>,
    pub(super) what: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Pull,
    Push,
}

impl<'a> Target<'a> {
    pub(super) fn pull(name: &'a ImageName, what: &'a str) -> Self {
        Self { name, access: Access::Pull, mount: None, what }
    }

    pub(super) fn push(name: &'a ImageName, what: &'a str) -> Self {
        Self { access: Access::Push, ..Self::pull(name, what) }
    }

    pub(super) fn registry(&self) -> String {
        self.name.registry().to_owned()
    }
}

impl Client {
    /// Sends `request` and returns the answer if its status is one of `expected`.
    pub(super) async fn expect(
        &self,
        target: &Target<'_>,
        request: Request,
        expected: &[StatusCode],
    ) -> Result<Response, RegistryError> {
        let response = self.send(target, request).await?;
        if expected.contains(&response.status()) { Ok(response) } else { Err(failure(target, response).await) }
    }

    /// Sends `request`, with a token once the registry has asked for one, and returns any answer but 401.
    async fn send(&self, target: &Target<'_>, mut request: Request) -> Result<Response, RegistryError> {
        // An upload may be sent to another host by its location; credentials stay here.
        let ours = request.url().origin() == self.origin(target)?;
        let used = if ours { self.cached_token(target).await } else { None };
        if let Some(token) = &used {
            request.headers_mut().insert(AUTHORIZATION, token.clone());
        }
        let again = request.try_clone();
        let response = self.execute(target, request).await?;
        if response.status() != StatusCode::UNAUTHORIZED || !ours {
            return Ok(response);
        }
        let token = self.authorize(target, response.headers(), used.as_ref()).await?;
        let Some(mut again) = again else { return Err(self.refused(target).await) };
        again.headers_mut().insert(AUTHORIZATION, token);
        let response = self.execute(target, again).await?;
        if response.status() == StatusCode::UNAUTHORIZED { Err(self.refused(target).await) } else { Ok(response) }
    }

    pub(super) async fn execute(&self, target: &Target<'_>, request: Request) -> Result<Response, RegistryError> {
        self.http(request.url())?.execute(request).await.map_err(|error| RegistryError::Connection {
            registry: target.registry(),
            what: target.what.to_owned(),
            source: error.without_url(),
        })
    }

    fn origin(&self, target: &Target<'_>) -> Result<url::Origin, RegistryError> {
        Ok(self.url(target.name, "")?.origin())
    }
}

/// Returns `url` without what may be secret in it.
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // An address that can hold no user cannot show one.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

#[derive(Deserialize)]
struct ErrorBody {
    errors: Vec<ErrorEntry>,
}

#[derive(Deserialize)]
struct ErrorEntry {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

/// Returns the error that an unexpected answer is.
pub(super) async fn failure(target: &Target<'_>, response: Response) -> RegistryError {
    let (registry, what) = (target.registry(), target.what.to_owned());
    let status = response.status();
    let wait = retry_after(response.headers());
    // The status says enough where the body cannot be read.
    let body = read_limited(target, response, ERROR_BODY).await.unwrap_or_default();
    let detail = detail(&body);
    match status {
        StatusCode::FORBIDDEN => RegistryError::Forbidden { registry, what, detail },
        StatusCode::NOT_FOUND => RegistryError::NotFound { what, detail },
        StatusCode::TOO_MANY_REQUESTS => RegistryError::RateLimited { registry, what, wait },
        _ => RegistryError::Status { registry, status, what, detail, wait },
    }
}

/// Returns what the registry says went wrong, led by `: `, on one line and not long.
fn detail(body: &[u8]) -> String {
    let Ok(parsed) = serde_json::from_slice::<ErrorBody>(body) else { return String::new() };
    let entries: Vec<String> = parsed
        .errors
        .iter()
        .take(3)
        .map(|entry| match (entry.code.as_str(), entry.message.as_str()) {
            (code, "") => code.to_owned(),
            ("", message) => message.to_owned(),
            (code, message) => format!("{code}: {message}"),
        })
        .collect();
    let text: String = entries.join(", ").chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
    if text.is_empty() { text } else { format!(": {text}") }
}

/// Returns the seconds of `Retry-After`; its form as a date is not used by registries and counts as absent.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
