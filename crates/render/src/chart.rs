use std::{fs, path::Path, time::SystemTime};

use towpath_helm::{Chart, ChartLimits, Profile, Randomness, RenderEnv};
use towpath_model::{Diagnostic, FileTree, Kind};

use crate::source::{Directory, Links};

/// Returns the chart at `path`: a folder, or an archive as `helm package` makes it.
///
/// # Errors
/// When there is nothing, it is no chart, or it would have to be fetched, which this version does not do.
pub fn load_chart(path: &str) -> Result<Chart, Diagnostic> {
    if path.contains("://") {
        let message = format!("chart `{path}` would have to be fetched, which is not supported yet");
        return Err(Diagnostic::new(Kind::Usage, message).hint("pull it into a folder and name that"));
    }
    let here = Path::new(path);
    let limits = ChartLimits::default();
    if here.is_dir() {
        let directory = Directory::open(here, Links::Follow).map_err(|error| unreadable(path, &error))?;
        return Chart::load(&FileTree::new(directory), &limits).map_err(|error| error.diagnostic());
    }
    if !here.exists() {
        return Err(Diagnostic::new(Kind::Usage, format!("path `{path}` not found"))
            .hint("name a chart's folder, the one with Chart.yaml in it, or its archive"));
    }
    let bytes = fs::read(here).map_err(|error| unreadable(path, &error))?;
    Chart::from_archive(&bytes, &limits).map_err(|error| error.diagnostic())
}

/// Returns what `helm template` gives a release called `release_name`, with this system's clock, zone and random source.
pub fn system_environment(release_name: &str, profile: Profile) -> RenderEnv {
    let randomness = Randomness::from_fn(|bytes| rand::fill(bytes));
    let time_zone = time_zone().unwrap_or_default();
    RenderEnv { profile, time_zone, ..RenderEnv::new(release_name, SystemTime::now(), randomness) }
}

/// Returns an environment in which nothing moves: clock and random source are fixed, so that two renderings can be compared.
///
/// What a chart calls random is then known to everybody: manifests rendered in it are for reading, never for a cluster.
pub(crate) fn still_environment(release_name: &str, profile: Profile) -> RenderEnv {
    RenderEnv { profile, ..RenderEnv::new(release_name, SystemTime::UNIX_EPOCH, Randomness::seeded(0)) }
}

/// Returns the system's zone by its IANA name.
fn time_zone() -> Option<String> {
    if let Ok(zone) = std::env::var("TZ") {
        return Some(zone);
    }
    let link = fs::read_link("/etc/localtime").ok()?;
    let (_, zone) = link.to_str()?.split_once("zoneinfo/")?;
    Some(zone.to_owned())
}

fn unreadable(path: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(Kind::Remote, format!("cannot read `{path}`")).cause(error.to_string())
}
