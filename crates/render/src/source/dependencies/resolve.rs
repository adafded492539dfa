use std::path::{Path, PathBuf};

use towpath_helm::{ChartLimits, Constraints, PackedChart, Version, pack_chart};
use towpath_model::{Diagnostic, FileTree, Kind, TreePath};

use super::{
    Asked, Base, Found,
    asked::AskedFor,
    lock::{Lock, Locked},
};
use crate::source::{
    access::{ShownTo, TlsFiles},
    charts::pack,
    fetch::{Archive, Fetch},
    git_chart,
    index::Choice,
    registry::ChartReference,
    repositories::{Repositories, parse_url},
    repository::located,
    web::Repository,
};

/// Finds the newest version of everything that is asked for.
pub(super) fn anew(fetch: &mut Fetch<'_>, base: &Base, asked: &Asked) -> Result<Vec<Found>, Diagnostic> {
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for asked in &asked.dependencies {
        let at = |diagnostic: Diagnostic| match (&diagnostic.location, &asked.location) {
            (None, Some(location)) => diagnostic.at(location.clone()),
            _ => diagnostic,
        };
        match one(fetch, base, asked).map_err(at)? {
            Some(dependency) => found.push(dependency),
            None => missing.push(asked),
        }
    }
    let Some(first) = missing.first() else { return Ok(found) };
    let list: Vec<String> = missing
        .iter()
        .map(|asked| format!("{:?} (repository {:?}, version {:?})", asked.name, asked.repository, asked.version))
        .collect();
    let message = format!(
        "can't get a valid version for {} subchart(s): {}. Make sure a matching chart version exists in the repo, or change the \
         version constraint in Chart.yaml",
        missing.len(),
        list.join(", ")
    );
    let diagnostic = Diagnostic::new(Kind::Usage, message);
    Err(first.location.clone().into_iter().fold(diagnostic, Diagnostic::at))
}

/// Finds one dependency; nothing where no version fits.
fn one(fetch: &mut Fetch<'_>, base: &Base, asked: &AskedFor) -> Result<Option<Found>, Diagnostic> {
    let constraint = Constraints::parse(&asked.version, fetch.profile).map_err(|error| {
        let message = format!("dependency {:?} has an invalid version/constraint format: {error}", asked.name);
        Diagnostic::new(Kind::Usage, message)
    })?;
    let found = |version: String, packed| {
        Some(Found { name: asked.name.clone(), version, repository: asked.repository.clone(), packed })
    };
    let fits = |version: &str, fetch: &Fetch<'_>| {
        Version::parse(version, fetch.profile).is_ok_and(|version| constraint.check(&version))
    };
    if asked.repository.is_empty() {
        in_charts(fetch, base, &asked.name, &asked.version)?;
        return Ok(found(asked.version.clone(), None));
    }
    if let Some(packed) = beside(fetch, base, &asked.repository, &asked.name)? {
        let version = packed.metadata.version.clone();
        let file = (packed.file_name(), packed.bytes);
        return Ok(if fits(&version, fetch) { found(version, Some(file)) } else { None });
    }
    if asked.repository.starts_with("oci://") {
        let chart = ChartReference::parse(&format!("{}/{}", asked.repository.trim_end_matches('/'), asked.name))?;
        let version = if Version::parse(&asked.version, fetch.profile).is_ok() {
            Some(asked.version.clone())
        } else {
            let charts = fetch.charts;
            let versions = charts.block(fetch.versions(&chart))??;
            versions.iter().find(|version| constraint.check(version)).map(|version| version.original().to_owned())
        };
        let Some(version) = version else { return Ok(None) };
        let archive = from_registry(fetch, &chart, &version)?;
        return Ok(found(version, Some(named(archive, &asked.name))));
    }
    let repository = known(fetch, &asked.repository)?;
    let charts = fetch.charts;
    let offers = charts.block(fetch.offers(&repository, &asked.name))??;
    let versions = offers.versions.ok_or_else(|| {
        Diagnostic::new(Kind::Usage, format!("{} chart not found in repo {}", asked.name, asked.repository))
    })?;
    let Some(offer) = versions.iter().find(|offer| !offer.urls.is_empty() && fits(&offer.version, fetch)) else {
        return Ok(None);
    };
    let place = located(&repository, &asked.name, &Choice { offer, is_substitute: false });
    let place = place.map_err(|cause| not_downloaded(&asked.name, cause))?;
    let archive = charts.block(fetch.at_place(place, &repository))??;
    Ok(found(offer.version.clone(), Some(named(archive, &asked.name))))
}

/// Fetches what a lock pins.
pub(super) fn locked(fetch: &mut Fetch<'_>, base: &Base, lock: &Lock) -> Result<Vec<Found>, Diagnostic> {
    lock.dependencies.iter().map(|pinned| one_locked(fetch, base, pinned)).collect()
}

