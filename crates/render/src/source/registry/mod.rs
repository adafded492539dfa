//! Charts in OCI registries.
//!
//! Source: Helm's `pkg/registry` (4.3 and 3.17) and HIP-6.

mod reference;
mod versions;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use towpath_model::{Diagnostic, Digest, ImageName, Kind};
use towpath_oci::{
    Client, ClientOptions, CredentialSource, Credentials, Descriptor, Holder, ImageReference, Loopback, Manifest,
    RawManifest, Reference, RegistryError,
};

pub(super) use self::reference::ChartReference;
use super::{
    Scheme,
    fetch::{Archive, Fetch, LARGEST_ARCHIVE, Origin},
    store::{Record, Scope},
};

/// The configuration of a chart's manifest: its `Chart.yaml` in JSON.
const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
/// The packed chart.
const CONTENT: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
/// The packed chart, as Helm's first releases with registries wrote it.
const LEGACY_CONTENT: &str = "application/tar+gzip";
/// The provenance file.
const PROVENANCE: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";
/// How many manifests of an index are looked at for one that is a chart.
const INDEX_ENTRIES: usize = 16;
/// A provenance file may have this many bytes.
const LARGEST_PROVENANCE: u64 = 1 << 20;

/// The clients of the registries that were spoken to.
#[derive(Default)]
pub(super) struct Registries {
    clients: Mutex<BTreeMap<String, Client>>,
}

