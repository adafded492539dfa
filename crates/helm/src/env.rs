use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use sha2::{Digest as _, Sha256};

use crate::{ClusterObjects, Profile};

/// What a rendering sees of the world: all of it is given, nothing is looked up.
#[derive(Debug, Clone)]
pub struct RenderEnv {
    /// The release of Helm to reproduce.
    pub profile: Profile,
    /// `.Release.Name`
    pub release_name: String,
    /// `.Release.Namespace`
    pub namespace: String,
    /// `.Release.Revision`; `helm template` always has 1.
    pub revision: i64,
    /// `.Release.IsUpgrade`; `.Release.IsInstall` is its opposite.
    pub is_upgrade: bool,
    /// `--kube-version`; nothing is the version that the profile's release of Helm was built with.
    pub kube_version: Option<String>,
    /// `--api-versions`: besides those that Helm knows.
    pub api_versions: Vec<String>,
    /// What `now` gives.
    pub now: SystemTime,
    /// The zone that templates call `Local`, by its IANA name; an unknown or empty one is UTC.
    pub time_zone: String,
    /// Where random texts and salts come from.
    pub randomness: Randomness,
    /// What `lookup` finds; nothing is a cluster that cannot be asked, as in `helm template`.
    pub objects: Option<Arc<ClusterObjects>>,
    /// What `getHostByName` asks; nothing is what Helm has without `--enable-dns`: every name has an empty address.
    pub resolver: Option<Resolver>,
}

/// Answers which address a host has; it may ask the network.
#[derive(Clone)]
pub struct Resolver(Arc<Resolve>);

type Resolve = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Resolver {
    /// Returns a resolver that asks `resolve`; nothing is a name without an address.
    pub fn from_fn(resolve: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(resolve))
    }

    pub(crate) fn resolve(&self, host: &str) -> Option<String> {
        (self.0)(host)
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolver")
    }
}

impl RenderEnv {
    /// Returns what `helm template NAME CHART` has, with a clock and a random source of the caller.
    pub fn new(release_name: impl Into<String>, now: SystemTime, randomness: Randomness) -> Self {
        Self {
            profile: Profile::default(),
            release_name: release_name.into(),
            namespace: "default".to_owned(),
            revision: 1,
            is_upgrade: false,
            kube_version: None,
            api_versions: Vec::new(),
            now,
            time_zone: String::new(),
            randomness,
            objects: None,
            resolver: None,
        }
    }
}

/// A source of random bytes.
#[derive(Clone)]
pub struct Randomness(Source);

#[derive(Clone)]
enum Source {
    Asked(Arc<Fill>),
    Seeded(u64, Arc<AtomicU64>),
}

type Fill = dyn Fn(&mut [u8]) + Send + Sync;

impl Randomness {
    /// Returns a source that asks `fill` for every byte.
    pub fn from_fn(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self(Source::Asked(Arc::new(fill)))
    }

    /// Returns a source whose bytes follow from `seed` alone, so that two renderings give the same output.
    ///
    /// Each rendering begins anew. What it gives is no secret: anyone who knows the seed knows it.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(seed, Arc::default()))
    }

    /// Whether what it gives depends on what it gave before.
    pub(crate) fn is_seeded(&self) -> bool {
        matches!(self.0, Source::Seeded(..))
    }

    /// Returns the source as a rendering begins with it.
    pub(crate) fn begun(&self) -> Self {
        match &self.0 {
            Source::Asked(fill) => Self(Source::Asked(Arc::clone(fill))),
            Source::Seeded(seed, _) => Self::seeded(*seed),
        }
    }

    pub(crate) fn fill(&self, bytes: &mut [u8]) {
        match &self.0 {
            Source::Asked(fill) => fill(bytes),
            Source::Seeded(seed, counter) => {
                for chunk in bytes.chunks_mut(32) {
                    let count = counter.fetch_add(1, Ordering::Relaxed);
                    let block = Sha256::digest([seed.to_le_bytes(), count.to_le_bytes()].concat());
                    chunk.copy_from_slice(&block[..chunk.len()]);
                }
            }
        }
    }
}

impl fmt::Debug for Randomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Randomness")
    }
}
