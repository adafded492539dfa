use towpath_helm::{Constraints, Version};
use towpath_model::{Diagnostic, Digest, Kind};
use towpath_oci::{ImageReference, Reference};

use super::{ChartReference, by_digest, failed, shown};
use crate::source::{fetch::Fetch, store::Record};

impl Fetch<'_> {
    /// Returns the one manifest that is meant: by its digest, its version, or the newest version that satisfies `version`.
    ///
    /// Source: `ValidateReference` in Helm's `pkg/registry`.
    ///
    /// # Deviation
    /// A tag that is no version, such as `latest`, is taken as it stands; Helm refuses it as an improper constraint.
    pub(super) async fn pinned(
        &mut self,
        chart: &ChartReference,
        version: Option<&str>,
    ) -> Result<ImageReference, Diagnostic> {
        let wanted = match (version, &chart.tag) {
            (Some(version), Some(tag)) if version != tag && version != tag.replace('_', "+") => {
                let message = format!("chart reference and version mismatch: {version} is not {tag}");
                return Err(Diagnostic::new(Kind::Usage, message)
                    .hint("name the version once: behind the colon or with --version"));
            }
            (Some(version), _) => Some(version.to_owned()),
            (None, tag) => tag.clone(),
        };
        if let Some(digest) = chart.digest {
            if let Some(version) = wanted {
                self.check_tag(chart, &version, digest).await?;
            }
            return Ok(by_digest(&chart.name, digest));
        }
        let tag = match wanted {
            Some(version) if chart.tag.is_some() || Version::parse(&version, self.profile).is_ok() => version,
            constraint => self.newest(chart, constraint.as_deref()).await?,
        };
        tagged(chart, &tag)
    }

    /// Checks that a tag written beside a digest points to it; a tag that does not exist says nothing.
    async fn check_tag(&mut self, chart: &ChartReference, version: &str, digest: Digest) -> Result<(), Diagnostic> {
        if self.is_offline() || Version::parse(version, self.profile).is_err() {
            return Ok(());
        }
        let reference = tagged(chart, version)?;
        let client = self.client(chart.name.registry())?;
        match client.head_manifest(&chart.name, &reference.reference).await {
            Ok(Some(found)) if found.digest != digest => {
                let message = format!("chart reference digest mismatch: {} is not {digest}", found.digest);
                Err(Diagnostic::new(Kind::Usage, message)
                    .cause(format!("{} points to another chart", shown(&reference))))
            }
            Ok(_) => Ok(()),
            Err(error) => Err(failed(&error, &shown(&reference))),
        }
    }

    /// Returns the newest version among the tags that satisfies `constraint`; the newest release without one.
    async fn newest(&mut self, chart: &ChartReference, constraint: Option<&str>) -> Result<String, Diagnostic> {
        let tags = self.versions(chart).await?;
        if tags.is_empty() {
            let message = format!("unable to locate any tags in provided repository: oci://{}", chart.name);
            return Err(Diagnostic::new(Kind::Usage, message)
                .hint("the registry lists no tag of it that is a version; check the path and the login"));
        }
        let wanted = constraint.unwrap_or_default();
        if tags.iter().any(|tag| tag.original() == wanted) {
            return Ok(wanted.to_owned());
        }
        let parsed = Constraints::parse(if wanted.is_empty() { "*" } else { wanted }, self.profile);
        let parsed = parsed.map_err(|error| {
            Diagnostic::new(Kind::Usage, error.to_string()).hint("--version takes 1.2.3, ^1.2 or >=1.0 <2.0")
        })?;
        let found = tags.iter().find(|tag| parsed.check(tag));
        found.map(|tag| tag.original().to_owned()).ok_or_else(|| {
            let message = format!("could not locate a version matching provided version string {wanted}");
            let known: Vec<&str> = tags.iter().take(5).map(Version::original).collect();
            Diagnostic::new(Kind::Usage, message).hint(format!("the newest versions are {}", known.join(", ")))
        })
    }

    /// Returns the tags that are versions to the letter, newest first.
    pub(in crate::source) async fn versions(&mut self, chart: &ChartReference) -> Result<Vec<Version>, Diagnostic> {
        let what = format!("the tags of {}", chart.name);
        let scope = self.scope(chart.name.registry()).await?;
        let key = self.key("tags", &chart.name.to_string(), &scope)?;
        let tags: Vec<String> = if self.is_offline() {
            let kept = self.kept(key, &what)?.ok_or_else(|| self.absent(&what))?;
            serde_json::from_slice(&kept.bytes).map_err(|error| Diagnostic::from_error(Kind::Remote, &error))?
        } else {
            self.say(&format!("fetching {what}"));
            let tags = self.client(chart.name.registry())?.tags(&chart.name).await;
            let tags = tags.map_err(|error| failed(&error, &what))?;
            let json = serde_json::to_vec(&tags).map_err(|error| Diagnostic::from_error(Kind::Bug, &error))?;
            self.keep(key, &json, &Record::of(&what, &json));
            tags
        };
        let mut versions: Vec<Version> =
            tags.iter().filter_map(|tag| Version::parse_strict(&tag.replace('_', "+"))).collect();
        versions.sort_by(|a, b| b.cmp(a));
        Ok(versions)
    }
}

/// Returns the reference to a version's tag, which has `_` where the version has `+`.
fn tagged(chart: &ChartReference, version: &str) -> Result<ImageReference, Diagnostic> {
    let tag =
        Reference::tag(&version.replace('+', "_")).map_err(|error| Diagnostic::from_error(Kind::Usage, &error))?;
    Ok(ImageReference { name: chart.name.clone(), reference: tag })
}
