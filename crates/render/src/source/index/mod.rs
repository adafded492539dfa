//! `index.yaml` of a chart repository: the versions that it offers of one chart.
//!
//! Such files have tens of megabytes, of which one chart's entries are wanted. The text is scanned for the lines of that
//! chart and only they are parsed; a text in a form that no repository writes is parsed whole.

mod entry;
mod scan;

use towpath_helm::{Constraints, Profile, Version};

pub(crate) use entry::Offer;
use entry::{offers_in_json, offers_in_yaml};

/// What an index offers of one chart.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Offers {
    /// The versions, newest first; nothing where the index does not name the chart.
    pub(crate) versions: Option<Vec<Offer>>,
    /// What was left out and why.
    pub(crate) warnings: Vec<String>,
}

/// Returns what `index` offers of `chart`.
///
/// # Errors
/// What is wrong with the text, in Helm's words where it has them.
pub(crate) fn offers(index: &[u8], chart: &str, profile: Profile) -> Result<Offers, String> {
    if index.is_empty() {
        return Err("empty index.yaml file".to_owned());
    }
    let text = std::str::from_utf8(index).map_err(|error| format!("it is not UTF-8: {error}"))?;
    let mut offers = if text.trim_start().starts_with('{') {
        match offers_in_json(text, chart, profile) {
            Ok(offers) => offers,
            // A flow mapping of YAML begins like JSON.
            Err(error) if error.is_syntax() => offers_in_yaml(text, chart, profile)?,
            Err(error) => return Err(error.to_string()),
        }
    } else {
        match scan::entries_of(text, chart) {
            scan::Scanned::Entries(lines) => offers_in_yaml(&lines, chart, profile)?,
            scan::Scanned::Unusual => offers_in_yaml(text, chart, profile)?,
        }
    };
    if let Some(versions) = &mut offers.versions {
        sort(versions, profile);
    }
    Ok(offers)
}

/// Sorts the newest first; what is no version comes last, as Helm has it.
fn sort(versions: &mut Vec<Offer>, profile: Profile) {
    let mut keyed: Vec<(Option<Version>, Offer)> =
        versions.drain(..).map(|offer| (Version::parse(&offer.version, profile).ok(), offer)).collect();
    keyed.sort_by(|(a, _), (b, _)| b.cmp(a));
    versions.extend(keyed.into_iter().map(|(_, offer)| offer));
}

/// Which version was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice<'a> {
    pub(crate) offer: &'a Offer,
    /// Whether it is another than the one asked for by its number.
    pub(crate) is_substitute: bool,
}

/// Returns the version that `wanted` names or that satisfies it best; the newest release where nothing is wanted.
///
/// Source: `IndexFile.Get` in Helm's `pkg/repo`.
///
/// # Errors
/// When `wanted` is no constraint, or nothing satisfies it.
pub(crate) fn choose<'a>(
    offers: &'a [Offer],
    chart: &str,
    wanted: Option<&str>,
    profile: Profile,
) -> Result<Choice<'a>, String> {
    let wanted = wanted.unwrap_or_default();
    if offers.is_empty() {
        return Err("no chart version found".to_owned());
    }
    let constraint = Constraints::parse(if wanted.is_empty() { "*" } else { wanted }, profile);
    let constraint = constraint.map_err(|error| error.to_string())?;
    if let Some(offer) = offers.iter().find(|offer| !wanted.is_empty() && offer.version == wanted) {
        return Ok(Choice { offer, is_substitute: false });
    }
    let fits = |offer: &&Offer| Version::parse(&offer.version, profile).is_ok_and(|version| constraint.check(&version));
    let offer = offers.iter().find(fits).ok_or_else(|| format!("no chart version found for {chart}-{wanted}"))?;
    Ok(Choice { offer, is_substitute: !wanted.is_empty() && !is_range(wanted) })
}

/// Tells a range of versions from one version.
fn is_range(wanted: &str) -> bool {
    let core = &wanted[..wanted.find(['-', '+']).unwrap_or(wanted.len())];
    wanted.contains(['^', '~', '<', '>', '=', '!', '*'])
        || wanted.contains("||")
        || wanted.contains(" - ")
        || core.contains(['x', 'X'])
}

#[cfg(test)]
mod tests;
