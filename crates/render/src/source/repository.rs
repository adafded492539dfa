use std::fs;

use towpath_model::{Diagnostic, Digest, Kind};
use url::Url;

use super::{
    LARGEST_FILE,
    fetch::{Archive, Fetch, LARGEST_ARCHIVE, Origin, digest_in},
    index::{Choice, Offers, choose, offers},
    repositories::{Repositories, parse_url},
    store::{Key, Record},
    web::{Answer, Content, Encoding, Repository, Wanted, redact},
};

/// An index may have this many bytes; those of large public repositories have 20 to 30 MB.
const LARGEST_INDEX: u64 = 128 << 20;
/// A provenance file may have this many bytes.
const LARGEST_PROVENANCE: u64 = 1 << 20;

impl Fetch<'_> {
    /// Returns a chart of the repository that `--repo` names.
    ///
    /// Source: `FindChartInRepoURL` in Helm's `pkg/repo`.
    pub(super) async fn repository_chart(
        &mut self,
        repository: &Repository,
        chart: &str,
        version: Option<&str>,
    ) -> Result<Archive, Diagnostic> {
        let offers = self.offers(repository, chart).await?;
        let choice = self.choice(&offers, chart, version);
        let place = choice.and_then(|choice| located(repository, chart, &choice)).map_err(|cause| {
            let wanted = version.map(|version| format!(" version {version:?}")).unwrap_or_default();
            let place = redact(repository.url.as_str());
            Diagnostic::new(Kind::Usage, format!("chart {chart:?}{wanted} not found in {place} repository"))
                .cause(cause)
        })?;
        self.at_place(place, repository).await
    }

    /// Returns a chart of the repository that Helm knows as `name`; the index is the one of `helm repo update` if there is
    /// one, and else comes from the repository.
    pub(super) async fn named_chart(
        &mut self,
        name: &str,
        repository: &Repository,
        chart: &str,
        version: Option<&str>,
    ) -> Result<Archive, Diagnostic> {
        let cached = self.charts.settings.helm.cached_index(name);
        let offers = match fs::read(&cached) {
            Ok(index) => {
                let read = offers(&index, chart, self.profile);
                let read = read.map_err(|detail| {
                    Diagnostic::new(Kind::Usage, format!("error loading {}: {detail}", cached.display()))
                        .hint("fetch it again with `helm repo update`, or remove it")
                })?;
                read.warnings.iter().for_each(|warning| self.warn(warning));
                read
            }
            Err(_) => self.offers(repository, chart).await?,
        };
        let choice = self.choice(&offers, chart, version);
        let place = choice.and_then(|choice| located(repository, chart, &choice)).map_err(|cause| {
            let wanted = version.unwrap_or_default();
            let message = format!("chart {chart:?} matching {wanted} not found in {name} index");
            Diagnostic::new(Kind::Usage, message).cause(cause).hint("try `helm repo update`")
        })?;
        self.at_place(place, repository).await
    }

    /// Returns the packed chart that an index points to.
    pub(super) async fn at_place(&mut self, place: Place, repository: &Repository) -> Result<Archive, Diagnostic> {
        match place {
            Place::Web { url, digest } => self.archive(url, repository, digest).await,
            // Its manifest says what it is; the index of such a repository need not.
            Place::Registry(reference) => self.registry_chart(&reference, None).await,
        }
    }

    /// Returns the packed chart at an address.
    pub(super) async fn addressed_chart(&mut self, address: &str) -> Result<Archive, Diagnostic> {
        let url = parse_url(address)?;
        if !matches!(url.scheme(), "http" | "https") {
            let message = format!("could not find protocol handler for: {}", url.scheme());
            return Err(Diagnostic::new(Kind::Usage, message));
        }
        let access = &self.charts.settings.access;
        let known = Repositories::load(&self.charts.settings.helm.repository_config)?;
        let repository = match known.owner_of(&url) {
            Some(owner) => access.over(owner.clone()),
            None => self.charts.repository_at(address)?,
        };
        self.archive(url, &repository, None).await
    }

    /// Returns what the repository offers of a chart.
    pub(super) async fn offers(&mut self, repository: &Repository, chart: &str) -> Result<Offers, Diagnostic> {
        let place = redact(repository.url.as_str());
        let unusable = |cause: Diagnostic| {
            let message = format!("looks like {place:?} is not a valid chart repository or cannot be reached");
            let mut diagnostic = Diagnostic::new(cause.kind, message).cause(cause.message);
            diagnostic.causes.extend(cause.causes);
            diagnostic.hints = cause.hints;
            diagnostic
        };
        let url = repository.resolve("index.yaml").map_err(|error| Diagnostic::from_error(Kind::Usage, &error))?;
        let scope = repository.scope_for(&url)?;
        let key = self.key("index", url.as_str(), &scope)?;
        let index = self.index(&url, repository, key, &place).await.map_err(unusable)?;
        // Of a large index the part that speaks of the chart is kept apart, so that the whole need not be read again.
        let part = format!("{} {chart} {:?}", index.digest, self.profile);
        let part = self.key("offers", &part, &scope)?;
        if let Some(kept) = self.kept(part, "a part of an index")?
            && let Ok(read) = serde_json::from_slice::<Offers>(&kept.bytes)
        {
            read.warnings.iter().for_each(|warning| self.warn(warning));
            return Ok(read);
        }
        let bytes = match index.bytes {
            Some(bytes) => bytes,
            None => self
                .kept(key, &format!("the index of {place}"))?
                .map(|kept| kept.bytes)
                .ok_or_else(|| self.absent("the index"))?,
        };
        let read = offers(&bytes, chart, self.profile);
        let read = read.map_err(|detail| unusable(Diagnostic::new(Kind::Usage, detail)))?;
        read.warnings.iter().for_each(|warning| self.warn(warning));
        if let Ok(json) = serde_json::to_vec(&read) {
            self.keep(part, &json, &Record::of(redact(url.as_str()), &json));
        }
        Ok(read)
    }

    /// Returns the index, read only if it is new.
    async fn index(
        &mut self,
        url: &Url,
        repository: &Repository,
        key: Option<Key>,
        place: &str,
    ) -> Result<IndexText, Diagnostic> {
        let what = format!("the index of {place}");
        let record = match self.charts.settings.store.as_ref().zip(key) {
            Some((store, key)) => store.present(key).ok().flatten(),
            None => None,
        };
        if self.is_offline() {
            let record = record.ok_or_else(|| self.absent(&what))?;
            return Ok(IndexText { digest: record.digest, bytes: None });
        }
        self.say(&format!("fetching {what}"));
        let known = record.as_ref();
        let wanted = Wanted { url, repository, limit: LARGEST_INDEX, known, encoding: Encoding::Gzip };
        match (self.charts.web.get(&wanted).await?, record.as_ref()) {
            (Answer::Unchanged, Some(record)) => Ok(IndexText { digest: record.digest, bytes: None }),
            (Answer::Unchanged, None) => {
                Err(Diagnostic::new(Kind::Remote, format!("{what} is said not to have changed")))
            }
            (Answer::Content(content), _) => {
                let record = record_of(url, &content);
                self.keep(key, &content.bytes, &record);
                Ok(IndexText { digest: record.digest, bytes: Some(content.bytes) })
            }
        }
    }

    /// Chooses a version, and tells when it is not the one that was named.
    fn choice<'o>(&mut self, offers: &'o Offers, chart: &str, version: Option<&str>) -> Result<Choice<'o>, String> {
        let versions = offers.versions.as_deref().ok_or("no chart name found")?;
        let choice = choose(versions, chart, version, self.profile)?;
        if choice.is_substitute {
            let (wanted, chosen) = (version.unwrap_or_default(), &choice.offer.version);
            self.warn(format!(
                "unable to find exact version {wanted} of chart `{chart}`; falling back to closest available version {chosen}"
            ));
        }
        Ok(choice)
    }

    /// Fetches a packed chart, unless the store has what the index says stands there.
    pub(super) async fn archive(
        &mut self,
        url: Url,
        repository: &Repository,
        expected: Option<Digest>,
    ) -> Result<Archive, Diagnostic> {
        let what = redact(url.as_str());
        let bytes = self.content(&url, repository, "chart", expected, LARGEST_ARCHIVE).await?;
        if let Some(expected) = expected {
            let found = Digest::of(&bytes);
            if found != expected {
                let message = format!("{what} has digest {found}, but the index says {expected}");
                return Err(Diagnostic::new(Kind::Remote, message).cause("nothing of it was used").hint(
                    "the archive was changed, or replaced without a new index; ask whoever keeps the repository",
                ));
            }
        }
        let file_name = url.path_segments().and_then(|mut parts| parts.next_back()).map(str::to_owned);
        Ok(Archive { bytes, file_name, origin: Origin::Web { url, repository: Box::new(repository.clone()) } })
    }

    /// Returns the provenance that stands beside a packed chart.
    pub(super) async fn web_provenance(&mut self, url: &Url, repository: &Repository) -> Result<Vec<u8>, Diagnostic> {
        let mut beside = url.clone();
        beside.set_path(&format!("{}.prov", url.path()));
        let fetched = self.content(&beside, repository, "provenance", None, LARGEST_PROVENANCE).await;
        fetched.map_err(|cause| {
            let mut diagnostic =
                Diagnostic::new(cause.kind, format!("failed to fetch provenance {:?}", redact(beside.as_str())));
            diagnostic.causes = [vec![cause.message], cause.causes].concat();
            diagnostic.hints = cause.hints;
            diagnostic
        })
    }

    /// Returns the values file at an address.
    pub(super) async fn values_file(&mut self, url: &Url, repository: &Repository) -> Result<Vec<u8>, Diagnostic> {
        self.content(url, repository, "values", None, LARGEST_FILE).await
    }

    /// Returns the file at an address, whatever it is.
    pub(super) async fn web_file(&mut self, url: &Url, repository: &Repository) -> Result<Vec<u8>, Diagnostic> {
        self.content(url, repository, "file", None, LARGEST_FILE).await
    }

    /// Returns what stands at an address, from the store where it is what is expected or has not changed.
    async fn content(
        &mut self,
        url: &Url,
        repository: &Repository,
        kind: &str,
        expected: Option<Digest>,
        limit: u64,
    ) -> Result<Vec<u8>, Diagnostic> {
        let what = redact(url.as_str());
        let scope = repository.scope_for(url)?;
        let key = self.key(kind, url.as_str(), &scope)?;
        let _turn = if self.is_offline() { None } else { self.turn(key).await };
        let kept = self.kept(key, &what)?.filter(|kept| expected.is_none_or(|expected| expected == kept.record.digest));
        if self.is_offline() {
            return kept.map(|kept| kept.bytes).ok_or_else(|| self.absent(&what));
        }
        if expected.is_some()
            && let Some(kept) = kept
        {
            return Ok(kept.bytes);
        }
        self.say(&format!("fetching {what}"));
        let known = kept.as_ref().map(|kept| &kept.record);
        let wanted = Wanted { url, repository, limit, known, encoding: Encoding::AsItIs };
        match (self.charts.web.get(&wanted).await?, kept) {
            (Answer::Unchanged, Some(kept)) => Ok(kept.bytes),
            (Answer::Unchanged, None) => {
                Err(Diagnostic::new(Kind::Remote, format!("{what} is said not to have changed")))
            }
            (Answer::Content(content), _) => {
                if expected.is_none_or(|expected| expected == Digest::of(&content.bytes)) {
                    self.keep(key, &content.bytes, &record_of(url, &content));
                }
                Ok(content.bytes)
            }
        }
    }
}

