use std::path::PathBuf;

use towpath_forge::{CommitId, Pull, State};
use towpath_model::{Deployment, Diagnostic, Kind, Release};

use crate::{Place, PlaceOptions, load_release, save_release};

/// What `merge` needs.
#[derive(Debug, Clone)]
pub struct MergeOptions {
    /// The environment whose pull request is merged.
    pub to: String,
    /// The file that holds the release, and gets the environment noted.
    pub release: PathBuf,
    /// The head that was reviewed; any head with this release's image, if absent.
    pub head: Option<CommitId>,
    /// The service and the repository.
    pub place: PlaceOptions,
}

/// What `merge` did.
#[derive(Debug, Clone)]
pub struct MergedInto {
    /// The commit that brought the image into the base.
    pub commit: CommitId,
    /// The pull request; absent where the image was merged before the one that is now known.
    pub pull: Option<Pull>,
    /// The release with the environment noted, as it was written.
    pub release: Release,
}

/// Merges the pull request that brings the release to the environment, and notes it in the release's file.
///
/// A release that the environment already holds is noted and nothing is merged, so that the command can be run again.
///
/// # Errors
/// Where nothing is open, the head is another one, or it promotes another image.
pub fn merge(options: &MergeOptions) -> Result<MergedInto, Diagnostic> {
    let mut release = load_release(&options.release)?;
    let place = Place::find(&options.place)?;
    place.check_service(&release)?;
    let (commit, pull) = bring_in(&place, &release, options)?;
    let reached = Deployment { name: options.to.clone(), commit: commit.to_string() };
    match release.environments.iter_mut().find(|known| known.name == reached.name) {
        Some(known) => *known = reached,
        None => release.environments.push(reached),
    }
    save_release(&options.release, &release)?;
    Ok(MergedInto { commit, pull, release })
}

fn bring_in(place: &Place, release: &Release, options: &MergeOptions) -> Result<(CommitId, Option<Pull>), Diagnostic> {
    let identity = place.identity(&options.to)?;
    let digest = release.image.digest();
    let pull = place.forge.pull(&identity).map_err(|error| error.diagnostic())?;
    let Some(open) = pull.as_ref().filter(|pull| pull.state == State::Open) else {
        if let Some(commit) = place.brought_by(&options.to, digest)? {
            return Ok((commit, pull.filter(|pull| pull.state == State::Merged { commit })));
        }
        let message = format!("no open pull request from `{}` into `{}`", identity.branch(), place.base);
        return Err(Diagnostic::new(Kind::Usage, message)
            .hint(format!("open one first: towpath-promote open --to {}", options.to)));
    };
    let promoted = place.digest_at(open.head, &options.to)?;
    if promoted != Some(digest) {
        // A newer release has taken the pull request over after this one was merged.
        if let Some(commit) = place.brought_by(&options.to, digest)? {
            return Ok((commit, None));
        }
        let found = promoted.map_or_else(|| "no digest".to_owned(), |digest| digest.to_string());
        let message = format!("pull request #{} does not promote {} {}", open.number, release.service, release.version);
        return Err(Diagnostic::new(Kind::Verdict, message)
            .cause(format!("its head sets {found}, the release is {digest}"))
            .hint(format!("update it: towpath-promote open --to {}", options.to)));
    }
    let expected = options.head.unwrap_or(open.head);
    let merged = place.forge.merge(&identity, expected, &place.stamp).map_err(|error| error.diagnostic())?;
    Ok((merged.commit, Some(merged.pull)))
}
