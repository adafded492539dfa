//! Chart repositories over HTTP: what they are, and how something is fetched from one.

mod body;
mod client;
mod error;
mod exchange;

use reqwest::{
    Method, Request, Response, StatusCode,
    header::{
        ACCEPT, ACCEPT_ENCODING, ETAG, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
        LOCATION,
    },
};
use towpath_model::Diagnostic;
use url::Url;

pub(crate) use self::{client::Web, error::redact, exchange::Exchange};
use super::{
    access::{Login, ShownTo, TlsFiles},
    store::{Record, Scope},
};

/// Redirects that are followed, as many as Go's client does.
const REDIRECTS: usize = 10;
/// How often a request is sent before its failure counts.
const ATTEMPTS: u32 = 3;

/// A repository: where it stands, and what is shown to it.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    /// The address as it is written.
    pub(crate) written: String,
    pub(crate) url: Url,
    pub(crate) login: Option<Login>,
    pub(crate) tls: TlsFiles,
    pub(crate) shown_to: ShownTo,
}

impl Repository {
    /// Returns the address that `reference` is, seen from the repository.
    ///
    /// Source: `ResolveReferenceURL` in Helm's `pkg/repo`.
    pub(crate) fn resolve(&self, reference: &str) -> Result<Url, url::ParseError> {
        match reference.parse::<Url>() {
            Err(url::ParseError::RelativeUrlWithoutBase) => {}
            absolute => return absolute,
        }
        let mut base = self.url.clone();
        base.set_path(&format!("{}/", base.path().trim_end_matches('/')));
        let mut resolved = base.join(reference)?;
        resolved.set_query(base.query());
        Ok(resolved)
    }

    /// Returns the login that is shown to `url`.
    pub(crate) fn login_for(&self, url: &Url) -> Option<Login> {
        let shown = self.shown_to == ShownTo::Everybody || url.origin() == self.url.origin();
        self.login.clone().filter(|_| shown).or_else(|| written_in(url))
    }

    /// Returns to whom `url` gives what it gives to us.
    pub(crate) fn scope_for(&self, url: &Url) -> Result<Scope, Diagnostic> {
        let (tls, _) = self.tls.load()?;
        let login = self.login_for(url);
        let mut secrets: Vec<&[u8]> = Vec::new();
        if let Some(login) = &login {
            secrets.extend([login.user.as_bytes(), login.password.as_bytes()]);
        }
        if let Some(identity) = &tls.identity {
            secrets.push(&identity.certificates);
        }
        // Who answers without proof may answer anything: it is kept apart.
        if self.tls.servers == super::access::Servers::Unchecked {
            secrets.push(b"unchecked");
        }
        Ok(Scope::of(&secrets))
    }
}

/// Returns the login that an address carries itself: `https://user:password@…`.
fn written_in(url: &Url) -> Option<Login> {
    let decoded = |text: &str| {
        url::form_urlencoded::parse(format!("x={}", text.replace('+', "%2B")).as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
    };
    let user = decoded(url.username()).filter(|user| !user.is_empty())?;
    Some(Login { user, password: url.password().and_then(decoded).unwrap_or_default() })
}

/// What is fetched.
pub(crate) struct Wanted<'a> {
    pub(crate) url: &'a Url,
    pub(crate) repository: &'a Repository,
    /// The most bytes of it that are read.
    pub(crate) limit: u64,
    /// What is known of it already, if the content is at hand.
    pub(crate) known: Option<&'a Record>,
    /// Whether it may come compressed; archives are compressed already.
    pub(crate) encoding: Encoding,
}

/// How content may be encoded for its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    AsItIs,
    Gzip,
}

/// What an address gave.
pub(crate) enum Answer {
    /// What is known already.
    Unchanged,
    Content(Content),
}

/// Content, and what its server calls this state of it.
pub(crate) struct Content {
    pub(crate) bytes: Vec<u8>,
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
}

impl Web {
    /// Fetches something; a failure that may pass is tried again.
    pub(crate) async fn get(&self, wanted: &Wanted<'_>) -> Result<Answer, Diagnostic> {
        let mut attempt = 1;
        loop {
            match self.try_get(wanted).await {
                Err(failure) if failure.is_transient() && attempt < ATTEMPTS => {
                    tokio::time::sleep(std::time::Duration::from_millis(200 << attempt)).await;
                    attempt += 1;
                }
                result => return result.map_err(|failure| failure.diagnostic(wanted)),
            }
        }
    }

