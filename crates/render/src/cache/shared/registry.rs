use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, stream};
use tokio::{
    runtime::{Builder, Runtime},
    time::timeout,
};
use towpath_model::{Digest, ImageName};
use towpath_oci::{
    Client, ClientOptions, CredentialSource, Credentials, Descriptor, Manifest, RawManifest, Reference, RegistryError,
    Retry,
};

use super::{
    super::{
        page::{self, Candidate, LARGEST_PAGE, LARGEST_RESULT},
        settings::Secret,
        store::{Entry, Found, Store, StoreError, Wanted},
    },
    WRITING,
    address::RemoteLogin,
};

/// What the manifest of an entry is.
const ARTIFACT: &str = "application/vnd.towpath.rendered.v1";
/// The manifest's configuration: the page.
const PAGE: &str = "application/vnd.towpath.rendered.page.v1+json";
/// Each layer: a result, in the order of the page.
const RESULT: &str = "application/vnd.towpath.rendered.result.v1";

/// How many requests are under way together.
const AT_ONCE: usize = 16;
/// How long one request may take: to connect and to read.
const REQUEST: Duration = Duration::from_secs(3);

/// A cache in a repository of a registry: each key is a tag.
pub(super) struct Registry {
    name: ImageName,
    login: Option<RemoteLogin>,
    secret: Option<Secret>,
    open: OnceLock<(Runtime, Client)>,
}

impl Registry {
    pub(super) fn new(name: ImageName, login: Option<RemoteLogin>, secret: Option<Secret>) -> Self {
        Self { name, login, secret, open: OnceLock::new() }
    }

    fn open(&self) -> Result<&(Runtime, Client), StoreError> {
        if let Some(open) = self.open.get() {
            return Ok(open);
        }
        let credentials = match &self.login {
            Some(RemoteLogin { user, password }) => {
                CredentialSource::Explicit(Credentials::Basic { user: user.clone(), password: password.clone() })
            }
            None => CredentialSource::docker(),
        };
        // What does not answer at once is done without.
        let retry = Retry { attempts: 1, ..Retry::default() };
        let client = Client::new(ClientOptions { credentials, retry, ..ClientOptions::default() });
        let client = client.map_err(|error| self.failed(&error))?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(self.open.get_or_init(|| (runtime, client)))
    }

