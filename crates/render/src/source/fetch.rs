use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use towpath_helm::Profile;
use towpath_model::{Diagnostic, Digest, Kind};
use towpath_oci::{ImageReference, Manifest};
use url::Url;

use super::{
    Charts, Network,
    store::{Kept, Key, Lookup, Record, Scope},
    web::Repository,
};

/// A packed chart may have this many bytes; Helm's own limit for what is in it.
pub(super) const LARGEST_ARCHIVE: u64 = 100 << 20;

/// One chart being loaded: what is asked of the store and the network for it, and what the user should know.
pub(super) struct Fetch<'a> {
    pub(super) charts: &'a Charts,
    pub(super) profile: Profile,
    warned: Vec<String>,
}

/// A packed chart and where it came from.
pub(super) struct Archive {
    pub(super) bytes: Vec<u8>,
    /// The name of the file as its provenance speaks of it, where the origin tells it.
    pub(super) file_name: Option<String>,
    pub(super) origin: Origin,
}

/// Where a packed chart came from, which is where its provenance stands too.
pub(super) enum Origin {
    File(PathBuf),
    Web { url: Url, repository: Box<Repository> },
    Registry { reference: ImageReference, manifest: Box<Manifest> },
}

impl<'a> Fetch<'a> {
    pub(super) fn new(charts: &'a Charts, profile: Profile) -> Self {
        Self { charts, profile, warned: Vec::new() }
    }

    pub(super) fn is_offline(&self) -> bool {
        self.charts.settings.network == Network::Offline
    }

    pub(super) fn say(&self, text: &str) {
        if let Some(say) = &self.charts.settings.say {
            say(text);
        }
    }

    /// Notes what the user should know, once.
    pub(super) fn warn(&mut self, text: impl Into<String>) {
        let text = text.into();
        if self.warned.contains(&text) {
            return;
        }
        if let Some(warn) = &self.charts.settings.warn {
            warn(&text);
        }
        self.warned.push(text);
    }

    /// Returns the name of `address` in the store; nothing where there is no store.
    pub(super) fn key(&mut self, kind: &str, address: &str, scope: &Scope) -> Result<Option<Key>, Diagnostic> {
        let key = self.charts.settings.store.as_ref().map(|store| store.key(kind, address, scope)).transpose();
        self.or_go_on(key)
    }

    /// Returns what stands in the store under `key`; `what` is for messages.
    pub(super) fn kept(&mut self, key: Option<Key>, what: &str) -> Result<Option<Kept>, Diagnostic> {
        let Some((store, key)) = self.charts.settings.store.as_ref().zip(key) else { return Ok(None) };
        let lookup = store.get(key).map(Some);
        match self.or_go_on(lookup)? {
            Some(Lookup::Found(kept)) => Ok(Some(kept)),
            Some(Lookup::Corrupt { expected, found }) => {
                let message = format!("the store's copy of {what} has digest {found}, expected {expected}");
                if self.is_offline() {
                    return Err(Diagnostic::new(Kind::Remote, message)
                        .cause("nothing of it was used, and it was taken out")
                        .hint("run once without --offline, so that it is fetched again"));
                }
                self.warn(message + "; it is fetched again");
                Ok(None)
            }
            Some(Lookup::Absent) | None => Ok(None),
        }
    }

    /// Puts something into the store.
    pub(super) fn keep(&mut self, key: Option<Key>, bytes: &[u8], record: &Record) {
        let Some((store, key)) = self.charts.settings.store.as_ref().zip(key) else { return };
        if let Err(error) = store.put(key, bytes, record) {
            self.warn(format!("the store cannot keep what was fetched: {error}"));
        }
    }

    /// Waits until no other run fetches `key`.
    pub(super) async fn turn(&mut self, key: Option<Key>) -> Option<File> {
        let (store, key) = self.charts.settings.store.clone().zip(key)?;
        // The wait is for another process: it must not keep this one's other threads from their answers.
        let turn = tokio::task::spawn_blocking(move || store.turn(key)).await;
        // Without a turn the worst is that something is fetched twice.
        turn.ok().and_then(Result::ok)
    }

    /// Returns the error of something that only the network has.
    pub(super) fn absent(&self, what: &str) -> Diagnostic {
        let cause = match &self.charts.settings.store {
            Some(_) => "--offline: the store has no copy of it that these credentials may read",
            None => "--offline, and there is no store",
        };
        Diagnostic::new(Kind::Remote, format!("{what} would have to be fetched"))
            .cause(cause)
            .hint("run once without --offline, with the same store and credentials")
    }

    /// A store that fails is an error when it alone may answer; otherwise it is told and done without.
    fn or_go_on<T>(&mut self, result: io::Result<Option<T>>) -> Result<Option<T>, Diagnostic> {
        match result {
            Ok(value) => Ok(value),
            Err(error) if self.is_offline() => {
                Err(Diagnostic::new(Kind::Remote, "the store cannot be read").cause(error.to_string()))
            }
            Err(error) => {
                self.warn(format!("the store cannot be used: {error}"));
                Ok(None)
            }
        }
    }

    /// Verifies a packed chart by the provenance beside it, which speaks of it as `file_name`.
    pub(super) fn verify(&mut self, archive: &Archive, file_name: &str, keyring: &Path) -> Result<(), Diagnostic> {
        let charts = self.charts;
        let signed = match &archive.origin {
            Origin::File(path) => {
                let beside = PathBuf::from(format!("{}.prov", path.display()));
                std::fs::read(&beside).map_err(|error| {
                    let message = format!("could not load provenance file {}", beside.display());
                    Diagnostic::new(Kind::Usage, message).cause(error.to_string())
                })?
            }
            Origin::Web { url, repository } => charts.block(self.web_provenance(url, repository))??,
            Origin::Registry { reference, manifest } => {
                charts.block(self.registry_provenance(reference, manifest))??
            }
        };
        super::provenance::verify(&archive.bytes, &signed, file_name, keyring)
    }
}

/// Returns the digest in a text of hexadecimal digits, `sha256:` before them or not.
pub(super) fn digest_in(text: &str) -> Option<Digest> {
    let digits = text.strip_prefix("sha256:").unwrap_or(text);
    format!("sha256:{}", digits.to_ascii_lowercase()).parse().ok()
}