    async fn try_get(&self, wanted: &Wanted<'_>) -> Result<Answer, error::Failure> {
        let mut url = wanted.url.clone();
        let mut login = wanted.repository.login_for(&url);
        for _ in 0..=REDIRECTS {
            let response = self.send(&url, login.as_ref(), wanted).await?;
            match response.status() {
                StatusCode::OK => {
                    let (etag, last_modified) = (header(&response, ETAG), header(&response, LAST_MODIFIED));
                    let bytes = body::read(response, wanted.limit).await?;
                    return Ok(Answer::Content(Content { bytes, etag, last_modified }));
                }
                StatusCode::NOT_MODIFIED if wanted.known.is_some() => return Ok(Answer::Unchanged),
                status if status.is_redirection() => {
                    let next = redirected(&url, &response)?;
                    if next.origin() != url.origin() && wanted.repository.shown_to == ShownTo::Repository {
                        login = None;
                    }
                    url = next;
                }
                status => return Err(error::Failure::Status(status)),
            }
        }
        Err(error::Failure::Redirect(format!("stopped after {REDIRECTS} redirects")))
    }

    async fn send(&self, url: &Url, login: Option<&Login>, wanted: &Wanted<'_>) -> Result<Response, error::Failure> {
        let mut bare = url.clone();
        // An address that can hold no user has none to take out.
        let _ = bare.set_username("");
        let _ = bare.set_password(None);
        let client = self.client(&wanted.repository.tls, &bare)?;
        let mut request = Request::new(Method::GET, bare);
        *request.headers_mut() = headers(wanted);
        let mut builder = reqwest::RequestBuilder::from_parts(client.clone(), request);
        if let Some(login) = login {
            builder = builder.basic_auth(&login.user, Some(&login.password));
        }
        builder.send().await.map_err(|error| error::Failure::Connection(error.without_url()))
    }
}

fn headers(wanted: &Wanted<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    match wanted.encoding {
        Encoding::Gzip => headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip")),
        Encoding::AsItIs => {
            headers.insert(ACCEPT, HeaderValue::from_static("application/gzip,application/octet-stream"))
        }
    };
    if let Some(known) = wanted.known {
        let mut condition = |name, value: &Option<String>| {
            let value = value.as_deref().and_then(|value| HeaderValue::from_str(value).ok());
            headers.extend(value.map(|value| (name, value)));
        };
        condition(IF_NONE_MATCH, &known.etag);
        condition(IF_MODIFIED_SINCE, &known.last_modified);
    }
    headers
}

fn header(response: &Response, name: reqwest::header::HeaderName) -> Option<String> {
    Some(response.headers().get(name)?.to_str().ok()?.to_owned())
}

fn redirected(from: &Url, response: &Response) -> Result<Url, error::Failure> {
    let location = header(response, LOCATION);
    let next = location.and_then(|location| from.join(&location).ok());
    let next = next.ok_or_else(|| error::Failure::Redirect("a redirect names no address".to_owned()))?;
    match (from.scheme(), next.scheme()) {
        ("https", "http") => Err(error::Failure::Redirect("a redirect leads from HTTPS to plain HTTP".to_owned())),
        (_, "http" | "https") => Ok(next),
        (_, other) => Err(error::Failure::Redirect(format!("a redirect leads to `{other}:`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(url: &str) -> Repository {
        let login = Some(Login { user: "me".to_owned(), password: "pw".to_owned() });
        let (tls, shown_to) = (TlsFiles::default(), ShownTo::Repository);
        Repository { written: url.to_owned(), url: url.parse().unwrap(), login, tls, shown_to }
    }

    #[test]
    fn addresses_are_seen_from_the_repository() {
        for (base, reference, expected) in [
            ("https://e.com/charts", "a-1.tgz", "https://e.com/charts/a-1.tgz"),
            ("https://e.com/charts/", "sub/a-1.tgz", "https://e.com/charts/sub/a-1.tgz"),
            ("https://e.com/charts", "/a-1.tgz", "https://e.com/a-1.tgz"),
            ("https://e.com/charts?token=x", "a-1.tgz", "https://e.com/charts/a-1.tgz?token=x"),
            ("https://e.com/charts?token=x", "https://o.com/a-1.tgz", "https://o.com/a-1.tgz"),
            ("https://e.com", "index.yaml", "https://e.com/index.yaml"),
        ] {
            assert_eq!(repository(base).resolve(reference).unwrap().as_str(), expected);
        }
    }

    #[test]
    fn a_login_is_shown_to_its_repository_alone() {
        let mut own = repository("https://e.com/charts");
        let url = |text: &str| text.parse::<Url>().unwrap();
        assert!(own.login_for(&url("https://e.com/other/a.tgz")).is_some());
        for other in ["https://e.com:8443/a.tgz", "http://e.com/a.tgz", "https://o.com/a.tgz"] {
            assert_eq!(own.login_for(&url(other)), None, "{other}");
            assert_eq!(own.scope_for(&url(other)).unwrap(), Scope::Public);
        }
        own.shown_to = ShownTo::Everybody;
        assert!(own.login_for(&url("https://o.com/a.tgz")).is_some());
        own.login = None;
        let written = own.login_for(&url("https://a%40b:p%2Bw+x@e.com/")).unwrap();
        assert_eq!((written.user.as_str(), written.password.as_str()), ("a@b", "p+w+x"));
    }
}
