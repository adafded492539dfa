use std::{cell::Cell, sync::Arc};

use foldhash::HashMap;
use towpath_gotmpl::{CallError, Session, Str, Value};

use crate::{
    ClusterObjects, Profile, Randomness, RenderEnv, Resolver,
    golang::time::{Time, Zone},
};

/// What functions need besides their arguments.
pub(crate) struct State {
    profile: Profile,
    now: std::time::SystemTime,
    zone: Zone,
    randomness: Randomness,
    objects: Option<Arc<ClusterObjects>>,
    resolver: Option<Resolver>,
    /// Whether a function has asked for what another rendering may find changed.
    is_passing: Cell<bool>,
    nesting: HashMap<Str, usize>,
    /// The last long key, and where texts are printed to be compared with it.
    long_key: Str,
    scratch: Vec<u8>,
}

impl State {
    /// Returns the state at the start of a rendering.
    pub(crate) fn new(env: &RenderEnv) -> Self {
        Self {
            profile: env.profile,
            now: env.now,
            zone: Zone::named(&env.time_zone).unwrap_or_else(Zone::utc).into_local(),
            randomness: env.randomness.begun(),
            objects: env.objects.clone(),
            resolver: env.resolver.clone(),
            is_passing: Cell::new(false),
            nesting: HashMap::default(),
            long_key: Str::default(),
            scratch: Vec::new(),
        }
    }

    /// Returns the state of a session.
    pub(crate) fn of(session: &mut Session) -> Result<&mut Self, CallError> {
        session.state::<Self>().ok_or_else(|| CallError::new("the session has no chart"))
    }

    /// Returns the release of Helm that is reproduced.
    pub(crate) fn profile(&self) -> Profile {
        self.profile
    }

    /// Returns the present as the caller gave it.
    pub(crate) fn now(&self) -> Time {
        self.is_passing.set(true);
        Time::from_clock(self.now, self.zone.clone())
    }

    /// Returns the zone that Go calls `Local`.
    pub(crate) fn zone(&self) -> Zone {
        self.zone.clone()
    }

    /// Fills `bytes` from the caller's source.
    pub(crate) fn fill(&self, bytes: &mut [u8]) {
        self.is_passing.set(true);
        self.randomness.fill(bytes);
    }

    /// Returns the objects of the cluster, where there is one.
    pub(crate) fn objects(&self) -> Option<Arc<ClusterObjects>> {
        self.is_passing.set(self.is_passing.get() || self.objects.is_some());
        self.objects.clone()
    }

    /// Returns what answers for the network, where it may be asked.
    pub(crate) fn resolver(&self) -> Option<&Resolver> {
        self.is_passing.set(self.is_passing.get() || self.resolver.is_some());
        self.resolver.as_ref()
    }

    /// Tells whether the clock, the random source, the cluster or the network was asked.
    pub(crate) fn is_passing(&self) -> bool {
        self.is_passing.get()
    }

    /// Returns a value as the key of a map, as `%v` shows it.
    ///
    /// A chart that takes its root for a key by mistake does so in many places: its files, megabytes in decimal numbers, are
    /// printed each time but kept once.
    pub(crate) fn key(&mut self, value: &Value) -> Str {
        const LONG: usize = 64 << 10;
        self.scratch.clear();
        towpath_gotmpl::fmt::print_into(&mut self.scratch, value);
        if self.scratch.len() < LONG {
            return Str::new(&self.scratch);
        }
        if self.long_key.as_bytes() != self.scratch.as_slice() {
            self.long_key = Str::default();
            self.long_key = Str::new(&self.scratch);
        }
        self.long_key.clone()
    }

    /// Returns how often the template `name` is open.
    pub(crate) fn nesting(&mut self, name: &Str) -> &mut usize {
        self.nesting.entry(name.clone()).or_default()
    }
}
