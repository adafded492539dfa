//! The registry client.

mod auth;
mod blobs;
mod body;
mod challenge;
mod manifests;
mod referrers;
mod retry;
mod send;
mod tls;

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
    time::Duration,
};

use reqwest::header::HeaderValue;
use tokio::sync::Mutex;
use towpath_model::ImageName;
use url::Url;

pub use blobs::{BlobSource, Pushed};
pub use retry::Retry;
pub use tls::{Identity, Loopback, Tls, Trust};

use self::retry::Attempts;

use crate::{CredentialSource, RegistryError};

/// How a client speaks to registries.
#[derive(Debug, Clone, Default)]
pub struct ClientOptions {
    /// Where credentials come from.
    pub credentials: CredentialSource,
    /// Registries, as host and port, that speak plain HTTP; loopback addresses always do.
    pub plain_http: Vec<String>,
    /// Certificates of further authorities, in PEM; several may stand in one.
    pub authorities: Vec<Vec<u8>>,
    /// How servers are known, and this client to them.
    pub tls: Tls,
    /// How often and how patiently a failed request is tried again.
    pub retry: Retry,
}

/// A client of OCI registries: every read is checked against its digest, every write may be repeated.
///
/// Cloning is cheap; clones share connections and tokens.
///
/// Source: OCI distribution specification 1.1.
#[derive(Debug, Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    options: ClientOptions,
    plain: reqwest::Client,
    // Loading the system's authorities takes longer than a push to loopback, so it waits until TLS is needed.
    tls: OnceLock<reqwest::Client>,
    tokens: Mutex<HashMap<String, HeaderValue>>,
    /// Held while a list of referrers is read, changed and written.
    lists: Mutex<()>,
}

impl Client {
    /// Returns a client; nothing is sent yet.
    ///
    /// # Errors
    /// When a certificate cannot be read.
    pub fn new(options: ClientOptions) -> Result<Self, RegistryError> {
        // It speaks no TLS, so that it needs none of it; what is wrong with an option of it shows here all the same.
        drop(builder(&options)?);
        let plain = base_builder().tls_built_in_root_certs(false).build().map_err(RegistryError::Setup)?;
        let (tls, tokens, lists) = (OnceLock::new(), Mutex::default(), Mutex::default());
        Ok(Self { inner: Arc::new(Inner { options, plain, tls, tokens, lists }) })
    }

    /// Returns whether `registry`, a host with its port, is spoken to in plain HTTP.
    pub fn is_plain(&self, registry: &str) -> bool {
        let host = registry.split(':').next().unwrap_or(registry);
        (is_loopback(host) && self.inner.options.tls.loopback == Loopback::Plain)
            || self.inner.options.plain_http.iter().any(|plain| plain == registry)
    }

    fn http(&self, url: &Url) -> Result<&reqwest::Client, RegistryError> {
        if url.scheme() == "http" && url.host_str().is_some_and(is_loopback) {
            return Ok(&self.inner.plain);
        }
        if let Some(client) = self.inner.tls.get() {
            return Ok(client);
        }
        let client = builder(&self.inner.options)?.build().map_err(RegistryError::Setup)?;
        Ok(self.inner.tls.get_or_init(|| client))
    }

    fn attempts(&self) -> Attempts {
        Attempts::new(self.inner.options.retry)
    }

    /// Returns the address of the registry's API, which ends in `/v2/`.
    fn base(&self, registry: &str) -> String {
        // Docker Hub's API does not stand where its names say.
        let host = if registry == "docker.io" { "registry-1.docker.io" } else { registry };
        let scheme = if self.is_plain(registry) { "http" } else { "https" };
        format!("{scheme}://{host}/v2/")
    }

    fn url(&self, name: &ImageName, rest: &str) -> Result<Url, RegistryError> {
        let text = format!("{}{}/{rest}", self.base(name.registry()), name.repository());
        text.parse().map_err(|error: url::ParseError| RegistryError::Malformed {
            what: format!("the address of {name}"),
            detail: error.to_string(),
        })
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

fn builder(options: &ClientOptions) -> Result<reqwest::ClientBuilder, RegistryError> {
    let mut builder = options.tls.apply(base_builder()).map_err(RegistryError::Setup)?;
    for authority in &options.authorities {
        for certificate in reqwest::Certificate::from_pem_bundle(authority).map_err(RegistryError::Setup)? {
            builder = builder.add_root_certificate(certificate);
        }
    }
    Ok(builder)
}

fn base_builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(concat!("towpath/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_mins(1))
        .redirect(reqwest::redirect::Policy::custom(follow))
}

/// Follows at most five redirects, and none from TLS to plain HTTP.
fn follow(attempt: reqwest::redirect::Attempt<'_>) -> reqwest::redirect::Action {
    let downgrade =
        attempt.url().scheme() != "https" && attempt.previous().last().is_some_and(|from| from.scheme() == "https");
    if downgrade {
        attempt.error("redirect from HTTPS to plain HTTP")
    } else if attempt.previous().len() > 5 {
        attempt.error("more than five redirects")
    } else {
        attempt.follow()
    }
}
