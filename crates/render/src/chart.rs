use std::{fs, sync::OnceLock, time::SystemTime};

use towpath_helm::{Profile, Randomness, RenderEnv};

/// Returns what `helm template` gives a release called `release_name`, with this system's clock, zone and random source.
pub fn system_environment(release_name: &str, profile: Profile) -> RenderEnv {
    let randomness = Randomness::from_fn(|bytes| rand::fill(bytes));
    let time_zone = time_zone().unwrap_or_default();
    RenderEnv { profile, time_zone, ..RenderEnv::new(release_name, SystemTime::now(), randomness) }
}

/// Returns an environment in which nothing moves: clock and random source are fixed, so that two renderings can be compared.
///
/// What a chart calls random is then known to everybody: manifests rendered in it are for reading, never for a cluster.
pub fn still_environment(release_name: &str, profile: Profile) -> RenderEnv {
    RenderEnv { profile, ..RenderEnv::new(release_name, SystemTime::UNIX_EPOCH, Randomness::seeded(0)) }
}

/// Returns the system's zone by its IANA name.
pub(crate) fn time_zone() -> Option<String> {
    // Every rendering and every key of the cache asks for it.
    static ZONE: OnceLock<Option<String>> = OnceLock::new();
    let ask = || {
        if let Ok(zone) = std::env::var("TZ") {
            return Some(zone);
        }
        let link = fs::read_link("/etc/localtime").ok()?;
        let (_, zone) = link.to_str()?.split_once("zoneinfo/")?;
        Some(zone.to_owned())
    };
    ZONE.get_or_init(ask).clone()
}
