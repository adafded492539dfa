use std::cell::Cell;

use towpath_gotmpl::{Map, Value};

use crate::{HelmError, Profile, error::Problem};

/// How values are merged, and how much of that there may still be.
///
/// Charts can be listed many times under aliases, and every one of them takes the globals of all above it: few lines make
/// tables that fill the memory.
#[derive(Debug)]
pub(crate) struct Effort {
    pub(crate) profile: Profile,
    charts: Cell<usize>,
    entries: Cell<usize>,
}

/// The charts that take part, counted once more for each chart above them.
const MOST_CHARTS: usize = 15_000;

/// Entries of tables and lists that are merged or copied on the way.
const MOST_ENTRIES: usize = 1_200_000;

impl Effort {
    pub(crate) fn new(profile: Profile) -> Self {
        Self { profile, charts: Cell::new(0), entries: Cell::new(0) }
    }

    /// Counts charts that are about to be copied.
    ///
    /// # Errors
    /// When they are too many.
    pub(crate) fn take_charts(&self, n_charts: usize) -> Result<(), HelmError> {
        self.charts.set(self.charts.get().saturating_add(n_charts));
        if self.charts.get() <= MOST_CHARTS {
            return Ok(());
        }
        let message = format!("aliases and subcharts of subcharts make more than {MOST_CHARTS} charts");
        Err(HelmError::Dependencies(
            Problem::new(message).hint("a chart with two aliases in each of its levels doubles with every level"),
        ))
    }

    /// Counts entries that are merged or copied.
    pub(crate) fn spend(&self, n_entries: usize) {
        self.entries.set(self.entries.get().saturating_add(n_entries));
    }

    /// Whether there have been too many entries; [`Self::check`] says so.
    pub(super) fn is_spent(&self) -> bool {
        self.entries.get() > MOST_ENTRIES
    }

    /// Asks whether there may be more.
    ///
    /// # Errors
    /// When there have been too many entries.
    pub(crate) fn check(&self) -> Result<(), HelmError> {
        if !self.is_spent() {
            return Ok(());
        }
        let message = format!("merging the values of the subcharts takes more than {MOST_ENTRIES} entries");
        Err(HelmError::Dependencies(Problem::new(message).hint(
            "every subchart gets the globals of all charts above it, and a parent imports what its subcharts have",
        )))
    }
}

/// Returns how many values `value` holds, itself included.
pub(crate) fn n_nodes(value: &Value) -> usize {
    match value {
        Value::Map(map) => 1 + map.borrow().map_or(0, |entries| entries.values().map(n_nodes).sum()),
        Value::List(list) => 1 + list.as_slice().iter().map(n_nodes).sum::<usize>(),
        _ => 1,
    }
}

/// Returns how many values a table holds, itself included.
pub(crate) fn n_nodes_of(map: &Map) -> usize {
    n_nodes(&Value::Map(map.clone()))
}
