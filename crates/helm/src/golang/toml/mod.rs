//! TOML as Helm's `toToml` writes it and `fromToml` reads it.

mod decode;
mod encode;

pub(crate) use decode::decode;
pub(crate) use encode::encode;

/// The name of the zone that Go's library gives to dates with a time but without a zone.
const LOCAL_DATETIME: &str = "datetime-local";
/// The one of dates.
const LOCAL_DATE: &str = "date-local";
/// The one of times.
const LOCAL_TIME: &str = "time-local";
