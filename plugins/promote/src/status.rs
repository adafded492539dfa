use towpath_forge::{CommitId, Pull, State};
use towpath_model::{Diagnostic, Digest};
use towpath_promotion::Marker;

use crate::Place;

/// Where every environment of a service stands.
#[derive(Debug, Clone)]
pub struct Status {
    /// The service's name.
    pub service: String,
    /// Where the repository stands.
    pub repository: String,
    /// The branch that promotions are merged into.
    pub base: String,
    /// Its newest commit, which this status tells of.
    pub commit: CommitId,
    /// In the order of promotion.
    pub environments: Vec<EnvironmentStatus>,
}

/// Where one environment stands.
#[derive(Debug, Clone)]
pub struct EnvironmentStatus {
    /// Its name.
    pub name: String,
    /// The digest that it runs; none if its file or the key is missing, or the value is no digest.
    pub digest: Option<Digest>,
    /// The version that the digest was promoted as, if a promotion brought it.
    pub version: Option<String>,
    /// What is open.
    pub pull: Option<OpenPull>,
    /// What comes next.
    pub next: Next,
}

/// An open pull request.
#[derive(Debug, Clone)]
pub struct OpenPull {
    /// The pull request.
    pub pull: Pull,
    /// The digest that its head sets.
    pub digest: Option<Digest>,
    /// The version that it promotes.
    pub version: Option<String>,
}

/// What somebody can do about an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it runs what the environment before runs.
    Nothing,
    /// Merge the open pull request.
    Merge {
        /// Its number.
        number: u64,
    },
    /// Open a pull request with what the environment before runs.
    Open {
        /// The digest there.
        digest: Digest,
    },
}

/// Returns where every environment of the service stands.
///
/// # Errors
/// When the repository cannot be read.
pub fn status(place: &Place) -> Result<Status, Diagnostic> {
    let commit = place.forge.tip(&place.base).map_err(|error| error.diagnostic())?;
    let mut environments: Vec<EnvironmentStatus> = Vec::new();
    for name in &place.order {
        let digest = place.digest_at(commit, name)?;
        let newest = place.forge.pull(&place.identity(name)?).map_err(|error| error.diagnostic())?;
        let marker = newest.as_ref().and_then(|pull| Marker::find(&pull.body));
        let version = marker.filter(|marker| Some(marker.image.digest()) == digest).map(|marker| marker.version);
        let pull = match newest.filter(|pull| pull.state == State::Open) {
            Some(pull) => {
                let digest = place.digest_at(pull.head, name)?;
                let version = Marker::find(&pull.body).map(|marker| marker.version);
                Some(OpenPull { pull, digest, version })
            }
            None => None,
        };
        let before = environments.last().and_then(|before| before.digest);
        let next = match (&pull, before) {
            (Some(open), _) => Next::Merge { number: open.pull.number },
            (None, Some(before)) if digest != Some(before) => Next::Open { digest: before },
            _ => Next::Nothing,
        };
        environments.push(EnvironmentStatus { name: name.clone(), digest, version, pull, next });
    }
    Ok(Status {
        service: place.service.clone(),
        repository: place.forge.path().display().to_string(),
        base: place.base.clone(),
        commit,
        environments,
    })
}
