//! Versions and constraints as Helm's version library reads them: loose versions (`v1`, `1.2`), `||`, hyphen ranges,
//! `~`, `^`, wildcards, and prereleases left out unless a constraint names one.
//!
//! Source: `Masterminds/semver` 3.5.0 (Helm 4.3.1) and 3.3.0 (Helm 3.17.3); the two differ in the words of their errors
//! and in which prereleases a constraint admits.

mod constraint;
mod version;

pub use constraint::Constraints;
pub use version::Version;

use crate::Profile;

/// Why a text is not a version or a constraint; Display is the library's own message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SemverError(pub(crate) String);

/// Returns whether `version` satisfies `constraint`; an unreadable version or constraint does not.
pub(crate) fn is_compatible(constraint: &str, version: &str, profile: Profile) -> bool {
    let Ok(version) = Version::parse(version, profile) else { return false };
    Constraints::parse(constraint, profile).is_ok_and(|constraints| constraints.check(&version))
}

/// Returns the words of `profile`: the newer library writes its errors in lower case.
fn words(profile: Profile, newer: &str, older: &str) -> SemverError {
    SemverError(if profile == Profile::Helm4 { newer } else { older }.to_owned())
}
