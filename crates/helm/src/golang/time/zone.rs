use jiff::{
    Timestamp,
    tz::{TimeZone, TimeZoneDatabase},
};

/// A time zone: named, or a fixed offset as a parsed text has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Zone(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Utc,
    Named(TimeZone),
    Fixed { offset: i64, name: String },
}

impl Zone {
    /// Returns UTC.
    pub(crate) fn utc() -> Self {
        Self(Kind::Utc)
    }

    /// Returns a zone of the IANA database, which is part of this program; nothing for an unknown name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        if matches!(name, "" | "UTC") {
            return Some(Self::utc());
        }
        if name.contains("..") || name.starts_with(['/', '\\']) {
            return None;
        }
        TimeZoneDatabase::bundled().get(name).ok().map(|zone| Self(Kind::Named(zone)))
    }

    /// Returns a zone with a fixed offset in seconds east of Greenwich.
    pub(crate) fn fixed(offset: i64, name: &str) -> Self {
        Self(Kind::Fixed { offset, name: name.to_owned() })
    }

    /// Returns the offset in seconds east of Greenwich at an instant, and what the zone is called then.
    pub(crate) fn offset_at(&self, seconds: i64) -> (i64, String) {
        match &self.0 {
            Kind::Utc => (0, "UTC".to_owned()),
            Kind::Fixed { offset, name } => (*offset, name.clone()),
            Kind::Named(zone) => {
                let instant = Timestamp::from_second(seconds).unwrap_or(if seconds < 0 {
                    Timestamp::MIN
                } else {
                    Timestamp::MAX
                });
                let info = zone.to_offset_info(instant);
                (i64::from(info.offset().seconds()), info.abbreviation().to_owned())
            }
        }
    }

    /// Returns the instant at which the clocks of the zone show `local` seconds since 1970-01-01 00:00:00.
    pub(crate) fn instant_of(&self, local: i64) -> i64 {
        let first = self.offset_at(local).0;
        let guess = local - first;
        let second = self.offset_at(guess).0;
        if first == second { guess } else { local - second }
    }
}
