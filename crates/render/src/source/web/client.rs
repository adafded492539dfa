use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use reqwest::{Certificate, Client, redirect::Policy};
use towpath_model::{Diagnostic, Kind};
use url::Url;

use super::error::Failure;
use crate::source::access::TlsFiles;

/// The clients that speak to chart repositories, one for each set of TLS files, made when they are needed.
#[derive(Debug, Default)]
pub(crate) struct Web {
    clients: Mutex<BTreeMap<String, Client>>,
}

impl Web {
    /// Returns the client for `url`. Plain HTTP needs no authorities, which take longer to load than a chart.
    pub(super) fn client(&self, tls: &TlsFiles, url: &Url) -> Result<Client, Failure> {
        let key = if url.scheme() == "http" { "plain".to_owned() } else { format!("{tls:?}") };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        let client = if url.scheme() == "http" { plain() } else { secure(tls)? };
        let client = client.map_err(|error| {
            let message = "can't create TLS config for client";
            Failure::Setup(Diagnostic::from_error(Kind::Usage, &error).cause(message))
        })?;
        clients.insert(key, client.clone());
        Ok(client)
    }
}

fn builder() -> reqwest::ClientBuilder {
    Client::builder()
        .user_agent(concat!("towpath/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_mins(1))
        .redirect(Policy::none())
}

fn plain() -> reqwest::Result<Client> {
    builder().tls_built_in_root_certs(false).build()
}

fn secure(tls: &TlsFiles) -> Result<reqwest::Result<Client>, Failure> {
    let (options, authorities) = tls.load().map_err(Failure::Setup)?;
    let build = || {
        let mut builder = options.apply(builder())?;
        for authority in &authorities {
            for certificate in Certificate::from_pem_bundle(authority)? {
                builder = builder.add_root_certificate(certificate);
            }
        }
        builder.build()
    };
    Ok(build())
}
