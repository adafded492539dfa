use std::sync::Arc;

use jiff::{
    Timestamp,
    tz::{TimeZone, TimeZoneDatabase},
};

/// A time zone: UTC, the local one, a named one, or a fixed offset as a parsed text has it. Two are equal where Go's pointers
/// to them are.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    kind: Kind,
    /// Whether it is what Go calls `Local`, whatever its name is.
    is_local: bool,
}

#[derive(Debug, Clone)]
enum Kind {
    Utc,
    Named(TimeZone),
    Fixed(Arc<Fixed>),
}

#[derive(Debug)]
struct Fixed {
    offset: i64,
    name: String,
}

impl Zone {
    /// Returns UTC.
    pub(crate) fn utc() -> Self {
        Self { kind: Kind::Utc, is_local: false }
    }

    /// Returns a zone of the IANA database, which is part of this program; nothing for an unknown name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        if matches!(name, "" | "UTC") {
            return Some(Self::utc());
        }
        if name.contains("..") || name.starts_with(['/', '\\']) {
            return None;
        }
        let zone = TimeZoneDatabase::bundled().get(name).ok()?;
        Some(Self { kind: Kind::Named(zone), is_local: false })
    }

    /// Returns a zone with a fixed offset in seconds east of Greenwich.
    pub(crate) fn fixed(offset: i64, name: &str) -> Self {
        Self { kind: Kind::Fixed(Arc::new(Fixed { offset, name: name.to_owned() })), is_local: false }
    }

    /// Returns it as what Go calls `Local`.
    #[must_use]
    pub(crate) fn into_local(self) -> Self {
        Self { is_local: true, ..self }
    }

    /// Tells whether it is Go's `UTC`; the local zone never is, even where its clocks show the same.
    pub(crate) fn is_utc(&self) -> bool {
        matches!(self.kind, Kind::Utc) && !self.is_local
    }

    /// Tells whether it is Go's `Local`.
    pub(crate) fn is_local(&self) -> bool {
        self.is_local
    }

    /// Returns its name: `UTC`, that of the database, or that of a fixed offset, which may be empty.
    pub(crate) fn name(&self) -> &str {
        match &self.kind {
            Kind::Utc => "UTC",
            Kind::Named(zone) => zone.iana_name().unwrap_or_default(),
            Kind::Fixed(fixed) => &fixed.name,
        }
    }

    /// Returns the offset in seconds east of Greenwich at an instant, and what the zone is called then.
    pub(crate) fn offset_at(&self, seconds: i64) -> (i64, String) {
        match &self.kind {
            Kind::Utc => (0, "UTC".to_owned()),
            Kind::Fixed(fixed) => (fixed.offset, fixed.name.clone()),
            Kind::Named(zone) => {
                let instant = instant(seconds);
                let info = zone.to_offset_info(instant);
                (i64::from(info.offset().seconds()), info.abbreviation().to_owned())
            }
        }
    }

    /// Tells whether the clocks are on summer time at an instant.
    pub(crate) fn is_summer_time(&self, seconds: i64) -> bool {
        let Kind::Named(zone) = &self.kind else { return false };
        zone.to_offset_info(instant(seconds)).dst().is_dst()
    }

    /// Returns the offset that the zone calls `name` around the clock time `local`, or ever.
    ///
    /// Source: Go's `Location.lookupName`.
    pub(crate) fn offset_called(&self, name: &str, local: i64) -> Option<i64> {
        let (offset, current) = self.offset_at(local);
        let Kind::Named(zone) = &self.kind else { return (current == name).then_some(offset) };
        let changes = zone.following(Timestamp::MIN).take(MOST_CHANGES);
        let mut known: Vec<i64> = Vec::new();
        for change in changes.filter(|change| change.abbreviation() == name) {
            let offset = i64::from(change.offset().seconds());
            if !known.contains(&offset) {
                known.push(offset);
            }
        }
        let then = known.iter().find_map(|offset| {
            let (at_that_time, called) = self.offset_at(local - offset);
            (called == name).then_some(at_that_time)
        });
        then.or_else(|| known.first().copied())
    }

    /// Returns the instant at which the clocks of the zone show `local` seconds since 1970-01-01 00:00:00.
    pub(crate) fn instant_of(&self, local: i64) -> i64 {
        let first = self.offset_at(local).0;
        let guess = local - first;
        let second = self.offset_at(guess).0;
        if first == second { guess } else { local - second }
    }
}

/// Rules of summer time go on for ever; those that zones have had so far are fewer.
const MOST_CHANGES: usize = 400;

/// Returns an instant that the database knows; the calendar, and with it summer time, repeats itself after 400 years.
fn instant(seconds: i64) -> Timestamp {
    const CYCLE: i64 = 146_097 * 86_400;
    let last = Timestamp::MAX.as_second();
    let seconds = if seconds > last { last - CYCLE + 1 + (seconds - last - 1) % CYCLE } else { seconds };
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MIN)
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        // Go keeps one zone for each whole hour that has no name.
        let is_kept = |fixed: &Fixed| {
            fixed.name.is_empty() && fixed.offset % 3600 == 0 && (-12..=14).contains(&(fixed.offset / 3600))
        };
        match (&self.kind, &other.kind) {
            _ if self.is_local || other.is_local => self.is_local && other.is_local,
            (Kind::Utc, Kind::Utc) => true,
            (Kind::Named(one), Kind::Named(other)) => one == other,
            (Kind::Fixed(one), Kind::Fixed(other)) => {
                Arc::ptr_eq(one, other) || (one.offset == other.offset && is_kept(one) && is_kept(other))
            }
            _ => false,
        }
    }
}

impl Eq for Zone {}
