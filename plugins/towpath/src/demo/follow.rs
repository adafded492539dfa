use std::{
    fs::Metadata,
    os::unix::fs::MetadataExt as _,
    path::Path,
    sync::{Arc, PoisonError},
    time::Duration,
};

use towpath_model::{Diagnostic, Kind};
use towpath_rollout::VirtualService;

use super::proxy::Shared;

/// How often the document is looked at.
const PERIOD: Duration = Duration::from_millis(10);

/// Which subset gets which share of the requests.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// Subsets and the ends of their shares; the last end is the total.
    ends: Vec<(String, u64)>,
}

impl Table {
    /// Returns the table of the document's first HTTP route.
    fn parse(text: &str) -> Result<Self, Diagnostic> {
        let destinations = VirtualService::parse(text).and_then(|document| document.destinations(None));
        let mut total = 0_u64;
        let ends = destinations.map_err(|error| Diagnostic::from(&error))?.into_iter().map(|destination| {
            total = total.saturating_add(destination.weight.unsigned_abs());
            (destination.subset, total)
        });
        Ok(Self { ends: ends.collect() })
    }

    /// Returns the subset that `draw` falls on.
    pub(super) fn pick(&self, draw: u64) -> &str {
        let total = self.ends.last().map_or(1, |(_, total)| (*total).max(1));
        let at = draw % total;
        self.ends.iter().find(|(_, end)| at < *end).map_or("", |(subset, _)| subset)
    }
}

/// Returns the table of the document at `path`.
///
/// # Errors
/// When it cannot be read or is no VirtualService in JSON.
pub(super) async fn load(path: &Path) -> Result<Table, Diagnostic> {
    let text = tokio::fs::read_to_string(path).await.map_err(|error| {
        Diagnostic::new(Kind::Remote, format!("cannot read `{}`", path.display())).cause(error.to_string())
    })?;
    Table::parse(&text)
}

/// Takes over every new version of the document for ever; one that cannot be read leaves the last table in force, as
/// a data plane keeps its last good configuration.
pub(super) async fn follow(shared: Arc<Shared>) {
    let mut seen = None;
    let mut ticks = tokio::time::interval(PERIOD);
    loop {
        ticks.tick().await;
        let now = tokio::fs::metadata(&shared.document).await.ok().map(|metadata| identity(&metadata));
        if now == seen {
            continue;
        }
        if let Ok(table) = load(&shared.document).await {
            *shared.table.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(table);
            seen = now;
        }
    }
}

/// What changes when a file is written or replaced by renaming.
fn identity(metadata: &Metadata) -> (u64, u64, i64, i64) {
    (metadata.ino(), metadata.len(), metadata.mtime(), metadata.mtime_nsec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_fall_by_weight() {
        let table = Table { ends: vec![("stable".to_owned(), 3), ("none".to_owned(), 3), ("canary".to_owned(), 4)] };
        let picks: Vec<&str> = (0..8).map(|draw| table.pick(draw)).collect();
        assert_eq!(picks, ["stable", "stable", "stable", "canary", "stable", "stable", "stable", "canary"]);
        assert!(Table::parse("{}").unwrap_err().message.contains("VirtualService"));
    }
}
