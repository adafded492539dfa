use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{
    Method, Request, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, WWW_AUTHENTICATE},
};
use serde::Deserialize;
use url::Url;

use super::{
    Client,
    body::read_limited,
    challenge::{Challenge, parse_challenge},
    send::{Access, Target, failure, shown},
};
use crate::{Credentials, RegistryError};

/// The most that is read of a token service's answer.
const TOKEN_BODY: u64 = 1 << 20;

#[derive(Deserialize)]
struct TokenAnswer {
    #[serde(default)]
    token: String,
    #[serde(default)]
    access_token: String,
}

impl Client {
    /// Returns what the registry accepted before for such a request.
    pub(super) async fn cached_token(&self, target: &Target<'_>) -> Option<HeaderValue> {
        let tokens = self.inner.tokens.lock().await;
        let stronger = || tokens.get(&key(&Target { access: Access::Push, mount: None, ..*target }));
        tokens.get(&key(target)).or_else(|| stronger().filter(|_| target.access == Access::Pull)).cloned()
    }

    /// Answers the challenge of a 401 and returns the `Authorization` to try again with.
    pub(super) async fn authorize(
        &self,
        target: &Target<'_>,
        headers: &HeaderMap,
        used: Option<&HeaderValue>,
    ) -> Result<HeaderValue, RegistryError> {
        // Held while the token is fetched, so that parallel requests fetch one token between them.
        let mut tokens = self.inner.tokens.lock().await;
        if let Some(token) = tokens.get(&key(target)).filter(|token| Some(*token) != used) {
            return Ok(token.clone());
        }
        let registry = target.registry();
        let written: Vec<&str> =
            headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok()).collect();
        let challenge = parse_challenge(&written).ok_or_else(|| RegistryError::Challenge {
            registry: registry.clone(),
            detail: match written.as_slice() {
                [] => "401 without a WWW-Authenticate header".to_owned(),
                written => format!("`{}`", written.join(", ").chars().take(200).collect::<String>()),
            },
        })?;
        let credentials = self.inner.options.credentials.credentials(&registry).await?;
        let mut token = match (&challenge, &credentials) {
            (Challenge::Basic, Some(Credentials::Basic { user, password })) => basic(user, password),
            (Challenge::Basic, _) => return Err(self.refused(target).await),
            (Challenge::Bearer { realm, service, .. }, _) => {
                self.fetch_token(target, realm, service.as_deref(), credentials.as_ref()).await?
            }
        };
        token.set_sensitive(true);
        tokens.insert(key(target), token.clone());
        Ok(token)
    }

    /// Returns the error of a 401 that stays.
    pub(super) async fn refused(&self, target: &Target<'_>) -> RegistryError {
        let (registry, what) = (target.registry(), target.what.to_owned());
        match self.inner.options.credentials.credentials(&registry).await {
            Ok(Some(credentials)) => {
                RegistryError::CredentialsRefused { registry, user: credentials.user().to_owned(), what }
            }
            Ok(None) => RegistryError::CredentialsMissing { registry, what },
            Err(error) => error.into(),
        }
    }

    /// Source: the distribution project's token and OAuth 2 specifications.
    async fn fetch_token(
        &self,
        target: &Target<'_>,
        realm: &str,
        service: Option<&str>,
        credentials: Option<&Credentials>,
    ) -> Result<HeaderValue, RegistryError> {
        let url = self.realm(target, realm)?;
        let request = token_request(url, service, &scopes(target), credentials);
        let response = self.execute(target, request).await?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST => {
                return Err(self.refused(target).await);
            }
            _ => return Err(failure(target, response).await),
        }
        let body = read_limited(target, response, TOKEN_BODY).await?;
        let answer: Option<TokenAnswer> = serde_json::from_slice(&body).ok();
        let token = answer.map(|answer| if answer.token.is_empty() { answer.access_token } else { answer.token });
        let header = token.filter(|token| !token.is_empty()).and_then(|token| format!("Bearer {token}").parse().ok());
        header.ok_or_else(|| RegistryError::Challenge {
            registry: target.registry(),
            detail: format!("its token service at `{realm}` gave no token"),
        })
    }

    fn realm(&self, target: &Target<'_>, realm: &str) -> Result<Url, RegistryError> {
        let registry = target.registry();
        let url: Url = realm.parse().map_err(|_| RegistryError::Challenge {
            registry: registry.clone(),
            detail: format!("its token service `{realm}` is no address"),
        })?;
        if url.scheme() == "https" || (url.scheme() == "http" && self.is_plain(&registry)) {
            return Ok(url);
        }
        let detail = "which would send credentials without HTTPS";
        Err(RegistryError::Location { registry, location: shown(&url), detail })
    }
}

fn token_request(mut url: Url, service: Option<&str>, scopes: &[String], credentials: Option<&Credentials>) -> Request {
    if let Some(Credentials::Identity { token }) = credentials {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "refresh_token").append_pair("refresh_token", token);
        form.append_pair("client_id", "towpath").append_pair("scope", &scopes.join(" "));
        form.extend_pairs(service.map(|service| ("service", service)));
        let mut request = Request::new(Method::POST, url);
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        *request.body_mut() = Some(form.finish().into());
        return request;
    }
    url.query_pairs_mut()
        .extend_pairs(service.map(|service| ("service", service)))
        .extend_pairs(scopes.iter().map(|scope| ("scope", scope)));
    let mut request = Request::new(Method::GET, url);
    if let Some(Credentials::Basic { user, password }) = credentials {
        request.headers_mut().insert(AUTHORIZATION, basic(user, password));
    }
    request
}

fn basic(user: &str, password: &str) -> HeaderValue {
    let text = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    let mut value = HeaderValue::from_str(&text).expect("because base64 is ASCII");
    value.set_sensitive(true);
    value
}

fn scopes(target: &Target<'_>) -> Vec<String> {
    let actions = if target.access == Access::Push { "pull,push" } else { "pull" };
    let own = format!("repository:{}:{actions}", target.name.repository());
    let mounted = target.mount.map(|from| format!("repository:{}:pull", from.repository()));
    std::iter::once(own).chain(mounted).collect()
}

fn key(target: &Target<'_>) -> String {
    format!("{} {}", target.name.registry(), scopes(target).join(" "))
}
