use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// What a cache did so far, counted in renderings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CacheStats {
    /// Results that came from memory.
    pub memory_hits: u64,
    /// Results that came from the folder.
    pub disk_hits: u64,
    /// Results that came from the shared cache.
    pub shared_hits: u64,
    /// Renderings that nothing was found for.
    pub misses: u64,
    /// Entries that were torn, forged or somebody else's, and were not used.
    pub rejected: u64,
    /// Results that were kept.
    pub kept: u64,
    /// Results that were written to the shared cache.
    pub shared: u64,
    /// Results that may not be kept, since more than files decides them.
    pub passing: u64,
    /// Results that were not shared, since they hold a Secret.
    pub withheld: u64,
}

impl CacheStats {
    /// Returns how many results were found.
    pub fn hits(&self) -> u64 {
        self.memory_hits + self.disk_hits + self.shared_hits
    }

    /// Returns one line for people.
    pub fn summary(&self) -> String {
        let mut text = format!(
            "cache: {} hits ({} memory, {} disk, {} shared), {} misses",
            self.hits(),
            self.memory_hits,
            self.disk_hits,
            self.shared_hits,
            self.misses
        );
        for (number, what) in [
            (self.rejected, "rejected"),
            (self.passing, "not cacheable"),
            (self.withheld, "with Secrets not shared"),
            (self.shared, "shared"),
        ] {
            if number > 0 {
                text.push_str(&format!(", {number} {what}"));
            }
        }
        text
    }
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) memory_hits: Counter,
    pub(super) disk_hits: Counter,
    pub(super) shared_hits: Counter,
    pub(super) misses: Counter,
    pub(super) rejected: Counter,
    pub(super) kept: Counter,
    pub(super) shared: Counter,
    pub(super) passing: Counter,
    pub(super) withheld: Counter,
}

#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self, number: usize) {
        self.0.fetch_add(number as u64, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counters {
    pub(super) fn read(&self) -> CacheStats {
        CacheStats {
            memory_hits: self.memory_hits.get(),
            disk_hits: self.disk_hits.get(),
            shared_hits: self.shared_hits.get(),
            misses: self.misses.get(),
            rejected: self.rejected.get(),
            kept: self.kept.get(),
            shared: self.shared.get(),
            passing: self.passing.get(),
            withheld: self.withheld.get(),
        }
    }
}