fn one_locked(fetch: &mut Fetch<'_>, base: &Base, pinned: &Locked) -> Result<Found, Diagnostic> {
    let found = |packed| Found {
        name: pinned.name.clone(),
        version: pinned.version.clone(),
        repository: pinned.repository.clone(),
        packed,
    };
    if pinned.repository.is_empty() {
        in_charts(fetch, base, &pinned.name, &pinned.version)?;
        return Ok(found(None));
    }
    if let Some(packed) = beside(fetch, base, &pinned.repository, &pinned.name)? {
        let constraint = Constraints::parse(&pinned.version, fetch.profile);
        let version = Version::parse(&packed.metadata.version, fetch.profile);
        if !constraint.is_ok_and(|constraint| version.is_ok_and(|version| constraint.check(&version))) {
            let message = format!("can't get a valid version for dependency {}", pinned.name);
            let cause = format!("the lock pins {}, its folder holds {}", pinned.version, packed.metadata.version);
            return Err(Diagnostic::new(Kind::Usage, message).cause(cause));
        }
        return Ok(found(Some((packed.file_name(), packed.bytes))));
    }
    if pinned.repository.starts_with("oci://") {
        let chart = ChartReference::parse(&format!("{}/{}", pinned.repository.trim_end_matches('/'), pinned.name))?;
        let archive = from_registry(fetch, &chart, &pinned.version)?;
        return Ok(found(Some(named(archive, &pinned.name))));
    }
    let repository = known(fetch, &pinned.repository)?;
    let charts = fetch.charts;
    let offers = charts.block(fetch.offers(&repository, &pinned.name))??;
    let versions = offers.versions.unwrap_or_default();
    let wanted = Version::parse(&pinned.version, fetch.profile).ok();
    let same = |version: &str| match &wanted {
        Some(wanted) => Version::parse(version, fetch.profile)
            .is_ok_and(|version| version == *wanted || version.cmp(wanted).is_eq()),
        None => version == pinned.version,
    };
    let offer = versions.iter().find(|offer| !offer.urls.is_empty() && same(&offer.version));
    let offer = offer.ok_or_else(|| {
        let message = format!("chart {} version {} not found in {}", pinned.name, pinned.version, pinned.repository);
        Diagnostic::new(Kind::Usage, message).cause("it is what the lock pins")
    })?;
    let place = located(&repository, &pinned.name, &Choice { offer, is_substitute: false });
    let place = place.map_err(|cause| not_downloaded(&pinned.name, cause))?;
    let archive = charts.block(fetch.at_place(place, &repository))??;
    Ok(found(Some(named(archive, &pinned.name))))
}

/// Checks a dependency without a repository, which must stand in `charts/`.
fn in_charts(fetch: &Fetch<'_>, base: &Base, name: &str, version: &str) -> Result<(), Diagnostic> {
    let files = base.tree.below(&base.at);
    let path =
        TreePath::parse(&format!("charts/{name}")).map_err(|error| Diagnostic::from_error(Kind::Usage, &error))?;
    if files.entry(&path).map_err(|error| crate::source::service_failed(&error))?.is_none() {
        return Err(Diagnostic::new(Kind::Usage, format!("directory {path} not found"))
            .hint("a dependency without a repository must stand in charts/, as a folder"));
    }
    let packed = packed(&files.below(&path))?;
    let own = &packed.metadata.version;
    let constraint = Constraints::parse(version, fetch.profile);
    if constraint.is_ok_and(|constraint| Version::parse(own, fetch.profile).is_ok_and(|own| constraint.check(&own))) {
        return Ok(());
    }
    let message = format!("dependency {name} at version {own} does not satisfy the constraint {version}");
    Err(Diagnostic::new(Kind::Usage, message))
}

/// Packs a dependency that stands in a folder or in git; nothing where the repository is another.
fn beside(fetch: &mut Fetch<'_>, base: &Base, repository: &str, name: &str) -> Result<Option<PackedChart>, Diagnostic> {
    if git_chart::is_git(repository) {
        return packed(&git_chart::dependency(fetch, repository, name)?).map(Some);
    }
    let Some(path) = repository.strip_prefix("file://") else { return Ok(None) };
    if let Some(folder) = &base.folder {
        let full: PathBuf = if path.starts_with('/') { path.into() } else { folder.join(path) };
        if !full.exists() {
            return Err(Diagnostic::new(Kind::Usage, format!("directory {} not found", clean(&full).display())));
        }
        return pack(&full).map(Some);
    }
    let at = base.at.join(path).map_err(|error| {
        Diagnostic::from_error(Kind::Usage, &error)
            .hint("a dependency of a chart in git must stand in the same repository")
    })?;
    if base.tree.entry(&at).map_err(|error| crate::source::service_failed(&error))?.is_none() {
        return Err(Diagnostic::new(Kind::Usage, format!("directory {at} not found")));
    }
    packed(&base.tree.below(&at)).map(Some)
}

fn packed(files: &FileTree) -> Result<PackedChart, Diagnostic> {
    pack_chart(files, &ChartLimits::default()).map_err(|error| error.diagnostic())
}

/// Returns the path without `..` where that can be told without looking.
fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir if clean.file_name().is_some() => drop(clean.pop()),
            std::path::Component::CurDir => {}
            part => clean.push(part),
        }
    }
    clean
}

/// Returns the repository at an address, with what Helm knows of it. The command line's login is for the chart itself.
fn known(fetch: &Fetch<'_>, address: &str) -> Result<Repository, Diagnostic> {
    let url = parse_url(address)?;
    let known = Repositories::load(&fetch.charts.settings.helm.repository_config)?;
    let bare = || Repository {
        written: address.to_owned(),
        url: url.clone(),
        login: None,
        tls: TlsFiles::default(),
        shown_to: ShownTo::Repository,
    };
    Ok(known.at(&url).map_or_else(bare, |(_, repository)| repository.clone()))
}

fn from_registry(fetch: &mut Fetch<'_>, chart: &ChartReference, version: &str) -> Result<Archive, Diagnostic> {
    let charts = fetch.charts;
    charts.block(fetch.registry_chart(&format!("oci://{}", chart.name), Some(version)))?
}

/// Returns an archive with the name under which it is laid into `charts/`.
fn named(archive: Archive, name: &str) -> (String, Vec<u8>) {
    (archive.file_name.unwrap_or_else(|| format!("{name}.tgz")), archive.bytes)
}

fn not_downloaded(name: &str, cause: String) -> Diagnostic {
    Diagnostic::new(Kind::Usage, format!("could not download {name}")).cause(cause)
}