    fn failed(&self, error: &dyn std::error::Error) -> StoreError {
        let mut text = format!("registry {}: {error}", self.name.registry());
        let mut source = error.source();
        while let Some(cause) = source {
            text.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        StoreError::new(text)
    }

    fn tag(key: Digest) -> Result<Reference, StoreError> {
        Reference::tag(&key.hex()).map_err(|error| StoreError::new(error.to_string()))
    }

    /// Makes something of each item, several at a time and in order.
    fn each<'a, T, R, F>(&'a self, items: &'a [T], work: impl Fn(&'a Client, &'a T) -> F) -> Result<Vec<R>, StoreError>
    where
        F: Future<Output = Result<R, StoreError>>,
    {
        let (runtime, client) = self.open()?;
        let work = &work;
        runtime.block_on(async {
            let mut done = Vec::with_capacity(items.len());
            let mut running = stream::iter(items).map(|item| work(client, item)).buffered(AT_ONCE);
            while let Some(result) = running.next().await {
                // The first failure ends it: the others would wait for the same.
                done.push(result?);
            }
            Ok(done)
        })
    }

    async fn within<T>(
        &self,
        request: impl Future<Output = Result<T, RegistryError>>,
    ) -> Result<Answer<T>, StoreError> {
        match timeout(REQUEST, request).await {
            Err(_) => Err(StoreError::new(format!("registry {}: no answer in time", self.name.registry()))),
            Ok(Ok(answer)) => Ok(Answer::Here(answer)),
            Ok(Err(error)) if error.is_not_found() => Ok(Answer::Absent),
            Ok(Err(
                RegistryError::DigestMismatch { .. }
                | RegistryError::SizeMismatch { .. }
                | RegistryError::TooLarge { .. }
                | RegistryError::Malformed { .. },
            )) => Ok(Answer::Broken),
            Ok(Err(error)) => Err(self.failed(&error)),
        }
    }

    async fn fetch_page(&self, client: &Client, key: Digest) -> Result<Found, StoreError> {
        let tag = Self::tag(key)?;
        let raw = match self.within(client.get_manifest(&self.name, &tag)).await? {
            Answer::Here(raw) => raw,
            Answer::Absent => return Ok(Found::Absent),
            Answer::Broken => return Ok(Found::Broken),
        };
        match raw.manifest() {
            Ok(manifest) if manifest.config.media_type == PAGE => {
                self.fetch(client, &manifest.config, LARGEST_PAGE).await
            }
            _ => Ok(Found::Broken),
        }
    }

    async fn fetch(&self, client: &Client, descriptor: &Descriptor, limit: u64) -> Result<Found, StoreError> {
        Ok(match self.within(client.get_blob(&self.name, descriptor, limit)).await? {
            Answer::Here(bytes) => Found::Here(bytes.into()),
            Answer::Absent => Found::Absent,
            Answer::Broken => Found::Broken,
        })
    }

    async fn push(&self, client: &Client, entry: &Entry, until: Instant) -> Result<(), StoreError> {
        if Instant::now() > until {
            return Err(StoreError::new(format!(
                "registry {}: writing takes too long; the rest is not shared",
                self.name.registry()
            )));
        }
        self.within(client.put_bytes(&self.name, RESULT, entry.result.to_vec())).await?;
        let candidates = page::merged(entry.candidate.clone(), &entry.known);
        if candidates.len() > 1 {
            // Registries refuse a manifest whose older results they have dropped meanwhile.
            if self.put(client, entry.key, &candidates).await.is_ok_and(|answer| matches!(answer, Answer::Here(_))) {
                return Ok(());
            }
        }
        self.put(client, entry.key, std::slice::from_ref(&entry.candidate)).await.map(drop)
    }

    async fn put(&self, client: &Client, key: Digest, candidates: &[Candidate]) -> Result<Answer<Digest>, StoreError> {
        let page = page::encode(key, candidates, self.secret.as_ref());
        let Answer::Here(config) = self.within(client.put_bytes(&self.name, PAGE, page)).await? else {
            return Ok(Answer::Absent);
        };
        let mut layers: Vec<Descriptor> = Vec::new();
        for candidate in candidates {
            if layers.iter().all(|layer| layer.digest != candidate.result) {
                layers.push(Descriptor::new(RESULT, candidate.result, candidate.bytes));
            }
        }
        let manifest = Manifest { artifact_type: Some(ARTIFACT.to_owned()), ..Manifest::new(config, layers) };
        let raw = RawManifest::of_manifest(&manifest).map_err(|error| self.failed(&error))?;
        self.within(client.put_manifest(&self.name, &Self::tag(key)?, &raw)).await
    }
}

/// What came of a request.
enum Answer<T> {
    Here(T),
    Absent,
    Broken,
}

impl Store for Registry {
    fn pages(&self, keys: &[Digest]) -> Result<Vec<Found>, StoreError> {
        self.each(keys, |client, key| self.fetch_page(client, *key))
    }

    fn results(&self, wanted: &[Wanted]) -> Result<Vec<Found>, StoreError> {
        let wanted =
            wanted.iter().map(|wanted| Descriptor::new(RESULT, wanted.candidate.result, wanted.candidate.bytes));
        self.each(&wanted.collect::<Vec<_>>(), |client, descriptor| self.fetch(client, descriptor, LARGEST_RESULT))
    }

    fn write(&self, entries: &[Entry]) -> Result<(), StoreError> {
        let until = Instant::now() + WRITING;
        self.each(entries, |client, entry| self.push(client, entry, until)).map(drop)
    }

    fn forget(&self, _key: Digest, _candidate: Option<&Candidate>) -> Result<(), StoreError> {
        // Most registries let few delete. The entry is never used, and the next write of its key replaces it.
        Ok(())
    }
}
