use std::collections::BTreeMap;

use bytes::Bytes;
use towpath_model::Digest;

use super::config::configuration;
use crate::{
    AssembleError, BaseImage, BlobSource, Descriptor, Index, Layer, Manifest, Platform, RawManifest, Settings,
    media_type,
};

/// The annotation that names the digest of the base image.
const BASE_DIGEST: &str = "org.opencontainers.image.base.digest";

/// What the image of one platform is made of.
#[derive(Debug, Clone)]
pub struct ImagePlan {
    /// What it runs on.
    pub platform: Platform,
    /// What it is built on; nothing is scratch.
    pub base: Option<BaseImage>,
    /// Its own layers, lowest first.
    pub layers: Vec<Layer>,
    /// How it starts.
    pub settings: Settings,
}

/// The image of one platform, put together.
#[derive(Debug, Clone)]
pub struct Image {
    /// What it runs on.
    pub platform: Platform,
    /// Its manifest.
    pub manifest: RawManifest,
    /// Its configuration.
    pub config: (Descriptor, Bytes),
    /// Its layers, lowest first, and where their bytes are.
    pub layers: Vec<(Descriptor, BlobSource)>,
}

/// An image put together: of one platform, or an index of several.
#[derive(Debug, Clone)]
pub struct Assembled {
    pub(super) root: RawManifest,
    pub(super) images: Vec<Image>,
}

impl Assembled {
    /// Returns the digest by which it is pinned.
    pub fn digest(&self) -> Digest {
        self.root.digest()
    }

    /// Returns the manifest or index that the digest is of.
    pub fn root(&self) -> &RawManifest {
        &self.root
    }

    /// Returns the images, one a platform, in the order of the plans.
    pub fn images(&self) -> &[Image] {
        &self.images
    }
}

/// Returns the image that `plans` describe; `created` is in seconds since 1970, and nothing else tells a time.
///
/// One plan gives a manifest, several give an index. `annotations` stand on both.
///
/// # Errors
/// When there is no plan, two are for one platform, or a base image's configuration cannot be extended.
pub fn assemble(
    plans: &[ImagePlan],
    created: u64,
    annotations: &BTreeMap<String, String>,
) -> Result<Assembled, AssembleError> {
    for (at, plan) in plans.iter().enumerate() {
        if plans[..at].iter().any(|before| before.platform == plan.platform) {
            return Err(AssembleError::PlatformTwice(plan.platform.clone()));
        }
    }
    let images = plans.iter().map(|plan| image(plan, created, annotations)).collect::<Result<Vec<_>, _>>()?;
    let root = match images.as_slice() {
        [] => return Err(AssembleError::NoPlatform),
        [only] => only.manifest.clone(),
        several => {
            let entry =
                |image: &Image| Descriptor { platform: Some(image.platform.clone()), ..image.manifest.descriptor() };
            let mut index = Index::new(several.iter().map(entry).collect());
            index.annotations.clone_from(annotations);
            RawManifest::of_index(&index)?
        }
    };
    Ok(Assembled { root, images })
}

fn image(plan: &ImagePlan, created: u64, annotations: &BTreeMap<String, String>) -> Result<Image, AssembleError> {
    let diff_ids: Vec<Digest> = plan.layers.iter().map(|layer| layer.diff_id).collect();
    let base = plan.base.as_ref();
    let config = base.map(|base| &base.config);
    let config = configuration(config, &plan.platform, &plan.settings, &rfc3339(created), &diff_ids)?;
    let config: Bytes = serde_json::to_vec(&config)?.into();
    let config = (Descriptor::of(media_type::CONFIG, &config), config);
    let below = base
        .into_iter()
        .flat_map(|base| base.layers.iter().map(|layer| (layer.clone(), base.source.blob_source(layer.digest))));
    let own = plan.layers.iter().map(|layer| (layer.descriptor.clone(), BlobSource::Bytes(layer.bytes.clone())));
    let layers: Vec<(Descriptor, BlobSource)> = below.chain(own).collect();
    let mut manifest = Manifest::new(config.0.clone(), layers.iter().map(|(layer, _)| layer.clone()).collect());
    manifest.annotations.clone_from(annotations);
    if let Some(base) = base {
        manifest.annotations.entry(BASE_DIGEST.to_owned()).or_insert_with(|| base.digest.to_string());
    }
    Ok(Image { platform: plan.platform.clone(), manifest: RawManifest::of_manifest(&manifest)?, config, layers })
}

/// Returns the time `seconds` after the start of 1970 as `1970-01-01T00:00:00Z`.
///
/// Source: the proleptic Gregorian calendar in eras of 400 years, "`chrono`-Compatible Low-Level Date Algorithms".
fn rfc3339(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_calendar_has_them() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_767_225_599, "2025-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(seconds), text);
        }
    }
}