/// An index: its digest, and its text where it has come just now.
struct IndexText {
    digest: Digest,
    bytes: Option<Vec<u8>>,
}

fn record_of(url: &Url, content: &Content) -> Record {
    let mut record = Record::of(redact(url.as_str()), &content.bytes);
    record.etag.clone_from(&content.etag);
    record.last_modified.clone_from(&content.last_modified);
    record
}

/// Where an index says that a packed chart stands.
pub(super) enum Place {
    Web { url: Url, digest: Option<Digest> },
    Registry(String),
}

/// Returns where the chosen version stands and what it should be.
pub(super) fn located(repository: &Repository, chart: &str, choice: &Choice<'_>) -> Result<Place, String> {
    let offer = choice.offer;
    let first = offer.urls.first().ok_or_else(|| format!("chart {chart:?} has no downloadable URLs"))?;
    if first.starts_with("oci://") {
        return Ok(Place::Registry(first.clone()));
    }
    let url = repository.resolve(first).map_err(|error| format!("failed to parse {first} as URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("could not find protocol handler for: {}", url.scheme()));
    }
    if offer.digest.is_empty() {
        return Ok(Place::Web { url, digest: None });
    }
    let digest = digest_in(&offer.digest).ok_or_else(|| format!("the index gives the digest {:?}", offer.digest))?;
    Ok(Place::Web { url, digest: Some(digest) })
}