impl Fetch<'_> {
    /// Returns the chart that `oci://…` names.
    pub(super) async fn registry_chart(&mut self, text: &str, version: Option<&str>) -> Result<Archive, Diagnostic> {
        let chart = ChartReference::parse(text)?;
        let reference = self.pinned(&chart, version).await?;
        let raw = self.manifest(&reference).await?;
        let (reference, manifest) = self.chart_manifest(reference, raw).await?;
        let what = shown(&reference);
        let mut layers = manifest.layers.iter();
        let layer = layers.find(|layer| matches!(layer.media_type.as_str(), CONTENT | LEGACY_CONTENT));
        let layer = layer.ok_or_else(|| {
            let message = format!("manifest does not contain a layer with mediatype {CONTENT}");
            Diagnostic::new(Kind::Usage, message).cause(format!("{what} is no chart, or an empty one"))
        })?;
        if layer.media_type == LEGACY_CONTENT {
            self.warn(format!("chart media type {LEGACY_CONTENT} is deprecated"));
        }
        let bytes = self.blob(&reference.name, layer, LARGEST_ARCHIVE, &format!("chart {what}")).await?;
        let file_name = match &reference.reference {
            Reference::Tag(tag) => {
                let (_, name) =
                    reference.name.repository().rsplit_once('/').unwrap_or(("", reference.name.repository()));
                Some(format!("{name}-{}.tgz", tag.as_str().replace('_', "+")))
            }
            Reference::Digest(_) => None,
        };
        Ok(Archive { bytes, file_name, origin: Origin::Registry { reference, manifest: Box::new(manifest) } })
    }

    /// Returns the provenance that was pushed with a chart.
    pub(super) async fn registry_provenance(
        &mut self,
        reference: &ImageReference,
        manifest: &Manifest,
    ) -> Result<Vec<u8>, Diagnostic> {
        let what = format!("oci://{}.prov", shown(reference));
        let layer = manifest.layers.iter().find(|layer| layer.media_type == PROVENANCE).ok_or_else(|| {
            Diagnostic::new(Kind::Usage, format!("failed to fetch provenance {what:?}"))
                .cause(format!("manifest does not contain a layer with mediatype {PROVENANCE}"))
                .hint("push the chart with its .prov file beside it: `helm package --sign`, then `helm push`")
        })?;
        self.blob(&reference.name, layer, LARGEST_PROVENANCE, &what).await
    }

    /// Returns a manifest: of a digest from the store if it is there, of a tag always from the registry, which may have
    /// moved it.
    async fn manifest(&mut self, reference: &ImageReference) -> Result<RawManifest, Diagnostic> {
        let what = shown(reference);
        let scope = self.scope(reference.name.registry()).await?;
        let key = self.key("manifest", &what, &scope)?;
        if self.is_offline() || matches!(reference.reference, Reference::Digest(_)) {
            if let Some(kept) = self.kept(key, &format!("the manifest of {what}"))? {
                return Ok(RawManifest::new(kept.record.name.unwrap_or_default(), kept.bytes));
            }
            if self.is_offline() {
                return Err(self.absent(&format!("chart {what}")));
            }
        }
        self.say(&format!("fetching {what}"));
        let client = self.client(reference.name.registry())?;
        let raw = client.get_manifest(&reference.name, &reference.reference).await;
        let raw = raw.map_err(|error| failed(&error, &what))?;
        let mut record = Record::of(&what, raw.bytes());
        record.name = Some(raw.media_type().to_owned());
        self.keep(key, raw.bytes(), &record);
        if let Reference::Tag(_) = reference.reference {
            let pinned = ImageReference { name: reference.name.clone(), reference: Reference::Digest(raw.digest()) };
            let key = self.key("manifest", &shown(&pinned), &scope)?;
            self.keep(key, raw.bytes(), &record);
        }
        Ok(raw)
    }

    /// Returns the manifest that describes a chart: this one, or the first of an index that does.
    async fn chart_manifest(
        &mut self,
        reference: ImageReference,
        raw: RawManifest,
    ) -> Result<(ImageReference, Manifest), Diagnostic> {
        let unreadable = |what: &str, error: serde_json::Error| {
            Diagnostic::new(Kind::Remote, format!("the manifest of {what} cannot be read")).cause(error.to_string())
        };
        let what = shown(&reference);
        let no_chart = || {
            Diagnostic::new(Kind::Usage, format!("could not load config with mediatype {CONFIG}"))
                .cause(format!("{what} is no chart"))
        };
        if !raw.is_index() {
            let manifest = raw.manifest().map_err(|error| unreadable(&what, error))?;
            return if manifest.config.media_type == CONFIG { Ok((reference, manifest)) } else { Err(no_chart()) };
        }
        let index = raw.index().map_err(|error| unreadable(&what, error))?;
        for entry in index.manifests.iter().take(INDEX_ENTRIES) {
            let inner = ImageReference { name: reference.name.clone(), reference: Reference::Digest(entry.digest) };
            let manifest = self.manifest(&inner).await?.manifest().map_err(|error| unreadable(&what, error))?;
            if manifest.config.media_type == CONFIG {
                return Ok((reference, manifest));
            }
        }
        Err(no_chart())
    }

    /// Returns a blob, from the store if it is there; its digest is proven either way.
    async fn blob(
        &mut self,
        name: &ImageName,
        descriptor: &Descriptor,
        limit: u64,
        what: &str,
    ) -> Result<Vec<u8>, Diagnostic> {
        let scope = self.scope(name.registry()).await?;
        let key = self.key("blob", &format!("{name}@{}", descriptor.digest), &scope)?;
        let _turn = if self.is_offline() { None } else { self.turn(key).await };
        if let Some(kept) = self.kept(key, what)? {
            return Ok(kept.bytes);
        }
        if self.is_offline() {
            return Err(self.absent(what));
        }
        self.say(&format!("fetching {what}"));
        let bytes = self.client(name.registry())?.get_blob(name, descriptor, limit).await;
        let bytes = bytes.map_err(|error| error.diagnostic())?;
        self.keep(key, &bytes, &Record::of(what, &bytes));
        Ok(bytes.to_vec())
    }

    /// Returns to whom the registry gives what it gives to us, without asking a credential helper.
    async fn scope(&self, registry: &str) -> Result<Scope, Diagnostic> {
        let (tls, _) = self.charts.settings.access.tls.load()?;
        let holder = self.credentials().holder(registry).await.map_err(|error| error.diagnostic())?;
        let mut secrets: Vec<Vec<u8>> = match holder {
            Holder::Anonymous => Vec::new(),
            Holder::Known(Credentials::Basic { user, password }) => vec![user.into_bytes(), password.into_bytes()],
            Holder::Known(Credentials::Identity { token }) => vec![token.into_bytes()],
            Holder::Helper { name, address } => vec![b"helper".to_vec(), name.into_bytes(), address.into_bytes()],
        };
        secrets.extend(tls.identity.map(|identity| identity.certificates));
        let secrets: Vec<&[u8]> = secrets.iter().map(Vec::as_slice).collect();
        Ok(Scope::of(&secrets))
    }

    /// Returns where credentials come from: the command line, else Helm's own file, else Docker's.
    fn credentials(&self) -> CredentialSource {
        let settings = &self.charts.settings;
        if let Some(login) = settings.access.login.clone().filter(|login| !login.password.is_empty()) {
            return CredentialSource::Explicit(Credentials::Basic { user: login.user, password: login.password });
        }
        let mut files = vec![settings.helm.registry_config.clone()];
        if let CredentialSource::DockerConfig(path) = CredentialSource::docker() {
            files.push(path);
        }
        CredentialSource::DockerConfigs(files)
    }

    fn client(&self, registry: &str) -> Result<Client, Diagnostic> {
        let mut clients = self.charts.registries.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(registry) {
            return Ok(client.clone());
        }
        let access = &self.charts.settings.access;
        let (mut tls, authorities) = access.tls.load()?;
        if !access.tls.is_default() {
            tls.loopback = Loopback::Tls;
        }
        let plain_http = match access.registries {
            Scheme::PlainHttp => vec![registry.to_owned()],
            Scheme::Https => Vec::new(),
        };
        let options =
            ClientOptions { credentials: self.credentials(), plain_http, authorities, tls, ..ClientOptions::default() };
        let client = Client::new(options).map_err(|error| error.diagnostic())?;
        clients.insert(registry.to_owned(), client.clone());
        Ok(client)
    }
}

/// Returns a chart's place as Helm writes it: `registry/path:tag`.
fn shown(reference: &ImageReference) -> String {
    reference.to_string()
}

/// Returns a registry's error in the words that Helm's users know.
fn failed(error: &RegistryError, what: &str) -> Diagnostic {
    let mut diagnostic = error.diagnostic();
    if error.is_not_found() {
        diagnostic.causes.insert(0, std::mem::take(&mut diagnostic.message));
        diagnostic.message = format!("{what}: not found");
    }
    if matches!(error, RegistryError::CredentialsMissing { .. } | RegistryError::CredentialsRefused { .. }) {
        diagnostic.hints = vec![
            "log in with `helm registry login` or `docker login`, or give --username and --password-stdin".to_owned(),
        ];
    }
    diagnostic
}

/// Returns the digest's reference.
fn by_digest(name: &ImageName, digest: Digest) -> ImageReference {
    ImageReference { name: name.clone(), reference: Reference::Digest(digest) }
}
