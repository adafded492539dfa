use reqwest::{
    Method, Request, StatusCode,
    header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue},
};
use towpath_model::Diagnostic;
use url::Url;

use super::{Encoding, REDIRECTS, Repository, Wanted, Web, body, error::Failure, redirected};

/// One question of git's protocol and where it is sent.
pub(crate) struct Exchange<'a> {
    pub(crate) url: Url,
    pub(crate) repository: &'a Repository,
    /// What is asked; nothing greets the server.
    pub(crate) body: Option<Vec<u8>>,
    /// The most bytes of the answer that are read.
    pub(crate) limit: u64,
}

/// What a server answered, and from where.
pub(crate) struct Exchanged {
    pub(crate) bytes: Vec<u8>,
    pub(crate) url: Url,
}

impl Web {
    /// Asks a git server something.
    pub(crate) async fn exchange(&self, exchange: Exchange<'_>) -> Result<Exchanged, Diagnostic> {
        let first = exchange.url.clone();
        let (repository, limit) = (exchange.repository, exchange.limit);
        let failed = |failure: Failure| {
            failure.diagnostic(&Wanted { url: &first, repository, limit, known: None, encoding: Encoding::AsItIs })
        };
        self.try_exchange(exchange).await.map_err(failed)
    }

    async fn try_exchange(&self, exchange: Exchange<'_>) -> Result<Exchanged, Failure> {
        let Exchange { mut url, repository, body: asked, limit } = exchange;
        for _ in 0..=REDIRECTS {
            let login = repository.login_for(&url);
            let mut bare = url.clone();
            // An address that can hold no user has none to take out.
            let _ = bare.set_username("");
            let _ = bare.set_password(None);
            let client = self.client(&repository.tls, &bare)?;
            let method = if asked.is_some() { Method::POST } else { Method::GET };
            let mut request = Request::new(method, bare);
            let headers = request.headers_mut();
            headers.insert(HeaderName::from_static("git-protocol"), HeaderValue::from_static("version=2"));
            if let Some(asked) = &asked {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-git-upload-pack-request"));
                headers.insert(ACCEPT, HeaderValue::from_static("application/x-git-upload-pack-result"));
                *request.body_mut() = Some(asked.clone().into());
            }
            let mut builder = reqwest::RequestBuilder::from_parts(client, request);
            if let Some(login) = login {
                builder = builder.basic_auth(&login.user, Some(&login.password));
            }
            let response = builder.send().await.map_err(|error| Failure::Connection(error.without_url()))?;
            match response.status() {
                StatusCode::OK => return Ok(Exchanged { bytes: body::read(response, limit).await?, url }),
                status if status.is_redirection() && asked.is_none() => url = redirected(&url, &response)?,
                status => return Err(Failure::Status(status)),
            }
        }
        Err(Failure::Redirect(format!("stopped after {REDIRECTS} redirects")))
    }
}
