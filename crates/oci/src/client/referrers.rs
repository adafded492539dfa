use std::time::Duration;

use reqwest::StatusCode;
use towpath_model::{Digest, ImageName};

use super::{
    Client,
    manifests::{malformed, manifest_text, parse_manifest},
    retry::jitter,
    send::Target,
};
use crate::{Descriptor, Index, RawManifest, Reference, RegistryError, Tag, media_type};

/// The most referrers that are read of one manifest.
const REFERRERS_LIMIT: usize = 10_000;
/// How often a list is written again when another writer took our entry out of it.
const REWRITES: u32 = 8;
/// How long another writer may take from its read to its write for us to notice it.
const SETTLE: Duration = Duration::from_millis(150);

impl Client {
    /// Returns what refers to the manifest `digest`: its signatures, attestations and the like, in the registry's order.
    ///
    /// With `artifact_type` only those of that type, but from a registry without the referrers API also those whose
    /// type the list does not tell, since cosign 3.1 writes no type there; the manifest itself tells.
    ///
    /// Source: OCI distribution specification 1.1, "Listing Referrers" and "Unavailable Referrers API".
    ///
    /// # Errors
    /// When the list cannot be read. That nothing refers to it is no error.
    pub async fn referrers(
        &self,
        name: &ImageName,
        digest: Digest,
        artifact_type: Option<&str>,
    ) -> Result<Vec<Descriptor>, RegistryError> {
        let what = format!("the referrers of {name}@{digest}");
        let mut first = self.url(name, &format!("referrers/{digest}"))?;
        first.query_pairs_mut().extend_pairs(artifact_type.map(|kind| ("artifactType", kind)));
        if artifact_type.is_none() {
            first.set_query(None);
        }
        let (mut found, mut next) = (Vec::new(), Some(first));
        while let Some(url) = next {
            let (page, following) = match self.list_page(&Target::pull(name, &what), &url).await {
                Ok(page) => page,
                Err(error) if is_unsupported(&error) => {
                    let listed = self.tagged_referrers(name, digest).await?.manifests;
                    return Ok(listed.into_iter().filter(|entry| may_be(entry, artifact_type)).collect());
                }
                Err(error) => return Err(error),
            };
            let index: Index = serde_json::from_slice(&page).map_err(|error| malformed(&what, &error.to_string()))?;
            found.extend(index.manifests);
            if found.len() > REFERRERS_LIMIT {
                return Err(malformed(&what, "more than 10,000 referrers"));
            }
            next = following;
        }
        // A registry may ignore the filter.
        found.retain(|entry| artifact_type.is_none_or(|kind| entry.artifact_type.as_deref() == Some(kind)));
        Ok(found)
    }

    /// Stores `manifest`, which has a subject, and sees to it that it is listed among the subject's referrers.
    ///
    /// On a registry without the referrers API the list at the tag `sha256-<hex>` is updated. The specification has no
    /// way to do that atomically: writers of this client take turns, and against others the list is read again a moment
    /// after the write, and written again if another writer won.
    ///
    /// # Errors
    /// When it has no subject, cannot be stored, or cannot be listed.
    pub async fn put_referrer(&self, name: &ImageName, manifest: &RawManifest) -> Result<Digest, RegistryError> {
        let reference = Reference::Digest(manifest.digest());
        let what = manifest_text(name, &reference);
        let parsed = parse_manifest(&what, manifest)?;
        let subject = parsed.subject.as_ref().ok_or_else(|| malformed(&what, "it has no subject"))?.digest;
        let headers = self.store_manifest(name, &reference, manifest).await?;
        if headers.contains_key("oci-subject") {
            return Ok(manifest.digest());
        }
        let mut entry = manifest.descriptor();
        entry.artifact_type = Some(parsed.listed_type().to_owned());
        entry.annotations.clone_from(&parsed.annotations);
        self.list_at_tag(name, subject, entry).await?;
        Ok(manifest.digest())
    }

    async fn list_at_tag(&self, name: &ImageName, subject: Digest, entry: Descriptor) -> Result<(), RegistryError> {
        let reference = Reference::Tag(Tag::of_referrers(subject));
        let what = manifest_text(name, &reference);
        let _turn = self.inner.lists.lock().await;
        for attempt in 0..REWRITES {
            let mut index = self.tagged_referrers(name, subject).await?;
            match index.manifests.iter().position(|listed| listed.digest == entry.digest) {
                Some(at) if index.manifests[at] == entry => return Ok(()),
                Some(at) => index.manifests[at] = entry.clone(),
                None => index.manifests.push(entry.clone()),
            }
            let raw = RawManifest::of_index(&index).map_err(|error| malformed(&what, &error.to_string()))?;
            self.put_manifest(name, &reference, &raw).await?;
            tokio::time::sleep(jitter(SETTLE * (attempt + 1))).await;
        }
        let index = self.tagged_referrers(name, subject).await?;
        let listed = index.manifests.contains(&entry);
        if listed { Ok(()) } else { Err(RegistryError::Contended { what }) }
    }

    /// Returns the list at the tag `sha256-<hex>`, empty if there is none.
    async fn tagged_referrers(&self, name: &ImageName, digest: Digest) -> Result<Index, RegistryError> {
        let reference = Reference::Tag(Tag::of_referrers(digest));
        match self.get_manifest(name, &reference).await {
            Ok(raw) => {
                let index =
                    raw.index().map_err(|error| malformed(&manifest_text(name, &reference), &error.to_string()))?;
                Ok(index)
            }
            Err(error) if error.is_not_found() => Ok(Index::new(Vec::new())),
            Err(error) => Err(error),
        }
    }
}

fn is_unsupported(error: &RegistryError) -> bool {
    let status = |status: &StatusCode| matches!(*status, StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED);
    error.is_not_found() || matches!(error, RegistryError::Status { status: found, .. } if status(found))
}

fn may_be(entry: &Descriptor, artifact_type: Option<&str>) -> bool {
    let Some(wanted) = artifact_type else { return true };
    entry.artifact_type.as_deref().is_none_or(|kind| kind == wanted || kind.is_empty() || kind == media_type::EMPTY)
}
